//! The clients of a cell: threads that take one request after the other, while the calling thread listens and can cancel.
//!
//! They live as long as the cell. A thread that starts has an allocator arena, a stack and caches to fill, which would
//! make the first requests of every batch slower than the rest, and short batches differ from one another.

use super::batch::{Batch, Report, Share};
use super::limit::Limit;
use super::rounds::Crew;
use crate::outcome::Sample;
use fetchscope_drivers::clock::process_time;
use fetchscope_drivers::latency::wake_on_time;
use fetchscope_drivers::request::Prepared;
use fetchscope_drivers::sqlalchemy::WorkerError;
use fetchscope_engine::trace::Nanos;
use std::collections::BTreeMap;
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
    batch: Arc<Batch<'env>>,
    scope: &'scope Scope<'scope, 'env>,
    workers: Vec<Sender<Shift>>,
}

/// What a worker has to do in one batch. What it found is told when it has ended: word of every request would wake the
/// listening thread each time, on a core that the clients and the database have better use for.
#[derive(Clone)]
struct Shift {
    prepared: Arc<[Prepared]>,
    share: Share,
    quota: u32,
    start: Instant,
    deadline: Option<Instant>,
    /// Numbers of requests that were taken by any worker.
    taken: Arc<AtomicU32>,
    /// How many of them ended.
    finished: Arc<AtomicU32>,
    tell: Sender<Found>,
}

/// What a worker found in one batch.
#[derive(Default)]
struct Found {
    samples: Vec<Sample>,
    failures: BTreeMap<String, u64>,
    tracing: Nanos,
}

impl<'scope, 'env> Clients<'scope, 'env> {
    /// Workers are hired when the first batch needs them, and go home when the crew is dropped.
    pub(super) fn new(batch: Arc<Batch<'env>>, scope: &'scope Scope<'scope, 'env>) -> Clients<'scope, 'env> {
        Clients { batch, scope, workers: Vec::new() }
    }

    fn hire(&mut self, wanted: u32) -> &[Sender<Shift>] {
        let hired = u32::try_from(self.workers.len()).unwrap_or(u32::MAX);
        for number in hired..wanted {
            let (send, shifts) = mpsc::channel();
            let batch = self.batch.clone();
            self.scope.spawn(move || {
                wake_on_time();
                work(&batch, number, &shifts);
            });
            self.workers.push(send);
        }
        &self.workers[..wanted as usize]
    }

    fn listen(&self, told: &Receiver<Found>, progress: &mut dyn FnMut()) -> Report {
        let mut report = Report::default();
        loop {
            match told.recv_timeout(TICK) {
                Ok(Found { samples, failures, tracing }) => {
                    report.samples.extend(samples);
                    for (message, count) in failures {
                        *report.failures.entry(message).or_default() += count;
                    }
                    report.tracing += tracing;
                }
                Err(RecvTimeoutError::Timeout) => {
                    if self.batch.cancel.load(Ordering::Relaxed) || self.batch.health.given_up().is_some() {
                        self.batch.stop.store(true, Ordering::Relaxed);
                        self.batch.pool.interrupt();
                    }
                    progress();
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
        let finished = Arc::<AtomicU32>::default();
        let shift = Shift {
            prepared: prepared.clone(),
            share,
            quota,
            start,
            deadline,
            taken: Arc::default(),
            finished: finished.clone(),
            tell,
        };
        for worker in workers {
            // A worker that is gone has panicked, which the scope reports.
            drop(worker.send(shift.clone()));
        }
        drop(shift);
        let mut report = self.listen(&told, &mut || progress(finished.load(Ordering::Relaxed)));
        report.busy = start.elapsed().into();
        let taken = process_time().zip(processor);
        report.processor = taken.map(|(after, before)| after.saturating_sub(before).into());
        report.cancelled = self.batch.cancel.load(Ordering::Relaxed);
        report.given_up = self.batch.health.given_up();
        progress(report.finished());
        Ok(report)
    }
}

/// One worker's life.
fn work(batch: &Batch<'_>, number: u32, shifts: &Receiver<Shift>) {
    while let Ok(shift) = shifts.recv() {
        let mut found = Found::default();
        shift.work(batch, number, &mut found);
        drop(shift.tell.send(found));
    }
}

impl Shift {
    fn work(&self, batch: &Batch<'_>, worker: u32, found: &mut Found) {
        let mut network = batch.network(self.share, worker);
        while !batch.stop.load(Ordering::Relaxed) {
            let number = self.taken.fetch_add(1, Ordering::Relaxed);
            let due = self.due(batch.experiment.workload.rate, number);
            let is_late = |deadline| due.unwrap_or_else(Instant::now) >= deadline;
            if number >= self.quota || self.deadline.is_some_and(is_late) {
                return;
            }
            if !due.is_none_or(|due| sleep_until(batch, due)) {
                return;
            }
            match batch.request(&self.prepared, &mut network, self.share, (number, due)) {
                Ok(Some((sample, tracing))) => {
                    found.samples.push(sample);
                    found.tracing += tracing;
                }
                Ok(None) => return,
                Err(message) => {
                    *found.failures.entry(message).or_default() += 1;
                    // What fails at once must not become a busy loop beside the requests that do not.
                    std::thread::sleep(PAUSE);
                }
            }
            self.finished.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// When the request with this number arrives, in an open loop: evenly spaced, whatever became of those before it.
    fn due(&self, rate: Option<f64>, number: u32) -> Option<Instant> {
        rate.map(|rate| self.start + Duration::from_secs_f64(f64::from(number) / rate))
    }
}

/// Waits for a moment; `false` when cancelled before it.
fn sleep_until(batch: &Batch<'_>, due: Instant) -> bool {
    while let Some(left) = due.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        if batch.stop.load(Ordering::Relaxed) {
            return false;
        }
        std::thread::sleep(left.min(TICK));
    }
    true
}
