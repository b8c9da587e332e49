//! The search: successive halving (Jamieson and Talwalkar, 2016). Every combination is measured with few requests, the best
//! quarter with more, and what is left in a run of its own, whose rounds tell apart what differs. In a space that is too
//! large for that, or too slow for the time there is, those nearest to the best so far are measured, one choice at a time.

use super::space::{Combination, Space};
use crate::error::AppError;
use fetchscope_engine::stats::quantile;
use fetchscope_experiment::outcome::{Agreement, Outcome, VariantOutcome};
use fetchscope_experiment::spec::{Experiment, Variant, Workload};
use fetchscope_experiment::standing;
use indexmap::IndexMap;
use std::time::{Duration, Instant};

/// Combinations of which every one is measured, if there is time.
const MOST: usize = 256;

/// Measured requests of each client in the first pass.
const FEW: u32 = 2;

/// By how much the next pass has fewer combinations and more requests.
const HALVING: usize = 4;

/// Combinations in the last run, at most, beside the baseline.
const LAST: usize = 6;

/// Rounds of the last run, at most: enough to tell a few per cent apart on a quiet machine.
const ROUNDS: u32 = 40;

/// The part of the time that belongs to the last run.
const FOR_LAST: f64 = 0.5;

/// One that takes so many times as long as the best so far is not measured in the last run.
const HOPELESS: f64 = 2.0;

/// A combination that is not better by this much than another is not worth a place in the next pass before it.
const CLOSE: f64 = 1.15;

/// What a search found.
#[derive(Debug)]
pub(super) struct Found {
    /// The last run, with the baseline first.
    pub(super) outcome: Outcome,
    /// The recommended one.
    pub(super) best: String,
    /// Those that are as fast, as far as the rounds tell, the recommended one among them.
    pub(super) as_fast: Vec<String>,
    /// How many combinations there are, and how many were measured.
    pub(super) space: usize,
    /// As above.
    pub(super) measured: usize,
    /// What it took.
    pub(super) took: Duration,
}

/// What is searched, and how.
pub(super) struct Search<'a> {
    /// What can be chosen.
    pub(super) space: &'a Space,
    /// The variant that the others are compared with, and its combination, if it is one.
    pub(super) baseline: (String, Variant, Option<Combination>),
    /// Combinations that are measured in any case, by their names.
    pub(super) seeds: Vec<(String, Combination)>,
    /// Everything of the experiment but its variants; how many requests there are is the search's.
    pub(super) experiment: Experiment,
    /// How long it may take.
    pub(super) seconds: f64,
}

/// Runs an experiment.
pub(super) type Run<'a> = dyn FnMut(&Experiment) -> Result<Outcome, AppError> + 'a;

impl Search<'_> {
    /// Searches, and measures what is left.
    pub(super) fn run(&self, run: &mut Run<'_>) -> Result<Found, AppError> {
        let start = Instant::now();
        let mut race = Race { search: self, times: IndexMap::new(), start };
        let seeds: Vec<Combination> = self.seeds.iter().map(|(_, one)| one.clone()).collect();
        race.measure(&seeds, FEW, run)?;
        let mut left = race.candidates();
        race.measure(&left, FEW, run)?;
        left = race.best(left.len().div_ceil(HALVING).max(LAST));
        let mut each = FEW;
        while left.len() > LAST && race.has_time() {
            each *= HALVING as u32;
            race.measure_again(&left, each, run)?;
            left = race.best(left.len().div_ceil(HALVING).max(LAST));
        }
        // What differs from the best in one choice has been measured, or is now.
        for _ in 0..self.space.choices.len() {
            let Some(best) = left.first().cloned() else { break };
            let unknown = self.space.neighbours(&best).into_iter().filter(|one| !race.times.contains_key(one));
            let unknown: Vec<Combination> = unknown.collect();
            if unknown.is_empty() || !race.has_time() {
                break;
            }
            race.measure(&unknown, FEW, run)?;
            left = race.best(LAST);
            if left.first() == Some(&best) {
                break;
            }
        }
        race.last(&left, run)
    }

    /// The name of a combination: that of a seed if it is one.
    fn name(&self, combination: &Combination) -> String {
        let seed = self.seeds.iter().find(|(_, one)| one == combination);
        seed.map_or_else(|| self.space.name(combination), |(name, _)| name.clone())
    }
}

struct Race<'a, 's> {
    search: &'a Search<'s>,
    /// Nanoseconds of requests of each combination; none if its answer is another or it fails.
    times: IndexMap<Combination, Vec<f64>>,
    start: Instant,
}

impl Race<'_, '_> {
    fn time(&self, one: &Combination) -> Option<f64> {
        self.times.get(one).and_then(|times| median(times))
    }

    fn left(&self) -> f64 {
        self.search.seconds - self.start.elapsed().as_secs_f64()
    }

    /// Whether there is time before that of the last run begins.
    fn has_time(&self) -> bool {
        self.left() > self.search.seconds * FOR_LAST
    }

    /// What to measure first beside the seeds: everything, or as much as there is time for, the nearest to the best first.
    fn candidates(&self) -> Vec<Combination> {
        let space = self.search.space;
        let best = self.best(1);
        let mut all = if space.size() <= MOST {
            space.all(MOST)
        } else {
            best.iter().flat_map(|best| space.neighbours(best)).collect()
        };
        if let Some(best) = best.first() {
            let distance = |one: &Combination| one.iter().zip(best).filter(|(one, best)| one != best).count();
            all.sort_by_key(distance);
        }
        all.retain(|one| !self.times.contains_key(one));
        let mut each: Vec<f64> = self.times.values().filter_map(|times| median(times)).collect();
        each.sort_by(f64::total_cmp);
        let typical = each.get(each.len() / 2).copied().unwrap_or(1e7) / 1e9;
        let workload = &self.search.experiment.workload;
        // Served once to be compared, a few to know how long it takes, warmed up, and measured.
        let requests = f64::from(4 + (workload.warmup.min(1) + FEW) * workload.concurrency);
        let fitting = (self.left() - self.search.seconds * FOR_LAST) * 0.8 / (typical * requests).max(1e-6);
        all.truncate(fitting.max(1.0) as usize);
        all
    }

