//! `cargo xtask bundle`: packages for Debian and Fedora, with the window, the command, its manual and its completions.

pub(crate) mod check;

use crate::system::Purpose;
use crate::{frontend, prerequisites, shell, system, workspace};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Optimised, or as the tests build it: the packages are the same but for their speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    Release,
    Debug,
}

impl Build {
    fn folder(self) -> PathBuf {
        workspace::target().join(match self {
            Build::Release => "release",
            Build::Debug => "debug",
        })
    }

    fn arguments(self) -> &'static [&'static str] {
        match self {
            Build::Release => &["--release"],
            Build::Debug => &[],
        }
    }
}

/// Shells with the file in which each looks for completions.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "usr/share/bash-completion/completions/fetchscope"),
    ("zsh", "usr/share/zsh/vendor-completions/_fetchscope"),
    ("fish", "usr/share/fish/vendor_completions.d/fetchscope.fish"),
];

/// Builds everything and says where the packages are.
pub(crate) fn run(build: Build) -> Result<ExitCode> {
    if !cfg!(target_os = "linux") {
        bail!("packages are made on Linux; elsewhere `cargo install --path crates/cli` installs the command");
    }
    prerequisites::rust()?;
    prerequisites::node()?;
    system::provide(&[Purpose::Window])?;
    frontend::install()?;
    frontend::build()?;
    // As the tests select it, so that no dependency is built twice.
    shell::run(shell::cargo(&["build", "--workspace", "--bins"]).args(build.arguments()))?;
    let root = workspace::target().join("bundle");
    if root.exists() {
        fs::remove_dir_all(&root).with_context(|| format!("{} could not be removed", root.display()))?;
    }
    let files = beside(build, &root)?;
    let config = root.join("tauri.json");
    fs::write(&config, configuration(&files)).with_context(|| format!("{} could not be written", config.display()))?;
    let mut bundler = shell::program("npm", workspace::root())?;
    bundler
        .args(["exec", "--prefix", "ui", "--", "tauri", "bundle", "--ci", "--bundles", "deb,rpm", "--config"])
        .arg(&config);
    if build == Build::Debug {
        bundler.arg("--debug");
    }
    shell::run(bundler.env("CARGO_TARGET_DIR", workspace::target()))?;
    println!("The packages are in {}", build.folder().join("bundle").display());
    Ok(ExitCode::SUCCESS)
}

/// Writes what stands in the packages beside the window; where each file is installed, and where it is now.
fn beside(build: Build, root: &Path) -> Result<Vec<(String, PathBuf)>> {
    let command = build.folder().join("fetchscope");
    let manual = root.join("man");
    shell::run(Command::new(&command).arg("manual").arg("--into").arg(&manual))?;
    let mut files = vec![("usr/bin/fetchscope".to_owned(), command.clone())];
    let pages = fs::read_dir(&manual).with_context(|| format!("{} could not be read", manual.display()))?;
    for page in pages {
        let page = page?;
        files.push((format!("usr/share/man/man1/{}", page.file_name().to_string_lossy()), page.path()));
    }
    for (name, place) in COMPLETIONS {
        let script = shell::read(Command::new(&command).args(["completions", name]))
            .with_context(|| format!("`fetchscope completions {name}` printed nothing"))?;
        let file = root.join(name);
        fs::write(&file, script).with_context(|| format!("{} could not be written", file.display()))?;
        files.push((place.to_owned(), file));
    }
    files.push(("usr/share/doc/fetchscope/copyright".to_owned(), workspace::root().join("LICENSE")));
    files.sort();
    Ok(files)
}

/// What the bundler is told beyond `tauri.conf.json`, as JSON.
fn configuration(files: &[(String, PathBuf)]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    // Places are kept without their slash, since below a folder that a package was unpacked into they have none.
    let each = files
        .iter()
        .map(|(place, file)| format!("{}: {}", quoted(&format!("/{place}")), quoted(&file.to_string_lossy())));
    let files = format!("{{ {} }}", each.collect::<Vec<_>>().join(", "));
    format!(
        "{{ \"bundle\": {{ \"active\": true, \"category\": \"DeveloperTool\", \"license\": \"MIT\", \"shortDescription\": {}, \
         \"longDescription\": {}, \"linux\": {{ \"deb\": {{ \"section\": \"devel\", \"files\": {files} }}, \"rpm\": {{ \"files\": {files} }} }} }} }}",
        quoted("Profiles how ORM relationships are loaded"),
        quoted(
            "A desktop profiler for one decision: how should each relationship of an endpoint be loaded? It counts the statements \
             SQLAlchemy would send and measures them, for one request and for fifty at once."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundler_is_told_every_file() {
        let said = configuration(&[("usr/bin/a".to_owned(), PathBuf::from("/x/\"a\""))]);
        assert_eq!(said.matches("\"/usr/bin/a\": \"/x/\\\"a\\\"\"").count(), 2, "{said}");
        assert_eq!(said.matches('{').count(), said.matches('}').count());
    }
}
