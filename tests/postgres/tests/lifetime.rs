//! A server serves, and leaves nothing behind.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use fetchscope_test_postgres::{Server, server};

#[test]
fn databases_are_made_and_told_apart() {
    let server = server().unwrap();
    let [one, other] = ["CREATE TABLE t (id integer)", "SELECT 1"].map(|script| server.database(script).unwrap());
    assert_ne!(one, other);
    let database = one.rsplit('/').next().unwrap();
    server.execute(database, "INSERT INTO t VALUES (1)").unwrap();
    let error = server.execute(other.rsplit('/').next().unwrap(), "INSERT INTO t VALUES (1)").unwrap_err();
    assert!(error.to_string().contains("relation \"t\" does not exist"), "{error}");
}

#[test]
fn a_dropped_server_is_gone_with_its_files() {
    let server = Server::start().unwrap();
    let folder = server.socket_folder().to_owned();
    let socket = folder.join(format!(".s.PGSQL.{}", server.port()));
    assert!(socket.exists());
    drop(server);
    assert!(!folder.exists());
}
