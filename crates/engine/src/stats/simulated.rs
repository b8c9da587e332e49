//! Latencies as a noisy machine gives them, for tests that count how often a statistic is wrong.

use super::rounds::Rounds;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, Open01, StandardNormal};

/// A machine on which variants run side by side.
pub(super) struct Machine {
    pub(super) random: ChaCha8Rng,
    /// What slows a round for all variants alike, as a logarithm.
    pub(super) drift: f64,
    /// Relative spread of a sample.
    pub(super) spread: f64,
    /// Relative spread of what a round of one variant has for itself.
    pub(super) between: f64,
    /// Share of samples that take five to ten times as long.
    pub(super) outliers: f64,
    /// Share of a variant's rounds that are disturbed as a whole, by a fifth to two thirds.
    pub(super) disturbed: f64,
}

impl Machine {
    pub(super) fn new(seed: u64) -> Machine {
        let random = ChaCha8Rng::seed_from_u64(seed);
        Machine { random, drift: 0.0, spread: 0.05, between: 0.0, outliers: 0.05, disturbed: 0.0 }
    }

    pub(super) fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.random)
    }

    pub(super) fn uniform(&mut self) -> f64 {
        Open01.sample(&mut self.random)
    }

    /// Samples in nanoseconds of one variant with a median of 1 ms while nothing drifts.
    pub(super) fn still(&mut self, rounds: u32, requests: u32) -> Rounds {
        let mut samples = Vec::new();
        for round in 0..rounds {
            let shared = self.between * self.normal();
            samples.extend((0..requests).map(|_| (round, 1e6 * (shared + self.spread * self.normal()).exp())));
        }
        Rounds::of(samples)
    }

    /// Samples in nanoseconds of variants with these medians in milliseconds, in interleaved rounds.
    pub(super) fn run(&mut self, medians: &[f64], rounds: u32, requests: u32) -> Vec<Rounds> {
        let mut samples = vec![Vec::new(); medians.len()];
        for round in 0..rounds {
            self.drift = 0.9 * self.drift + 0.05 * self.normal();
            for (median, samples) in medians.iter().zip(&mut samples) {
                let disturbance = if self.uniform() < self.disturbed { 0.2 + 0.3 * self.uniform() } else { 0.0 };
                let shared = self.drift + disturbance + self.between * self.normal();
                for _ in 0..requests {
                    let outlier = if self.uniform() < self.outliers { 5.0 + 5.0 * self.uniform() } else { 1.0 };
                    let noise = shared + self.spread * self.normal();
                    samples.push((round, median * 1e6 * outlier * noise.exp()));
                }
            }
        }
        samples.into_iter().map(Rounds::of).collect()
    }
}
