//! Intervals that know that the requests of a round are alike.
//!
//! The bootstrap (Efron, *Bootstrap Methods: Another Look at the Jackknife*, Annals of Statistics 7, 1979) draws whole
//! rounds, with replacement, and keeps their samples as they are. Drawing samples within the drawn rounds as well would
//! count their spread twice: the rounds already differ by it (Davison and Hinkley, *Bootstrap Methods and their
//! Application*, 1997, section 3.8).
//!
//! Percentiles of what was drawn are too narrow when there are few rounds, because they know neither that the spread
//! was estimated nor that it was divided by the number of rounds and not by one less. They are taken further out for
//! that, as a t distribution asks (Hesterberg, *What Teachers Should Know About the Bootstrap*, The American Statistician
//! 69, 2015, section 5: expanded percentile intervals).

use super::quantile::{self, Estimate};
use super::rounds::{Rounds, ascending};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// How often rounds are drawn.
const RESAMPLES: usize = 2000;

/// With fewer rounds, their parts are drawn: from three or four rounds nothing can be said of how rounds differ.
const FEWEST_ROUNDS: usize = 5;

/// Into how many parts fewer rounds are cut, each of requests that followed one another (batch means: Law and Kelton,
/// *Simulation Modeling and Analysis*, 2000, section 9.5.3).
const PARTS: usize = 10;

/// Samples are counted up to every so manieth: a place is found by these counts first, and then among so many.
const STRIDE: usize = 64;

/// A sample ready to be asked for intervals.
#[derive(Debug)]
pub struct Bootstrap {
    /// All samples, ascending.
    ascending: Vec<f64>,
    /// The group of each of them.
    group: Vec<u32>,
    /// How many samples of each group lie before every `STRIDE`th: a row of groups for each.
    before: Vec<u32>,
    /// Number and sum of the samples of each group.
    groups: Vec<(u32, f64)>,
    /// How often each group was drawn: a row of groups for each resample.
    drawn: Vec<u32>,
    /// The share of resamples outside the interval at either end; `None` where there is too little to have one.
    outside: Option<f64>,
}

impl Bootstrap {
    /// Draws from the rounds of a variant; `None` without a sample.
    #[must_use]
    pub fn of(rounds: &Rounds, seed: u64) -> Option<Bootstrap> {
        let groups = groups(rounds);
        let mut tagged: Vec<(f64, u32)> = Vec::with_capacity(rounds.len());
        for (index, group) in groups.iter().enumerate() {
            tagged.extend(group.iter().map(|sample| (*sample, index as u32)));
        }
        if tagged.is_empty() {
            return None;
        }
        tagged.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut before = Vec::new();
        let mut counted = vec![0; groups.len()];
        for (place, (_, group)) in tagged.iter().enumerate() {
            if place % STRIDE == 0 {
                before.extend_from_slice(&counted);
            }
            counted[*group as usize] += 1;
        }
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut drawn = vec![0; RESAMPLES * groups.len()];
        for resample in drawn.chunks_exact_mut(groups.len()) {
            for _ in 0..groups.len() {
                // The high half of the product: a number below that of the groups.
                resample[((u64::from(random.next_u32()) * groups.len() as u64) >> 32) as usize] += 1;
            }
        }
        Some(Bootstrap {
            ascending: tagged.iter().map(|(sample, _)| *sample).collect(),
            group: tagged.iter().map(|(_, group)| *group).collect(),
            before,
            groups: groups.iter().map(|group| (group.len() as u32, group.iter().sum())).collect(),
            drawn,
            outside: outside(groups.len()),
        })
    }

