//! A program of the user's in the worker: imported there, asked for one endpoint, watched and measured.

use super::error::WorkerError;
use super::message::{Batch, Order};
use super::worker::{BEGINNING, Heard, SILENCE, Worker};
use crate::sqlalchemy::Done;
use fetchscope_engine::trace::{Bands, Nanos, Phase};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Strategies by `Entity.path`, `2/Entity.path` or `Entity`, as an experiment's variant names them.
pub type Overrides = IndexMap<String, String>;

/// What is imported, and how.
#[derive(Debug, Clone, Serialize)]
pub struct Import<'a> {
    /// `module:attribute`, with `()` at the end a factory; or a function that is called itself.
    pub import: &'a str,
    /// Whether it is a function that is called in place of a request.
    pub is_call: bool,
    /// Where it is imported from; the working directory unless said.
    pub directory: Option<&'a Path>,
    /// A file with variables of the environment.
    pub env_file: Option<&'a Path>,
    /// Variables that are set besides.
    pub variables: &'a IndexMap<String, String>,
    /// Whether the application's startup runs.
    pub lifespan: bool,
    /// Whether its database may be written to.
    pub allow_writes: bool,
}

/// The request that is watched and measured.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpRequest {
    /// `GET`, `POST`.
    pub method: String,
    /// With its query.
    pub path: String,
    /// Headers by name; `$NAME` in a value is a variable of the environment.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub headers: IndexMap<String, String>,
    /// What is sent with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// The network that is injected.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Injected {
    /// Time of a round trip, in milliseconds.
    pub rtt_ms: f64,
    /// Its standard deviation.
    pub jitter_ms: f64,
}

/// What one request may take.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Most {
    /// Rows of all statements.
    pub rows: u64,
    /// Bytes of the answer.
    pub bytes: u64,
    /// Seconds until the answer begins.
    pub seconds: f64,
}

/// What was imported.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Imported {
    /// `asgi`, `wsgi`, `function` or `coroutine`.
    pub kind: String,
    /// The framework and its version, if that is known.
    pub framework: Option<String>,
}

/// A place in the user's code.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// The file, from the directory of the program if it is inside.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The function.
    pub function: String,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}", self.file, self.line)
    }
}

/// A route of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// `GET`.
    pub method: String,
    /// `/users/{user_id}`.
    pub path: String,
    /// Parameters that a request has to give.
    pub needs: Vec<String>,
    /// The function that answers.
    pub origin: Option<Origin>,
}

/// The routes, if the framework is one whose routes can be listed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Routes {
    pub(super) known: bool,
    pub(super) routes: Vec<Route>,
}

/// One request in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestTrace {
    /// Statements.
    pub query_count: u64,
    /// Statements, BEGIN and ROLLBACK, and what was prepared.
    pub round_trips: u64,
    /// Rows of all statements.
    pub row_count: u64,
    /// Size of all values.
    pub byte_count: u64,
    /// Not known of an endpoint.
    pub root_count: Option<u64>,
    /// What the request failed with.
    pub error: Option<Failed>,
    /// HTTP status; `None` for a function.
    pub status: Option<u16>,
    /// SHA-256 of the body.
    pub body_hash: String,
    /// Its size.
    pub body_bytes: u64,
    /// Most memory that Python held for one request, from a request of its own.
    pub peak_bytes: Option<u64>,
    /// From the beginning of a request that was not watched to its answer.
    pub elapsed_ns: Nanos,
    /// `same`, `different` or `unknown`: beside the endpoint as it is written.
    pub agreement: String,
    /// Where its answer differs first.
    pub difference: Option<String>,
    /// The database that it asks, and through which driver.
    pub database: Option<String>,
    /// Queries whose result the program would have to call `unique()` on.
    pub needs_unique: Vec<u32>,
    /// The queries that the endpoint sends.
    pub queries: Vec<QueryTrace>,
    /// Every statement.
    pub statements: Vec<SentStatement>,
    /// The answer: JSON, or text.
    pub response: Option<serde_json::Value>,
    /// SHA-256 of the answer as it came.
    pub hash_as_returned: Option<String>,
    /// SHA-256 of the answer without what changes by itself.
    pub hash_canonical: Option<String>,
    /// What a reader should know.
    pub notices: Vec<String>,
}

