//! What is said when a server cannot be reached, or does not let in: each reason its own.

use crate::{connect, name, open, value};
use fetchscope_drivers::postgres::PostgresError;
use fetchscope_test_postgres::server;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

fn refused(url: &str) -> PostgresError {
    open(url).unwrap_err()
}

#[test]
fn a_session_reads_and_cannot_write_and_waits_for_nobody_long() {
    let server = server().unwrap();
    let url = server.database("CREATE TABLE t (id int)").unwrap();
    let socket = server.socket_folder().display().to_string().replace('/', "%2F");
    let by_socket = format!("postgres://fetchscope@{socket}:{}/{}", server.port(), name(&url));
    for url in [url, by_socket] {
        let database = open(&url).unwrap();
        assert!(database.product().to_string().starts_with("PostgreSQL 1"), "{}", database.product());
        let session = database.connect().unwrap();
        assert_eq!(value(&session, "SHOW application_name"), "fetchscope");
        assert_eq!(value(&session, "SHOW default_transaction_read_only"), "on");
        assert_eq!(value(&session, "SHOW statement_timeout"), "1min");
        assert_eq!(value(&session, "SHOW lock_timeout"), "1500ms");
        let error = session.ask("INSERT INTO t VALUES (1)").unwrap_err().to_string();
        assert!(error.contains("cannot execute INSERT in a read-only transaction"), "{error}");
        assert_eq!(value(&session, "SELECT count(*) FROM t"), "0");
    }
}

#[test]
fn what_the_address_asks_the_server_for_is_kept_and_cannot_undo_the_guard() {
    let url = server().unwrap().database("CREATE SCHEMA app; CREATE TABLE app.t (id int)").unwrap();
    let options = "-c%20search_path%3Dapp%20-c%20default_transaction_read_only%3Doff";
    let session = connect(&format!("{url}?options={options}&application_name=other"));
    assert_eq!(value(&session, "SELECT count(*) FROM t"), "0");
    assert_eq!(value(&session, "SHOW application_name"), "other");
    session.ask("INSERT INTO t VALUES (1)").unwrap_err();
}

#[test]
fn passwords_and_names_that_are_wrong_are_told_apart() {
    let server = server().unwrap();
    let url = server.database("").unwrap();
    let wrong = refused(&url.replace("throwaway", "hunter2"));
    assert!(matches!(wrong, PostgresError::WrongPassword { .. }), "{wrong}");
    assert!(!format!("{wrong} {wrong:?}").contains("hunter2"));
    let none = refused(&url.replace(":throwaway", ""));
    assert!(matches!(none, PostgresError::NoPassword { .. }), "{none}");
    let nobody = refused(&url.replace("fetchscope:", "nobody:"));
    assert!(matches!(nobody, PostgresError::WrongPassword { .. }), "{nobody}");
    let missing = refused(&url.replace(name(&url), "missing"));
    let server = format!("127.0.0.1:{}", server.port());
    assert_eq!(
        missing.to_string(),
        format!("{server} has no database `missing`; check the name at the end of the address")
    );
    assert!(wrong.is_input() && none.is_input() && missing.is_input());
}

#[test]
fn hosts_that_are_not_there_are_told_apart() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = refused(&format!("postgres://me@127.0.0.1:{free}/d"));
    assert!(matches!(nobody, PostgresError::Refused { .. }) && !nobody.is_input(), "{nobody}");
    let unknown = refused("postgres://me@no-such-host.invalid/d");
    assert!(matches!(unknown, PostgresError::UnknownHost { .. }) && unknown.is_input(), "{unknown}");
    let folder = tempfile::tempdir().unwrap();
    let socket = refused(&format!("postgres:///d?user=me&host={}", folder.path().display()));
    assert!(matches!(socket, PostgresError::NoSocket { .. }), "{socket}");
}

#[test]
fn something_else_that_listens_is_recognised() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 64]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
        }
    });
    for mode in ["disable", "prefer"] {
        let error = refused(&format!("postgres://me@127.0.0.1:{port}/d?sslmode={mode}"));
        assert!(matches!(error, PostgresError::NotPostgres { .. }), "{mode}: {error}");
    }
}

#[test]
fn a_host_that_says_nothing_is_given_up_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let error = refused(&format!("postgres://me@127.0.0.1:{port}/d?connect_timeout=1"));
    assert!(matches!(error, PostgresError::ConnectTimeout { .. }), "{error}");
}

#[test]
fn a_role_without_connections_left_hears_so() {
    let server = server().unwrap();
    let url = server.database("CREATE ROLE single LOGIN PASSWORD 'one' CONNECTION LIMIT 1").unwrap();
    let database = open(&url.replace("fetchscope:throwaway", "single:one")).unwrap();
    // The server lets go of a session a moment after it was told farewell.
    let soon = || {
        (0..100).find_map(|_| {
            std::thread::sleep(Duration::from_millis(20));
            database.connect().ok()
        })
    };
    let first = soon().unwrap();
    assert_eq!(first.free_connections().unwrap(), Some(0));
    let error = database.connect().unwrap_err();
    assert!(matches!(error, PostgresError::TooManyConnections { .. }) && !error.is_input(), "{error}");
    drop(first);
    assert!(soon().is_some());
}

#[test]
fn free_connections_are_those_that_the_server_has_left() {
    let url = server().unwrap().database("").unwrap();
    let session = connect(&url);
    let most: u64 = value(&session, "SHOW max_connections").parse().unwrap();
    let free = session.free_connections().unwrap().unwrap();
    assert!(free < most && free > most / 2, "{free} of {most}");
}
