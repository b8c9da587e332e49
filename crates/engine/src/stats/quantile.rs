//! Quantiles of a sample and their distribution-free confidence intervals.
//!
//! The quantile is Hyndman and Fan's definition 7 (*Sample Quantiles in Statistical Packages*, The American
//! Statistician 50, 1996). The interval is the one between two order statistics whose ranks follow from the binomial
//! distribution (Hahn and Meeker, *Statistical Intervals*, 1991, section 5.2): it assumes nothing about the shape of the
//! latency distribution, but that samples are independent. Where they come from rounds, `bootstrap` widens it.

use statrs::distribution::{Binomial, DiscreteCDF};

/// A figure that never travels without its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// Lower end of the 95 % interval, or `None` where the sample is too small to have one.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval, or `None` where the sample is too small to have one.
    pub high: Option<f64>,
}

/// The quantile `q` (0 to 1) of an ascending sample; `None` for an empty one.
#[must_use]
pub fn of(ascending: &[f64], q: f64) -> Option<f64> {
    let position = q * ascending.len().checked_sub(1)? as f64;
    let (below, above) = (ascending[position.floor() as usize], ascending[position.ceil() as usize]);
    Some(below + (above - below) * position.fract())
}

/// The quantile `q` (0 to 1) of an ascending sample with its 95 % interval; `None` for an empty sample.
#[must_use]
pub fn estimate(ascending: &[f64], q: f64) -> Option<Estimate> {
    let n = ascending.len();
    let value = of(ascending, q)?;
    // The number of samples below the quantile is binomial: the ends are the ranks that it passes once in 40 times.
    let below = Binomial::new(q.clamp(0.0, 1.0), n as u64).ok()?;
    let ranks = |share: f64| usize::try_from(below.inverse_cdf(share)).unwrap_or(n);
    let (low, high) = (ranks(0.025), ranks(0.975));
    // Between its ranks the quantile is interpolated, and may lie beyond one of them.
    Some(Estimate {
        value,
        low: low.checked_sub(1).map(|low| ascending[low].min(value)),
        high: ascending.get(high).map(|high| high.max(value)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_of_a_hundred_has_ranks_40_and_61() {
        let sample: Vec<f64> = (1..=100).map(f64::from).collect();
        let median = estimate(&sample, 0.5).unwrap();
        assert_eq!(median, Estimate { value: 50.5, low: Some(40.0), high: Some(61.0) });
    }

    #[test]
    fn high_quantiles_have_the_exact_ranks() {
        let sample: Vec<f64> = (1..=100).map(f64::from).collect();
        // All but 0.6 % of samples of a hundred have one above the 95th percentile; a third have none above the 99th.
        assert_eq!(estimate(&sample, 0.95).unwrap().high, Some(100.0));
        assert_eq!(estimate(&sample, 0.99).unwrap().high, None);
    }

    #[test]
    fn small_samples_have_no_interval() {
        let p99 = estimate(&[1.0, 2.0, 3.0], 0.99).unwrap();
        assert_eq!((p99.low.is_some(), p99.high), (true, None));
        assert_eq!(estimate(&[], 0.5), None);
        assert_eq!(estimate(&[7.0], 0.5).unwrap().value, 7.0);
    }
}