    /// Those that were measured and answer the same, the fastest first.
    fn best(&self, most: usize) -> Vec<Combination> {
        let mut known: Vec<(&Combination, f64)> =
            self.times.iter().filter_map(|(one, times)| Some((one, median(times)?))).collect();
        known.sort_by(|one, other| one.1.total_cmp(&other.1));
        let cut = known.get(most.saturating_sub(1)).map_or(f64::MAX, |(_, time)| time * CLOSE);
        // What is hardly slower than the last one that is kept is kept as well, but not without end.
        let kept = known.into_iter().enumerate().take_while(|(place, (_, time))| {
            *place < most || (*time <= cut && *place < most.saturating_mul(2) && most > 1)
        });
        kept.map(|(_, (one, _))| one.clone()).collect()
    }

    /// Measures combinations that are not known yet.
    fn measure(&mut self, wanted: &[Combination], each: u32, run: &mut Run<'_>) -> Result<(), AppError> {
        let mut new: Vec<Combination> = Vec::new();
        for one in wanted {
            if !self.times.contains_key(one) && !new.contains(one) {
                new.push(one.clone());
            }
        }
        self.measure_again(&new, each, run)
    }

    fn measure_again(&mut self, wanted: &[Combination], each: u32, run: &mut Run<'_>) -> Result<(), AppError> {
        if wanted.is_empty() {
            return Ok(());
        }
        let concurrency = self.search.experiment.workload.concurrency;
        let workload = Workload {
            requests: Some(each * concurrency),
            seconds: None,
            rounds: each,
            warmup: self.search.experiment.workload.warmup.min(concurrency),
            ..self.search.experiment.workload.clone()
        };
        let outcome = run(&self.experiment(wanted, workload))?;
        // The first one is the baseline, which is there to be compared with.
        for (one, variant) in wanted.iter().zip(outcome.variants.iter().skip(1)) {
            let times = if is_same(variant) { latencies(variant) } else { Vec::new() };
            self.times.entry(one.clone()).or_default().extend(times);
        }
        Ok(())
    }

    /// An experiment of the baseline and these.
    fn experiment(&self, wanted: &[Combination], workload: Workload) -> Experiment {
        let search = self.search;
        let (baseline, variant, _) = &search.baseline;
        let mut variants: IndexMap<String, Variant> = [(baseline.clone(), variant.clone())].into();
        for one in wanted {
            // Two combinations never have one name, but one may be called as the baseline is.
            let mut name = search.name(one);
            while variants.contains_key(&name) {
                name.push('′');
            }
            variants.insert(name, search.space.variant(one));
        }
        Experiment { variants, workload, baseline: None, ..search.experiment.clone() }
    }

    /// The run that decides, with as many requests as there is time for.
    fn last(&mut self, left: &[Combination], run: &mut Run<'_>) -> Result<Found, AppError> {
        let search = self.search;
        let (_, _, of_baseline) = &search.baseline;
        // What takes twice as long as the best will not be the best.
        let limit = left.first().and_then(|best| self.time(best)).map_or(f64::MAX, |time| time * HOPELESS);
        let others = left.iter().filter(|one| Some(*one) != of_baseline.as_ref());
        let others = others.filter(|one| self.time(one).is_some_and(|time| time <= limit));
        let others: Vec<Combination> = others.take(LAST).cloned().collect();
        let share = (self.left().max(search.seconds * 0.2)) / (others.len() as f64 + 2.0);
        let workload = Workload {
            requests: None,
            seconds: Some((share * 0.5).max(0.1)),
            rounds: ROUNDS,
            ..search.experiment.workload.clone()
        };
        let experiment = self.experiment(&others, workload);
        let outcome = run(&experiment)?;
        let as_fast = standing::unbeaten(&outcome.variants);
        // Of those that are as fast, the one that asks least of the database; and of those the one that changes least.
        let cost = |index: &usize| {
            let counts = outcome.variants[*index].counts;
            counts.map_or((u64::MAX, u64::MAX, *index), |one| (one.queries, one.rows, *index))
        };
        let best = as_fast.iter().min_by_key(|index| cost(index)).ok_or_else(|| {
            AppError::Input("no variant answered as the baseline does, so there is nothing to recommend".to_owned())
        })?;
        let named = |index: &usize| outcome.variants[*index].name.clone();
        let (best, as_fast) = (named(best), as_fast.iter().map(named).collect());
        let measured = self.times.len();
        let took = self.start.elapsed();
        Ok(Found { outcome, best, as_fast, space: search.space.size(), measured, took })
    }
}

/// Whether a variant answers as the baseline does.
fn is_same(variant: &VariantOutcome) -> bool {
    match variant.agreement {
        Agreement::Baseline | Agreement::Same => true,
        Agreement::Different { .. }
        | Agreement::Raises { .. }
        | Agreement::Stopped { .. }
        | Agreement::LeftOut { .. }
        | Agreement::Unknown => false,
    }
}

fn latencies(variant: &VariantOutcome) -> Vec<f64> {
    variant.samples.iter().map(|sample| sample.latency.0 as f64).collect()
}

fn median(times: &[f64]) -> Option<f64> {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    quantile::of(&sorted, 0.5)
}
