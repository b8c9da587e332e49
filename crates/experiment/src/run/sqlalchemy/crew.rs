//! The clients of a cell that are Python's: told what to do batch by batch.

use crate::outcome::Sample;
use crate::run::batch::{Report, Share};
use crate::run::limit::Limit;
use crate::run::rounds::Crew;
use crate::spec::Experiment;
use crate::tenants::Draw;
use fetchscope_drivers::sqlalchemy::{self, Batch, Heard, Worker, WorkerError};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Tenants that are drawn for a batch; they come again where it has more requests.
const DRAWN: u32 = 4096;

/// The worker with what its batches share.
pub(in crate::run) struct Python<'a> {
    pub(in crate::run) experiment: &'a Experiment,
    pub(in crate::run) worker: &'a mut Worker,
    pub(in crate::run) draw: Draw,
    pub(in crate::run) tenants: usize,
    pub(in crate::run) cancel: &'a AtomicBool,
    /// Whether it is an application that is asked, and not a plan.
    pub(in crate::run) is_application: bool,
}

impl Crew for Python<'_> {
    /// The name by which the worker knows the variant.
    type Work = String;

    fn run(
        &mut self,
        variant: &String,
        limit: &Limit,
        share: Share,
        progress: &mut dyn FnMut(u32),
    ) -> Result<Report, WorkerError> {
        let workload = &self.experiment.workload;
        let (quota, length) = limit.share(share.round, share.rounds);
        if quota == 0 {
            return Ok(Report::default());
        }
        let batch = Batch {
            variant,
            concurrency: workload.concurrency.min(quota),
            quota,
            seconds: length.map(|length| length.as_secs_f64()),
            rate: workload.rate,
            seed: share.seed,
            tenants: (0..quota.clamp(1, DRAWN)).map(|number| self.draw.pick(share.seed, number)).collect(),
        };
        let mut report = Report::default();
        let several = self.tenants > 1;
        let longest =
            Duration::from_secs_f64(self.experiment.limits.seconds + workload.rate.map_or(0.0, |rate| 1.0 / rate));
        let mut heard = |heard| match heard {
            Heard::Sample(one) => report.samples.push(sample(one, share.round, several)),
            Heard::Failure(message) => *report.failures.entry(message).or_default() += 1,
            Heard::Nothing => progress(report.finished()),
        };
        let done = match self.is_application {
            true => self.worker.measure(&batch, longest, self.cancel, &mut heard)?,
            false => self.worker.batch(&batch, longest, self.cancel, &mut heard)?,
        };
        if let Some(done) = done {
            report.busy = done.busy;
            report.processor = Some(done.processor);
        }
        report.cancelled = self.cancel.load(Ordering::Relaxed);
        progress(report.finished());
        Ok(report)
    }
}

fn sample(one: sqlalchemy::Sample, round: u32, several: bool) -> Sample {
    let sqlalchemy::Sample { tenant, latency, queries, round_trips, rows, bands } = one;
    Sample { round, tenant: several.then_some(tenant), latency, bands, queries, round_trips, rows }
}
