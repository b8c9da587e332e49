//! The command line as others rely on it: what it answers, where, and with which exit status.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod application;
mod bench;
mod gate;
#[cfg(unix)]
mod lane;
mod reports;
mod server;

use bench::Bench;
use fetchscope_drivers::sqlite::create_from_script;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

const XS: &str = "sample:citizenapp?size=xs";
const USERS: &str = r#"{"root": "User", "filter": {"order_by": ["id"]},
    "relationships": [{"name": "organization", "strategy": "STRATEGY"}]}"#;

const SMALL: &str = "CREATE TABLE team (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL);
    CREATE TABLE person (id INTEGER PRIMARY KEY, team_id INTEGER REFERENCES team, boss_id INTEGER REFERENCES person(id));
    CREATE TABLE badge (person_id INTEGER PRIMARY KEY REFERENCES person(id), code TEXT);
    CREATE TABLE skill (id INTEGER PRIMARY KEY);
    CREATE TABLE person_skill (person_id INTEGER REFERENCES person(id), skill_id INTEGER REFERENCES skill(id),
        PRIMARY KEY (person_id, skill_id));
    CREATE TABLE loose (what TEXT);
    CREATE VIEW seen AS SELECT id FROM person;
    INSERT INTO team VALUES (1, 'red'); INSERT INTO person VALUES (1, 1, NULL), (2, 1, 1);";

#[test]
fn a_trace_has_the_promised_members() {
    let trace =
        Bench::new().say(&["trace", "--source", XS, "--plan", "-", "--json"], &USERS.replace("STRATEGY", "selectin"));
    let trace = trace.json();
    assert_eq!(trace["query_count"], 2);
    assert_eq!(trace["round_trips"], 4);
    assert_eq!(trace["row_count"], 55);
    assert_eq!(trace["root_count"], 50);
    assert_eq!(trace["error"], Value::Null);
    assert_eq!(trace["findings"], json!([]));
    assert_eq!(trace["response"].as_array().unwrap().len(), 50);
    let statement = &trace["statements"][1];
    assert_eq!(
        (&statement["n"], &statement["phase"], &statement["path"]),
        (&json!(2), &json!("load"), &json!("User.organization"))
    );
    for member in ["sql", "params", "rows", "bytes", "times_ns"] {
        assert!(!statement[member].is_null(), "{member}");
    }
    for band in ["pool_wait", "round_trip", "execute", "fetch", "decode", "hydrate", "serialize"] {
        assert!(statement["times_ns"][band].is_u64(), "{band}");
    }
    assert_eq!(trace["hash_canonical"], trace["hash_as_returned"]);
    assert_eq!(
        trace["prediction"],
        json!({"statements": 2, "rows": 55, "exact": true, "formula": "1 + 1 for organization = 2"})
    );
}

#[test]
fn a_trace_begins_with_what_was_predicted() {
    let bench = Bench::new();
    let first = |strategy: &str| {
        let plan = USERS.replace("STRATEGY", strategy);
        bench.say(&["trace", "--source", XS, "--plan", "-"], &plan).out.lines().next().unwrap().to_owned()
    };
    assert_eq!(first("select"), "predicted 6 statements = 1 + 5 distinct organizations, 55 rows");
    assert_eq!(first("joined"), "predicted 1 statement, 50 rows");
    assert_eq!(first("raise"), "predicted 1 statement, 50 rows, until the exception at User.organization");
}

#[test]
fn an_error_of_sqlalchemy_and_no_rows_are_answers() {
    let bench = Bench::new();
    let raised =
        bench.say(&["trace", "--source", XS, "--plan", "-", "--json"], &USERS.replace("STRATEGY", "raise")).json();
    assert_eq!(raised["error"]["type"], "InvalidRequestError");
    assert_eq!((&raised["error"]["phase"], &raised["error"]["path"]), (&json!("walk"), &json!("User.organization")));
    assert_eq!(raised["response"], Value::Null);
    let nobody =
        r#"{"root": "User", "filter": {"pk": -1}, "relationships": [{"name": "roles", "strategy": "selectin"}]}"#;
    let nobody = bench.say(&["trace", "--source", XS, "--plan", "-", "--json"], nobody).json();
    assert_eq!(
        (&nobody["query_count"], &nobody["root_count"], &nobody["response"]),
        (&json!(1), &json!(0), &json!([]))
    );
}

