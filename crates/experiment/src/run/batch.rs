//! The requests of one cell: what they share, one of them, and what a batch of them found.

use super::health::{Health, PATIENCE};
use crate::outcome::{End, Sample};
use crate::spec::{Experiment, Workload};
use crate::tenants::Draw;
use fetchscope_drivers::error::DatabaseError;
use fetchscope_drivers::latency::Network;
use fetchscope_drivers::pool::{Pool, PoolError};
use fetchscope_drivers::request::{Circumstances, Prepared, ServeError, Served};
use fetchscope_engine::trace::Nanos;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What the requests of one cell share.
pub(super) struct Batch<'a> {
    pub(super) experiment: &'a Experiment,
    pub(super) pool: &'a Pool,
    pub(super) draw: Draw,
    pub(super) cancel: &'a AtomicBool,
    /// Whether the database goes on serving.
    pub(super) health: Health,
    /// Ends what is under way: somebody cancelled, or the database was given up.
    pub(super) stop: AtomicBool,
}

/// A round's share of a variant's requests.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub(super) round: u32,
    pub(super) rounds: u32,
    /// The same for every variant of the round, so that they ask for the same tenants.
    pub(super) seed: u64,
}

/// What a batch found.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) samples: Vec<Sample>,
    /// How often each message was the reason.
    pub(super) failures: BTreeMap<String, u64>,
    pub(super) busy: Nanos,
    pub(super) processor: Option<Nanos>,
    pub(super) tracing: Nanos,
    pub(super) cancelled: bool,
    /// Why the database was given up.
    pub(super) given_up: Option<String>,
}

impl Report {
    /// Requests that ended, one way or the other.
    pub(super) fn finished(&self) -> u32 {
        let failed: u64 = self.failures.values().sum();
        u32::try_from(self.samples.len() as u64 + failed).unwrap_or(u32::MAX)
    }

    /// Whether the run goes on after it.
    pub(super) fn end(&self) -> End {
        match &self.given_up {
            _ if self.cancelled => End::Cancelled,
            Some(message) => {
                let reason = format!("the database served no request for {} s: {message}", PATIENCE.as_secs());
                End::Failed { reason }
            }
            None => End::Completed,
        }
    }
}

impl<'a> Batch<'a> {
    pub(super) fn new(experiment: &'a Experiment, pool: &'a Pool, draw: Draw, cancel: &'a AtomicBool) -> Batch<'a> {
        let Workload { concurrency, pool: connections, .. } = &experiment.workload;
        let at_once = connections.size.saturating_add(connections.overflow).min(*concurrency);
        Batch { experiment, pool, draw, cancel, health: Health::new(at_once), stop: AtomicBool::new(false) }
    }

    /// One request without a network, every statement recorded.
    pub(super) fn once(&self, prepared: &Prepared) -> Result<Served, ServeError> {
        std::thread::scope(|scope| {
            let worker = scope.spawn(|| {
                let session = self.pool.acquire(self.cancel).map_err(|error| match error {
                    PoolError::Database(error) => error,
                    PoolError::Timeout(_) | PoolError::Cancelled => DatabaseError::Cancelled,
                })?;
                let mut network = Network::none();
                prepared.serve(&session, &mut self.circumstances(&mut network, (true, self.cancel)))
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

    /// The injected network of one worker.
    pub(super) fn network(&self, share: Share, worker: u32) -> Network {
        let conditions = &self.experiment.conditions;
        let rtt = Duration::from_secs_f64(conditions.rtt_ms / 1e3);
        let jitter = Duration::from_secs_f64(conditions.jitter_ms / 1e3);
        Network::new(rtt, jitter, share.seed.wrapping_mul(0x9E37_79B9).wrapping_add(worker.into()))
    }

    /// One measured request, and what reading the clocks took of it; `None` when it was cancelled.
    pub(super) fn request(
        &self,
        prepared: &[Prepared],
        network: &mut Network,
        share: Share,
        (number, due): (u32, Option<Instant>),
    ) -> Result<Option<(Sample, Nanos)>, String> {
        let tenant = self.draw.pick(share.seed, number);
        let several = prepared.len() > 1;
        let Some(prepared) = prepared.get(tenant) else { return Ok(None) };
        let began = Instant::now();
        // A client that was still busy when the request was due lets it wait, and that is part of its latency.
        let late = due.map_or(Duration::ZERO, |due| began.saturating_duration_since(due));
        let session = match self.pool.acquire(&self.stop) {
            Ok(session) => session,
            Err(PoolError::Cancelled) => return Ok(None),
            Err(PoolError::Database(error)) => return Err(self.failed(began, &error.into())),
            Err(error @ PoolError::Timeout(_)) => return Err(error.to_string()),
        };
        let waited = session.waited;
        match prepared.serve(&session, &mut self.circumstances(network, (false, &self.stop))) {
            Ok(served) => {
                self.health.served();
                let latency = began.elapsed() + late;
                let mut bands = served.bands;
                bands.scheduling += late.into();
                bands.pool_wait = waited;
                let sample = Sample {
                    round: share.round,
                    tenant: several.then(|| u32::try_from(tenant).unwrap_or(u32::MAX)),
                    latency: latency.into(),
                    bands,
                    queries: u32::try_from(served.query_count).unwrap_or(u32::MAX),
                    round_trips: u32::try_from(served.round_trips).unwrap_or(u32::MAX),
                    rows: served.row_count,
                };
                Ok(Some((sample, served.tracing)))
            }
            Err(ServeError::Database(DatabaseError::Cancelled)) if self.stop.load(Ordering::Relaxed) => Ok(None),
            Err(error) => Err(self.failed(began, &error)),
        }
    }

    /// Notes a failure, and puts it in words.
    fn failed(&self, began: Instant, error: &ServeError) -> String {
        let message = match error {
            ServeError::Database(DatabaseError::Cancelled) => {
                "somebody else cancelled the statement in the server".to_owned()
            }
            ServeError::Database(_) | ServeError::Limit(_) | ServeError::Loader(_) => error.to_string(),
        };
        self.health.failed(began, &message);
        message
    }

    fn circumstances<'b>(
        &'b self,
        network: &'b mut Network,
        (record, cancel): (bool, &'b AtomicBool),
    ) -> Circumstances<'b> {
        Circumstances {
            network,
            transaction: self.experiment.conditions.transaction,
            statement_cache: self.experiment.conditions.statement_cache,
            record,
            limits: self.experiment.limits.into(),
            cancel,
        }
    }
}
