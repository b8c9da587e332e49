//! Samples as a histogram of buckets that widen with the value (Tene, *HdrHistogram*): as precise everywhere, small
//! whatever the number of samples, and mergeable, which percentiles are not.

use crate::trace::Nanos;
pub use hdrhistogram::Histogram;
use hdrhistogram::errors::CreationError;

/// Three significant digits, as many as are ever shown.
const DIGITS: u8 = 3;

/// The longest time that is told apart from longer ones: a century and a half, half of what 64 bits hold.
const LONGEST: u64 = i64::MAX as u64 / 2;

/// Points of the curve each time that the share of slower requests halves.
const TICKS: u32 = 5;

/// The histogram of samples in nanoseconds. Two are merged with [`Histogram::add`].
pub fn of(samples: impl IntoIterator<Item = Nanos>) -> Result<Histogram<u64>, CreationError> {
    let mut histogram = Histogram::new(DIGITS)?;
    for sample in samples {
        // Up to the longest time it grows; a failure would be one of its counting to 2^64.
        let recorded = histogram.record(sample.0.min(LONGEST));
        debug_assert!(recorded.is_ok(), "{recorded:?}");
    }
    Ok(histogram)
}

/// Points of the curve of percentiles (0 to 100) and the times that so many requests took at most, closer together
/// towards 100, where the slow ones are.
#[must_use]
pub fn curve(histogram: &Histogram<u64>) -> Vec<(f64, Nanos)> {
    let points = histogram.iter_quantiles(TICKS);
    points.map(|point| (point.quantile_iterated_to() * 100.0, Nanos(point.value_iterated_to()))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::quantile;
    use super::super::simulated::Machine;
    use super::*;

    fn samples(seed: u64) -> Vec<f64> {
        Machine::new(seed).run(&[3.0], 5, 1000)[0].ascending()
    }

    fn histogram(samples: &[f64]) -> Histogram<u64> {
        of(samples.iter().map(|sample| Nanos(*sample as u64))).unwrap()
    }

    #[test]
    fn the_curve_rises_and_says_the_same_as_the_samples() {
        let samples = samples(51);
        let curve = curve(&histogram(&samples));
        assert!(curve.is_sorted_by(|a, b| a.0 <= b.0 && a.1 <= b.1) && curve.len() > 20, "{curve:?}");
        assert_eq!(curve.last().map(|(percentile, _)| *percentile), Some(100.0));
        for (percentile, value) in curve {
            let exact = quantile::of(&samples, percentile / 100.0).unwrap();
            let rank = samples.partition_point(|sample| *sample < value.0 as f64 * 1.001) as f64;
            assert!((value.0 as f64 / exact - 1.0).abs() < 0.02 || rank / 5000.0 >= percentile / 100.0, "{percentile}");
        }
    }

    #[test]
    fn merging_is_the_same_as_recording_all() {
        let (one, other) = (samples(52), samples(53));
        let mut merged = histogram(&one);
        merged.add(histogram(&other)).unwrap();
        assert!(merged == histogram(&[one, other].concat()));
    }

    #[test]
    fn nothing_and_forever_are_recorded() {
        let histogram = of([Nanos(0), Nanos(u64::MAX)]).unwrap();
        assert_eq!(histogram.len(), 2);
        assert!(curve(&of([]).unwrap()).is_empty());
    }
}
