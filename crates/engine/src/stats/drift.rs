//! Whether a series of rounds goes up or down. A trend is named; nothing is corrected for it or dropped.
//!
//! The test is Mann and Kendall's (Mann, *Nonparametric Tests Against Trend*, Econometrica 13, 1945; Kendall, *Rank
//! Correlation Methods*, 1975), which looks only at which of two rounds took longer. Without ties its distribution is
//! counted out, since rounds are few; with ties it is the normal approximation with Kendall's correction. The slope is
//! the median of the slopes between any two rounds (Theil 1950; Sen, *Estimates of the Regression Coefficient Based on
//! Kendall's Tau*, Journal of the American Statistical Association 63, 1968), with Sen's interval.

use super::quantile::{self, Estimate};
use super::rounds::ascending;
use statrs::distribution::{ContinuousCDF, Normal};

/// A trend is named when chance alone would show one as clear in less than one series of a hundred.
pub const LEVEL: f64 = 0.01;

/// With fewer rounds even a series that only ever rises is not clear enough: one order of four in 24 does.
const FEWEST: usize = 5;

/// Above so many values the normal approximation is as good as counting.
const COUNTED: usize = 60;

/// The trend of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Share of pairs that rise, less the share that fall: 1 for a series that only rises.
    pub tau: f64,
    /// Two-sided p value of "the order means nothing".
    pub p_value: f64,
    /// Change from one round to the next with its 95 % interval, in the unit of the values.
    pub slope: Estimate,
    /// Change from the first round to the last, as a share of the median: 0.1 for a tenth more.
    pub change: f64,
}

impl Trend {
    /// The trend of values in the order of their rounds; `None` where they are too few to have one.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Trend> {
        let n = values.len();
        if n < FEWEST {
            return None;
        }
        let mut slopes = Vec::with_capacity(n * (n - 1) / 2);
        let mut score = 0_i64;
        for (later, value) in values.iter().enumerate() {
            for (earlier, other) in values[..later].iter().enumerate() {
                slopes.push((value - other) / (later - earlier) as f64);
                score += i64::from(value > other) - i64::from(value < other);
            }
        }
        let slopes = ascending(&slopes);
        let pairs = slopes.len() as f64;
        let ties = ties(values);
        let variance = variance(n, &ties);
        let p_value = if ties.is_empty() && n <= COUNTED { counted(n, score) } else { approximated(variance, score) };
        let reach = 1.959_963_984_540_054 * variance.sqrt();
        let rank = |rank: f64| (rank >= 0.0).then(|| slopes.get(rank as usize).copied()).flatten();
        let slope = quantile::of(&slopes, 0.5)?;
        Some(Trend {
            tau: score as f64 / pairs,
            p_value,
            slope: Estimate {
                value: slope,
                low: rank(((pairs - reach) / 2.0).floor() - 1.0),
                high: rank(((pairs + reach) / 2.0).ceil()),
            },
            change: slope * (n - 1) as f64 / quantile::of(&ascending(values), 0.5)?,
        })
    }

    /// Whether it is clear enough to be named.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        self.p_value < LEVEL
    }
}

/// Sizes of the groups of equal values.
fn ties(values: &[f64]) -> Vec<f64> {
    let sorted = ascending(values);
    sorted.chunk_by(|a, b| a == b).filter(|group| group.len() > 1).map(|group| group.len() as f64).collect()
}

fn variance(n: usize, ties: &[f64]) -> f64 {
    let part = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    (part(n as f64) - ties.iter().copied().map(part).sum::<f64>()) / 18.0
}

/// The share of all orders of `n` values whose score is at least as far from 0.
fn counted(n: usize, score: i64) -> f64 {
    // Orders by the number of pairs that fall: the next value stands before 0, 1, … of those that are there.
    let mut orders = vec![1.0];
    for size in 2..=n {
        let mut next = vec![0.0; orders.len() + size - 1];
        for (falling, share) in orders.iter().enumerate() {
            for more in 0..size {
                next[falling + more] += share / size as f64;
            }
        }
        orders = next;
    }
    let pairs = orders.len() as i64 - 1;
    let at_least = |(falling, _): &(usize, &f64)| (pairs - 2 * *falling as i64).abs() >= score.abs();
    orders.iter().enumerate().filter(at_least).map(|(_, share)| share).sum::<f64>().min(1.0)
}

fn approximated(variance: f64, score: i64) -> f64 {
    if variance <= 0.0 {
        return 1.0;
    }
    let z = (score.abs() - 1).max(0) as f64 / variance.sqrt();
    Normal::new(0.0, 1.0).map_or(1.0, |normal| (2.0 * normal.sf(z)).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::super::simulated::Machine;
    use super::*;

    #[test]
    fn a_series_that_only_rises_is_as_unlikely_as_its_order() {
        let trend = Trend::of(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
        // Two of 720 orders are monotone.
        assert!((trend.p_value - 2.0 / 720.0).abs() < 1e-12 && trend.is_clear());
        assert_eq!((trend.tau, trend.slope.value), (1.0, 1.0));
        assert!((trend.change - 5.0 / 3.5).abs() < 1e-12);
        assert_eq!(Trend::of(&[1.0, 2.0, 3.0, 4.0]), None);
    }

    #[test]
    fn equal_values_are_no_trend() {
        let trend = Trend::of(&[7.0; 10]).unwrap();
        assert_eq!((trend.tau, trend.p_value, trend.change), (0.0, 1.0, 0.0));
    }

    #[test]
    fn noise_is_named_in_one_series_of_a_hundred_at_most_and_a_slope_is_found() {
        let mut machine = Machine::new(31);
        let mut clear = |n: usize, slope: f64| {
            let mut series =
                || (0..n).map(|round| 100.0 + slope * round as f64 + machine.normal()).collect::<Vec<f64>>();
            (0..2000).filter(|_| Trend::of(&series()).unwrap().is_clear()).count()
        };
        for n in [5, 10, 20] {
            let named = clear(n, 0.0);
            assert!(named <= 35, "{named} of 2 000 with {n} rounds");
        }
        assert!(clear(10, 0.8) >= 1900);
    }

    #[test]
    fn the_interval_of_the_slope_holds_it_in_95_series_of_100() {
        let mut machine = Machine::new(32);
        let holds = (0..2000).filter(|_| {
            let values: Vec<f64> = (0..12).map(|round| 50.0 + 0.3 * f64::from(round) + machine.normal()).collect();
            let slope = Trend::of(&values).unwrap().slope;
            slope.low.unwrap() <= 0.3 && 0.3 <= slope.high.unwrap()
        });
        let held = holds.count();
        assert!((1860..=1980).contains(&held), "{held} of 2 000");
    }

    #[test]
    fn counting_and_approximating_agree() {
        let (n, score) = (20, 70);
        assert!((counted(n, score) - approximated(variance(n, &[]), score)).abs() < 0.002);
    }
}
