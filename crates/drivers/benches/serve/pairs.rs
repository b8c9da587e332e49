//! Two ways of doing one thing, timed one beside the other so that a busy moment of the machine meets both.

use fetchscope_engine::stats::quantile::{Estimate, estimate};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::time::Duration;

/// The times of both, pair by pair.
pub(crate) struct Pairs(Vec<(Duration, Duration)>);

impl Pairs {
    /// Times so many pairs; which of the two goes first is drawn, always alike.
    pub(crate) fn time(pairs: usize, mut one: impl FnMut() -> Duration, mut other: impl FnMut() -> Duration) -> Pairs {
        let mut random = ChaCha8Rng::seed_from_u64(20);
        let pair = |_| {
            if random.random() {
                let first = one();
                (first, other())
            } else {
                let first = other();
                (one(), first)
            }
        };
        Pairs((0..pairs).map(pair).collect())
    }

    /// The medians of both, in milliseconds.
    pub(crate) fn medians(&self) -> (f64, f64) {
        let millis = |time: &Duration| time.as_secs_f64() * 1e3;
        (
            median(self.0.iter().map(|(one, _)| millis(one))).value,
            median(self.0.iter().map(|(_, other)| millis(other))).value,
        )
    }

    /// The median of the ratios of the other to the one, with its 95 % interval.
    pub(crate) fn ratio(&self) -> String {
        let ratio = median(self.0.iter().map(|(one, other)| other.as_secs_f64() / one.as_secs_f64()));
        let end = |end: Option<f64>| end.map_or_else(|| "?".to_owned(), |end| format!("{end:.2}"));
        format!("{:.2} [{}, {}]", ratio.value, end(ratio.low), end(ratio.high))
    }
}

fn median(sample: impl Iterator<Item = f64>) -> Estimate {
    let mut sample: Vec<f64> = sample.collect();
    sample.sort_by(f64::total_cmp);
    estimate(&sample, 0.5).unwrap()
}
