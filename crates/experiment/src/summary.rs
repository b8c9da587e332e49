//! Figures derived from raw samples, each with its interval.

use crate::outcome::VariantOutcome;
use fetchscope_engine::stats::quantile::{self, Estimate};

/// What is said of one variant's latency. Times are nanoseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Measured requests.
    pub n: usize,
    /// Median with its 95 % interval.
    pub p50: Estimate,
    /// 95th percentile with its 95 % interval.
    pub p95: Estimate,
    /// 99th percentile with its 95 % interval.
    pub p99: Estimate,
    /// Arithmetic mean.
    pub mean: f64,
    /// Fastest request.
    pub min: f64,
    /// Slowest request.
    pub max: f64,
    /// Requests a second while this variant ran.
    pub throughput: f64,
}

impl Summary {
    /// Summarises a variant; `None` without a sample.
    #[must_use]
    pub fn of(variant: &VariantOutcome) -> Option<Summary> {
        let mut sorted: Vec<f64> = variant.samples.iter().map(|sample| sample.latency.0 as f64).collect();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let n = sorted.len();
        Some(Summary {
            n,
            p50: quantile::estimate(&sorted, 0.50)?,
            p95: quantile::estimate(&sorted, 0.95)?,
            p99: quantile::estimate(&sorted, 0.99)?,
            mean: sorted.iter().sum::<f64>() / n as f64,
            min,
            max,
            throughput: if variant.busy.0 == 0 { 0.0 } else { n as f64 / (variant.busy.0 as f64 / 1e9) },
        })
    }
}
