//! The injected network: a wait per round trip that gives the processor away.

use fetchscope_engine::trace::Nanos;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Longest time without a look at whether the run was cancelled.
const SLICE: Duration = Duration::from_millis(50);

/// Part of a round trip by which it may be shortened because the ones before it came late.
const LEEWAY: f64 = 0.1;

/// Weight of the last round trip in what is known of how late they come.
const RECENT: f64 = 0.1;

/// The round trip that a database without a network does not have.
#[derive(Debug)]
pub struct Network {
    mean: Duration,
    jitter: Option<Normal<f64>>,
    random: ChaCha8Rng,
    /// By how many seconds a sleeper wakes too late, on average of late.
    late: f64,
}

/// Lets this thread's sleeps end when they are due: Linux may otherwise gather wake-ups within 50 microseconds.
pub fn wake_on_time() {
    #[cfg(target_os = "linux")]
    if let Some(nanosecond) = std::num::NonZeroU64::new(1) {
        // Where it is refused, round trips are a little longer, and the achieved figure says so.
        let _ = rustix::thread::set_current_timer_slack(Some(nanosecond));
    }
}

impl Network {
    /// Round trips of `mean` with this standard deviation; a draw below zero counts as zero.
    #[must_use]
    pub fn new(mean: Duration, jitter: Duration, seed: u64) -> Network {
        let spread = if jitter.is_zero() { None } else { Normal::new(mean.as_secs_f64(), jitter.as_secs_f64()).ok() };
        Network { mean, jitter: spread, random: ChaCha8Rng::seed_from_u64(seed), late: 0.0 }
    }

    /// No network at all.
    #[must_use]
    pub fn none() -> Network {
        Network::new(Duration::ZERO, Duration::ZERO, 0)
    }

    /// Whether round trips take no time.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.mean.is_zero() && self.jitter.is_none()
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
        let slept = self.shortened(wanted);
        while let Some(left) = slept.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) {
            if cancel.load(Ordering::Relaxed) {
                return start.elapsed().into();
            }
            std::thread::sleep(left.min(SLICE));
        }
        let took = start.elapsed();
        self.learn(took.as_secs_f64() - slept.as_secs_f64());
        took.into()
    }

    /// How long to sleep so that the round trip takes as long as wanted.
    fn shortened(&self, wanted: Duration) -> Duration {
        wanted.saturating_sub(Duration::from_secs_f64(self.late).min(wanted.mul_f64(LEEWAY)))
    }

    fn learn(&mut self, late: f64) {
        self.late = (self.late + RECENT * (late - self.late)).max(0.0);
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

    #[test]
    fn sleepers_that_wake_late_sleep_less_but_never_much_less() {
        let mut network = Network::new(Duration::from_millis(1), Duration::ZERO, 1);
        (0..200).for_each(|_| network.learn(50e-6));
        let shortened = network.shortened(Duration::from_millis(1));
        assert!((949..=951).contains(&shortened.as_micros()), "{shortened:?}");
        (0..200).for_each(|_| network.learn(5e-3));
        assert_eq!(network.shortened(Duration::from_millis(1)), Duration::from_micros(900));
        assert_eq!(Network::none().shortened(Duration::from_millis(1)), Duration::from_millis(1));
    }
}