/// What a request failed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// The exception that matters, however it was wrapped.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Its first line.
    pub message: String,
    /// Where in the user's code.
    pub origin: Option<Origin>,
    /// The relationship whose reading raised it.
    pub path: Option<String>,
}

/// A query of the endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryTrace {
    /// Its number, in the order in which the endpoint first sends its queries.
    pub n: u32,
    /// The class it loads; `None` where it loads values.
    pub entity: Option<String>,
    /// All classes it loads.
    pub entities: Vec<String>,
    /// How often one request sends it.
    pub sent: u64,
    /// The line that sends it.
    pub origin: Option<Origin>,
    /// Subclasses of its entity.
    pub subclasses: Vec<String>,
    /// What it loads, and how.
    pub paths: Vec<PathTrace>,
}

/// A relationship path of a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathTrace {
    /// `User.organization.tenant`.
    pub path: String,
    /// How it is loaded.
    pub strategy: String,
    /// Who says so: `default`, `relationship` or `option`.
    pub written_by: String,
    /// Whether it is a collection.
    pub collection: bool,
    /// How often it was read.
    pub reads: u64,
    /// Statements of its own.
    pub statements: u64,
    /// Their rows.
    pub rows: u64,
    /// Whether it is loaded and not read, and the answer is the same without it.
    pub unread: bool,
}

/// A statement, and why it was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SentStatement {
    /// Position in the request, from 1.
    pub n: u32,
    /// When it was sent.
    pub phase: Phase,
    /// The relationship path that caused it.
    pub path: Option<String>,
    /// Its text with `?` for every placeholder.
    pub sql: String,
    /// Its parameters.
    pub params: Vec<serde_json::Value>,
    /// Rows.
    pub rows: u64,
    /// Size of their values.
    pub bytes: u64,
    /// From the start of the request.
    pub started_ns: Nanos,
    /// Where its time went.
    pub times_ns: Bands,
    /// Number of the query it belongs to.
    pub query: Option<u32>,
    /// `root`, `load`, `lazy`, `column` or `other`.
    pub kind: String,
    /// The line that caused it; `None` where a framework did.
    pub origin: Option<Origin>,
}

/// A change to a query's source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Number of the query.
    pub query: u32,
    /// The file.
    pub file: Option<String>,
    /// The line.
    pub line: Option<u32>,
    /// The function.
    pub function: Option<String>,
    /// The class that is loaded.
    pub entity: Option<String>,
    /// The text of the options.
    pub options: String,
    /// Whether the result needs `.unique()`.
    pub needs_unique: bool,
    /// The change as a unified diff; `None` where the source could not be edited with certainty.
    pub diff: Option<String>,
    /// Why not.
    pub note: Option<String>,
}

/// One request of a variant beside the endpoint as it is written.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Compared {
    /// `same`, `different` or `unknown`.
    pub agreement: String,
    /// Where its answer differs first, or that only an order does.
    pub difference: Option<String>,
    /// HTTP status.
    pub status: Option<u16>,
    /// What it failed with.
    pub error: Option<Failed>,
    /// SHA-256 of the answer without what changes by itself.
    pub hash: String,
    /// Statements.
    pub query_count: u64,
    /// Statements, BEGIN and ROLLBACK, and what was prepared.
    pub round_trips: u64,
    /// Rows.
    pub row_count: u64,
    /// Size of their values.
    pub byte_count: u64,
    /// Size of the answer.
    pub body_bytes: u64,
    /// Queries whose result the program would have to call `unique()` on.
    pub needs_unique: Vec<u32>,
    /// Every statement.
    pub statements: Vec<SentStatement>,
}

/// Exceptions whose message says all, and that follow from what was named.
const UNUSABLE: [&str; 5] = ["CannotImport", "StartupFailed", "Missing", "Unusable", "CannotGuard"];

