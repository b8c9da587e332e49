//! What a run found: raw samples and exact counts, with everything needed to repeat it.

use crate::spec::{Axis, Experiment};
pub use fetchscope_drivers::postgres::explain::{Explained, PlanStep};
pub use fetchscope_drivers::postgres::statements::Counted;
pub use fetchscope_drivers::sqlalchemy::{Origin, PathTrace, QueryTrace, Versions};
use fetchscope_engine::advisor::evidence::Objects;
use fetchscope_engine::trace::{Bands, Nanos, OrmError, Phase};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Version of this format.
pub const VERSION: u32 = 1;

/// The result of an experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Version of this format.
    pub version: u32,
    /// What was run.
    pub experiment: Experiment,
    /// Where it was run.
    pub environment: Environment,
    /// When it began, RFC 3339 in UTC.
    pub started_at: String,
    /// From the first check to the last sample.
    pub elapsed: Nanos,
    /// Whether it ran to its end.
    pub end: End,
    /// One entry a variant, in the experiment's order.
    pub variants: Vec<VariantOutcome>,
    /// The baseline measured once more, as if it were another variant: what differs between the two is the machine's noise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<Control>,
    /// The tenants that requests asked for, where they asked for more than the filter's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tenants: Vec<Tenant>,
    /// The same again with one circumstance changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sweeps: Vec<SweepOutcome>,
    /// What the server counted of its statements from the first check to the last sample, the longest first; none where
    /// nothing counts them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<Counted>,
    /// The program that was measured, where it is one of the user's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<ApplicationOutcome>,
    /// The same in the real SQLAlchemy, where the experiment asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sqlalchemy: Option<LaneOutcome>,
    /// What the variants would take there, where that lane did not run and this machine is calibrated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated: Option<Estimated>,
    /// What a reader should know: shortened runs, skipped tables.
    pub notes: Vec<String>,
}

/// What is known of a program that was measured, from its request as it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApplicationOutcome {
    /// HTTP status; `None` for a function.
    pub status: Option<u16>,
    /// Size of the answer.
    pub body_bytes: u64,
    /// What it failed with: `MissingGreenlet: …`.
    pub failure: Option<String>,
    /// Most memory that Python held for one request.
    pub peak_bytes: Option<u64>,
    /// Its queries, with what each path loads and which line sends them.
    pub queries: Vec<QueryTrace>,
    /// Variants whose code would need `.unique()`, with the numbers of the queries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs_unique: Vec<(String, Vec<u32>)>,
}

/// What was found in the real SQLAlchemy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LaneOutcome {
    /// What was measured; `None` where it did not come to that.
    pub versions: Option<Versions>,
    /// One entry a variant, in the experiment's order.
    pub variants: Vec<VariantOutcome>,
    /// The baseline measured once more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<Control>,
    /// The same again with one circumstance changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sweeps: Vec<SweepOutcome>,
    /// Whether it ran to its end.
    pub end: End,
    /// Where it did something else than the native lane says it does, a sentence a variant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disagreements: Vec<String>,
    /// Why it could not go on; what was measured before is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Whether that follows from what was named or is installed, and not from what happened while it ran.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unusable: bool,
    /// What a reader should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

impl LaneOutcome {
    /// A lane in which nothing was measured.
    #[must_use]
    pub fn unmeasured(end: End) -> LaneOutcome {
        LaneOutcome {
            versions: None,
            variants: Vec::new(),
            control: None,
            sweeps: Vec::new(),
            end,
            disagreements: Vec::new(),
            failure: None,
            unusable: false,
            notes: Vec::new(),
        }
    }
}

/// What the variants of a native run would take in Python.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimated {
    /// What was measured when it was calibrated.
    pub versions: Versions,
    /// When that run began, RFC 3339 in UTC.
    pub calibrated_at: String,
    /// Median relative error there.
    pub error: f64,
    /// Service time by variant; one without it cannot be estimated.
    pub service: BTreeMap<String, Nanos>,
}

impl Outcome {
    /// The SQLAlchemy lane in the form of the native one, so that whatever is said of this can be said of that.
    #[must_use]
    pub fn in_sqlalchemy(&self) -> Option<Outcome> {
        let lane = self.sqlalchemy.as_ref().filter(|lane| !lane.variants.is_empty())?;
        Some(Outcome {
            variants: lane.variants.clone(),
            control: lane.control.clone(),
            sweeps: lane.sweeps.clone(),
            end: lane.end.clone(),
            notes: lane.notes.clone(),
            application: None,
            sqlalchemy: None,
            estimated: None,
            ..self.clone()
        })
    }
}

/// The baseline's second self.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Control {
    /// One entry a measured request.
    pub samples: Vec<Sample>,
}

/// A tenant of the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tenant {
    /// The value of the tenant column.
    pub value: Value,
    /// Roots that belong to it.
    pub roots: u64,
}

/// What a sweep found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweepOutcome {
    /// What was changed.
    pub over: Axis,
    /// One entry a value that was measured, in the order of the experiment.
    pub points: Vec<SweepPoint>,
}

