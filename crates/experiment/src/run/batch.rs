//! Requests at once: worker threads that take one after the other, while the calling thread listens and can cancel.

use crate::outcome::Sample;
use crate::spec::Experiment;
use fetchscope_drivers::latency::Network;
use fetchscope_drivers::sqlite::{Circumstances, Pool, PoolError, Prepared, ServeError, Served, SqliteError};
use fetchscope_engine::trace::Nanos;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

/// How often progress is told and cancelling is looked at.
const TICK: Duration = Duration::from_millis(40);

/// Pause of a worker whose request failed.
const PAUSE: Duration = Duration::from_millis(1);

/// What the requests of one experiment share.
pub(super) struct Batch<'a> {
    pub(super) experiment: &'a Experiment,
    pub(super) pool: &'a Pool,
    pub(super) cancel: &'a AtomicBool,
}

/// When a variant has been measured enough.
#[derive(Debug, Clone)]
pub(super) enum Limit {
    /// After so many requests.
    Requests {
        planned: u32,
        /// Wall clock one of them is expected to take of the whole run.
        expected_each: Duration,
    },
    /// After so much time.
    Time(Duration),
}

/// What a batch found.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) samples: Vec<Sample>,
    /// How often each message was the reason.
    pub(super) failures: BTreeMap<String, u64>,
    pub(super) busy: Nanos,
    pub(super) cancelled: bool,
}

impl Report {
    /// Requests that ended, one way or the other.
    pub(super) fn finished(&self) -> u32 {
        let failed: u64 = self.failures.values().sum();
        u32::try_from(self.samples.len() as u64 + failed).unwrap_or(u32::MAX)
    }
}

impl Limit {
    /// What the workload says; how long a request will take of the whole run follows from one without a network.
    pub(super) fn of(experiment: &Experiment, one: Nanos, round_trips: u64) -> Limit {
        let workload = &experiment.workload;
        if let Some(seconds) = workload.seconds {
            return Limit::Time(Duration::from_secs_f64(seconds));
        }
        let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32);
        let connections = workload.pool.size.saturating_add(workload.pool.overflow);
        let one = Duration::from_nanos(one.0);
        let network = Duration::from_secs_f64(experiment.conditions.rtt_ms / 1e3 * round_trips as f64);
        // Either the cores or the connections are the bottleneck.
        let by_cores = one / workload.concurrency.min(cores).max(1);
        let by_connections = (one + network) / workload.concurrency.min(connections).max(1);
        Limit::Requests { planned: workload.requests.unwrap_or(100), expected_each: by_cores.max(by_connections) }
    }

    pub(super) fn exactly(requests: u32) -> Limit {
        Limit::Requests { planned: requests, expected_each: Duration::ZERO }
    }

    pub(super) fn planned(&self) -> Option<u32> {
        match self {
            Limit::Requests { planned, .. } => Some(*planned),
            Limit::Time(_) => None,
        }
    }
}

enum Told {
    Sample(Sample),
    Failure(String),
}

impl Batch<'_> {
    /// One request without a network, every statement recorded.
    pub(super) fn once(&self, prepared: &Prepared) -> Result<Served, ServeError> {
        std::thread::scope(|scope| {
            let worker = scope.spawn(|| {
                let session = self.pool.acquire(self.cancel).map_err(|error| match error {
                    PoolError::Database(error) => error,
                    PoolError::Timeout(_) | PoolError::Cancelled => SqliteError::Cancelled,
                })?;
                let mut network = Network::none();
                prepared.serve(&session, &mut self.circumstances(&mut network, true))
            });
            while !worker.is_finished() {
                if self.cancel.load(Ordering::Relaxed) {
                    self.pool.interrupt();
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// A round's share of a variant's requests.
    pub(super) fn run(
        &self,
        prepared: &Prepared,
        limit: &Limit,
        round: u32,
        rounds: u32,
        seed: u64,
        progress: &mut dyn FnMut(u32),
    ) -> Report {
        // Requests that do not divide evenly go to the first rounds.
        let (quota, deadline) = match limit {
            Limit::Requests { planned, .. } => (planned / rounds + u32::from(round < planned % rounds), None),
            Limit::Time(whole) => (u32::MAX, Some(Instant::now() + *whole / rounds)),
        };
        let (tell, told) = mpsc::channel();
        let taken = AtomicU32::new(0);
        let start = Instant::now();
        let mut report = Report::default();
        std::thread::scope(|scope| {
            for worker in 0..self.experiment.workload.concurrency.min(quota) {
                let (tell, taken) = (tell.clone(), &taken);
                let conditions = &self.experiment.conditions;
                let rtt = Duration::from_secs_f64(conditions.rtt_ms / 1e3);
                let jitter = Duration::from_secs_f64(conditions.jitter_ms / 1e3);
                let mut network = Network::new(rtt, jitter, seed.wrapping_mul(0x9E37_79B9).wrapping_add(worker.into()));
                scope.spawn(move || {
                    while !self.cancel.load(Ordering::Relaxed)
                        && deadline.is_none_or(|deadline| Instant::now() < deadline)
                        && taken.fetch_add(1, Ordering::Relaxed) < quota
                    {
                        match self.request(prepared, &mut network, round) {
                            Ok(Some(sample)) => drop(tell.send(Told::Sample(sample))),
                            Ok(None) => break,
                            Err(message) => {
                                drop(tell.send(Told::Failure(message)));
                                // What fails at once must not become a busy loop beside the requests that do not.
                                std::thread::sleep(PAUSE);
                            }
                        }
                    }
                });
            }
            drop(tell);
            let mut next = start + TICK;
            loop {
                match told.recv_timeout(next.saturating_duration_since(Instant::now())) {
                    Ok(Told::Sample(sample)) => report.samples.push(sample),
                    Ok(Told::Failure(message)) => *report.failures.entry(message).or_default() += 1,
                    Err(RecvTimeoutError::Timeout) => {
                        next = Instant::now() + TICK;
                        if self.cancel.load(Ordering::Relaxed) {
                            self.pool.interrupt();
                        }
                        progress(report.finished());
                    }
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
        });
        report.busy = start.elapsed().into();
        report.cancelled = self.cancel.load(Ordering::Relaxed);
        progress(report.finished());
        report
    }

    /// One measured request; `None` when it was cancelled.
    fn request(&self, prepared: &Prepared, network: &mut Network, round: u32) -> Result<Option<Sample>, String> {
        let start = Instant::now();
        let session = match self.pool.acquire(self.cancel) {
            Ok(session) => session,
            Err(PoolError::Cancelled) => return Ok(None),
            Err(error @ (PoolError::Timeout(_) | PoolError::Database(_))) => return Err(error.to_string()),
        };
        let waited = session.waited;
        match prepared.serve(&session, &mut self.circumstances(network, false)) {
            Ok(served) => {
                let mut bands = served.bands;
                bands.pool_wait = waited;
                Ok(Some(Sample { round, latency: start.elapsed().into(), bands }))
            }
            Err(ServeError::Database(SqliteError::Cancelled)) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    fn circumstances<'b>(&'b self, network: &'b mut Network, record: bool) -> Circumstances<'b> {
        Circumstances {
            network,
            transaction: self.experiment.conditions.transaction,
            statement_cache: self.experiment.conditions.statement_cache,
            record,
            cancel: self.cancel,
        }
    }
}