impl Worker {
    /// Imports a program and starts it. One that makes no progress is ended with a sentence.
    pub fn import(&mut self, import: &Import<'_>) -> Result<Imported, WorkerError> {
        self.needs("sqlalchemy")?;
        self.send(&Order::Application(import))?;
        let name = import.import;
        let said = self.hear_importing(name).map_err(plainly)?;
        said.application.ok_or_else(|| self.unexpected())
    }

    /// Its routes; `None` where its framework does not list them.
    pub fn routes(&mut self) -> Result<Option<Vec<Route>>, WorkerError> {
        self.send(&Order::Routes)?;
        let said = self.hear_within("listing the routes", BEGINNING)?;
        let routes = said.routes.ok_or_else(|| self.unexpected())?;
        Ok(routes.known.then_some(routes.routes))
    }

    /// The request that is asked for from now on.
    pub fn request(&mut self, request: &HttpRequest, injected: Injected, most: Most) -> Result<(), WorkerError> {
        self.send(&Order::Request { request, conditions: injected, limits: most })?;
        let said = self.hear_within("the request", BEGINNING).map_err(plainly)?;
        said.requested.map(|_| ()).ok_or_else(|| self.unexpected())
    }

    /// The request in full, as it is written or with other strategies.
    pub fn trace(
        &mut self,
        overrides: &Overrides,
        peak: bool,
        longest: Duration,
        cancel: &AtomicBool,
    ) -> Result<RequestTrace, WorkerError> {
        self.send(&Order::Trace { strategies: overrides, peak })?;
        let said = self.hear_unless("the request", longest, cancel).map_err(plainly)?;
        said.traced.map(|traced| *traced).ok_or_else(|| self.unexpected())
    }

    /// Holds a variant's strategies against the queries of the endpoint.
    pub fn prepare_overrides(
        &mut self,
        variant: &str,
        overrides: &Overrides,
        longest: Duration,
        cancel: &AtomicBool,
    ) -> Result<(), WorkerError> {
        self.send(&Order::PrepareOverrides { variant, strategies: overrides })?;
        let said = self.hear_unless(&format!("`{variant}`"), longest, cancel).map_err(plainly)?;
        said.prepared.map(|_| ()).ok_or_else(|| self.unexpected())
    }

    /// One request of a variant beside the endpoint as it is written.
    pub fn compare(&mut self, variant: &str, longest: Duration, cancel: &AtomicBool) -> Result<Compared, WorkerError> {
        self.send(&Order::Compare { variant })?;
        let said = self.hear_unless(&format!("a request of `{variant}`"), longest, cancel).map_err(plainly)?;
        said.compared.map(|compared| *compared).ok_or_else(|| self.unexpected())
    }

    /// The change to the source that loads as these strategies do, without what is not read.
    pub fn change(
        &mut self,
        overrides: &Overrides,
        unread: &[String],
        longest: Duration,
        cancel: &AtomicBool,
    ) -> Result<Vec<Change>, WorkerError> {
        self.send(&Order::Change { strategies: overrides, remove: unread })?;
        let said = self.hear_unless("the change", longest, cancel).map_err(plainly)?;
        said.changes.ok_or_else(|| self.unexpected())
    }

    /// A share of a variant's requests of the application; otherwise as [`Worker::batch`].
    pub fn measure(
        &mut self,
        batch: &Batch<'_>,
        longest: Duration,
        cancel: &AtomicBool,
        heard: &mut dyn FnMut(Heard),
    ) -> Result<Option<Done>, WorkerError> {
        self.send(&Order::Measure(batch))?;
        self.hear_batch(&format!("a request of `{}`", batch.variant), longest + SILENCE, cancel, heard)
    }
}

/// What a program of the user's is told without the words of this one around it.
fn plainly(error: WorkerError) -> WorkerError {
    if let WorkerError::Raised { type_name, message, .. } = &error
        && UNUSABLE.contains(&type_name.as_str())
    {
        return WorkerError::Unusable(message.clone());
    }
    error
}
