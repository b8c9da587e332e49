//! One request of a variant: its plan, what it did, and what it is predicted to do.

use super::experiment::ExperimentDoc;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a server ran a statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PlanView {
    /// Its steps, each before those it has its rows from.
    pub steps: Vec<PlanStepView>,
    /// `planning 0.3 ms, execution 1.2 ms`.
    pub times: String,
    /// Tasks that Citus sent to its shards for it.
    pub shard_tasks: Option<Quantity>,
}

/// A step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PlanStepView {
    /// How far below the first step.
    pub depth: u32,
    /// `Hash Join Left`, `Index Scan on users using users_pkey`.
    pub name: String,
    /// Conditions, as the server writes them.
    pub conditions: Vec<String>,
    /// Rows of a loop; `never run` where it was not.
    pub rows: String,
    /// Rows that were expected of a loop.
    pub expected: String,
    /// How often it ran.
    pub loops: String,
    /// Time of all loops, with the steps beneath.
    pub time: String,
    /// Blocks it and the steps beneath touched.
    pub blocks: String,
    /// Whether ten times more or fewer rows came than were expected.
    pub misjudged: bool,
}

/// Asks for one request of one variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TraceRequest {
    /// The open work.
    pub experiment: ExperimentDoc,
    /// Id of the variant to run.
    pub variant: String,
}

/// One request, as the window shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TraceView {
    /// Id of the variant.
    pub variant: String,
    /// Tells this request from earlier and later ones of the variant.
    pub serial: u32,
    /// Statements of the loader.
    pub query_count: Quantity,
    /// Statements, BEGIN and ROLLBACK.
    pub round_trips: Quantity,
    /// Rows of all statements.
    pub row_count: Quantity,
    /// Size of all decoded values.
    pub byte_count: Quantity,
    /// Root objects; none when loading them failed.
    pub root_count: Option<Quantity>,
    /// From start to response, this one time: a single request, not a measurement.
    pub elapsed: Quantity,
    /// The exception SQLAlchemy would raise.
    pub error: Option<OrmErrorView>,
    /// When the last statement ended, from the start of the request, in nanoseconds.
    pub span_ns: f64,
    /// The classes of the objects that the session has built at the end, in the order of their first ones.
    pub held: Vec<HeldView>,
    /// Every distinct statement, in the order in which they are first sent.
    pub shapes: Vec<ShapeView>,
    /// Statements in order; only the first 500 when there are more. The others are asked for.
    pub statements: Vec<StatementView>,
    /// Statements left out of `statements`.
    pub statements_left_out: u32,
    /// What changed since this variant's last trace: `+100 statements, +0 rows`; none for the first.
    pub delta: Option<String>,
    /// The response as indented JSON, cut to the first roots when it is long.
    pub response: Option<String>,
    /// Roots left out of `response`.
    pub response_left_out: u32,
    /// Canonical hash of the response.
    pub hash: Option<String>,
}

/// The objects of a class in a session's identity map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HeldView {
    /// Name of the class.
    pub entity: String,
    /// How many.
    pub objects: u32,
}

/// Statements of a request with the same text and cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ShapeView {
    /// `before`, `load` or `walk`.
    pub phase: String,
    /// The relationship path that caused them; none for the root statement.
    pub path: Option<String>,
    /// SQL, one clause a line.
    pub sql: String,
    /// Whether this SQL is new since this variant's last trace.
    pub changed: bool,
    /// The first of them.
    pub first: StatementView,
    /// How often one request sends it.
    pub times: u32,
    /// Rows of all of them.
    pub rows: Quantity,
    /// Size of the decoded values of all of them.
    pub bytes: Quantity,
}

/// What one request of a variant will cost, worked out from the keys there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PredictionView {
    /// Id of the variant.
    pub variant: String,
    /// Statements of the loader.
    pub statements: Quantity,
    /// Rows of all statements.
    pub rows: Quantity,
    /// Whether both are certain.
    pub exact: bool,
    /// `1 + 100 distinct organizations + 10 distinct tenants = 111`; says `about` where it is not certain.
    pub formula: String,
    /// The share of every relationship.
    pub terms: Vec<TermView>,
    /// The path at which the request ends with an exception; the costs are those until then.
    pub ends_at: Option<String>,
}

/// What a relationship adds to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TermView {
    /// Dotted path.
    pub path: String,
    /// Its statements: `+100`; `≈+11` where they are not certain.
    pub share: String,
    /// What they are, in words.
    pub explanation: String,
}

/// A number and how it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Quantity {
    /// The number: a count, bytes, or nanoseconds.
    pub value: f64,
    /// As shown: `1 200`, `86.2 ms`, `4.1 MB`.
    pub text: String,
}

/// An exception SQLAlchemy would raise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrmErrorView {
    /// Its name: `InvalidRequestError`.
    pub name: String,
    /// The path whose reading raised it.
    pub path: Option<String>,
    /// What happened and what would help.
    pub message: String,
}

/// A statement, as the waterfall shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StatementView {
    /// Position, from 1.
    pub n: u32,
    /// Its text and cause: a place among the trace's shapes.
    pub shape: u32,
    /// Parameters as JSON, long lists cut.
    pub params: String,
    /// Rows returned.
    pub rows: Quantity,
    /// Size of the decoded values.
    pub bytes: Quantity,
    /// Start, from the start of the request, in nanoseconds.
    pub start_ns: f64,
    /// What the request had come to when it was answered: `1 110 rows after 3.20 ms`.
    pub so_far: String,
    /// Objects of each class of the trace's `held` that the session had built when its rows were taken in.
    pub held: Vec<u32>,
    /// Injected round trip.
    pub round_trip: Quantity,
    /// Executing and fetching.
    pub database: Quantity,
    /// Decoding and hydrating.
    pub client: Quantity,
}
