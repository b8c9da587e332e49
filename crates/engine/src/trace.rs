//! The trace: what one request sent, what came back, and where its time went.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Nanoseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nanos(pub u64);

impl Nanos {
    /// As fractional milliseconds, for showing.
    #[must_use]
    pub fn as_millis(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// Whether it is no time at all.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.0 == 0
    }
}

impl std::ops::Add for Nanos {
    type Output = Nanos;
    fn add(self, other: Nanos) -> Nanos {
        Nanos(self.0 + other.0)
    }
}

impl std::ops::AddAssign for Nanos {
    fn add_assign(&mut self, other: Nanos) {
        self.0 += other.0;
    }
}

impl From<std::time::Duration> for Nanos {
    fn from(duration: std::time::Duration) -> Self {
        Nanos(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX))
    }
}

/// When in a request a statement was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// By a plan run first in the same session.
    Before,
    /// Until all roots were fetched.
    Load,
    /// While the response read the objects.
    Walk,
}

impl Phase {
    /// Its name, as it is read.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Phase::Before => "before",
            Phase::Load => "load",
            Phase::Walk => "walk",
        }
    }
}

/// Where the time of a statement, or of a request, went. The parts do not overlap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bands {
    /// Waiting for a core, or for the client to begin: known for a request, and 0 for a statement of it.
    #[serde(default)]
    pub scheduling: Nanos,
    /// Waiting for a connection.
    pub pool_wait: Nanos,
    /// The injected network round trip.
    pub round_trip: Nanos,
    /// Preparing and running, until the first row or the end.
    pub execute: Nanos,
    /// Stepping through the rows.
    pub fetch: Nanos,
    /// Turning raw values into mapped types.
    pub decode: Nanos,
    /// Building objects.
    pub hydrate: Nanos,
    /// Writing the response.
    pub serialize: Nanos,
    /// What a program of the user's does besides: its framework, validation, the response and its own code.
    #[serde(default, skip_serializing_if = "Nanos::is_nothing")]
    pub application: Nanos,
}

impl Bands {
    /// The parts in which the client or the database works; in the others it waits.
    #[must_use]
    pub fn working(&self) -> [Nanos; 6] {
        [self.execute, self.fetch, self.decode, self.hydrate, self.serialize, self.application]
    }

    /// The same, to be changed.
    pub fn working_mut(&mut self) -> [&mut Nanos; 6] {
        let Bands { execute, fetch, decode, hydrate, serialize, application, .. } = self;
        [execute, fetch, decode, hydrate, serialize, application]
    }

    /// The sum of all parts.
    #[must_use]
    pub fn total(&self) -> Nanos {
        let Bands { scheduling, pool_wait, round_trip, .. } = *self;
        self.working().into_iter().fold(scheduling + pool_wait + round_trip, |sum, one| sum + one)
    }
}

impl std::ops::AddAssign for Bands {
    fn add_assign(&mut self, other: Bands) {
        self.scheduling += other.scheduling;
        self.pool_wait += other.pool_wait;
        self.round_trip += other.round_trip;
        self.execute += other.execute;
        self.fetch += other.fetch;
        self.decode += other.decode;
        self.hydrate += other.hydrate;
        self.serialize += other.serialize;
        self.application += other.application;
    }
}

/// One statement of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatementTrace {
    /// Position in the request, from 1.
    pub n: u32,
    /// When it was sent.
    pub phase: Phase,
    /// The relationship path that caused it; `None` for the root statement.
    pub path: Option<Arc<str>>,
    /// SQL as sent; a request that sends a text often has it once.
    pub sql: Arc<str>,
    /// Parameters as sent.
    pub params: Vec<serde_json::Value>,
    /// Rows returned.
    pub rows: u64,
    /// Size of the decoded values.
    pub bytes: u64,
    /// Start, from the start of the request.
    pub started_ns: Nanos,
    /// Where its time went.
    pub times_ns: Bands,
    /// Objects that the session had built when it was sent. Who steps through a request sees them; a written trace has no
    /// such number.
    #[serde(skip)]
    pub objects_before: u32,
}

/// An error SQLAlchemy would raise: an answer, not a failure of the profiler.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrmError {
    /// SQLAlchemy's name of the exception.
    #[serde(rename = "type")]
    pub type_name: OrmErrorType,
    /// When it was raised.
    pub phase: Phase,
    /// The path whose reading raised it.
    pub path: Option<String>,
    /// What happened, in our words.
    pub message: String,
}

/// Exceptions a plan can end with, by SQLAlchemy's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OrmErrorType {
    /// `sqlalchemy.exc.InvalidRequestError`.
    InvalidRequestError,
    /// `sqlalchemy.exc.MissingGreenlet`.
    MissingGreenlet,
    /// `sqlalchemy.orm.exc.DetachedInstanceError`.
    DetachedInstanceError,
    /// `sqlalchemy.exc.NoResultFound`.
    NoResultFound,
    /// `sqlalchemy.exc.MultipleResultsFound`.
    MultipleResultsFound,
    /// `sqlalchemy.exc.NoSuchColumnError`.
    NoSuchColumnError,
    /// `sqlalchemy.ext.asyncio.exc.AsyncMethodRequired`.
    AsyncMethodRequired,
    /// Python's own: a recursive load over rows that refer to each other in a circle.
    RecursionError,
}

impl OrmErrorType {
    /// The exception's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            OrmErrorType::InvalidRequestError => "InvalidRequestError",
            OrmErrorType::MissingGreenlet => "MissingGreenlet",
            OrmErrorType::DetachedInstanceError => "DetachedInstanceError",
            OrmErrorType::NoResultFound => "NoResultFound",
            OrmErrorType::MultipleResultsFound => "MultipleResultsFound",
            OrmErrorType::NoSuchColumnError => "NoSuchColumnError",
            OrmErrorType::AsyncMethodRequired => "AsyncMethodRequired",
            OrmErrorType::RecursionError => "RecursionError",
        }
    }
}

/// Everything one request did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// Statements of the loader.
    pub query_count: u64,
    /// Statements and, where the session opens a transaction, BEGIN and ROLLBACK.
    pub round_trips: u64,
    /// Rows of all statements.
    pub row_count: u64,
    /// Size of all decoded values.
    pub byte_count: u64,
    /// Root objects returned; `None` when loading them failed.
    pub root_count: Option<u64>,
    /// The exception SQLAlchemy would raise.
    pub error: Option<OrmError>,
    /// Every statement, in order.
    pub statements: Vec<StatementTrace>,
    /// What the endpoint answers; `None` after an error.
    pub response: Option<serde_json::Value>,
    /// SHA-256 of the response.
    pub hash_as_returned: Option<String>,
    /// SHA-256 of the response after sorting what has no defined order.
    pub hash_canonical: Option<String>,
    /// From the start of the request to its response.
    pub elapsed_ns: Nanos,
    /// Where the time of the whole request went.
    pub times_ns: Bands,
}
