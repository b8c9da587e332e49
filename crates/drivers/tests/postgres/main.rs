//! The PostgreSQL driver against a server of its own.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod certificates;
mod evidence;
mod faults;
mod hostile;
mod pooled;
mod reached;
mod requests;
mod schemas;
mod trusted;
mod values;

use fetchscope_drivers::postgres::{Database, PostgresError, Session, Settings};

/// Opens an address; nothing is taken from this machine's environment.
fn open(url: &str) -> Result<Database, PostgresError> {
    Database::open(&Settings::parse(url, &|_| None)?)
}

fn connect(url: &str) -> Session {
    open(url).unwrap().connect().unwrap()
}

/// The one value that a statement answers with.
fn value(session: &Session, sql: &str) -> String {
    session.ask(sql).unwrap()[0].get(0).unwrap_or("NULL").to_owned()
}

/// The name of the database in a URL.
fn name(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}
