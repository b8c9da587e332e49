//! Names that want to be statements: whatever a mapping, a plan or a schema calls something, nothing is written.

use crate::requests::{program, serve};
use crate::{connect, name, value};
use fetchscope_drivers::database::{Database, Session};
use fetchscope_engine::mapping::document::MappingDocument;
use fetchscope_test_postgres::server;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

const PARTS: [&str; 24] = [
    "\"",
    "\"\"",
    "'",
    "''",
    ";",
    "--",
    "/*",
    "*/",
    "\\",
    "$$",
    "$1",
    "?",
    "\n",
    "\0",
    ")",
    "(",
    "%s",
    "é",
    "😀",
    "a",
    "DROP TABLE victim",
    "INSERT INTO victim VALUES (2)",
    "; COMMIT; TRUNCATE victim; ",
    "\"; SET default_transaction_read_only = off; DELETE FROM victim; --",
];

/// What is the same as long as nobody wrote: tables, and the rows of one.
const STATE: &str = "SELECT (SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class WHERE relkind IN ('r', 'v')) \
                     || (SELECT string_agg(id::text, ',') FROM victim)";

/// Names of up to 63 bytes and beyond.
fn names(count: usize) -> Vec<String> {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let name = |random: &mut ChaCha8Rng| {
        let parts = random.random_range(1..6);
        (0..parts).map(|_| *PARTS.choose(random).unwrap()).collect::<String>()
    };
    (0..count).map(|_| name(&mut random)).collect()
}

/// Two tables of these names, the second referring to the first.
fn mapping(schema: Option<&str>, table: &str, column: &str) -> MappingDocument {
    let far = format!("{table}2");
    let mut document = json!({"name": column, "entities": [
        {"name": "A", "table": table, "columns": [{"name": column, "type": "text", "pk": true}],
         "relationships": [{"name": "far", "kind": "one_to_many", "target": "B", "pairs": [[column, column]]}]},
        {"name": "B", "table": far, "columns": [{"name": column, "type": column, "pk": true}]}]});
    if let Some(schema) = schema {
        document["entities"][0]["schema"] = schema.into();
    }
    serde_json::from_value(document).unwrap()
}

#[test]
fn a_thousand_hostile_names_change_nothing() {
    let url =
        server().unwrap().database("CREATE TABLE victim (id int PRIMARY KEY); INSERT INTO victim VALUES (1)").unwrap();
    let watching = connect(&url);
    let before = value(&watching, STATE);
    let session = Database::Postgres(Box::new(crate::open(&url).unwrap())).connect().unwrap();
    let strategies = ["select", "joined", "selectin", "subquery", "bulk", "json_agg"];
    let names = names(1200);
    for (index, name) in names.iter().enumerate() {
        let other = &names[(index + 1) % names.len()];
        let schema = (index % 3 == 0).then_some(other.as_str());
        let plan = json!({"root": "A", "filter": {"where": [[other, "==", name]], "limit": 1},
                          "relationships": [{"name": "far", "strategy": strategies[index % strategies.len()]}]});
        let document = mapping(schema, name, other);
        let error = serve(&program(&document, plan), &session).unwrap_err().to_string();
        assert!(session.is_usable(), "{name:?}: {error}");
        session.verify(&document).unwrap_err();
    }
    assert_eq!(value(&watching, STATE), before);
}

#[test]
fn tables_with_hostile_names_are_read_as_any_others() {
    let mut script = String::new();
    let mut names: Vec<String> = names(200).into_iter().filter(|name| !name.contains('\0')).collect();
    // The server cuts longer ones.
    names.retain(|name| (1..=60).contains(&name.len()));
    names.sort();
    names.dedup();
    for name in &names {
        let quoted = name.replace('"', "\"\"");
        script.push_str(&format!("CREATE TABLE \"{quoted}\" (\"{quoted}\" int PRIMARY KEY);\n"));
        script.push_str(&format!("INSERT INTO \"{quoted}\" VALUES (7);\n"));
    }
    let url = server().unwrap().database(&script).unwrap();
    let session = Database::Postgres(Box::new(crate::open(&url).unwrap())).connect().unwrap();
    let found = session.introspect(name(&url)).unwrap();
    let entities: Vec<&str> = found.mapping.entities.iter().map(|entity| entity.name.as_str()).collect();
    assert_eq!(entities, names);
    session.verify(&found.mapping).unwrap();
    for name in &names {
        let served = serve(&program(&found.mapping, json!({"root": name, "relationships": []})), &session).unwrap();
        assert_eq!(served.row_count, 1, "{name:?}");
    }
    assert!(matches!(session, Session::Postgres(_)));
}
