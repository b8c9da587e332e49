//! One request of a plan, whatever the database: what it is given, what comes back, and how it is metered.

mod meter;
mod prepared;

pub(crate) use meter::Meter;
pub use prepared::Prepared;

use crate::error::DatabaseError;
use crate::latency::Network;
use crate::limits::{Limits, Reached};
use fetchscope_engine::load::{Loaded, LoaderError};
use fetchscope_engine::trace::{Bands, Nanos, StatementTrace};
use std::sync::atomic::AtomicBool;
use thiserror::Error;

/// Circumstances of one request.
#[derive(Debug)]
pub struct Circumstances<'a> {
    /// The injected network.
    pub network: &'a mut Network,
    /// BEGIN and ROLLBACK around the request, as round trips of their own.
    pub transaction: bool,
    /// Whether prepared statements are kept by their text.
    pub statement_cache: bool,
    /// Whether every statement is recorded, or only counted.
    pub record: bool,
    /// What it may take at most.
    pub limits: Limits,
    /// Set to stop the request.
    pub cancel: &'a AtomicBool,
}

/// A request that was served.
#[derive(Debug)]
pub struct Served {
    /// The objects.
    pub loaded: Loaded,
    /// The response as returned; empty after an error.
    pub response: Vec<u8>,
    /// Statements of the loader.
    pub query_count: u64,
    /// Statements, BEGIN and ROLLBACK, and on Postgres the statements that were prepared.
    pub round_trips: u64,
    /// Rows of all statements.
    pub row_count: u64,
    /// Size of the decoded values.
    pub byte_count: u64,
    /// Every statement, where they were to be recorded.
    pub statements: Vec<StatementTrace>,
    /// Where the time went.
    pub bands: Bands,
    /// From the first BEGIN to the end of the response.
    pub elapsed: Nanos,
    /// How much of that reading the clocks took.
    pub tracing: Nanos,
}

/// A request that could not be served.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The database failed, or the request was cancelled.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// It took more than it may.
    #[error(transparent)]
    Limit(#[from] Reached),
    /// A defect of the drive loop.
    #[error(transparent)]
    Loader(#[from] LoaderError),
}

impl From<crate::sqlite::SqliteError> for ServeError {
    fn from(error: crate::sqlite::SqliteError) -> Self {
        ServeError::Database(error.into())
    }
}

impl From<crate::postgres::PostgresError> for ServeError {
    fn from(error: crate::postgres::PostgresError) -> Self {
        ServeError::Database(error.into())
    }
}