#[test]
fn unusable_input_is_one_sentence_and_status_2() {
    let bench = Bench::new();
    let not = bench.write("not.db", "this is a text file, and long enough for a header");
    let not = format!("sqlite:{}", not.display());
    let plan = bench.write("plan.json", &USERS.replace("STRATEGY", "joined"));
    let plan = plan.to_str().unwrap();
    let said = |arguments: &[&str]| bench.say(arguments, "").sentence(2).to_owned();
    assert!(said(&["schema", "--source", &not]).contains("is not a SQLite database"));
    assert!(said(&["schema", "--source", "sqlite:none.db"]).contains("there is no file"));
    assert!(said(&["schema", "--source", "citizenapp"]).contains("is not a source"));
    assert!(said(&["schema", "--source", "sample:citizenapp?size=xxl"]).contains("no size `xxl`"));

    assert!(said(&["password", "forget", XS]).contains("is no server"));

    let unknown = bench.write("unknown.json", r#"{"root": "User", "relationships": [{"name": "orgs"}]}"#);
    let words = said(&["trace", "--source", XS, "--plan", unknown.to_str().unwrap()]);
    assert!(words.contains("`User` has no relationship `orgs`") && words.contains("`organization`"), "{words}");
    let broken = bench.write("broken.json", "{\"root\": ");
    assert!(said(&["trace", "--source", XS, "--plan", broken.to_str().unwrap()]).contains("line 1"));

    let mapping = bench.say(&["schema", "--source", XS], "").out;
    let missing = bench.write("missing.json", &mapping.replacen("\"manager_id\"", "\"chief_id\"", 1));
    let words = said(&["trace", "--source", XS, "--mapping", missing.to_str().unwrap(), "--plan", plan]);
    assert!(words.contains("manager_id") || words.contains("chief_id"), "{words}");
    let words = said(&["trace", "--source", XS, "--mapping", "-", "--plan", "-"]);
    assert!(words.contains("standard input"), "{words}");
}

fn experiment(strategy: &str, more: &str) -> String {
    format!(
        "version = 1\nsource = \"{XS}\"\n[endpoint]\nroot = \"User\"\nrelationships = [{{ name = \"organization\" }}]\n\
         [variants.lazy]\n[variants.other]\n\"organization\" = \"{strategy}\"\n{more}"
    )
}

#[test]
fn experiments_that_cannot_run_name_the_place() {
    let bench = Bench::new();
    let said = |text: &str| bench.say(&["run", "-"], text).sentence(2).to_owned();
    let none = said(&experiment("joined", "[workload]\nconcurrency = 0\n"));
    assert!(none.contains("`workload.concurrency` is 0"), "{none}");
    let typo = said(&experiment("joind", ""));
    assert!(typo.contains("line 8") && typo.contains("joind"), "{typo}");
    let unknown = said(&experiment("joined", "[worklod]\n"));
    assert!(unknown.contains("line 9") && unknown.contains("worklod"), "{unknown}");
    let report = bench.say(&["run", "-", "--report", "x.docx"], &experiment("joined", ""));
    assert!(report.sentence(2).contains(".docx"));
}

#[test]
fn a_run_answers_no_only_where_an_answer_is_unexpectedly_wrong() {
    let bench = Bench::new();
    let few = "[workload]\nconcurrency = 2\nrequests = 4\nwarmup = 1\nrounds = 2\n";
    let same = bench.say(&["run", "-", "--json", "--report", "out.html"], &experiment("joined", few));
    let outcome = same.json();
    let counts: Vec<_> =
        (0..2).map(|index| outcome["variants"][index]["counts"]["queries"].as_u64().unwrap()).collect();
    assert_eq!(counts, [6, 1]);
    assert_eq!(outcome["variants"][1]["samples"].as_array().unwrap().len(), 4);
    assert_eq!(outcome["variants"][1]["agreement"]["kind"], "same");
    assert!(std::fs::read_to_string(bench.path("out.html")).unwrap().contains("<svg"));

    let wrong = bench.say(&["run", "-"], &experiment("noload", few));
    assert_eq!(wrong.status, 1, "{}", wrong.err);
    assert!(wrong.out.contains("wrong answer: 50 roots with another `organization`"), "{}", wrong.out);
    let expected =
        bench.say(&["run", "-"], &experiment("noload", &few.replace("[workload]", "expect = \"differs\"\n[workload]")));
    assert_eq!(expected.status, 0, "{}", expected.err);
}

#[test]
fn a_schema_is_introspected_and_its_output_is_a_mapping() {
    let bench = Bench::new();
    let source = bench.database(SMALL);
    let said = bench.say(&["schema", "--source", &source], "");
    assert!(said.err.contains("`loose` is left out") && said.err.contains("`seen` is left out"), "{}", said.err);
    let mapping = said.json();
    let names = |entity: usize| -> Vec<String> {
        let relationships = mapping["entities"][entity]["relationships"].as_array().unwrap();
        relationships.iter().map(|one| format!("{} {}", one["name"], one["kind"]).replace('"', "")).collect()
    };
    assert_eq!(mapping["entities"][1]["name"], "person");
    assert_eq!(names(0), ["person_id many_to_one"].map(|_| "person many_to_one".to_owned()));
    assert_eq!(
        names(1),
        [
            "badge one_to_one",
            "boss many_to_one",
            "person_by_boss_id one_to_many",
            "team many_to_one",
            "skill many_to_many"
        ]
    );
    let file = bench.write("mapping.json", &said.out);
    let plan = r#"{"root": "person", "relationships": [{"name": "team", "strategy": "joined"}]}"#;
    let arguments = ["trace", "--source", &source, "--mapping", file.to_str().unwrap(), "--plan", "-", "--json"];
    assert_eq!(bench.say(&arguments, plan).json()["root_count"], 2);
}

/// Names and contents of a folder's files.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn nothing_beside_a_users_file_appears_or_changes() {
    for journal in ["delete", "wal"] {
        let bench = Bench::new();
        let folder = bench.path("theirs");
        std::fs::create_dir(&folder).unwrap();
        let path = folder.join("some.db");
        create_from_script(&path, &format!("PRAGMA journal_mode = {journal}; {SMALL}")).unwrap();
        let mut mode = std::fs::metadata(&path).unwrap().permissions();
        mode.set_readonly(true);
        std::fs::set_permissions(&path, mode).unwrap();
        let before = files(&folder);
        let plan = r#"{"root": "person", "relationships": [{"name": "team", "strategy": "selectin"}]}"#;
        let source = format!("sqlite:{}", path.display());
        bench.say(&["trace", "--source", &source, "--plan", "-", "--json"], plan).json();
        assert!(files(&folder) == before, "with journal mode {journal}");
    }
}

