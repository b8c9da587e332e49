//! What goes wrong on a connection that stood.

use crate::{connect, name, open, value};
use fetchscope_drivers::postgres::{PostgresError, Session};
use fetchscope_test_postgres::server;
use std::time::Duration;

fn error(session: &Session, sql: &str) -> PostgresError {
    session.ask(sql).unwrap_err()
}

#[test]
fn a_statement_past_its_time_is_stopped_and_the_session_goes_on() {
    let session = connect(&server().unwrap().database("").unwrap());
    session.set_statement_timeout(Duration::from_millis(50)).unwrap();
    let stopped = error(&session, "SELECT pg_sleep(30)");
    assert!(matches!(stopped, PostgresError::StatementTimeout { .. }) && !stopped.is_lost(), "{stopped}");
    assert_eq!(value(&session, "SELECT 1"), "1");
}

#[test]
fn a_statement_is_cancelled_from_another_thread() {
    let session = connect(&server().unwrap().database("").unwrap());
    let cancel = session.cancel_token();
    let canceller = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        cancel.cancel().unwrap();
    });
    let stopped = error(&session, "SELECT pg_sleep(30)");
    canceller.join().unwrap();
    assert!(matches!(stopped, PostgresError::Cancelled), "{stopped}");
    assert_eq!(value(&session, "SELECT 1"), "1");
}

#[test]
fn a_table_that_another_session_locks_is_not_waited_for_long() {
    let server = server().unwrap();
    let url = server.database("CREATE TABLE t (id int)").unwrap();
    let database = name(&url).to_owned();
    let holder = std::thread::spawn(move || {
        let _ = server.execute(&database, "BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(4)");
    });
    let session = connect(&url);
    let held = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 't'::regclass \
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    while value(&session, held) == "0" {
        std::thread::sleep(Duration::from_millis(20));
    }
    let locked = error(&session, "SELECT * FROM t");
    assert!(matches!(locked, PostgresError::LockTimeout { .. }), "{locked}");
    // Other tests lock tables in databases of their own.
    let end = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE mode = 'AccessExclusiveLock' \
               AND relation = 't'::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    session.ask(end).unwrap();
    holder.join().unwrap();
}

#[test]
fn what_may_not_be_read_or_is_not_there_is_told_apart() {
    let server = server().unwrap();
    let url = server.database("CREATE TABLE t (id int); CREATE ROLE guest LOGIN PASSWORD 'g'").unwrap();
    let session = connect(&url.replace("fetchscope:throwaway", "guest:g"));
    let denied = error(&session, "SELECT * FROM t");
    assert!(matches!(denied, PostgresError::PermissionDenied { .. }), "{denied}");
    let session = connect(&url);
    let missing = error(&session, "SELECT missing FROM t");
    assert!(matches!(missing, PostgresError::Statement { schema: true, .. }) && missing.is_input(), "{missing}");
    let failed = error(&session, "SELECT 1 / (id - id) FROM (VALUES (1)) AS v (id)");
    assert!(matches!(failed, PostgresError::Statement { schema: false, .. }) && !failed.is_input(), "{failed}");
    let unsupported = error(&session, "SELECT DISTINCT id FROM t FOR UPDATE");
    assert!(matches!(unsupported, PostgresError::NotSupported { .. }), "{unsupported}");
}

#[test]
fn a_session_that_the_server_ended_is_lost_and_another_is_had() {
    let database = open(&server().unwrap().database("").unwrap()).unwrap();
    let (session, other) = (database.connect().unwrap(), database.connect().unwrap());
    let process = value(&session, "SELECT pg_backend_pid()");
    other.ask(&format!("SELECT pg_terminate_backend({process})")).unwrap();
    let lost = error(&session, "SELECT pg_sleep(5)");
    assert!(matches!(lost, PostgresError::Lost { .. }) && lost.is_lost(), "{lost}");
    let lost = error(&session, "SELECT 1");
    assert!(matches!(lost, PostgresError::Lost { .. }), "{lost}");
    assert!(session.is_closed());
    assert_eq!(value(&database.connect().unwrap(), "SELECT 1"), "1");
}

#[test]
fn no_session_stays_behind() {
    let database = open(&server().unwrap().database("").unwrap()).unwrap();
    let sessions: Vec<_> = (0..5).map(|_| database.connect().unwrap()).collect();
    let last = database.connect().unwrap();
    let count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()";
    assert_eq!(value(&last, count), "6");
    drop(sessions);
    let gone = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        value(&last, count) == "1"
    });
    assert!(gone);
}
