//! Variants against the baseline, round by round.
//!
//! All variants run in every round, so what slows a round (another program, a warmer processor) slows all of them, and
//! the ratio within a round is free of it. One number is taken from each round: the shift between the logarithms of the
//! two samples (Hodges and Lehmann, *Estimates of Location Based on Rank Tests*, Annals of Mathematical Statistics 34,
//! 1963), which is the median of the ratios of every request of one to every request of the other. Single slow requests
//! do not move it, and it needs a third fewer requests than the ratio of medians for the same certainty.
//!
//! The rounds' ratios are the sample of the test, not the requests: requests of a round are not independent. A tenth of
//! the rounds is trimmed at either end, with the spread of the Winsorized rest and a t distribution (Tukey and
//! McLaughlin, *Less Vulnerable Confidence and Significance Procedures for Location*, Sankhya A 25, 1963). With fewer
//! than ten rounds nothing is trimmed and it is the ordinary paired t test. Where a machine disturbs one round in twenty
//! as a whole, ten rounds find a 10 % slower variant twice as often so, and where it does not, hardly less often. A rank
//! test would not do: the signed ranks of ten rounds have no p value below 0.002, and none would survive the correction
//! over six variants.
//!
//! Of several variants against one baseline the p values are corrected with Holm (*A Simple Sequentially Rejective
//! Multiple Test Procedure*, Scandinavian Journal of Statistics 6, 1979): the chance of naming any winner where there
//! is none stays at 1 % for the run, whatever the variants have to do with one another.

use super::quantile::Estimate;
use super::rounds::{Rounds, ascending};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Chance of naming a difference in a run in which there is none.
pub const LEVEL: f64 = 0.01;

/// With fewer rounds in common nothing is claimed: a spread from three or four numbers is a guess.
pub const FEWEST_ROUNDS: usize = 5;

/// One round of so many is trimmed at either end.
const TRIMMED_OF: usize = 10;

/// A variant against the baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// Time of the variant over time of the baseline, with its 95 % interval: 0.5 is twice as fast. `None` where the two
    /// have no round in common; without an interval where the rounds are too few. The interval is that of this variant
    /// alone; the verdict is stricter.
    pub ratio: Option<Estimate>,
    /// Rounds in which both were measured.
    pub rounds: usize,
    /// Two-sided p value of "they take equally long", corrected for the number of variants; `None` with too few rounds.
    pub p_value: Option<f64>,
    /// What may be said.
    pub verdict: Verdict,
}

/// What may be said of a variant against the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The variant takes less time.
    Faster,
    /// The variant takes more time.
    Slower,
    /// The rounds do not tell them apart; the interval of the ratio says how much of a difference they leave open.
    NoDetectableDifference,
    /// Fewer rounds than [`FEWEST_ROUNDS`].
    TooFewRounds,
}

/// Compares every variant with the baseline, in the order of the variants.
#[must_use]
pub fn compare(baseline: &Rounds, variants: &[&Rounds]) -> Vec<Comparison> {
    let tests: Vec<Test> = variants.iter().map(|variant| Test::of(&shifts(baseline, variant))).collect();
    let corrected = holm(&tests.iter().map(|test| test.p_value).collect::<Vec<_>>());
    let verdict = |test: &Test, p_value: Option<f64>| match (p_value, test.ratio) {
        (None, _) | (_, None) => Verdict::TooFewRounds,
        (Some(p_value), _) if p_value >= LEVEL => Verdict::NoDetectableDifference,
        (Some(_), Some(ratio)) if ratio.value < 1.0 => Verdict::Faster,
        (Some(_), Some(_)) => Verdict::Slower,
    };
    tests
        .iter()
        .zip(corrected)
        .map(|(test, p_value)| Comparison {
            ratio: test.ratio,
            rounds: test.rounds,
            p_value,
            verdict: verdict(test, p_value),
        })
        .collect()
}

/// The shift from baseline to variant of every round that has both, as a logarithm.
fn shifts(baseline: &Rounds, variant: &Rounds) -> Vec<f64> {
    let common = baseline.iter().filter_map(|(round, samples)| Some((samples, variant.get(round)?)));
    common.filter_map(|(baseline, variant)| shift(&logarithms(baseline), &logarithms(variant))).collect()
}

/// Ascending; what took no time at all was not measured.
fn logarithms(samples: &[f64]) -> Vec<f64> {
    let logarithms: Vec<f64> = samples.iter().filter(|sample| **sample > 0.0).map(|sample| sample.ln()).collect();
    ascending(&logarithms)
}

