//! Whole requests over a schema of somebody's own, and what happens when something goes wrong in the middle of one.

use crate::{connect, open};
use fetchscope_drivers::database::{Database, Session};
use fetchscope_drivers::error::DatabaseError;
use fetchscope_drivers::latency::Network;
use fetchscope_drivers::limits::{Limits, Reached};
use fetchscope_drivers::postgres::PostgresError;
use fetchscope_drivers::request::{Circumstances, Prepared, ServeError, Served};
use fetchscope_engine::mapping::Mapping;
use fetchscope_engine::mapping::document::MappingDocument;
use fetchscope_engine::plan::Program;
use fetchscope_engine::sql::Dialect;
use fetchscope_test_postgres::{Server, server};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const BILLS: &str = "
CREATE SCHEMA billing;
CREATE TABLE users (id uuid PRIMARY KEY, since timestamptz NOT NULL, worth numeric(10, 2));
CREATE TABLE billing.invoices (year int, no bigint, user_id uuid REFERENCES users, day date, PRIMARY KEY (year, no));
CREATE TABLE billing.\"order\" (id int PRIMARY KEY, year int, no bigint, code char(4),
    FOREIGN KEY (year, no) REFERENCES billing.invoices (year, no));
CREATE TABLE tags (code char(4) PRIMARY KEY);
CREATE TABLE billing.tagged (year int, no bigint, tag char(4) REFERENCES tags, PRIMARY KEY (year, no, tag),
    FOREIGN KEY (year, no) REFERENCES billing.invoices (year, no));
INSERT INTO users SELECT md5(g::text)::uuid, timestamptz '2024-01-01Z' + g * interval '1.5 s', g / 3.0
    FROM generate_series(1, 20) AS g;
INSERT INTO billing.invoices SELECT 2020 + g % 3, g, md5((1 + g % 20)::text)::uuid, date '2024-02-28' + g
    FROM generate_series(1, 60) AS g;
INSERT INTO billing.\"order\" SELECT g, 2020 + (1 + g % 60) % 3, 1 + g % 60, 'a' FROM generate_series(1, 150) AS g;
INSERT INTO tags SELECT 't' || g FROM generate_series(1, 5) AS g;
INSERT INTO billing.tagged SELECT 2020 + g % 3, g, 't' || 1 + g % 5 FROM generate_series(1, 60) AS g;
INSERT INTO billing.tagged SELECT 2020 + g % 3, g, 't' || 1 + (g + 2) % 5 FROM generate_series(1, 60) AS g;
";

/// How a request is served here: its transaction and its statement cache.
#[derive(Clone, Copy)]
struct How {
    transaction: bool,
    cache: bool,
    limits: Limits,
}

const USUAL: How = How {
    transaction: true,
    cache: true,
    limits: Limits { rows: 1_000_000, bytes: 1_000_000_000, time: Duration::from_secs(60) },
};

pub(crate) fn program(mapping: &MappingDocument, plan: serde_json::Value) -> Prepared {
    let mapping = Arc::new(Mapping::check(mapping).unwrap());
    let program = Program::resolve(mapping, &serde_json::from_value(plan).unwrap(), Dialect::Postgres).unwrap();
    Prepared::new(Arc::new(program))
}

fn serve_until(prepared: &Prepared, session: &Session, how: How, cancel: &AtomicBool) -> Result<Served, ServeError> {
    let circumstances = &mut Circumstances {
        network: &mut Network::none(),
        transaction: how.transaction,
        statement_cache: how.cache,
        record: true,
        limits: how.limits,
        cancel,
    };
    prepared.serve(session, circumstances)
}

pub(crate) fn serve(prepared: &Prepared, session: &Session) -> Result<Served, ServeError> {
    serve_until(prepared, session, USUAL, &AtomicBool::new(false))
}

fn session(url: &str) -> Session {
    Database::Postgres(Box::new(open(url).unwrap())).connect().unwrap()
}

/// Every user with invoices, their lines and tags, all with one strategy.
fn plan(strategy: &str) -> serde_json::Value {
    let one =
        |name: &str, below: serde_json::Value| json!({"name": name, "strategy": strategy, "relationships": below});
    let below = json!([one("order", json!([])), one("tags", json!([])), one("user", json!([]))]);
    json!({"root": "users", "filter": {"order_by": ["id"]}, "relationships": [one("invoices", below)]})
}

