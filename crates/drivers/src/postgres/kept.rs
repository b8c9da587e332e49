//! What a connection keeps from request to request.

use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};
use tokio_postgres::Statement;

/// Prepared statements a connection keeps; lazy loads and IN lists of every length each have their own text.
const STATEMENTS: usize = 256;

/// What a connection keeps.
#[derive(Default)]
pub(super) struct Kept {
    statements: RefCell<FxHashMap<String, Statement>>,
    spoiled: Cell<bool>,
}

impl Kept {
    /// The prepared statement of a text that the connection has seen.
    pub(super) fn statement(&self, sql: &str) -> Option<Statement> {
        self.statements.borrow().get(sql).cloned()
    }

    /// Keeps a prepared statement. When there are too many all are let go, which the server hears of with the next one.
    pub(super) fn keep(&self, sql: &str, statement: Statement) {
        let mut statements = self.statements.borrow_mut();
        if statements.len() >= STATEMENTS {
            statements.clear();
        }
        statements.insert(sql.to_owned(), statement);
    }

    /// The connection cannot be used again: something on it was left without an answer.
    pub(super) fn spoil(&self) {
        self.spoiled.set(true);
    }

    pub(super) fn is_spoiled(&self) -> bool {
        self.spoiled.get()
    }
}
