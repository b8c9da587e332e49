//! What rules look at, of a run: the request that was recorded before it, how its answer compares, and how requests waited.

use crate::outcome::{Agreement, Outcome, VariantOutcome};
use crate::spec::Workload;
use fetchscope_drivers::pool::PoolError;
use fetchscope_engine::advisor::evidence::{Answer, Evidence, Sent, Waits};
use fetchscope_engine::advisor::{self, Finding};
use std::time::Duration;

/// The evidence of a variant; `None` when no request of it finished.
#[must_use]
pub fn evidence(outcome: &Outcome, variant: &VariantOutcome) -> Option<Evidence> {
    let statements = variant.statements.iter().map(|shape| Sent {
        sql: shape.sql.as_str().into(),
        phase: shape.phase,
        path: shape.path.clone(),
        times: shape.times,
        rows: shape.rows,
    });
    Some(Evidence {
        statements: statements.collect(),
        objects: variant.objects.clone()?,
        answer: answer(&variant.agreement),
        waits: waits(&outcome.experiment.workload, variant),
    })
}

/// What stands out in a variant, what matters most first.
#[must_use]
pub fn findings(outcome: &Outcome, variant: &VariantOutcome) -> Vec<Finding> {
    evidence(outcome, variant).map_or_else(Vec::new, |evidence| advisor::advise(&evidence))
}

fn answer(agreement: &Agreement) -> Answer {
    match agreement {
        Agreement::Same => Answer::Same,
        Agreement::Different { difference } => Answer::Different { difference: difference.clone() },
        Agreement::Raises { error } => Answer::Raises(error.clone()),
        // The baseline is what others are compared with, and itself with nothing.
        Agreement::Baseline | Agreement::Stopped { .. } | Agreement::LeftOut { .. } | Agreement::Unknown => {
            Answer::NotCompared
        }
    }
}

fn waits(workload: &Workload, variant: &VariantOutcome) -> Option<Waits> {
    let pool = &workload.pool;
    let waited: u64 = variant.samples.iter().map(|sample| sample.bands.pool_wait.0).sum();
    let whole: u64 = variant.samples.iter().map(|sample| sample.latency.0).sum();
    // A failure is kept as its message, and this is the one of a request that gave up waiting.
    let gave_up = Duration::try_from_secs_f64(pool.timeout).ok().map(|after| PoolError::Timeout(after).to_string());
    let timeouts = variant.failures.iter().filter(|failure| Some(&failure.message) == gave_up.as_ref());
    let timeouts = timeouts.map(|failure| failure.count).sum();
    let measured = whole > 0 || timeouts > 0;
    measured.then(|| Waits {
        concurrency: workload.concurrency,
        connections: pool.size.saturating_add(pool.overflow),
        requests: variant.samples.len() as u64,
        share: if whole > 0 { waited as f64 / whole as f64 } else { 0.0 },
        timeouts,
    })
}
