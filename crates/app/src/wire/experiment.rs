//! The experiment that somebody works on.

use super::exact;
use super::source::MappingEdit;
use super::start::{WireAxis, WireStrategy};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The open work: everything that reproduces a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ExperimentDoc {
    /// Where the data is.
    pub source: String,
    /// A mapping file that is used instead of the introspected one.
    #[serde(default)]
    pub mapping_file: Option<String>,
    /// What is changed of that mapping, in order.
    #[serde(default)]
    pub mapping: Vec<MappingEdit>,
    /// Seed of every random choice; in digits where a number of JavaScript cannot hold it.
    #[serde(with = "exact")]
    #[ts(type = "number | string")]
    pub seed: u64,
    /// Id of the variant the others are compared with; the first one unless said.
    pub baseline: Option<String>,
    /// What is asked for.
    pub endpoint: EndpointDoc,
    /// How it is loaded, in the order the user put them.
    pub variants: Vec<VariantDoc>,
    /// How many requests, how many at once.
    pub workload: WorkloadDoc,
    /// Under which circumstances.
    pub conditions: ConditionsDoc,
    /// The same again with one circumstance changed.
    #[serde(default)]
    pub sweeps: Vec<SweepDoc>,
    /// Which clients it is measured in. Work that was kept before there were several says whether SQLAlchemy is one of them.
    #[serde(default = "native_only", alias = "in_sqlalchemy", deserialize_with = "lanes")]
    pub lanes: Vec<WireLane>,
    /// What one request may take at most.
    #[serde(default)]
    pub limits: LimitsDoc,
    /// A claim that the run answers.
    #[serde(default)]
    pub claim: Option<ClaimDoc>,
}

/// A client that runs an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum WireLane {
    /// This program.
    Native,
    /// The real SQLAlchemy.
    Sqlalchemy,
}

fn native_only() -> Vec<WireLane> {
    vec![WireLane::Native]
}

fn lanes<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<WireLane>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Lanes {
        InSqlalchemy(bool),
        All(Vec<WireLane>),
    }
    Ok(match Lanes::deserialize(deserializer)? {
        Lanes::InSqlalchemy(false) => native_only(),
        Lanes::InSqlalchemy(true) => vec![WireLane::Native, WireLane::Sqlalchemy],
        Lanes::All(lanes) => lanes,
    })
}

/// What one request may take at most.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LimitsDoc {
    /// Rows of all its statements.
    #[serde(with = "exact")]
    #[ts(type = "number | string")]
    pub rows: u64,
    /// Bytes of their values.
    #[serde(with = "exact")]
    #[ts(type = "number | string")]
    pub bytes: u64,
    /// Seconds from its start to its response.
    pub seconds: f64,
}

/// A claim about the variants, which it knows by their ids, so that it follows one that is renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ClaimDoc {
    /// The claim in a sentence.
    pub says: String,
    /// The variant that is claimed to be faster …
    pub faster: Option<String>,
    /// … than these; than all others, where there is none.
    pub than: Vec<String>,
    /// Whether the claim is that no variant is fastest everywhere.
    pub no_winner: bool,
    /// Whether the claim is that the variant with the fewest queries need not be the fastest.
    pub fewest_not_fastest: bool,
}

/// One circumstance and the values it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SweepDoc {
    /// What is changed.
    pub over: WireAxis,
    /// To which values, as the user wrote them.
    pub values: Vec<f64>,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EndpointDoc {
    /// Name, where it ships with the source.
    pub name: Option<String>,
    /// The class the endpoint returns.
    pub root: String,
    /// `list`, `one`, `first` or `get`.
    pub mode: String,
    /// The filter as in a plan file.
    #[ts(type = "Record<string, unknown>")]
    pub filter: IndexMap<String, serde_json::Value>,
    /// What the response reads.
    pub relationships: Vec<ReadDoc>,
}

/// A relationship of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReadDoc {
    /// Relationship name.
    pub name: String,
    /// Whether the response reads it.
    pub accessed: bool,
    /// Relationships of the target.
    pub relationships: Vec<ReadDoc>,
}

/// One way of loading the endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VariantDoc {
    /// Stays the same while the variant is renamed.
    pub id: String,
    /// Name, unique in the experiment.
    pub name: String,
    /// Whether it is there to show another answer than the baseline's.
    #[serde(default)]
    pub differs: bool,
    /// Strategy by dotted path; a path not named loads lazily.
    #[ts(as = "std::collections::HashMap<String, WireStrategy>")]
    pub strategies: IndexMap<String, WireStrategy>,
}

/// How many requests, how many at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WorkloadDoc {
    /// Requests in flight at once, 1 to 200.
    pub concurrency: u32,
    /// Measured requests per variant; with neither this nor `seconds`, 100.
    pub requests: Option<u32>,
    /// Measured seconds per variant, instead of a number of requests.
    #[serde(default)]
    pub seconds: Option<f64>,
    /// Requests a second that arrive whether or not earlier ones are answered; none where every client waits for its answer.
    #[serde(default)]
    pub rate: Option<f64>,
    /// Whose data a request asks for.
    #[serde(default)]
    pub tenants: WireTenants,
    /// The column that tells tenants apart, where it is not the usual one.
    #[serde(default)]
    pub tenant_column: Option<String>,
    /// Unmeasured requests a variant before the first round.
    pub warmup: u32,
    /// Rounds in which the variants are interleaved.
    pub rounds: u32,
    /// Connections kept.
    pub pool_size: u32,
    /// Connections beyond that.
    pub pool_overflow: u32,
    /// Seconds a request waits for a connection.
    pub pool_timeout_s: f64,
}

/// Whose data a request asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum WireTenants {
    /// What the endpoint's filter says.
    #[default]
    One,
    /// One tenant after the other.
    RoundRobin,
    /// Drawn, a tenant with twice the rows twice as often.
    BySize,
}

/// Circumstances of the measurement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConditionsDoc {
    /// Injected time per round trip, in milliseconds.
    pub rtt_ms: f64,
    /// Standard deviation of the injected time, in milliseconds.
    pub jitter_ms: f64,
    /// BEGIN and ROLLBACK as round trips of their own.
    pub transaction: bool,
    /// Whether prepared statements are kept by their text.
    pub statement_cache: bool,
    /// Whether the session is SQLAlchemy's asynchronous one, in which reading what is not loaded raises.
    #[serde(default)]
    pub asynchronous: bool,
}
