//! What the server says about statements and itself.

use crate::{connect, open, value};
use fetchscope_drivers::postgres::PostgresError;
use fetchscope_drivers::postgres::activity::{Wait, Watcher};
use fetchscope_test_postgres::{Server, server};
use std::time::Duration;

const ROWS: &str = "CREATE TABLE t (id int PRIMARY KEY, word text); \
                    INSERT INTO t SELECT g, 'w' || g % 7 FROM generate_series(1, 1000) AS g; ANALYZE t";

const LONGEST: Duration = Duration::from_secs(5);

#[test]
fn a_statement_is_explained_with_its_parameters() {
    let session = connect(&server().unwrap().database(ROWS).unwrap());
    let sql = "SELECT * FROM t WHERE word = $1 AND id > $2::int";
    let root = session.explain(sql, &["w3".into(), 500.into()], LONGEST).unwrap().root;
    assert_eq!((root.kind.as_str(), root.relation.as_deref()), ("Seq Scan", Some("t")));
    assert_eq!((root.rows, root.removed_rows, root.loops), (Some(71.0), 929.0, 1));
    assert!(root.time.is_some() && root.buffers.hit + root.buffers.read > 0, "{root:?}");
    let by_key = session.explain("SELECT * FROM t WHERE id = $1::INTEGER", &[7.into()], LONGEST).unwrap().root;
    assert_eq!(by_key.index.as_deref(), Some("t_pkey"));
}

#[test]
fn explaining_writes_nothing_and_leaves_the_session_usable() {
    let session = connect(&server().unwrap().database(ROWS).unwrap());
    let error = session.explain("DELETE FROM t", &[], LONGEST).unwrap_err().to_string();
    assert!(error.contains("read-only transaction"), "{error}");
    assert_eq!(value(&session, "SELECT count(*) FROM t"), "1000");
    session.explain("SELECT missing FROM t", &[], LONGEST).unwrap_err();
    session.explain("SELECT id FROM t", &[], LONGEST).unwrap();
    let slow = session.explain("SELECT pg_sleep(5)", &[], Duration::from_millis(50)).unwrap_err();
    assert!(matches!(slow, PostgresError::StatementTimeout { .. }), "{slow}");
    // The limit went with the transaction.
    session.ask("SELECT pg_sleep(0.1)").unwrap();
}

#[test]
fn bytes_are_explained_as_they_were_sent() {
    let script = "CREATE TABLE b (id bytea PRIMARY KEY); INSERT INTO b VALUES ('\\xabcd')";
    let session = connect(&server().unwrap().database(script).unwrap());
    // As a trace has them.
    let explained = session.explain("SELECT id FROM b WHERE id = $1::BYTEA", &["abcd".into()], LONGEST).unwrap();
    assert_eq!(explained.root.rows, Some(1.0));
}

#[test]
fn waits_are_seen_while_they_last() {
    let database = open(&server().unwrap().database("").unwrap()).unwrap();
    let watcher = Watcher::begin(&database, Duration::from_millis(10)).unwrap();
    database.connect().unwrap().ask("SELECT pg_sleep(0.3)").unwrap();
    let waits = watcher.take();
    let asleep = Wait::Event { sort: "Timeout".to_owned(), event: "PgSleep".to_owned() };
    assert!(waits.looks > 1 && waits.seen.get(&asleep).is_some_and(|seen| *seen > 1), "{waits:?}");
}

#[test]
fn settings_that_matter_are_listed_with_their_units() {
    let session = connect(&server().unwrap().database("").unwrap());
    let settings = session.server_settings().unwrap();
    let of = |name: &str| settings.iter().find(|setting| setting.name == name).unwrap().value.clone();
    assert_eq!(of("jit"), value(&session, "SHOW jit"));
    assert_eq!(of("work_mem"), value(&session, "SHOW work_mem"));
    assert!(settings.is_sorted_by_key(|setting| setting.name.clone()));
}

#[test]
fn statements_are_counted_where_the_server_counts_them() {
    let server = Server::with("pg_stat_statements").unwrap();
    let url = server.database(&format!("{ROWS}; CREATE EXTENSION pg_stat_statements")).unwrap();
    let session = connect(&url);
    let before = session.statement_counts().unwrap().unwrap();
    for _ in 0..3 {
        session.ask("SELECT word FROM t WHERE id <= 10").unwrap();
    }
    let ran = session.statement_counts().unwrap().unwrap().since(&before);
    let [one] = &ran[..] else { panic!("{ran:?}") };
    assert_eq!((one.sql.as_str(), one.calls, one.rows), ("SELECT word FROM t WHERE id <= $1", 3, 30));
    assert!(one.time.0 > 0 && one.blocks_hit > 0, "{one:?}");
}

#[test]
fn where_nothing_counts_statements_nothing_is_said() {
    let session = connect(&server().unwrap().database("").unwrap());
    assert_eq!(session.statement_counts().unwrap(), None);
}