/// One value of a sweep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweepPoint {
    /// The value asked for.
    pub asked: f64,
    /// The tenant that came nearest, in a sweep over tenant sizes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<Tenant>,
    /// One entry a variant, in the experiment's order.
    pub variants: Vec<VariantOutcome>,
}

/// Whether a run reached its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Every planned request was made.
    Completed,
    /// Stopped by the user; what was measured before is kept.
    Cancelled,
    /// The database did not go on; what was measured before is kept.
    Failed {
        /// What happened, in a sentence.
        reason: String,
    },
}

/// Machine, versions and data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Environment {
    /// Version of Fetchscope.
    pub fetchscope: String,
    /// Whether this build is optimised.
    pub build: String,
    /// Operating system and architecture.
    pub platform: String,
    /// Cores the process may use.
    pub cores: u32,
    /// Database and version: `SQLite 3.51.0`.
    pub database: String,
    /// What the data is: `CitizenApp s, seed 1`.
    pub data: String,
    /// The SQLAlchemy version whose statements the loaders emit.
    pub emulates: String,
    /// Settings of the server that decide how fast a statement is, where there is a server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub server: Vec<(String, String)>,
}

/// What one variant did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VariantOutcome {
    /// The variant's name.
    pub name: String,
    /// Exact counts of one request; `None` when none finished.
    pub counts: Option<Counts>,
    /// How its answer compares with the baseline's.
    pub agreement: Agreement,
    /// Canonical hash of the response; `None` after an error.
    pub hash: Option<String>,
    /// Every distinct statement of one request, in order of first use.
    pub statements: Vec<StatementShape>,
    /// What is known of the objects of one request, and of the rows that brought them; `None` when none finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objects: Option<Objects>,
    /// One entry a measured request, round by round; within a round client by client.
    pub samples: Vec<Sample>,
    /// Requests that failed, by message.
    pub failures: Vec<Failure>,
    /// Wall clock during which this variant's measured requests ran, over all rounds; throughput is samples over this.
    pub busy: Nanos,
    /// Processor time that the process took meanwhile; `None` where the operating system does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processor: Option<Nanos>,
    /// Time that reading the clocks took, over all measured requests.
    #[serde(default)]
    pub tracing: Nanos,
    /// What its sessions were seen waiting for in the server; `None` where there is none, or where it does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<ServerWaits>,
}

/// What sessions were seen waiting for in a server, of all looks while a variant was measured.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerWaits {
    /// Looks at all sessions.
    pub looks: u64,
    /// Sessions seen at work, by what they waited for: `working`, or sort and name of the wait event (`Lock relation`).
    pub seen: BTreeMap<String, u64>,
}

/// Exact counts of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Statements of the loader.
    pub queries: u64,
    /// Statements, BEGIN and ROLLBACK.
    pub round_trips: u64,
    /// Rows of all statements.
    pub rows: u64,
    /// Size of the decoded values.
    pub bytes: u64,
    /// Root objects; `None` when loading them failed.
    pub roots: Option<u64>,
    /// Tasks that Citus makes of the statements; `None` on any other engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard_tasks: Option<u64>,
}

/// How a variant's answer compares with the baseline's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Agreement {
    /// This is the baseline.
    Baseline,
    /// The same object graph.
    Same,
    /// Another object graph: a wrong answer, never "fast".
    Different {
        /// In words: `4 roots missing`.
        difference: String,
    },
    /// The request ends with the exception SQLAlchemy raises.
    Raises {
        /// The exception.
        error: OrmError,
    },
    /// The request took more than it may and was stopped.
    Stopped {
        /// Which limit it reached.
        reason: String,
    },
    /// The lane has no way to load as the variant asks for.
    LeftOut {
        /// Which part of it.
        reason: String,
    },
    /// Not compared, because a side gave no answer.
    Unknown,
}

/// One distinct statement of a variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatementShape {
    /// SQL as sent, IN lists in full.
    pub sql: String,
    /// When it is sent.
    pub phase: Phase,
    /// The relationship path that causes it.
    pub path: Option<String>,
    /// How often one request sends it.
    pub times: u64,
    /// Rows it returns over one request.
    pub rows: u64,
    /// The line of an application that caused it; `None` where a framework did, and without an application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// How the server ran the first of them, once everything was measured; `None` where nothing explains it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Explained>,
}

/// One measured request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Round, from 0.
    pub round: u32,
    /// Index of the tenant it asked for, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<u32>,
    /// Wall clock to the response: from the start of the request, or in an open loop from when it was due.
    pub latency: Nanos,
    /// Where it went.
    pub bands: Bands,
    /// Statements of the loader.
    #[serde(default)]
    pub queries: u32,
    /// Statements, BEGIN and ROLLBACK.
    #[serde(default)]
    pub round_trips: u32,
    /// Rows of all statements.
    #[serde(default)]
    pub rows: u64,
}

/// A reason for which requests failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What happened.
    pub message: String,
    /// How many requests.
    pub count: u64,
}
