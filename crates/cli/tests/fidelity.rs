//! The recorded answers of the real SQLAlchemy, held against `fetchscope trace` on SQLite.
//!
//! Compared statement by statement: text (white space folded), parameters, rows and phase; then counts, error and the
//! canonical hash of the response.
//! Forgiven is only what SQLAlchemy itself leaves undefined: the order of post-loads of
//! siblings, and the order of composite key columns in a subquery load.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use fetchscope_drivers::sqlite::create_from_script;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn recorded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fidelity").join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(recorded(name)).unwrap()
}

/// What is compared of one answer.
#[derive(Debug, PartialEq)]
struct Answer {
    statements: Vec<Statement>,
    error: Option<(String, String, Option<String>)>,
    root_count: Option<u64>,
    hash: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Statement {
    phase: String,
    sql: String,
    params: String,
    rows: Option<u64>,
}

fn folded(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first 16 hexadecimal digits of the SHA-256 of the parameters as a Python JSON list.
fn params_sha(params: &[Value]) -> String {
    let parts: Vec<String> = params.iter().map(Value::to_string).collect();
    let digest = Sha256::digest(format!("[{}]", parts.join(", ")).as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn error_of(answer: &Value) -> Option<(String, String, Option<String>)> {
    let error = &answer["error"];
    let text = |key: &str| error[key].as_str().unwrap().to_owned();
    (!error.is_null()).then(|| (text("type"), text("phase"), error["path"].as_str().map(str::to_owned)))
}

fn answer(answer: &Value, params: fn(&Value) -> String) -> Answer {
    let statement = |one: &Value| Statement {
        phase: one["phase"].as_str().unwrap().to_owned(),
        sql: folded(one["sql"].as_str().unwrap()),
        params: params(one),
        rows: one["rows"].as_u64(),
    };
    let statements: Vec<Statement> = answer["statements"].as_array().unwrap().iter().map(statement).collect();
    assert_eq!(answer["query_count"].as_u64(), Some(statements.len() as u64));
    Answer {
        statements,
        error: error_of(answer),
        root_count: answer["root_count"].as_u64(),
        hash: answer["hash_canonical"].as_str().map(str::to_owned),
    }
}

/// What `fetchscope trace` answers; `Err` with its words where the plan is not supported yet.
fn ours(database: &Path, mapping: &Path, plan: &Value) -> Result<Answer, String> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_fetchscope"))
        .args(["trace", "--json", "--plan", "-", "--source"])
        .arg(format!("sqlite:{}", database.display()))
        .arg("--mapping")
        .arg(mapping)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(plan.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if !output.status.success() {
        assert_eq!(output.status.code(), Some(2), "{words}");
        return Err(words);
    }
    let trace: Value = serde_json::from_slice(&output.stdout).unwrap();
    // BEGIN and ROLLBACK, and with a commit before the walk COMMIT and, where the walk sends something, both again.
    let begun = trace["statements"].as_array().unwrap().iter().any(|one| one["phase"] == "walk");
    let around = if plan["commit_before_walk"] == true && begun { 4 } else { 2 };
    assert_eq!(trace["round_trips"].as_u64().unwrap(), trace["query_count"].as_u64().unwrap() + around);
    Ok(answer(&trace, |statement| params_sha(statement["params"].as_array().unwrap())))
}

/// Whether two answers agree, but for what SQLAlchemy leaves undefined.
fn differ(want: &Answer, have: &Answer) -> Option<String> {
    let mut have_statements = have.statements.clone();
    if want.statements.len() != have_statements.len() {
        return Some(format!("{} statements instead of {}", have_statements.len(), want.statements.len()));
    }
    for (want, have) in want.statements.iter().zip(&mut have_statements) {
        if want.rows.is_none() {
            have.rows = None;
        }
    }
    let mut expected = want.statements.clone();
    for one in expected.iter_mut().chain(&mut have_statements) {
        if one.sql.contains("AS anon_1 JOIN") && (one.sql.contains("orders") || one.sql.contains("order_lines")) {
            one.sql = sorted_select_lists(&one.sql);
        }
    }
    expected.sort();
    have_statements.sort();
    let differing: Vec<_> = expected.iter().zip(&have_statements).filter(|(want, have)| want != have).collect();
    if let Some(place) = differing.first() {
        let more_than_order = || Some(format!("{place:#?}"));
        if want.statements.len() < 3 {
            return more_than_order();
        }
        let shuffled_keys = differing.iter().all(|(want, have)| want.sql == have.sql && want.sql.contains(" IN (?"));
        let rows = |pick: fn(&(&Statement, &Statement)) -> Option<u64>| differing.iter().filter_map(pick).sum::<u64>();
        if !(shuffled_keys && rows(|one| one.0.rows) == rows(|one| one.1.rows)) {
            return more_than_order();
        }
    }
    if (&want.error, want.root_count) != (&have.error, have.root_count) {
        return Some(format!(
            "{:?} {:?} instead of {:?} {:?}",
            have.error, have.root_count, want.error, want.root_count
        ));
    }
    (want.hash != have.hash).then(|| "another response".to_owned())
}

/// The statement with the columns of each of its SELECT lists in alphabetical order.
fn sorted_select_lists(sql: &str) -> String {
    let lists = sql.split("SELECT ").map(|part| {
        let (list, rest) = part.split_once(" FROM ").unwrap_or((part, ""));
        let (distinct, list) = list.strip_prefix("DISTINCT ").map_or((false, list), |list| (true, list));
        let mut columns: Vec<&str> = list.split(", ").collect();
        columns.sort_unstable();
        format!("{distinct} {} FROM {rest}", columns.join(", "))
    });
    lists.collect::<Vec<_>>().join("SELECT ")
}

#[test]
fn every_covered_recorded_answer_agrees() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["citizen", "composite"] {
        create_from_script(&folder.path().join(name), &read(&format!("{name}.sql"))).unwrap();
    }
    let goldens: BTreeMap<String, Value> = read("golden-sqlite.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|line| (line["id"].as_str().unwrap().to_owned(), line))
        .collect();
    let mut goldens = goldens;
    let mut plans: Vec<Value> = serde_json::from_str(&read("plans.json")).unwrap();
    // Where random plans or a review found a difference, the real answer was recorded as well.
    for line in read("regressions.jsonl").lines() {
        let mut case: Value = serde_json::from_str(line).unwrap();
        goldens.insert(case["id"].as_str().unwrap().to_owned(), case["answer"].take());
        plans.push(case);
    }
    let (mut agree, mut wrong, mut uncovered) = (0, Vec::new(), Vec::new());
    for plan in &plans {
        let id = plan["id"].as_str().unwrap();
        let name = plan["db"].as_str().unwrap();
        let want = answer(&goldens[id], |statement| statement["params_sha"].as_str().unwrap().to_owned());
        match ours(&folder.path().join(name), &recorded(&format!("{name}.schema.json")), &plan["plan"]) {
            Err(words) if words.contains("is not supported by this version") => {
                uncovered.push(format!("{id}: {words}"))
            }
            Err(words) => wrong.push(format!("{id}: {words}")),
            Ok(have) => match differ(&want, &have) {
                None => agree += 1,
                Some(difference) => wrong.push(format!("{id}: {difference}")),
            },
        }
    }
    println!("{agree} of {} recorded answers agree; {} are not covered yet:", plans.len(), uncovered.len());
    uncovered.iter().for_each(|one| println!("  {one}"));
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(agree >= 212, "only {agree} agree");
}
