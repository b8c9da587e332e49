//! The injected network: a wait per round trip that gives the processor away.

use fetchscope_engine::trace::Nanos;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Longest time without a look at whether the run was cancelled.
const SLICE: Duration = Duration::from_millis(50);

/// The round trip that a database without a network does not have.
#[derive(Debug)]
pub struct Network {
    mean: Duration,
    jitter: Option<Normal<f64>>,
    random: ChaCha8Rng,
}

impl Network {
    /// Round trips of `mean` with this standard deviation; a draw below zero counts as zero.
    #[must_use]
    pub fn new(mean: Duration, jitter: Duration, seed: u64) -> Network {
        let spread = if jitter.is_zero() { None } else { Normal::new(mean.as_secs_f64(), jitter.as_secs_f64()).ok() };
        Network { mean, jitter: spread, random: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// No network at all.
    #[must_use]
    pub fn none() -> Network {
        Network::new(Duration::ZERO, Duration::ZERO, 0)
    }

    /// Waits one round trip and says how long it really took. Returns early, with what has passed, when cancelled.
    pub fn round_trip(&mut self, cancel: &AtomicBool) -> Nanos {
        let wanted = match &self.jitter {
            Some(jitter) => Duration::from_secs_f64(jitter.sample(&mut self.random).max(0.0)),
            None => self.mean,
        };
        if wanted.is_zero() {
            return Nanos(0);
        }
        let start = Instant::now();
        while let Some(left) = wanted.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) {
            if cancel.load(Ordering::Relaxed) {
                break;
            }
            std::thread::sleep(left.min(SLICE));
        }
        start.elapsed().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancelled_round_trip_ends_early_and_an_uncancelled_one_does_not() {
        let mut network = Network::new(Duration::from_secs(3600), Duration::ZERO, 1);
        assert!(network.round_trip(&AtomicBool::new(true)) < Nanos(3_600_000_000_000));
        let mut network = Network::new(Duration::from_millis(2), Duration::ZERO, 1);
        assert!(network.round_trip(&AtomicBool::new(false)) >= Nanos(2_000_000));
        assert_eq!(Network::none().round_trip(&AtomicBool::new(false)), Nanos(0));
    }
}
