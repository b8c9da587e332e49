//! A run under load and what came of it.

use super::chart::Figure;
use super::experiment::ExperimentDoc;
use super::request::Quantity;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Progress of a run, sent over a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum RunEvent {
    /// Preparing: opening connections, checking answers, warming up.
    Preparing {
        /// What is being done.
        what: String,
    },
    /// Requests were finished.
    Progress {
        /// Measured requests done, all variants, of this part.
        done: u32,
        /// Measured requests planned, all variants, of this part.
        total: u32,
        /// Round, from 1.
        round: u32,
        /// Rounds planned.
        rounds: u32,
        /// Name of the variant running.
        variant: String,
        /// Seconds since the run began.
        elapsed_s: f64,
        /// The value of a sweep this part measures: `round-trip time 2 ms, 3 of 4`; none for the experiment itself.
        part: Option<String>,
        /// Share of the whole run that is done, 0 to 1; every part counts alike.
        share: f64,
    },
    /// The two charts of the rounds so far can be drawn.
    Charts {
        /// Names them in `draw`, as a run's id does.
        run: String,
    },
    /// Something a user should know: a shortened run.
    Notice {
        /// One sentence.
        message: String,
    },
}

/// A finished or cancelled run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RunView {
    /// Names the run in `draw` and `export`.
    pub id: String,
    /// The experiment that was run: what is shown is stale when the open one differs.
    pub experiment: ExperimentDoc,
    /// Why it did not come to its end, in a word or a sentence.
    pub ended_early: Option<String>,
    /// The answer in one sentence, with its interval.
    pub sentence: String,
    /// Whether every variant gave the baseline's answer: `results equal` or what differs.
    pub agreement: String,
    /// Whether that is as expected.
    pub agrees: bool,
    /// One row a variant, in the user's order.
    pub rows: Vec<RunRow>,
    /// What a reader has to know before believing the figures: noise, busy cores, the kind of loop.
    pub remarks: Vec<RemarkView>,
    /// The further charts this run can be drawn as.
    pub figures: Vec<Figure>,
    /// What a reader should know.
    pub notices: Vec<String>,
    /// What the real SQLAlchemy did; none where it was not asked for.
    pub lane: Option<LaneView>,
    /// Seconds the run took.
    pub elapsed_s: f64,
}

/// The same experiment in the real SQLAlchemy. Its figures are a chart of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LaneView {
    /// What was measured: `SQLAlchemy 2.1.9, psycopg 3.3.9, Python 3.12.1`.
    pub title: String,
    /// Why it ended, and where it did something else than the native lane, a sentence each.
    pub warnings: Vec<String>,
}

/// Something to know before believing the figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RemarkView {
    /// A sentence or two.
    pub text: String,
    /// Whether the figures are worth less for it.
    pub caution: bool,
    /// Whether it stands beside the charts and not only among the details.
    pub prominent: bool,
}

/// One variant of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RunRow {
    /// Id of the variant.
    pub variant: String,
    /// Its letter in the charts: `A`.
    pub letter: String,
    /// Its name.
    pub name: String,
    /// Statements a request.
    pub queries: Option<Quantity>,
    /// Round trips a request.
    pub round_trips: Option<Quantity>,
    /// Rows a request.
    pub row_count: Option<Quantity>,
    /// Bytes a request.
    pub byte_count: Option<Quantity>,
    /// Measured requests.
    pub n: u32,
    /// Median with interval.
    pub p50: Option<EstimateView>,
    /// 90th percentile with interval.
    pub p90: Option<EstimateView>,
    /// 95th percentile with interval.
    pub p95: Option<EstimateView>,
    /// 99th percentile with interval.
    pub p99: Option<EstimateView>,
    /// Mean with interval.
    pub mean: Option<EstimateView>,
    /// Median of the time without waiting for a core or a connection, with interval.
    pub service: Option<EstimateView>,
    /// Requests a second.
    pub throughput: Option<Quantity>,
    /// What the rounds say of it against the baseline; none for the baseline itself, and where a side has no time.
    pub comparison: Option<ComparisonView>,
    /// `baseline`, `same answer`, `wrong answer: 4 roots missing`, `raises InvalidRequestError`.
    pub verdict: String,
    /// Whether the verdict is a wrong answer or an error.
    pub bad: bool,
    /// Requests that failed.
    pub failures: u32,
}

/// A variant against the baseline, round by round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ComparisonView {
    /// `faster`, `slower`, `no detectable difference`, `too few rounds to tell`.
    pub verdict: String,
    /// `×0.24`; none where there is nothing to divide.
    pub ratio: Option<String>,
    /// `0.22 to 0.26`; none where the rounds are too few.
    pub interval: Option<String>,
}

/// A figure with its interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EstimateView {
    /// Nanoseconds.
    pub value: f64,
    /// Lower end of the 95 % interval; none where the sample is too small.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval; none where the sample is too small.
    pub high: Option<f64>,
    /// `86.2 ms`.
    pub text: String,
    /// `84.9 to 87.8 ms`, or why there is none.
    pub interval: String,
}
