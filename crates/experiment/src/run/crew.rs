//! The clients of a cell: threads that take one request after the other, while the calling thread listens and can cancel.
//!
//! They live as long as the cell. A thread that starts has an allocator arena, a stack and caches to fill, which would
//! make the first requests of every batch slower than the rest, and short batches differ from one another.

use super::batch::{Batch, Report, Share};
use super::cell::Crew;
use super::limit::Limit;
use crate::outcome::Sample;
use fetchscope_drivers::clock::process_time;
use fetchscope_drivers::latency::wake_on_time;
use fetchscope_drivers::request::Prepared;
use fetchscope_drivers::sqlalchemy::WorkerError;
use fetchscope_engine::trace::Nanos;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::Scope;
use std::time::{Duration, Instant};

/// How often progress is told and cancelling is looked at.
const TICK: Duration = Duration::from_millis(40);

/// Pause of a worker whose request failed.
const PAUSE: Duration = Duration::from_millis(1);

/// The workers of one cell.
pub(super) struct Clients<'scope, 'env> {
    batch: &'env Batch<'env>,
    scope: &'scope Scope<'scope, 'env>,
    workers: Vec<Sender<Shift>>,
}

/// What a worker has to do in one batch. Its end is told by dropping `tell`.
#[derive(Clone)]
struct Shift {
    prepared: Arc<[Prepared]>,
    share: Share,
    quota: u32,
    start: Instant,
    deadline: Option<Instant>,
    /// Numbers of requests that were taken by any worker.
    taken: Arc<AtomicU32>,
    tell: Sender<Told>,
}

enum Told {
    Sample(Sample, Nanos),
    Failure(String),
}

impl<'scope, 'env> Clients<'scope, 'env> {
    /// Workers are hired when the first batch needs them, and go home when the crew is dropped.
    pub(super) fn new(batch: &'env Batch<'env>, scope: &'scope Scope<'scope, 'env>) -> Clients<'scope, 'env> {
        Clients { batch, scope, workers: Vec::new() }
    }

    fn hire(&mut self, wanted: u32) -> &[Sender<Shift>] {
        let hired = u32::try_from(self.workers.len()).unwrap_or(u32::MAX);
        for number in hired..wanted {
            let (send, shifts) = mpsc::channel();
            let batch = self.batch;
            self.scope.spawn(move || {
                wake_on_time();
                work(batch, number, &shifts);
            });
            self.workers.push(send);
        }
        &self.workers[..wanted as usize]
    }

    fn listen(&self, told: &Receiver<Told>, start: Instant, progress: &mut dyn FnMut(u32)) -> Report {
        let mut report = Report::default();
        let mut next = start + TICK;
        loop {
            match told.recv_timeout(next.saturating_duration_since(Instant::now())) {
                Ok(Told::Sample(sample, tracing)) => {
                    report.samples.push(sample);
                    report.tracing += tracing;
                }
                Ok(Told::Failure(message)) => *report.failures.entry(message).or_default() += 1,
                Err(RecvTimeoutError::Timeout) => {
                    next = Instant::now() + TICK;
                    if self.batch.cancel.load(Ordering::Relaxed) {
                        self.batch.pool.interrupt();
                    }
                    progress(report.finished());
                }
                Err(RecvTimeoutError::Disconnected) => return report,
            }
        }
    }
}

impl Crew for Clients<'_, '_> {
    type Work = Arc<[Prepared]>;

    fn run(
        &mut self,
        prepared: &Arc<[Prepared]>,
        limit: &Limit,
        share: Share,
        progress: &mut dyn FnMut(u32),
    ) -> Result<Report, WorkerError> {
        let (quota, length) = limit.share(share.round, share.rounds);
        let workers = self.hire(self.batch.experiment.workload.concurrency.min(quota));
        let (tell, told) = mpsc::channel();
        let processor = process_time();
        let start = Instant::now();
        let deadline = length.map(|length| start + length);
        let taken = Arc::default();
        let shift = Shift { prepared: prepared.clone(), share, quota, start, deadline, taken, tell };
        for worker in workers {
            // A worker that is gone has panicked, which the scope reports.
            drop(worker.send(shift.clone()));
        }
        drop(shift);
        let mut report = self.listen(&told, start, progress);
        report.busy = start.elapsed().into();
        let taken = process_time().zip(processor);
        report.processor = taken.map(|(after, before)| after.saturating_sub(before).into());
        report.cancelled = self.batch.cancel.load(Ordering::Relaxed);
        progress(report.finished());
        Ok(report)
    }
}

/// One worker's life.
fn work(batch: &Batch<'_>, number: u32, shifts: &Receiver<Shift>) {
    while let Ok(shift) = shifts.recv() {
        let mut network = batch.network(shift.share, number);
        while !batch.cancel.load(Ordering::Relaxed) {
            let number = shift.taken.fetch_add(1, Ordering::Relaxed);
            let due = shift.due(batch.experiment.workload.rate, number);
            let is_late = |deadline| due.unwrap_or_else(Instant::now) >= deadline;
            if number >= shift.quota || shift.deadline.is_some_and(is_late) {
                break;
            }
            if !due.is_none_or(|due| sleep_until(batch, due)) {
                break;
            }
            match batch.request(&shift.prepared, &mut network, shift.share, (number, due)) {
                Ok(Some((sample, tracing))) => drop(shift.tell.send(Told::Sample(sample, tracing))),
                Ok(None) => break,
                Err(message) => {
                    drop(shift.tell.send(Told::Failure(message)));
                    // What fails at once must not become a busy loop beside the requests that do not.
                    std::thread::sleep(PAUSE);
                }
            }
        }
    }
}

impl Shift {
    /// When the request with this number arrives, in an open loop: evenly spaced, whatever became of those before it.
    fn due(&self, rate: Option<f64>, number: u32) -> Option<Instant> {
        rate.map(|rate| self.start + Duration::from_secs_f64(f64::from(number) / rate))
    }
}

/// Waits for a moment; `false` when cancelled before it.
fn sleep_until(batch: &Batch<'_>, due: Instant) -> bool {
    while let Some(left) = due.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        if batch.cancel.load(Ordering::Relaxed) {
            return false;
        }
        std::thread::sleep(left.min(TICK));
    }
    true
}
