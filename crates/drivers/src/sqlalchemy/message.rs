//! What is said to the worker and heard from it: a JSON document a line, either way.

use super::application::{
    Change, Compared, HttpRequest, Import, Imported, Injected, Most, Overrides, RequestTrace, Routes,
};
use super::place::Place;
use fetchscope_engine::mapping::document::MappingDocument;
use fetchscope_engine::plan::document::{PlanDocument, SessionKind};
use fetchscope_engine::trace::{Bands, Nanos, Phase};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the worker is told to do.
#[derive(Serialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(super) enum Order<'a> {
    Open(&'a Open<'a>),
    Prepare { variant: &'a str, plans: &'a [PlanDocument] },
    Check(&'a Check<'a>),
    Batch(&'a Batch<'a>),
    Models { name: &'a str, root: Option<&'a str> },
    Application(&'a Import<'a>),
    Routes,
    Request { request: &'a HttpRequest, conditions: Injected, limits: Most },
    Trace { strategies: &'a Overrides, peak: bool },
    PrepareOverrides { variant: &'a str, strategies: &'a Overrides },
    Compare { variant: &'a str },
    Measure(&'a Batch<'a>),
    Change { strategies: &'a Overrides, remove: &'a [String] },
    Cancel,
}

/// A database, and under which conditions it is asked.
#[derive(Serialize)]
pub struct Open<'a> {
    /// The database.
    pub database: &'a Place,
    /// Its mapping.
    pub mapping: &'a MappingDocument,
    /// How it is asked.
    pub conditions: Conditions,
    /// The connection pool.
    pub pool: Pool,
    /// Most rows of a request.
    pub rows: u64,
}

/// How the database is asked.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Conditions {
    /// Which kind of session, and so which driver.
    pub session: SessionKind,
    /// BEGIN and ROLLBACK; otherwise autocommit.
    pub transaction: bool,
    /// Whether the driver keeps prepared statements.
    pub statement_cache: bool,
    /// Injected time of a round trip, in milliseconds.
    pub rtt_ms: f64,
    /// Its standard deviation.
    pub jitter_ms: f64,
}

/// The connection pool.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Pool {
    /// Connections kept.
    pub size: u32,
    /// Connections beyond that.
    pub overflow: u32,
    /// Seconds a request waits for one.
    pub timeout: f64,
}

/// One request of a variant, told in full.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Check<'a> {
    /// The variant.
    pub variant: &'a str,
    /// Index of the tenant.
    pub tenant: usize,
}

/// A share of a variant's requests.
#[derive(Debug, Clone, Serialize)]
pub struct Batch<'a> {
    /// The variant.
    pub variant: &'a str,
    /// Clients.
    pub concurrency: u32,
    /// At most so many requests.
    pub quota: u32,
    /// No request begins after so many seconds.
    pub seconds: Option<f64>,
    /// Requests a second, in an open loop.
    pub rate: Option<f64>,
    /// Seed of the injected round trips.
    pub seed: u64,
    /// Indices of the tenants that are asked for, from the beginning again when it has ended.
    pub tenants: Vec<usize>,
}

/// What the worker says: one of these.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Said {
    pub(super) hello: Option<Hello>,
    pub(super) opened: Option<Opened>,
    pub(super) prepared: Option<bool>,
    pub(super) answer: Option<Answer>,
    pub(super) refused: Option<String>,
    pub(super) sample: Option<Sample>,
    pub(super) failed: Option<String>,
    pub(super) done: Option<Done>,
    pub(super) models: Option<Models>,
    pub(super) application: Option<Imported>,
    pub(super) routes: Option<Routes>,
    pub(super) requested: Option<bool>,
    pub(super) traced: Option<Box<RequestTrace>>,
    pub(super) compared: Option<Box<Compared>>,
    pub(super) changes: Option<Vec<Change>>,
    /// Nothing, as a sign of life: how many modules are imported.
    pub(super) alive: Option<u64>,
    /// And how long the process has been at work, in nanoseconds.
    pub(super) cpu: Option<u64>,
    pub(super) error: Option<Raised>,
}

