//! The experiment: endpoint, variants, workload, conditions and seed, as its TOML file says them.

mod application;
mod variant;
mod workload;

pub use application::{Application, Request};
pub use fetchscope_engine::plan::endpoint::{Endpoint, ReadNode};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
pub use variant::{Expectation, POLYMORPHIC, Variant};
pub use workload::{Conditions, Limits, Pool, Tenants, Workload};

/// Everything that reproduces a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Version of this format; 1.
    pub version: u32,
    /// Where the data is: `sample:…`, `sqlite:…`, `postgres://…`. Empty with an application, which knows its own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// A program of the user's, in place of a source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<Application>,
    /// What is asked of it, in place of an endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Request>,
    /// A mapping file, where the introspected one is not wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<String>,
    /// Seed of every random choice.
    #[serde(default = "default_seed")]
    pub seed: u64,
    /// Name of the variant the others are compared with; the first one unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    /// Which clients it is run in; the native one alone unless said.
    #[serde(default = "native_only", skip_serializing_if = "is_native_only")]
    pub lanes: Vec<Lane>,
    /// What is asked for. Empty with an application.
    #[serde(default, skip_serializing_if = "is_default")]
    pub endpoint: Endpoint,
    /// How it is loaded, by variant name, in the order they are shown.
    pub variants: IndexMap<String, Variant>,
    /// How many requests, how many at once.
    #[serde(default)]
    pub workload: Workload,
    /// Under which circumstances.
    #[serde(default)]
    pub conditions: Conditions,
    /// What one request may take at most.
    #[serde(default, skip_serializing_if = "is_default")]
    pub limits: Limits,
    /// The same again with one circumstance changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sweep: Vec<Sweep>,
    /// A claim that this experiment answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
}

fn default_seed() -> u64 {
    1
}

/// The client that runs an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// This program: what the database and the strategy cost.
    Native,
    /// The real SQLAlchemy in a Python process: what a service that uses it pays.
    Sqlalchemy,
}

fn native_only() -> Vec<Lane> {
    vec![Lane::Native]
}

fn is_native_only(lanes: &[Lane]) -> bool {
    lanes == [Lane::Native]
}

impl Experiment {
    /// What was asked for: the endpoint's name or class, or the request of an application.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.request {
            Some(request) => request.title(),
            None => self.endpoint.name.clone().unwrap_or_else(|| self.endpoint.root.clone()),
        }
    }

    /// Whether the real SQLAlchemy is measured beside this program.
    #[must_use]
    pub fn is_run_in_sqlalchemy(&self) -> bool {
        self.lanes.contains(&Lane::Sqlalchemy)
    }
}

/// One circumstance and the values it takes, in the order of the chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sweep {
    /// What is changed.
    pub over: Axis,
    /// To which values, ascending.
    pub values: Vec<f64>,
}

/// A circumstance that can be swept over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Requests in flight at once.
    Concurrency,
    /// Injected time per round trip, in milliseconds.
    RttMs,
    /// Roots a request returns at most: the filter's `limit`.
    PageSize,
    /// Roots of the tenant that is asked for: of all tenants, the one whose number comes nearest.
    TenantSize,
}

/// A claim about the experiment's variants. The words are for people; one of the others is what is held against them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Claim {
    /// The claim in a sentence.
    pub says: String,
    /// The variant that is claimed to be faster …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub faster: Option<String>,
    /// … than these; than all others, where none is named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub than: Vec<String>,
    /// Whether the claim is that no variant is fastest everywhere.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_winner: bool,
    /// Whether the claim is that the variant with the fewest queries need not be the fastest.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fewest_not_fastest: bool,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
