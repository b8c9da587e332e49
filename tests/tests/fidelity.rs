//! The recorded answers of the real SQLAlchemy, held against the loaders on SQLite.
//!
//! Compared statement by statement: text (white space folded), parameters, rows and phase; then counts, error and the
//! canonical hash of the response.
//! Forgiven is only what SQLAlchemy itself leaves undefined: the order of post-loads of
//! siblings, and the order of composite key columns in a subquery load.

use fetchscope_drivers::latency::Network;
use fetchscope_drivers::sqlite::{Circumstances, Database, Prepared, create_from_script};
use fetchscope_engine::graph::response;
use fetchscope_engine::mapping::Mapping;
use fetchscope_engine::plan::Program;
use fetchscope_engine::plan::resolve::PlanError;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

fn recorded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fidelity").join(name)
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

fn golden(line: &Value) -> Answer {
    let error = &line["error"];
    Answer {
        statements: line["statements"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| Statement {
                phase: one["phase"].as_str().unwrap().to_owned(),
                sql: folded(one["sql"].as_str().unwrap()),
                params: one["params_sha"].as_str().unwrap().to_owned(),
                rows: one["rows"].as_u64(),
            })
            .collect(),
        error: (!error.is_null()).then(|| {
            let text = |key: &str| error[key].as_str().unwrap().to_owned();
            (text("type"), text("phase"), error["path"].as_str().map(str::to_owned))
        }),
        root_count: line["root_count"].as_u64(),
        hash: line["hash_canonical"].as_str().map(str::to_owned),
    }
}

fn ours(database: &Database, mapping: &Arc<Mapping>, plan: &Value) -> Result<Answer, PlanError> {
    let plan = serde_json::from_value(plan.clone()).unwrap();
    let program = Program::resolve(mapping.clone(), &plan)?;
    let prepared = Prepared::new(Arc::new(program));
    let session = database.connect().unwrap();
    let mut how = Circumstances {
        network: &mut Network::none(),
        transaction: true,
        statement_cache: true,
        record: true,
        cancel: &AtomicBool::new(false),
    };
    let served = prepared.serve(&session, &mut how).unwrap();
    assert_eq!(served.round_trips, served.query_count + 2);
    Ok(Answer {
        statements: served
            .statements
            .iter()
            .map(|one| Statement {
                phase: serde_json::to_value(one.phase).unwrap().as_str().unwrap().to_owned(),
                sql: folded(&one.sql),
                params: params_sha(&one.params),
                rows: Some(one.rows),
            })
            .collect(),
        error: served.loaded.error.as_ref().map(|error| {
            let phase = serde_json::to_value(error.phase).unwrap();
            (error.type_name.name().to_owned(), phase.as_str().unwrap().to_owned(), error.path.clone())
        }),
        root_count: served.loaded.roots.as_ref().map(|roots| roots.len() as u64),
        hash: prepared.canonical(&served.loaded).map(|bytes| response::hash(&bytes)),
    })
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
        let shuffled_keys = differing.iter().all(|(want, have)| want.sql == have.sql && want.sql.contains(" IN (?"));
        let rows = |pick: fn(&(&Statement, &Statement)) -> Option<u64>| differing.iter().filter_map(pick).sum::<u64>();
        if !(shuffled_keys && rows(|one| one.0.rows) == rows(|one| one.1.rows)) {
            return Some(format!("{place:#?}"));
        }
    }
    if (&want.error, want.root_count) != (&have.error, have.root_count) {
        return Some(format!("{:?} {:?} instead of {:?} {:?}", have.error, have.root_count, want.error, want.root_count));
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
    let mut databases = BTreeMap::new();
    for name in ["citizen", "composite"] {
        let path = folder.path().join(name);
        create_from_script(&path, &read(&format!("{name}.sql"))).unwrap();
        let document = serde_json::from_str(&read(&format!("{name}.schema.json"))).unwrap();
        databases.insert(name, (Database::open(&path).unwrap(), Arc::new(Mapping::check(&document).unwrap())));
    }
    let goldens: BTreeMap<String, Value> = read("golden-sqlite.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|line| (line["id"].as_str().unwrap().to_owned(), line))
        .collect();
    let plans: Vec<Value> = serde_json::from_str(&read("plans.json")).unwrap();
    let (mut agree, mut wrong, mut uncovered) = (0, Vec::new(), Vec::new());
    for plan in &plans {
        let id = plan["id"].as_str().unwrap();
        let (database, mapping) = &databases[plan["db"].as_str().unwrap()];
        match ours(database, mapping, &plan["plan"]) {
            Err(PlanError::Unsupported(what)) => uncovered.push(format!("{id}: {what}")),
            Err(error) => wrong.push(format!("{id}: {error}")),
            Ok(answer) => match differ(&golden(&goldens[id]), &answer) {
                None => agree += 1,
                Some(difference) => wrong.push(format!("{id}: {difference}")),
            },
        }
    }
    println!("{agree} of {} recorded answers agree; {} are not covered yet:", plans.len(), uncovered.len());
    uncovered.iter().for_each(|one| println!("  {one}"));
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(agree >= 204, "only {agree} agree");
}