/// What the interpreter has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Version of Python.
    pub python: String,
    /// The interpreter as Python knows it.
    pub interpreter: String,
    /// Version of SQLAlchemy; `None` where it is not installed.
    pub sqlalchemy: Option<String>,
    /// Versions of the drivers, and of what they need, by name; of `sqlite3` that of SQLite itself.
    pub drivers: BTreeMap<String, Option<String>>,
}

/// What is connected with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Opened {
    pub(super) driver: String,
}

/// Versions for an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// `Python 3.12.1`.
    pub python: String,
    /// `SQLAlchemy 2.1.9`.
    pub sqlalchemy: String,
    /// `asyncpg 0.32.0`.
    pub driver: String,
}

/// What one request sent and answered.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Answer {
    /// Statements.
    pub query_count: u64,
    /// Rows of all statements.
    pub row_count: u64,
    /// Roots; `None` when loading them failed.
    pub root_count: Option<u64>,
    /// The exception it ended with.
    pub error: Option<Ending>,
    /// Hash of the response after sorting what has no order; `None` after an exception.
    pub hash_canonical: Option<String>,
    /// Every statement.
    pub statements: Vec<Statement>,
}

/// An exception of SQLAlchemy's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Ending {
    /// Its class.
    #[serde(rename = "type")]
    pub type_name: String,
    /// When it was raised.
    pub phase: Phase,
    /// What was read at that moment.
    pub path: Option<String>,
    /// Its first line.
    pub message: String,
}

/// A statement that SQLAlchemy sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Statement {
    /// When it was sent.
    pub phase: Phase,
    /// The relationship path that caused it.
    pub path: Option<String>,
    /// Its text, white space folded, with `?` for every placeholder.
    pub sql: String,
    /// Rows; `None` where the driver does not tell.
    pub rows: Option<u64>,
}

/// A measured request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<u64>")]
pub struct Sample {
    /// Index of the tenant it asked for.
    pub tenant: u32,
    /// From when it began, or was due, to its response.
    pub latency: Nanos,
    /// Statements.
    pub queries: u32,
    /// Statements, BEGIN and ROLLBACK, and what was prepared.
    pub round_trips: u32,
    /// Rows.
    pub rows: u64,
    /// Where the time went.
    pub bands: Bands,
}

impl TryFrom<Vec<u64>> for Sample {
    type Error = &'static str;

    /// In the order of the members; only an application has the last one.
    fn try_from(mut all: Vec<u64>) -> Result<Sample, &'static str> {
        all.resize(all.len().max(14), 0);
        let all: [u64; 14] = all.try_into().map_err(|_| "a sample has 13 or 14 members")?;
        let [tenant, latency, queries, round_trips, rows, bands @ ..] = all;
        let [scheduling, pool_wait, round_trip, execute, fetch, decode, hydrate, serialize, application] =
            bands.map(Nanos);
        let small = |number| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(Sample {
            tenant: small(tenant),
            latency: Nanos(latency),
            queries: small(queries),
            round_trips: small(round_trips),
            rows,
            bands: Bands { scheduling, pool_wait, round_trip, execute, fetch, decode, hydrate, serialize, application },
        })
    }
}

/// How a batch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Done {
    /// Wall clock of the whole batch.
    pub busy: Nanos,
    /// Processor time that the worker took meanwhile.
    pub processor: Nanos,
}

/// A program's own classes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Models {
    /// As a mapping.
    pub mapping: MappingDocument,
    /// A plan that loads the named root as its classes are configured.
    pub plan: Option<PlanDocument>,
    /// What a mapping cannot say.
    pub notices: Vec<String>,
}

/// An exception that is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Raised {
    #[serde(rename = "type")]
    pub(super) type_name: String,
    pub(super) message: String,
}