    /// The quantile `q` (0 to 1) with its 95 % interval, never narrower than the samples would have it if rounds did
    /// not matter: of a high quantile few samples are left, and a drawn one cannot lie above them all. An end is missing
    /// where nothing bounds the quantile on that side.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Estimate {
        let of_samples = quantile::estimate(&self.ascending, q);
        let of_samples = of_samples.unwrap_or(Estimate { value: f64::NAN, low: None, high: None });
        let of_rounds = self.estimate(of_samples.value, |drawn| self.quantile_of(drawn, q));
        Estimate {
            low: of_samples.low.map(|low| low.min(of_rounds.low.unwrap_or(low))),
            high: of_samples.high.map(|high| high.max(of_rounds.high.unwrap_or(high))),
            ..of_samples
        }
    }

    /// How many times the quantile `q` of a baseline this one's is, with its 95 % interval.
    ///
    /// Two that were measured in the same rounds are drawn with the same seed, so that what a round does to both falls out.
    /// Two that were measured apart are drawn with different ones; what the machine did otherwise meanwhile is part of the
    /// ratio then, unknown how much. The interval is
    /// never narrower than the intervals of the two quantiles allow where rounds do not matter; they are put together on a
    /// logarithmic scale as Zou and Donner do (*Construction of confidence limits about effect measures*, Statistics in
    /// Medicine 27, 2008). An end is missing where nothing bounds one of the quantiles on that side.
    #[must_use]
    pub fn ratio(&self, baseline: &Bootstrap, q: f64) -> Estimate {
        let (own, other) = (quantile::estimate(&self.ascending, q), quantile::estimate(&baseline.ascending, q));
        let Some((own, other)) = own.zip(other).filter(|(own, other)| own.value > 0.0 && other.value > 0.0) else {
            return Estimate { value: f64::NAN, low: None, high: None };
        };
        let value = own.value / other.value;
        // Steps from the value to an end, as logarithms.
        let reach = |one: Option<f64>, another: Option<f64>| Some(f64::hypot(one?, another?));
        let below = |estimate: &Estimate| estimate.low.filter(|low| *low > 0.0).map(|low| (estimate.value / low).ln());
        let above = |estimate: &Estimate| estimate.high.map(|high| (high / estimate.value).ln());
        let low = reach(below(&own), above(&other)).map(|reach| value * (-reach).exp());
        let high = reach(above(&own), below(&other)).map(|reach| value * reach.exp());
        let (width, others) = (self.groups.len(), baseline.groups.len());
        let pairs = self.drawn.chunks_exact(width).zip(baseline.drawn.chunks_exact(others));
        let figures: Vec<f64> =
            pairs.map(|(own, other)| self.quantile_of(own, q) / baseline.quantile_of(other, q)).collect();
        let figures = ascending(&figures);
        let outside = self.outside.zip(baseline.outside).map(|(own, other)| own.min(other));
        let drawn = |share: fn(f64) -> f64| outside.and_then(|outside| quantile::of(&figures, share(outside)));
        Estimate {
            value,
            low: low.map(|low| low.min(drawn(|outside| outside).unwrap_or(low))),
            high: high.map(|high| high.max(drawn(|outside| 1.0 - outside).unwrap_or(high))),
        }
    }

    /// The arithmetic mean with its 95 % interval.
    #[must_use]
    pub fn mean(&self) -> Estimate {
        let mean = |weights: &mut dyn Iterator<Item = u32>| {
            let (mut count, mut sum) = (0.0, 0.0);
            for ((size, of_group), weight) in self.groups.iter().zip(weights) {
                count += f64::from(weight) * f64::from(*size);
                sum += f64::from(weight) * of_group;
            }
            sum / count
        };
        self.estimate(mean(&mut std::iter::repeat(1)), |drawn| mean(&mut drawn.iter().copied()))
    }

    fn estimate(&self, value: f64, figure: impl Fn(&[u32]) -> f64) -> Estimate {
        let Some(outside) = self.outside else { return Estimate { value, low: None, high: None } };
        let figures: Vec<f64> = self.drawn.chunks_exact(self.groups.len()).map(figure).collect();
        let figures = ascending(&figures);
        // What was measured is within, however skewed what was drawn is.
        Estimate {
            value,
            low: quantile::of(&figures, outside).map(|low| low.min(value)),
            high: quantile::of(&figures, 1.0 - outside).map(|high| high.max(value)),
        }
    }

    /// The quantile of the samples of the drawn groups.
    fn quantile_of(&self, drawn: &[u32], q: f64) -> f64 {
        let count: u64 =
            self.groups.iter().zip(drawn).map(|((size, _), weight)| u64::from(*size) * u64::from(*weight)).sum();
        let position = q * count.saturating_sub(1) as f64;
        let below = self.at(drawn, position.floor() as u64);
        let above = if position.fract() > 0.0 { self.at(drawn, position.ceil() as u64) } else { below };
        below + (above - below) * position.fract()
    }

    /// The sample at a place among those of the drawn groups, from 0.
    fn at(&self, drawn: &[u32], place: u64) -> f64 {
        let weigh =
            |row: &[u32]| -> u64 { row.iter().zip(drawn).map(|(n, weight)| u64::from(*n) * u64::from(*weight)).sum() };
        let width = self.groups.len();
        let row = |stretch: usize| &self.before[stretch * width..(stretch + 1) * width];
        let (mut stretch, mut end) = (0, self.before.len() / width);
        while end - stretch > 1 {
            let middle = stretch.midpoint(end);
            if weigh(row(middle)) <= place { stretch = middle } else { end = middle }
        }
        let mut passed = weigh(row(stretch));
        let from = stretch * STRIDE;
        let found = self.group[from..].iter().position(|group| {
            passed += u64::from(drawn[*group as usize]);
            passed > place
        });
        self.ascending[found.map_or(self.ascending.len() - 1, |found| from + found)]
    }
}

