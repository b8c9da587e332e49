//! Runs of the past.

use super::request::Quantity;
use super::run::EstimateView;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A run as the list of the history shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HistoryEntry {
    /// Its number.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// In the order of the alphabet.
    pub tags: Vec<String>,
    /// RFC 3339 in UTC.
    pub started_at: String,
    /// What the data is: `CitizenApp, size s, seed 1`.
    pub data: String,
    /// Database and version.
    pub database: String,
    /// Where the data is, without a password.
    pub source: String,
    /// Name of the endpoint, or its class.
    pub endpoint: String,
    /// `50 at once, 1 ms round trip`.
    pub workload: String,
    /// `linux x86_64, 2 cores, release build`.
    pub platform: String,
    /// How it ended.
    pub end: HistoryEnd,
    /// The answer in one sentence; empty where it was not finished.
    pub sentence: String,
    /// Seconds it took.
    pub elapsed_s: f64,
    /// One a variant, in the user's order.
    pub variants: Vec<HistoryVariant>,
}

/// How a run of the history ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum HistoryEnd {
    /// Every planned request was made.
    Completed,
    /// Somebody stopped it.
    Cancelled,
    /// The database did not go on.
    Failed,
    /// It goes on in some process, or was interrupted; the rounds that had finished are there.
    Unfinished,
}

/// A variant in the list of the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HistoryVariant {
    /// Its letter in the charts.
    pub letter: String,
    /// Its name.
    pub name: String,
    /// Statements a request.
    pub queries: Option<Quantity>,
    /// Median latency in nanoseconds.
    pub p50: Option<Quantity>,
}

/// Two runs beside each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BetweenView {
    /// The earlier run.
    pub before: HistoryEntry,
    /// The later run.
    pub after: HistoryEntry,
    /// What has to be known of every ratio.
    pub note: String,
    /// What else was different.
    pub differences: Vec<DifferenceView>,
    /// The variants of both.
    pub rows: Vec<BetweenRow>,
}

/// A circumstance that was another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DifferenceView {
    /// Which: `concurrency`.
    pub what: String,
    /// In the earlier run.
    pub before: String,
    /// In the later one.
    pub after: String,
}

/// One variant in both runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BetweenRow {
    /// Its name in the later run, or in the only one that has it.
    pub name: String,
    /// In the earlier run.
    pub before: Option<BetweenSide>,
    /// In the later one.
    pub after: Option<BetweenSide>,
    /// Median of the later run over that of the earlier one: `×0.24`.
    pub ratio: Option<String>,
    /// `0.22 to 0.26`, or why there is none.
    pub interval: Option<String>,
    /// `faster`, `slower`, `no detectable difference`, or why nothing is said.
    pub verdict: String,
}

/// A variant in one of two runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BetweenSide {
    /// Its letter there.
    pub letter: String,
    /// Its name there.
    pub name: String,
    /// Statements a request.
    pub queries: Option<Quantity>,
    /// Rows a request.
    pub row_count: Option<Quantity>,
    /// Median with interval.
    pub p50: Option<EstimateView>,
}