#[test]
fn a_locked_file_is_status_3() {
    let bench = Bench::new();
    let source = bench.database(SMALL);
    let lock = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN EXCLUSIVE'); \
                print('locked', flush=True); sys.stdin.read()";
    let mut holder = Command::new("python3")
        .args(["-c", lock, bench.path("some.db").to_str().unwrap()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "locked\n");
    let said = bench.say(&["schema", "--source", &source], "");
    drop(holder.stdin.take());
    holder.wait().unwrap();
    assert!(said.sentence(3).contains("is locked by another process"));
    assert_eq!(bench.say(&["schema", "--source", &source], "").status, 0);
}

#[test]
fn a_sample_is_listed_and_loaded_into_a_new_file_only() {
    let bench = Bench::new();
    let listed = bench.say(&["dataset", "list", "--json"], "").json();
    let sizes: Vec<_> = listed[0]["sizes"].as_array().unwrap().iter().map(|size| size["name"].clone()).collect();
    assert_eq!(sizes, ["xs", "s", "m", "l", "board"]);
    let load = ["dataset", "load", "citizenapp?size=xs", "--into", "sqlite:new.db"];
    assert_eq!(bench.say(&load, "").status, 0);
    let again = bench.say(&load, "");
    assert!(again.sentence(2).contains("already there"));
    let users = r#"{"root": "users", "filter": {"order_by": ["id"]}, "relationships": []}"#;
    let trace = bench.say(&["trace", "--source", "sqlite:new.db", "--plan", "-", "--json"], users).json();
    assert_eq!(trace["root_count"], 50);
}

#[test]
fn every_run_is_kept_and_can_be_shown_reported_and_deleted() {
    let bench = Bench::new();
    assert_eq!(bench.say(&["history", "list", "--json"], "").json(), json!([]));
    assert!(bench.say(&["history", "show", "last"], "").sentence(2).contains("no run was made yet"));
    let few = "[workload]\nconcurrency = 2\nrequests = 4\nwarmup = 1\nrounds = 2\n";
    let said = bench.say(&["run", "-", "--json"], &experiment("joined", few));
    assert!(said.err.contains("Kept as run 1"), "{}", said.err);
    let shown = bench.say(&["history", "show", "1", "--json"], "").json();
    assert_eq!(shown, said.json());
    let readable = bench.say(&["history", "show", "last"], "").out;
    assert!(readable.starts_with("Run 1, 20") && readable.contains("against baseline"), "{readable}");
    let named = bench.say(&["history", "name", "1", "first one", "--tag", "b", "--tag", "a", "--json"], "").json();
    assert_eq!((&named["name"], &named["tags"]), (&json!("first one"), &json!(["a", "b"])));
    let listed = bench.say(&["history", "list", "first", "--json"], "").json();
    assert_eq!((&listed[0]["id"], &listed[0]["variants"][1]["queries"]["value"]), (&json!("1"), &json!(1.0)));
    assert_eq!(bench.say(&["history", "list", "nowhere"], "").out, "No run is kept, or none that says this.\n");
    assert_eq!(bench.say(&["history", "report", "1", "old.html", "old.svg"], "").status, 0);
    assert!(std::fs::read_to_string(bench.path("old.html")).unwrap().contains("<svg"));
    assert!(bench.say(&["history", "report", "1", "old.docx"], "").sentence(2).contains(".docx"));
    assert!(bench.say(&["history", "delete", "1", "7"], "").sentence(2).contains("there is no run 7"));
    assert_eq!(bench.say(&["history", "delete", "1", "--json"], "").json(), json!({"deleted": ["1"]}));
    assert!(bench.say(&["history", "show", "1"], "").sentence(2).contains("there is no run 1"));
    assert!(bench.say(&["history", "show", "x"], "").sentence(2).contains("not the number of a run"));
}

#[test]
fn two_runs_are_set_beside_each_other_the_earlier_one_first() {
    let bench = Bench::new();
    for (strategy, concurrency) in [("joined", 2), ("selectin", 1)] {
        let few = format!("[workload]\nconcurrency = {concurrency}\nrequests = 4\nwarmup = 1\nrounds = 2\n");
        assert_eq!(bench.say(&["run", "-"], &experiment(strategy, &few)).status, 0);
    }
    let found = bench.say(&["history", "compare", "last", "1", "--json"], "").json();
    assert_eq!((&found["before"]["id"], &found["after"]["id"]), (&json!("1"), &json!("2")));
    assert_eq!(found["differences"][0]["what"], "concurrency");
    let other = &found["variants"][1];
    assert_eq!((&other["before"]["queries"], &other["after"]["queries"]), (&json!(1), &json!(2)), "{found}");
    let said = bench.say(&["history", "compare", "1", "2"], "").out;
    assert!(said.contains("concurrency: 2, then 1") && said.contains("1 → 2"), "{said}");
    assert!(bench.say(&["history", "compare", "1", "9"], "").sentence(2).contains("there is no run 9"));
}

#[test]
fn lessons_are_listed_and_one_of_ones_own_is_measured() {
    let bench = Bench::new();
    let listed = bench.say(&["lesson", "list", "--json"], "").json();
    assert!(listed.as_array().unwrap().len() >= 16);
    assert_eq!(listed[0]["name"], "c2");
    let few = "[workload]\nrequests = 4\nwarmup = 1\nrounds = 2\n";
    bench.write("mine.toml", &experiment("joined", few));
    let page = "# Mine\n\nWords.\n\n## Predict\n\nHow many?\n\n- One. `queries lazy = 1`\n- Six. `queries lazy = 6`\n\n\
                ## Reveal\n\nlazy sent {queries lazy}, other {queries other}: {answer other}.\n";
    let mine = bench.write("mine.md", page);
    let told = bench.say(&["lesson", "run", mine.to_str().unwrap(), "--json"], "").json();
    let right: Vec<_> = told["predictions"].as_array().unwrap().iter().map(|one| one["right"].clone()).collect();
    assert_eq!(right, [json!(false), json!(true)]);
    assert_eq!(told["text"], "lazy sent 6, other 1: same answer.");
    let kept = bench.say(&["history", "list", "lesson", "--json"], "").json();
    assert_eq!((&kept[0]["name"], &kept[0]["tags"]), (&json!("Mine"), &json!(["lesson"])));
    assert!(bench.say(&["lesson", "run", "none"], "").sentence(2).contains("there is no lesson `none`"));
}