/// What is drawn as a whole: rounds, or parts of them where they are few.
fn groups(rounds: &Rounds) -> Vec<Vec<f64>> {
    let all: Vec<&[f64]> = rounds.iter().map(|(_, samples)| samples).collect();
    if all.len() >= FEWEST_ROUNDS {
        return all.into_iter().map(<[f64]>::to_vec).collect();
    }
    let parts = PARTS.div_ceil(all.len().max(1));
    let cut = |samples: &[f64]| -> Vec<Vec<f64>> {
        let parts = parts.min(samples.len());
        let bounds = |part: usize| part * samples.len() / parts;
        (0..parts).map(|part| samples[bounds(part)..bounds(part + 1)].to_vec()).collect()
    };
    all.into_iter().flat_map(cut).collect()
}

/// The share of resamples outside at either end, by the number of groups.
fn outside(groups: usize) -> Option<f64> {
    if groups < FEWEST_ROUNDS {
        return None;
    }
    let n = groups as f64;
    let (student, normal) = (StudentsT::new(0.0, 1.0, n - 1.0).ok()?, Normal::new(0.0, 1.0).ok()?);
    Some(normal.cdf(student.inverse_cdf(0.025) * (n / (n - 1.0)).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::super::simulated::Machine;
    use super::*;

    #[test]
    fn intervals_hold_the_truth_in_about_95_of_100_runs() {
        // Without outliers a sample is lognormal around its median, and every quantile is known.
        let cases = [(10, 10, 0.0), (10, 100, 0.03), (5, 20, 0.02), (20, 10, 0.02), (1, 200, 0.0), (3, 100, 0.0)];
        for (rounds, requests, between) in cases {
            let mut machine = Machine { spread: 0.1, between, outliers: 0.0, ..Machine::new(21) };
            let spread = 0.1_f64.hypot(between);
            let quantiles = [(0.5, 0.0_f64), (0.9, 1.281_551_565_5), (0.95, 1.644_853_626_9)];
            let mut held = [0; 4];
            for run in 0..400 {
                let bootstrap = Bootstrap::of(&machine.still(rounds, requests), run).unwrap();
                for (held, (q, z)) in held.iter_mut().zip(quantiles) {
                    *held += usize::from(holds(bootstrap.quantile(q), (z * spread).exp() * 1e6));
                }
                held[3] += usize::from(holds(bootstrap.mean(), (spread * spread / 2.0).exp() * 1e6));
            }
            assert!(held.iter().all(|held| (360..=399).contains(held)), "{held:?} of 400 in {rounds} x {requests}");
        }
    }

    #[test]
    fn the_ratio_of_two_runs_holds_the_truth_in_about_95_of_100() {
        let mut machine = Machine { spread: 0.1, between: 0.03, outliers: 0.0, ..Machine::new(25) };
        for truth in [1.0, 2.5] {
            let held = (0..400).filter(|seed| {
                let one = Bootstrap::of(&machine.still(12, 20), *seed).unwrap();
                let rounds = machine.still(10, 20);
                let longer =
                    rounds.iter().flat_map(|(round, samples)| samples.iter().map(move |one| (round, one * truth)));
                let other = Bootstrap::of(&Rounds::of(longer.collect::<Vec<_>>()), seed + 1000).unwrap();
                holds(other.ratio(&one, 0.5), truth)
            });
            let held = held.count();
            assert!((368..=399).contains(&held), "{held} of 400 at {truth}");
        }
        let few = Bootstrap::of(&Rounds::of([(0, 3.0), (1, 5.0)]), 1).unwrap();
        assert_eq!(few.ratio(&few, 0.5), Estimate { value: 1.0, low: None, high: None });
    }

    fn holds(estimate: Estimate, truth: f64) -> bool {
        estimate.low.is_none_or(|low| low <= truth) && estimate.high.is_none_or(|high| truth <= high)
    }

    #[test]
    fn the_interval_of_a_ratio_holds_the_truth_and_pairing_pays() {
        let mut machine = Machine { spread: 0.1, between: 0.1, outliers: 0.0, ..Machine::new(25) };
        let mut held = 0;
        for run in 0..300 {
            let measured = machine.run(&[30.0, 24.0], 10, 40);
            let of = |index: usize| Bootstrap::of(&measured[index], run).unwrap();
            held += usize::from(holds(of(1).ratio(&of(0), 0.95), 0.8));
        }
        assert!((275..=300).contains(&held), "{held} of 300");
        let measured = machine.run(&[30.0], 10, 40);
        let same = Bootstrap::of(&measured[0], 1).unwrap();
        assert_eq!(same.ratio(&same, 0.95).value, 1.0);
        let few = Bootstrap::of(&Rounds::of([(0, 3.0), (1, 5.0)]), 1).unwrap();
        assert!(few.ratio(&same, 0.95).high.is_none());
    }

    #[test]
    fn rounds_that_differ_widen_the_interval_that_samples_alone_would_give() {
        let mut machine = Machine { between: 0.1, outliers: 0.0, ..Machine::new(22) };
        let rounds = machine.still(10, 1000);
        let width = |estimate: Estimate| estimate.high.unwrap() - estimate.low.unwrap();
        let of_samples = quantile::estimate(&rounds.ascending(), 0.5).unwrap();
        let of_rounds = Bootstrap::of(&rounds, 1).unwrap().quantile(0.5);
        assert!(of_samples.value == of_rounds.value && width(of_rounds) > 5.0 * width(of_samples), "{of_rounds:?}");
    }

    #[test]
    fn what_is_drawn_is_what_listing_it_gives() {
        let rounds = Machine::new(23).run(&[5.0], 7, 61).remove(0);
        let bootstrap = Bootstrap::of(&rounds, 3).unwrap();
        for drawn in bootstrap.drawn.chunks_exact(7).take(50) {
            let repeated = rounds.iter().zip(drawn).flat_map(|((_, samples), times)| samples.repeat(*times as usize));
            let listed = ascending(&repeated.collect::<Vec<_>>());
            for q in [0.0, 0.5, 0.95, 0.99, 1.0] {
                assert_eq!(Some(bootstrap.quantile_of(drawn, q)), quantile::of(&listed, q));
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_interval_and_too_little_gives_none() {
        let rounds = Machine::new(24).run(&[5.0], 10, 10).remove(0);
        let p50 = |seed| Bootstrap::of(&rounds, seed).unwrap().quantile(0.5);
        assert_eq!(p50(1), p50(1));
        assert!(Bootstrap::of(&Rounds::default(), 1).is_none());
        let few = Bootstrap::of(&Rounds::of([(0, 3.0), (1, 5.0)]), 1).unwrap();
        assert_eq!(few.mean(), Estimate { value: 4.0, low: None, high: None });
        assert!(few.quantile(0.5).low.is_none() && few.quantile(0.5).high.is_none());
        let hundred = Bootstrap::of(&rounds, 1).unwrap();
        assert!(hundred.quantile(0.95).high.is_some() && hundred.quantile(0.99).high.is_none());
    }
}