/// The median of all differences between two ascending samples; `None` where one is empty.
///
/// There may be millions of pairs, so they are counted and not listed: how many differences are below a number takes one
/// walk over both samples, and the median is found by halving the range in which it must be.
fn shift(from: &[f64], to: &[f64]) -> Option<f64> {
    let (mut low, mut high) = (to.first()? - from.last()?, to.last()? - from.first()?);
    // Halving 50 times leaves less of the range than a 64-bit number of its size can say.
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        // What is level counts half to either side, so that a sample shifts against itself by nothing.
        let (below, not_above) = counted(from, to, middle);
        if below + not_above < from.len() * to.len() {
            low = middle;
        } else if below + not_above > from.len() * to.len() {
            high = middle;
        } else {
            return Some(middle);
        }
    }
    Some(f64::midpoint(low, high))
}

/// How many differences are below a number, and how many are not above it.
fn counted(from: &[f64], to: &[f64], bound: f64) -> (usize, usize) {
    let (mut less, mut level) = (0, 0);
    let (mut below, mut not_above) = (0, 0);
    for start in from {
        below += to[below..].iter().take_while(|end| *end - start < bound).count();
        not_above += to[not_above..].iter().take_while(|end| *end - start <= bound).count();
        less += below;
        level += not_above;
    }
    (less, level)
}

/// What the rounds of one pair say.
struct Test {
    ratio: Option<Estimate>,
    rounds: usize,
    p_value: Option<f64>,
}

impl Test {
    fn of(shifts: &[f64]) -> Test {
        let sorted = ascending(shifts);
        let (rounds, trimmed) = (sorted.len(), sorted.len() / TRIMMED_OF);
        let kept = &sorted[trimmed..rounds - trimmed];
        let (Some(first), Some(last)) = (kept.first(), kept.last()) else {
            return Test { ratio: None, rounds, p_value: None };
        };
        let centre = kept.iter().sum::<f64>() / kept.len() as f64;
        let unsure = Estimate { value: centre.exp(), low: None, high: None };
        let distribution = StudentsT::new(0.0, 1.0, kept.len() as f64 - 1.0);
        let (true, Ok(distribution)) = (rounds >= FEWEST_ROUNDS, distribution) else {
            return Test { ratio: Some(unsure), rounds, p_value: None };
        };
        let winsorized: Vec<f64> = sorted.iter().map(|shift| shift.clamp(*first, *last)).collect();
        let mean = winsorized.iter().sum::<f64>() / rounds as f64;
        let squares: f64 = winsorized.iter().map(|shift| (shift - mean).powi(2)).sum();
        let error = (squares / (kept.len() as f64 * (kept.len() as f64 - 1.0))).sqrt();
        // Rounds that agree to the last digit leave nothing to chance.
        let p_value = match (centre == 0.0, error == 0.0) {
            (true, _) => 1.0,
            (false, true) => 0.0,
            (false, false) => 2.0 * distribution.sf((centre / error).abs()),
        };
        let reach = distribution.inverse_cdf(0.975) * error;
        let ratio = Estimate { low: Some((centre - reach).exp()), high: Some((centre + reach).exp()), ..unsure };
        Test { ratio: Some(ratio), rounds, p_value: Some(p_value.min(1.0)) }
    }
}

