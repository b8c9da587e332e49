//! Quantiles of a sample and their distribution-free confidence intervals.
//!
//! The quantile is Hyndman and Fan's definition 7 (*Sample Quantiles in Statistical Packages*, The American
//! Statistician 50, 1996). The interval is the one between two order statistics whose ranks follow from the binomial
//! distribution, in its normal approximation (Hahn and Meeker, *Statistical Intervals*, 1991, section 5.2): it assumes
//! nothing about the shape of the latency distribution.

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

/// 97.5 % point of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// The quantile `q` (0 to 1) of an ascending sample with its 95 % interval; `None` for an empty sample.
#[must_use]
pub fn estimate(ascending: &[f64], q: f64) -> Option<Estimate> {
    let n = ascending.len();
    let last = n.checked_sub(1)?;
    let position = q * last as f64;
    let (below, above) = (ascending[position.floor() as usize], ascending[position.ceil() as usize]);
    let value = below + (above - below) * position.fract();

    let (mean, spread) = (n as f64 * q, Z * (n as f64 * q * (1.0 - q)).sqrt());
    let low = (mean - spread).floor();
    let high = (mean + spread).ceil();
    Some(Estimate {
        value,
        low: (low >= 1.0).then(|| ascending[low as usize - 1]),
        high: (high <= last as f64).then(|| ascending[high as usize]),
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
    fn small_samples_have_no_interval() {
        let p99 = estimate(&[1.0, 2.0, 3.0], 0.99).unwrap();
        assert_eq!((p99.low.is_some(), p99.high), (true, None));
        assert_eq!(estimate(&[], 0.5), None);
        assert_eq!(estimate(&[7.0], 0.5).unwrap().value, 7.0);
    }
}