#[test]
fn every_strategy_finds_the_same_objects_whatever_the_keys_and_schemas() {
    let url = server().unwrap().database(BILLS).unwrap();
    let session = session(&url);
    let mapping = session.introspect("bills").unwrap().mapping;
    let mut answers = Vec::new();
    for strategy in ["select", "joined", "selectin", "subquery", "immediate", "bulk", "json_agg"] {
        for how in [USUAL, How { transaction: false, cache: false, ..USUAL }] {
            let prepared = program(&mapping, plan(strategy));
            let served = serve_until(&prepared, &session, how, &AtomicBool::new(false)).unwrap();
            assert_eq!(served.loaded.error, None, "{strategy}");
            let canonical = prepared.canonical(&served.loaded, &|| true).unwrap().unwrap();
            answers.push((strategy, String::from_utf8(canonical).unwrap()));
        }
    }
    let (_, first) = answers[0].clone();
    assert_eq!(first.matches("\"since\"").count(), 20 + 60);
    assert!(first.contains("\"since\":\"2024-01-01T00:00:01.500000+00:00\""), "{first}");
    assert!(first.contains("\"worth\":\"0.33\"") && first.contains("\"code\":\"t1  \""), "{first}");
    for (strategy, answer) in &answers {
        assert_eq!(*answer, first, "{strategy}");
    }
}

#[test]
fn a_column_that_is_gone_since_is_named_and_the_session_serves_on() {
    let server = server().unwrap();
    let url = server.database(BILLS).unwrap();
    let session = session(&url);
    let mapping = session.introspect("bills").unwrap().mapping;
    let before = program(&mapping, json!({"root": "tags", "relationships": []}));
    serve(&before, &session).unwrap();
    server.execute(crate::name(&url), "ALTER TABLE billing.invoices DROP COLUMN day").unwrap();
    let error = serve(&program(&mapping, plan("selectin")), &session).unwrap_err();
    assert!(error.to_string().contains("column invoices.day does not exist"), "{error}");
    assert!(matches!(&error, ServeError::Database(error) if error.is_input()), "{error:?}");
    assert!(session.is_usable());
    serve(&before, &session).unwrap();
}

#[test]
fn a_request_that_reaches_a_limit_or_is_cancelled_leaves_no_statement_running() {
    let url = server().unwrap().database(BILLS).unwrap();
    let again = || session(&url);
    let session = again();
    let mapping = session.introspect("bills").unwrap().mapping;
    let prepared = program(&mapping, plan("joined"));
    let few = How { limits: Limits { rows: 10, ..USUAL.limits }, ..USUAL };
    let error = serve_until(&prepared, &session, few, &AtomicBool::new(false)).unwrap_err();
    assert!(matches!(error, ServeError::Limit(Reached::Rows(10))), "{error}");

    let slow = "CREATE FUNCTION slow(int) RETURNS bool LANGUAGE sql AS 'SELECT pg_sleep(30) IS NOT NULL'; \
                CREATE VIEW waiting AS SELECT 1 AS id WHERE slow(1)";
    server().unwrap().execute(crate::name(&url), slow).unwrap();
    let view = json!({"name": "slow", "entities": [
        {"name": "waiting", "table": "waiting", "columns": [{"name": "id", "type": "integer", "pk": true}]}]});
    let prepared = program(&serde_json::from_value(view).unwrap(), json!({"root": "waiting", "relationships": []}));
    let cancel = Arc::new(AtomicBool::new(false));
    let wish = cancel.clone();
    let canceller = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        wish.store(true, Ordering::Relaxed);
    });
    let error = serve_until(&prepared, &again(), USUAL, &cancel).unwrap_err();
    canceller.join().unwrap();
    assert!(error.to_string().contains("cancelled"), "{error}");
    let short = How { limits: Limits { time: Duration::from_millis(200), ..USUAL.limits }, ..USUAL };
    let error = serve_until(&prepared, &again(), short, &AtomicBool::new(false)).unwrap_err();
    assert!(matches!(error, ServeError::Limit(Reached::Time(_))), "{error}");
    let busy = "SELECT count(*) FROM pg_stat_activity WHERE state <> 'idle' AND pid <> pg_backend_pid() \
                AND datname = current_database()";
    let watching = connect(&url);
    let at_rest = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        crate::value(&watching, busy) == "0"
    });
    assert!(at_rest);
}

#[test]
fn a_server_that_stops_in_the_middle_of_a_request_is_noticed() {
    let server = Server::start().unwrap();
    let url = server.database("CREATE VIEW waiting AS SELECT 1 AS id FROM pg_sleep(30)").unwrap();
    let session = session(&url);
    let view = json!({"name": "slow", "entities": [
        {"name": "waiting", "table": "waiting", "columns": [{"name": "id", "type": "integer", "pk": true}]}]});
    let prepared = program(&serde_json::from_value(view).unwrap(), json!({"root": "waiting", "relationships": []}));
    let stopper = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        drop(server);
    });
    let error = serve(&prepared, &session).unwrap_err();
    stopper.join().unwrap();
    let ServeError::Database(DatabaseError::Postgres(cause)) = &error else { panic!("{error:?}") };
    assert!(matches!(**cause, PostgresError::Lost { .. }), "{error:?}");
    assert!(!session.is_usable());
}
