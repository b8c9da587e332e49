//! When a variant has been measured enough.

use crate::spec::Experiment;
use fetchscope_engine::trace::Nanos;
use std::time::Duration;

/// A variant that would take longer than this is measured with fewer requests.
const LONGEST: Duration = Duration::from_secs(60);

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
    Time {
        whole: Duration,
        /// As above.
        expected_each: Duration,
        /// Wall clock of a batch in which every client has one request.
        at_least: Duration,
    },
}

/// Cores that requests can be served on at once.
pub(super) fn cores() -> u32 {
    std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32)
}

impl Limit {
    /// What the workload says; how long a request will take of the whole run follows from one without a network.
    pub(super) fn of(experiment: &Experiment, one: Nanos, round_trips: u64, cores: u32) -> Limit {
        let workload = &experiment.workload;
        let connections = workload.pool.size.saturating_add(workload.pool.overflow);
        let one = Duration::from_nanos(one.0);
        let network = Duration::from_secs_f64(experiment.conditions.rtt_ms / 1e3 * round_trips as f64);
        // Either the cores or the connections are the bottleneck, or requests do not come any faster.
        let by_cores = one / workload.concurrency.min(cores).max(1);
        let by_connections = (one + network) / workload.concurrency.min(connections).max(1);
        let by_rate = workload.rate.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(1.0 / rate));
        let expected_each = by_cores.max(by_connections).max(by_rate);
        match workload.seconds {
            Some(seconds) => Limit::Time {
                whole: Duration::from_secs_f64(seconds),
                expected_each,
                at_least: expected_each * workload.concurrency,
            },
            None => Limit::Requests { planned: workload.requests.unwrap_or(100), expected_each },
        }
    }

    pub(super) fn exactly(requests: u32) -> Limit {
        Limit::Requests { planned: requests, expected_each: Duration::ZERO }
    }

    /// Requests that it leaves time for, or asks for.
    pub(super) fn expected(&self) -> u32 {
        match self {
            Limit::Requests { planned, .. } => *planned,
            Limit::Time { whole, expected_each, .. } => {
                let requests = whole.as_nanos() / expected_each.as_nanos().max(1);
                u32::try_from(requests.max(1)).unwrap_or(u32::MAX)
            }
        }
    }

    pub(super) fn planned(&self) -> Option<u32> {
        match self {
            Limit::Requests { planned, .. } => Some(*planned),
            Limit::Time { .. } => None,
        }
    }

    /// A round's share: how many requests, and how long. Those that do not divide evenly go to the first rounds. A variant
    /// whose batch takes longer than its share of the time takes part in every so many rounds only: it is compared in those.
    pub(super) fn share(&self, round: u32, rounds: u32) -> (u32, Option<Duration>) {
        match self {
            Limit::Requests { planned, .. } => (planned / rounds + u32::from(round < planned % rounds), None),
            Limit::Time { whole, at_least, .. } => {
                let share = *whole / rounds;
                let every = (at_least.as_secs_f64() / share.as_secs_f64().max(1e-9)).round().clamp(1.0, rounds.into());
                let every = every as u32;
                (if round.is_multiple_of(every) { u32::MAX } else { 0 }, Some(share * every))
            }
        }
    }

    /// Fewer requests for a variant that would take too long, with a note that says so.
    pub(super) fn shorten(&mut self, experiment: &Experiment, variant: &str) -> Option<String> {
        let Limit::Requests { planned, expected_each } = self else { return None };
        let fitting = (LONGEST.as_secs_f64() / expected_each.as_secs_f64().max(1e-9)) as u32;
        if fitting >= *planned {
            return None;
        }
        let wanted = *planned;
        // Never fewer than are in flight at once: a variant measured at a lower concurrency could not be compared.
        *planned = fitting.max(experiment.workload.concurrency).min(wanted);
        if *planned == wanted {
            return None;
        }
        Some(format!(
            "{variant} was measured with {planned} instead of {wanted} requests, since it would have taken longer than a minute."
        ))
    }
}
