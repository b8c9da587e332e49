//! Budgets: what a variant may cost, and whether it kept to it. Counts are exact; a time is held against its interval, and
//! is over a budget only where the whole interval is.

use crate::outcome::{Agreement, Outcome, VariantOutcome};
use crate::spec::{Expectation, Experiment, Tenants};
use crate::summary::rounds;
use fetchscope_engine::stats::bootstrap::Bootstrap;
use fetchscope_engine::stats::quantile::Estimate;
use serde::Serialize;

/// What a request of a variant may cost at most.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Budgets {
    /// Statements.
    pub queries: Option<u64>,
    /// Rows of all statements.
    pub rows: Option<u64>,
    /// Size of the decoded values.
    pub bytes: Option<u64>,
    /// 95th percentile of the latency.
    pub p95: Option<Limit>,
}

/// A limit of a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// So many nanoseconds.
    Nanos(f64),
    /// So many times the baseline's.
    OfBaseline(f64),
}

/// What was held against a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// It returns what it should.
    Answer,
    /// Statements of a request.
    Queries,
    /// Rows of a request.
    Rows,
    /// Bytes of a request.
    Bytes,
    /// The 95th percentile in nanoseconds.
    P95,
    /// The 95th percentile over the baseline's.
    P95Ratio,
}

/// Whether a budget was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// The figure, with the whole of its interval where it has one, is within.
    Yes,
    /// The figure, with the whole of its interval, is beyond.
    No,
    /// The interval has the limit in it, or has no end on that side.
    CannotBeTold,
}

/// One budget and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Held {
    /// The variant's name.
    pub variant: String,
    /// What was looked at.
    pub measure: Measure,
    /// The most it may be; `None` for the answer.
    pub limit: Option<f64>,
    /// What it is; `None` where it was not measured.
    pub value: Option<f64>,
    /// Lower end of its 95 % interval, for a time.
    pub low: Option<f64>,
    /// Upper end of its 95 % interval, for a time.
    pub high: Option<f64>,
    /// Whether it was kept.
    pub kept: Kept,
    /// Why there is no figure, or what is wrong with the answer.
    pub reason: Option<String>,
}

impl Budgets {
    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Budgets::default()
    }

    /// The experiment as it has to be run for these: where only counts are asked for, one request of each variant tells.
    #[must_use]
    pub fn as_needed(&self, experiment: &Experiment) -> Experiment {
        let mut needed = Experiment { sweep: Vec::new(), claim: None, ..experiment.clone() };
        if self.p95.is_none() {
            let workload = &mut needed.workload;
            // Requests for several tenants differ in their counts.
            if matches!(workload.tenants, Tenants::One) {
                (workload.requests, workload.seconds) = (Some(1), None);
            }
            (workload.concurrency, workload.warmup, workload.rounds, workload.rate) = (1, 0, 1, None);
            (needed.conditions.rtt_ms, needed.conditions.jitter_ms) = (0.0, 0.0);
        }
        needed
    }

    /// Holds them against a variant of an outcome, its answer first.
    #[must_use]
    pub fn hold(&self, outcome: &Outcome, variant: &VariantOutcome) -> Vec<Held> {
        let counted = |measure, limit: Option<u64>, count: Option<u64>| {
            let limit = limit?;
            let kept = count.map_or(Kept::No, |count| if count <= limit { Kept::Yes } else { Kept::No });
            let value = count.map(|count| count as f64);
            let reason = count.is_none().then(|| "no request finished".to_owned());
            Some(held(variant, measure, Some(limit as f64), value, kept, reason))
        };
        let counts = variant.counts.as_ref();
        // Where requests differ, the largest counts.
        let queries = counts.map(|counts| most(variant, counts.queries, |sample| sample.queries.into()));
        let rows = counts.map(|counts| most(variant, counts.rows, |sample| sample.rows));
        let all = [
            Some(answer(outcome, variant)),
            counted(Measure::Queries, self.queries, queries),
            counted(Measure::Rows, self.rows, rows),
            counted(Measure::Bytes, self.bytes, counts.map(|counts| counts.bytes)),
            self.p95.map(|limit| time(outcome, variant, limit)),
        ];
        all.into_iter().flatten().collect()
    }
}

fn most(variant: &VariantOutcome, counted: u64, count: fn(&crate::outcome::Sample) -> u64) -> u64 {
    variant.samples.iter().map(count).max().unwrap_or(0).max(counted)
}

fn held(
    variant: &VariantOutcome,
    measure: Measure,
    limit: Option<f64>,
    value: Option<f64>,
    kept: Kept,
    reason: Option<String>,
) -> Held {
    Held { variant: variant.name.clone(), measure, limit, value, low: None, high: None, kept, reason }
}

