//! Holds the arrows of ARCHITECTURE.md in place: who may depend on whom, and who may name what.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Package and the packages of this workspace it may depend on; data flows towards the later ones.
const ARROWS: &[(&str, &[&str])] = &[
    ("fetchscope-engine", &[]),
    ("fetchscope-drivers", &["fetchscope-engine"]),
    ("fetchscope-experiment", &["fetchscope-drivers", "fetchscope-engine"]),
    ("fetchscope-datasets", &["fetchscope-drivers", "fetchscope-engine"]),
    ("fetchscope-report", &["fetchscope-experiment", "fetchscope-engine"]),
    ("fetchscope-app", BELOW_THE_FRONT_ENDS),
    ("fetchscope-cli", FOR_THE_FRONT_ENDS),
    ("fetchscope-desktop", FOR_THE_FRONT_ENDS),
    ("fetchscope-test-postgres", &["fetchscope-engine"]),
    ("xtask", &[]),
];
const BELOW_THE_FRONT_ENDS: &[&str] =
    &["fetchscope-report", "fetchscope-experiment", "fetchscope-datasets", "fetchscope-drivers", "fetchscope-engine"];
const FOR_THE_FRONT_ENDS: &[&str] = &[
    "fetchscope-app",
    "fetchscope-report",
    "fetchscope-experiment",
    "fetchscope-datasets",
    "fetchscope-drivers",
    "fetchscope-engine",
];

/// Beginnings of dependency names, and the only package that may name them.
const CONFINED: &[(&str, &str)] = &[
    ("tauri", "fetchscope-desktop"),
    ("libsqlite3-sys", "fetchscope-drivers"),
    ("tokio-postgres", "fetchscope-drivers"),
    ("plotters", "fetchscope-report"),
];

/// What a pure crate has no use for.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "std::env",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "Instant::now",
    "SystemTime::now",
];

#[derive(Debug)]
struct Dependency {
    name: String,
    for_tests_only: bool,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Every package of the workspace with its direct dependencies.
fn packages() -> BTreeMap<String, Vec<Dependency>> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(root());
    let output = command.output().unwrap();
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let dependency = |value: &Value| Dependency { name: text(&value["name"]), for_tests_only: value["kind"] == "dev" };
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|package| {
            (text(&package["name"]), package["dependencies"].as_array().unwrap().iter().map(dependency).collect())
        })
        .collect()
}

/// Every file with one of these endings below `folder`.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted)) {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "no source found below {}", folder.display());
    found
}

/// Lines of `files` that contain one of `words`, as `file:line: text`.
fn lines_with(files: &[PathBuf], words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        for (number, line) in fs::read_to_string(file).unwrap().lines().enumerate() {
            if words.iter().any(|word| line.contains(word)) && !line.trim_start().starts_with("//") {
                found.push(format!("{}:{}: {}", file.display(), number + 1, line.trim()));
            }
        }
    }
    found
}

#[test]
fn packages_depend_only_on_what_lies_behind_them() {
    let packages = packages();
    let mut wrong = Vec::new();
    for (package, allowed) in ARROWS {
        let dependencies = packages.get(*package).unwrap_or_else(|| panic!("{package} is not in the workspace"));
        let house = dependencies.iter().filter(|dependency| !dependency.for_tests_only);
        for dependency in house.filter(|dependency| packages.contains_key(&dependency.name)) {
            if !allowed.contains(&dependency.name.as_str()) {
                wrong.push(format!("{package} -> {}", dependency.name));
            }
        }
    }
    assert!(wrong.is_empty(), "these arrows point the wrong way: {wrong:?}");
}

#[test]
fn every_package_has_its_place() {
    let placed: Vec<&str> = ARROWS.iter().map(|(package, _)| *package).chain(["fetchscope-tests"]).collect();
    let known = packages();
    let strangers: Vec<&String> = known.keys().filter(|package| !placed.contains(&package.as_str())).collect();
    assert!(strangers.is_empty(), "ARROWS says nothing about {strangers:?}");
}

#[test]
fn a_database_a_chart_and_a_window_are_known_to_one_package_each() {
    let packages = packages();
    let mut wrong = Vec::new();
    for (beginning, owner) in CONFINED {
        for (package, dependencies) in packages.iter().filter(|(package, _)| package != owner) {
            let named = dependencies.iter().filter(|dependency| dependency.name.starts_with(beginning));
            wrong.extend(named.map(|dependency| format!("{package} names {}", dependency.name)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn sqlite_is_named_by_the_drivers_and_the_history_alone() {
    let packages = packages();
    let name = |package: &&String| packages[*package].iter().any(|dependency| dependency.name == "rusqlite");
    let named: Vec<&String> = packages.keys().filter(name).collect();
    assert_eq!(named, ["fetchscope-app", "fetchscope-drivers"]);
    let history = root().join("crates/app/src/history");
    let sources = files(&root().join("crates/app"), &["rs"]);
    let elsewhere: Vec<_> = sources.into_iter().filter(|file| !file.starts_with(&history)).collect();
    let found = lines_with(&elsewhere, &["rusqlite"]);
    assert!(found.is_empty(), "only the history may use SQLite, but:\n{}", found.join("\n"));
}

#[test]
fn the_engine_reads_no_file_no_network_and_no_clock() {
    let found = lines_with(&files(&root().join("crates/engine/src"), &["rs"]), IMPURE);
    assert!(found.is_empty(), "the engine is pure, but:\n{}", found.join("\n"));
}

#[test]
fn only_the_host_of_the_front_end_knows_tauri() {
    let host = root().join("ui/src/host");
    let sources = files(&root().join("ui/src"), &["ts", "js", "svelte"]);
    let (inside, outside): (Vec<_>, Vec<_>) = sources.into_iter().partition(|file| file.starts_with(&host));
    assert!(!lines_with(&inside, &["@tauri-apps"]).is_empty(), "the host imports Tauri nowhere");
    let found = lines_with(&outside, &["@tauri-apps"]);
    assert!(found.is_empty(), "only ui/src/host may import Tauri, but:\n{}", found.join("\n"));
}

/// Whether a link leads somewhere: to a file, and to a heading in it where it names one.
fn leads(folder: &Path, target: &str) -> bool {
    let (file, heading) = target.split_once('#').map_or((target, None), |(file, heading)| (file, Some(heading)));
    let file = folder.join(file);
    let slug = |line: &str| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
    let has = |heading: &str| {
        let page = fs::read_to_string(&file).unwrap_or_default();
        page.lines().any(|line| line.starts_with('#') && slug(line) == heading)
    };
    file.exists() && heading.is_none_or(has)
}

#[test]
fn every_file_and_heading_that_a_page_links_to_is_there() {
    let (mut links, mut missing) = (0, Vec::new());
    let pages = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "datasets/README.md"].map(|page| root().join(page));
    for page in pages.into_iter().chain(files(&root().join("docs"), &["md"])) {
        let text = fs::read_to_string(&page).unwrap();
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.starts_with("http")) {
            links += 1;
            if !leads(page.parent().unwrap(), target) {
                missing.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(links > 3, "no links were found");
    assert!(missing.is_empty(), "{missing:?}");
}
