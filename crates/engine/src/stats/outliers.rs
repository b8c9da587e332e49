//! Samples far from the others. They are counted and named, never dropped: a slow request happened.
//!
//! Far out is what lies more than three interquartile ranges outside the quartiles (Tukey, *Exploratory Data Analysis*,
//! 1977, chapter 2). The nearer fence at one and a half would call one request in ten of a skewed distribution an
//! outlier, and latencies are skewed.

use super::quantile;

/// How many samples lie far out, and how far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outliers {
    /// Samples altogether.
    pub n: usize,
    /// Samples above the upper fence.
    pub above: usize,
    /// Samples below the lower fence.
    pub below: usize,
    /// The upper fence.
    pub upper_fence: f64,
    /// The lower fence.
    pub lower_fence: f64,
}

/// With fewer samples a quartile is a sample or two, and the fences say nothing.
const FEWEST: usize = 8;

impl Outliers {
    /// Looks at an ascending sample; `None` where it is too small to have fences.
    #[must_use]
    pub fn of(ascending: &[f64]) -> Option<Outliers> {
        if ascending.len() < FEWEST {
            return None;
        }
        let (lower, upper) = (quantile::of(ascending, 0.25)?, quantile::of(ascending, 0.75)?);
        let (lower_fence, upper_fence) = (lower - 3.0 * (upper - lower), upper + 3.0 * (upper - lower));
        Some(Outliers {
            n: ascending.len(),
            above: ascending.len() - ascending.partition_point(|sample| *sample <= upper_fence),
            below: ascending.partition_point(|sample| *sample < lower_fence),
            upper_fence,
            lower_fence,
        })
    }

    /// Their share of all samples.
    #[must_use]
    pub fn share(&self) -> f64 {
        (self.above + self.below) as f64 / self.n as f64
    }
}

#[cfg(test)]
mod tests {
    use super::super::rounds::ascending;
    use super::super::simulated::Machine;
    use super::*;

    #[test]
    fn what_lies_beyond_three_interquartile_ranges_is_counted() {
        let sample: Vec<f64> = (0..9).map(f64::from).chain([200.0, 300.0]).collect();
        let outliers = Outliers::of(&sample).unwrap();
        assert_eq!((outliers.above, outliers.below, outliers.upper_fence), (2, 0, 22.5));
        assert!((outliers.share() - 2.0 / 11.0).abs() < 1e-12);
        let low: Vec<f64> = ascending(&sample.iter().map(|value| -value).collect::<Vec<_>>());
        assert_eq!(Outliers::of(&low).map(|outliers| (outliers.above, outliers.below)), Some((0, 2)));
        assert_eq!(Outliers::of(&sample[..7]), None);
    }

    #[test]
    fn noise_without_outliers_has_next_to_none_and_with_them_they_are_found() {
        let mut quiet = Machine { outliers: 0.0, spread: 0.2, ..Machine::new(41) };
        let far = |machine: &mut Machine| Outliers::of(&machine.run(&[5.0], 1, 10_000)[0].ascending()).unwrap().above;
        assert!(far(&mut quiet) <= 20, "lognormal with a spread of a fifth");
        let found = far(&mut Machine::new(42));
        assert!((420..=580).contains(&found), "{found} of about 500");
    }
}
