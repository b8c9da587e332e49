//! Reports: every format from one run, opened by others, run again, and without a secret.

use crate::bench::Bench;
use fetchscope_test_postgres::server;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const EXPERIMENT: &str = "version = 1\nsource = \"sample:citizenapp?size=xs\"\nseed = 7\n[endpoint]\nroot = \"User\"\n\
    relationships = [{ name = \"organization\" }]\n[variants.lazy]\n[variants.joined]\n\"organization\" = \"joined\"\n\
    [workload]\nconcurrency = 2\nrequests = 40\nwarmup = 1\nrounds = 10\n[[sweep]]\nover = \"concurrency\"\nvalues = [1, 2]\n";

const FILES: [&str; 7] = ["out.html", "out.pdf", "out.json", "out.md", "out.csv", "out.svg", "out.png"];

/// The experiment's run with every report.
fn reported(bench: &Bench) -> Value {
    let mut arguments = vec!["run", "-", "--json", "--report", "all/"];
    arguments.extend(FILES.iter().flat_map(|file| ["--report", *file]));
    bench.say(&arguments, EXPERIMENT).json()
}

#[test]
fn every_format_is_written_and_runs_again() {
    let bench = Bench::new();
    let outcome = reported(&bench);
    let again = FILES.iter().copied().filter(|file| *file != "out.csv");
    for file in again.chain(["out.csv-metadata.json", "all/experiment.toml", "all/outcome.json", "all/report.html"]) {
        let checked = bench.say(&["check", file, "--max-queries", "6", "--json"], "").json();
        assert_eq!((&checked["kept"], &checked["seed"]), (&true.into(), &7.into()), "{file}");
    }
    let run = bench.say(&["run", "out.pdf", "--json"], "").json();
    assert_eq!(run["experiment"], outcome["experiment"]);
    for (one, other) in run["variants"].as_array().unwrap().iter().zip(outcome["variants"].as_array().unwrap()) {
        assert_eq!((&one["counts"], &one["hash"]), (&other["counts"], &other["hash"]));
    }
    assert!(bench.say(&["run", "out.csv"], "").sentence(2).starts_with("error: out.csv: "));
}

#[test]
fn csv_is_read_by_python() {
    let bench = Bench::new();
    let outcome = reported(&bench);
    let read = "import csv, sys, json; rows = list(csv.DictReader(open(sys.argv[1], newline='')));\
                print(json.dumps([len(rows), sum(int(row['latency_ns']) for row in rows if row['part'] == 'run'),\
                sorted({row['part'] for row in rows})]))";
    let said = Command::new("python3").args(["-c", read]).arg(bench.path("out.csv")).output().unwrap();
    let told: Value = serde_json::from_slice(&said.stdout).unwrap();
    let samples = outcome["variants"].as_array().unwrap().iter().flat_map(|one| one["samples"].as_array().unwrap());
    let latency: u64 = samples.map(|sample| sample["latency"].as_u64().unwrap()).sum();
    assert_eq!((&told[1], &told[2]), (&latency.into(), &serde_json::json!(["control", "run", "sweep"])));
    assert_eq!(told[0].as_u64().unwrap(), 40 * 7, "two variants and a control, and two variants at two points");
}

#[test]
fn a_folder_has_every_chart_and_table() {
    let bench = Bench::new();
    reported(&bench);
    for file in ["charts/headline.png", "charts/latency-over-concurrency.svg", "tables/comparison.csv", "samples.csv"] {
        assert!(bench.path("all").join(file).is_file(), "{file}");
    }
    // Another time the same folder is written over, with or without its slash.
    assert_eq!(bench.say(&["run", "-", "--json", "--report", "all"], EXPERIMENT).status, 0);
    let nowhere = bench.say(&["run", "-", "--report", "no/such/folder/"], EXPERIMENT);
    assert!(nowhere.sentence(2).contains("there is no folder no/such"));
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn no_file_has_the_password() {
    let (bench, server) = (Bench::new(), server().unwrap());
    let script =
        "CREATE TABLE team (id int PRIMARY KEY); CREATE TABLE person (id int PRIMARY KEY, team_id int REFERENCES team);
        INSERT INTO team VALUES (1); INSERT INTO person VALUES (1, 1), (2, 1);";
    let address = server.database(script).unwrap();
    let password = address.split_once('@').unwrap().0.rsplit(':').next().unwrap();
    assert!(password.len() > 3, "{password} may stand anywhere");
    let experiment = EXPERIMENT
        .replace("sample:citizenapp?size=xs", &address)
        .replace("\"User\"", "\"person\"")
        .replace("organization", "team");
    let mut arguments = vec!["run", "-", "--json", "--report", "all/"];
    arguments.extend(FILES.iter().flat_map(|file| ["--report", *file]));
    let said = bench.say(&arguments, &experiment);
    assert_eq!(said.status, 0, "{}", said.err);
    let checked = bench.say(&["check", "-", "--max-queries", "1", "--format", "junit"], &experiment);
    assert_eq!(checked.status, 1, "{}", checked.err);
    let written = files(bench.folder.path());
    assert!(written.len() > FILES.len() + 10, "{written:?}");
    let with = |bytes: &[u8]| bytes.windows(password.len()).any(|window| window == password.as_bytes());
    let telling: Vec<&PathBuf> = written.iter().filter(|file| with(&std::fs::read(file).unwrap())).collect();
    assert!(telling.is_empty(), "{telling:?}");
    for text in [&said.out, &said.err, &checked.out, &checked.err] {
        assert!(!with(text.as_bytes()));
    }
}
