//! Figures derived from raw samples, each with its interval.

use crate::outcome::{Sample, VariantOutcome};
use fetchscope_engine::stats::bootstrap::Bootstrap;
use fetchscope_engine::stats::quantile::{self, Estimate};
use fetchscope_engine::stats::rounds::Rounds;
use fetchscope_engine::trace::Nanos;

/// What is said of one variant's latency. Times are nanoseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Measured requests.
    pub n: usize,
    /// Median with its 95 % interval.
    pub p50: Estimate,
    /// 90th percentile with its 95 % interval.
    pub p90: Estimate,
    /// 95th percentile with its 95 % interval.
    pub p95: Estimate,
    /// 99th percentile with its 95 % interval.
    pub p99: Estimate,
    /// Arithmetic mean with its 95 % interval.
    pub mean: Estimate,
    /// Median of the service time: the latency without waiting for a core, a client or a connection.
    pub service: Estimate,
    /// Fastest request.
    pub min: f64,
    /// Slowest request.
    pub max: f64,
    /// Requests a second while this variant ran.
    pub throughput: f64,
    /// Mean time of a round trip as it was achieved; `None` where none was injected.
    pub round_trip: Option<f64>,
    /// Share of the time in which the cores were busy, over all of them; `None` where the operating system does not say.
    pub cores_busy: Option<f64>,
    /// Share of the latency that reading the clocks took.
    pub tracing: f64,
}

impl Summary {
    /// Summarises a variant measured on so many cores; `None` without a sample.
    #[must_use]
    pub fn of(variant: &VariantOutcome, seed: u64, cores: u32) -> Option<Summary> {
        let sorted = ascending(&variant.samples, |sample| sample.latency);
        let service = ascending(&variant.samples, |sample| sample.service());
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let bootstrap = Bootstrap::of(&rounds(&variant.samples), seed)?;
        let whole: f64 = sorted.iter().sum();
        Some(Summary {
            n: sorted.len(),
            p50: bootstrap.quantile(0.50),
            p90: bootstrap.quantile(0.90),
            p95: bootstrap.quantile(0.95),
            p99: bootstrap.quantile(0.99),
            mean: bootstrap.mean(),
            service: quantile::estimate(&service, 0.5)?,
            min,
            max,
            throughput: share(sorted.len() as f64, variant.busy.0 as f64 / 1e9),
            round_trip: round_trip(&variant.samples),
            cores_busy: variant
                .processor
                .map(|processor| share(processor.0 as f64, variant.busy.0 as f64 * f64::from(cores.max(1)))),
            tracing: share(variant.tracing.0 as f64, whole),
        })
    }
}

impl Sample {
    /// The latency without waiting for a core, a client or a connection.
    #[must_use]
    pub fn service(&self) -> Nanos {
        let waited = self.bands.scheduling + self.bands.pool_wait;
        Nanos(self.latency.0.saturating_sub(waited.0))
    }
}

/// Latencies by the round in which they were measured.
#[must_use]
pub fn rounds(samples: &[Sample]) -> Rounds {
    Rounds::of(samples.iter().map(|sample| (sample.round, sample.latency.0 as f64)))
}

/// Mean time of a round trip of these requests.
#[must_use]
pub fn round_trip(samples: &[Sample]) -> Option<f64> {
    let time: u64 = samples.iter().map(|sample| sample.bands.round_trip.0).sum();
    let trips: u64 = samples.iter().map(|sample| u64::from(sample.round_trips)).sum();
    (time > 0 && trips > 0).then(|| time as f64 / trips as f64)
}

fn ascending(samples: &[Sample], time: fn(&Sample) -> Nanos) -> Vec<f64> {
    let mut sorted: Vec<f64> = samples.iter().map(|sample| time(sample).0 as f64).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}