/// Holm's correction; what was not tested does not count.
fn holm(p_values: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut order: Vec<usize> = (0..p_values.len()).filter(|index| p_values[*index].is_some()).collect();
    order.sort_by(|a, b| p_values[*a].unwrap_or(1.0).total_cmp(&p_values[*b].unwrap_or(1.0)));
    let mut corrected = vec![None; p_values.len()];
    let mut least = 0.0_f64;
    for (rank, index) in order.iter().enumerate() {
        let share = p_values[*index].map(|p_value| (p_value * (order.len() - rank) as f64).min(1.0));
        least = least.max(share.unwrap_or(1.0));
        corrected[*index] = Some(least);
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::super::simulated::Machine;
    use super::*;

    /// How many of so many runs name a difference between the first variant and any other.
    fn named(machine: &mut Machine, medians: &[f64], runs: u32, rounds: u32, requests: u32) -> usize {
        let named = |comparison: &Comparison| matches!(comparison.verdict, Verdict::Faster | Verdict::Slower);
        let mut differs = |_: &u32| {
            let measured = machine.run(medians, rounds, requests);
            compare(&measured[0], &measured[1..].iter().collect::<Vec<_>>()).iter().any(named)
        };
        (0..runs).filter(|run| differs(run)).count()
    }

    #[test]
    fn same_against_same_names_a_winner_in_one_run_of_a_hundred_at_most() {
        // 1 % of 1 000 is 10; three standard deviations above it is 20.
        for (rounds, variants, disturbed) in [(10, 2, 0.0), (10, 7, 0.05), (5, 4, 0.1), (20, 2, 0.1)] {
            let mut machine = Machine { disturbed, ..Machine::new(11) };
            let found = named(&mut machine, &vec![20.0; variants], 1000, rounds, 10);
            assert!(found <= 20, "{found} of 1 000 with {variants} variants in {rounds} rounds");
        }
    }

    #[test]
    fn a_tenth_slower_is_found_at_the_default_length() {
        let found = named(&mut Machine::new(12), &[20.0, 22.0], 1000, 10, 10);
        assert!(found >= 990, "{found} of 1 000");
        let found = named(&mut Machine { spread: 0.1, ..Machine::new(13) }, &[20.0, 22.0], 1000, 10, 10);
        assert!(found >= 930, "{found} of 1 000 where samples spread by a tenth");
        let found =
            named(&mut Machine { spread: 0.03, disturbed: 0.05, ..Machine::new(14) }, &[20.0, 22.0], 1000, 10, 10);
        assert!(found >= 800, "{found} of 1 000 where one round in twenty is disturbed");
    }

    #[test]
    fn the_interval_holds_the_true_ratio_in_95_runs_of_100() {
        for (rounds, disturbed) in [(5, 0.0), (10, 0.0), (10, 0.1), (20, 0.05)] {
            let mut machine = Machine { disturbed, ..Machine::new(15) };
            let holds = (0..1000).filter(|_| {
                let measured = machine.run(&[30.0, 15.0], rounds, 10);
                let ratio = compare(&measured[0], &[&measured[1]])[0].ratio.unwrap();
                ratio.low.unwrap() <= 0.5 && 0.5 <= ratio.high.unwrap()
            });
            // Rounds with long tails make it wider than it need be, never narrower by more than chance.
            let held = holds.count();
            assert!(held >= 930, "{held} of 1 000 in {rounds} rounds");
        }
    }

    #[test]
    fn one_stalled_round_of_ten_does_not_hide_a_difference() {
        let slower = |round: u32| if round == 3 { 4.0 } else { 1.1 };
        let wobble = |round: u32, request: u32| f64::from((round * 7 + request * 3) % 5) / 100.0 + 1.0;
        let samples = |factor: &dyn Fn(u32) -> f64| {
            Rounds::of((0..100).map(|i| (i / 10, factor(i / 10) * wobble(i / 10, i % 10 + factor(0) as u32))))
        };
        let (baseline, variant) = (samples(&|_| 1.0), samples(&slower));
        let comparison = compare(&baseline, &[&variant])[0];
        assert_eq!(comparison.verdict, Verdict::Slower);
        assert!((comparison.ratio.unwrap().value - 1.1).abs() < 0.02, "{comparison:?}");
    }

    #[test]
    fn too_few_rounds_claim_nothing() {
        let samples =
            |factor: f64, rounds: u32| Rounds::of((0..rounds * 10).map(|i| (i / 10, factor + f64::from(i) / 100.0)));
        let comparison = compare(&samples(1.0, 4), &[&samples(50.0, 4), &Rounds::default()]);
        assert_eq!((comparison[0].verdict, comparison[0].rounds), (Verdict::TooFewRounds, 4));
        assert!(comparison[0].ratio.unwrap().value > 20.0 && comparison[0].ratio.unwrap().low.is_none());
        assert_eq!((comparison[1].ratio, comparison[1].verdict), (None, Verdict::TooFewRounds));
        // Rounds that only one of the two has do not count.
        let late = Rounds::of((0..100).map(|i| (i / 10 + 6, 1.0)));
        assert_eq!(compare(&samples(1.0, 10), &[&late])[0].rounds, 4);
    }

    #[test]
    fn a_variant_is_level_with_itself() {
        let measured = Machine::new(16).run(&[20.0], 10, 10);
        let comparison = compare(&measured[0], &[&measured[0]])[0];
        assert_eq!((comparison.verdict, comparison.p_value), (Verdict::NoDetectableDifference, Some(1.0)));
        assert_eq!(comparison.ratio.unwrap().value, 1.0);
    }

    #[test]
    fn the_shift_is_the_median_of_all_differences() {
        let mut machine = Machine::new(17);
        for size in [1, 2, 3, 10, 31] {
            let mut sample = |n: usize| ascending(&(0..n).map(|_| machine.normal()).collect::<Vec<_>>());
            let (from, to) = (sample(size), sample(size + 1));
            let all: Vec<f64> = from.iter().flat_map(|start| to.iter().map(move |end| end - start)).collect();
            let median = super::super::quantile::of(&ascending(&all), 0.5).unwrap();
            let found = shift(&from, &to).unwrap();
            let sorted = ascending(&all);
            let (a, b) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
            assert!((a - 1e-9..=b + 1e-9).contains(&found), "{found} for {median}");
        }
    }

    #[test]
    fn holm_multiplies_the_smallest_most_and_keeps_the_order() {
        let corrected = holm(&[Some(0.01), Some(0.04), None, Some(0.03), Some(0.005)]);
        let rounded: Vec<Option<f64>> = corrected.iter().map(|p| p.map(|p| (p * 1e6).round() / 1e6)).collect();
        assert_eq!(rounded, [Some(0.03), Some(0.06), None, Some(0.06), Some(0.02)]);
    }
}