/// A variant that answers otherwise than it should has broken every budget.
fn answer(outcome: &Outcome, variant: &VariantOutcome) -> Held {
    let expected = outcome.experiment.variants.get(&variant.name).map(|one| one.expect).unwrap_or_default();
    let reason = match (&variant.agreement, expected) {
        (_, Expectation::Differs) | (Agreement::Baseline | Agreement::Same, Expectation::Same) => None,
        (Agreement::Different { difference }, Expectation::Same) => Some(format!("wrong answer: {difference}")),
        (Agreement::Raises { error }, Expectation::Same) => {
            Some(format!("raises {}: {}", error.type_name.name(), error.message))
        }
        (Agreement::Stopped { reason } | Agreement::LeftOut { reason }, Expectation::Same) => Some(reason.clone()),
        (Agreement::Unknown, Expectation::Same) => Some("its answer could not be compared with the baseline's".into()),
    };
    let failed = variant.failures.iter().map(|failure| failure.count).sum::<u64>();
    let failure = variant.failures.first().filter(|_| failed > 0);
    let reason = reason.or_else(|| failure.map(|one| format!("{failed} requests failed: {}", one.message)));
    let kept = if reason.is_none() { Kept::Yes } else { Kept::No };
    held(variant, Measure::Answer, None, None, kept, reason)
}

fn time(outcome: &Outcome, variant: &VariantOutcome, limit: Limit) -> Held {
    let seed = outcome.experiment.seed;
    let own = Bootstrap::of(&rounds(&variant.samples), seed);
    let (measure, limit, estimate) = match limit {
        Limit::Nanos(limit) => (Measure::P95, limit, own.map(|own| own.quantile(0.95))),
        Limit::OfBaseline(limit) => {
            let name = outcome.experiment.baseline_name();
            let baseline = outcome.variants.iter().find(|one| Some(one.name.as_str()) == name);
            let baseline = baseline.and_then(|one| Bootstrap::of(&rounds(&one.samples), seed));
            (Measure::P95Ratio, limit, own.zip(baseline).map(|(own, baseline)| own.ratio(&baseline, 0.95)))
        }
    };
    let Some(estimate) = estimate.filter(|estimate| estimate.value.is_finite()) else {
        let reason = Some("no request finished".to_owned());
        return held(variant, measure, Some(limit), None, Kept::No, reason);
    };
    let Estimate { value, low, high } = estimate;
    let kept = within(estimate, limit);
    Held { low, high, ..held(variant, measure, Some(limit), Some(value), kept, None) }
}

fn within(Estimate { low, high, .. }: Estimate, limit: f64) -> Kept {
    if low.is_some_and(|low| low > limit) {
        Kept::No
    } else if high.is_some_and(|high| high <= limit) {
        Kept::Yes
    } else {
        Kept::CannotBeTold
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_over_only_where_its_whole_interval_is() {
        let estimate = |low, high| Estimate { value: 50.0, low, high };
        let cases = [
            (Some(48.0), Some(53.0), 47.0, Kept::No),
            (Some(48.0), Some(53.0), 48.0, Kept::CannotBeTold),
            (Some(48.0), Some(53.0), 52.0, Kept::CannotBeTold),
            (Some(48.0), Some(53.0), 53.0, Kept::Yes),
            (None, Some(53.0), 10.0, Kept::CannotBeTold),
            (Some(48.0), None, 1000.0, Kept::CannotBeTold),
            (Some(48.0), None, 10.0, Kept::No),
        ];
        for (low, high, limit, kept) in cases {
            assert_eq!(within(estimate(low, high), limit), kept, "{low:?} to {high:?} with {limit}");
        }
    }

    #[test]
    fn counts_alone_need_one_request() {
        let text = "version = 1\nsource = \"sample:citizenapp\"\n[endpoint]\nroot = \"User\"\n[variants.lazy]\n\
                    [workload]\nconcurrency = 50\nseconds = 5\n[conditions]\nrtt_ms = 2\n\
                    [[sweep]]\nover = \"rtt_ms\"\nvalues = [0, 1]\n";
        let experiment = Experiment::from_toml(text).unwrap();
        let counts = Budgets { queries: Some(3), ..Budgets::default() }.as_needed(&experiment);
        assert_eq!(
            (counts.workload.requests, counts.workload.seconds, counts.workload.concurrency),
            (Some(1), None, 1)
        );
        assert!(counts.sweep.is_empty() && counts.conditions.rtt_ms == 0.0 && counts.check().is_ok());
        let times = Budgets { p95: Some(Limit::Nanos(5e7)), ..Budgets::default() }.as_needed(&experiment);
        assert_eq!((times.workload.seconds, times.workload.concurrency), (Some(5.0), 50));
    }
}
