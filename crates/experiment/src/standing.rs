//! How variants stand to each other, round by round, in the run itself and in every point of its sweeps.

use crate::outcome::{Agreement, Outcome, SweepOutcome, SweepPoint, VariantOutcome};
use crate::spec::Axis;
use crate::summary::{round_trip, rounds};
use fetchscope_engine::stats::crossover::{Place, Region, crossings_of, regions};
use fetchscope_engine::stats::drift::Trend;
use fetchscope_engine::stats::paired::{Comparison, Verdict, compare};
use fetchscope_engine::stats::quantile::Estimate;
use fetchscope_engine::stats::rounds::Rounds;

/// The samples of a variant that may be compared: a wrong answer has no time worth comparing.
#[must_use]
pub fn comparable(variant: &VariantOutcome) -> Rounds {
    match variant.agreement {
        Agreement::Baseline | Agreement::Same | Agreement::Unknown => rounds(&variant.samples),
        Agreement::Different { .. }
        | Agreement::Raises { .. }
        | Agreement::Stopped { .. }
        | Agreement::LeftOut { .. } => Rounds::default(),
    }
}

/// Every variant against the baseline; `None` for the baseline itself, and where a side has no time.
#[must_use]
pub fn against_baseline(outcome: &Outcome) -> Vec<Option<Comparison>> {
    let name = outcome.experiment.baseline_name();
    let baseline = outcome.variants.iter().position(|one| Some(one.name.as_str()) == name);
    let mut all: Vec<Option<Comparison>> = outcome.variants.iter().map(|_| None).collect();
    let measured: Vec<Rounds> = outcome.variants.iter().map(comparable).collect();
    let Some(baseline) = baseline.filter(|index| !measured[*index].is_empty()) else { return all };
    let others: Vec<usize> = (0..all.len()).filter(|one| *one != baseline && !measured[*one].is_empty()).collect();
    let compared = compare(&measured[baseline], &others.iter().map(|one| &measured[*one]).collect::<Vec<_>>());
    for (index, comparison) in others.into_iter().zip(compared) {
        all[index] = Some(comparison);
    }
    all
}

/// Whether the rounds tell each variant from each other one; `None` where they are too few, or a side has no time.
#[must_use]
pub fn told_apart(variants: &[VariantOutcome]) -> Vec<Vec<Option<bool>>> {
    let measured: Vec<Rounds> = variants.iter().map(comparable).collect();
    let count = measured.len();
    let mut apart = vec![vec![None; count]; count];
    let mut each = vec![vec![None; count]; count];
    for one in (0..count).filter(|one| !measured[*one].is_empty()) {
        let others: Vec<usize> = (0..count).filter(|other| *other != one && !measured[*other].is_empty()).collect();
        let compared = compare(&measured[one], &others.iter().map(|other| &measured[*other]).collect::<Vec<_>>());
        for (other, comparison) in others.into_iter().zip(compared) {
            each[one][other] = match comparison.verdict {
                Verdict::Faster | Verdict::Slower => Some(true),
                Verdict::NoDetectableDifference => Some(false),
                Verdict::TooFewRounds => None,
            };
        }
    }
    for one in 0..count {
        for other in 0..count {
            // The correction for several comparisons may fall out otherwise from the other side; both have to agree.
            apart[one][other] = each[one][other].zip(each[other][one]).map(|(there, back)| there && back);
        }
    }
    apart
}

/// The baseline against itself: what differs here is the machine's noise.
#[must_use]
pub fn noise(outcome: &Outcome) -> Option<Comparison> {
    let control = outcome.control.as_ref()?;
    let name = outcome.experiment.baseline_name();
    let baseline = outcome.variants.iter().find(|one| Some(one.name.as_str()) == name)?;
    compare(&rounds(&baseline.samples), &[&rounds(&control.samples)]).into_iter().next()
}

/// Whether the baseline became faster or slower over the rounds.
#[must_use]
pub fn drift(outcome: &Outcome) -> Option<Trend> {
    let name = outcome.experiment.baseline_name();
    let baseline = outcome.variants.iter().find(|one| Some(one.name.as_str()) == name)?;
    Trend::of(&rounds(&baseline.samples).medians())
}

/// Where a point stands on the axis: the circumstance as it was achieved.
#[must_use]
pub fn achieved(over: Axis, point: &SweepPoint) -> f64 {
    match over {
        Axis::Concurrency | Axis::PageSize => point.asked,
        Axis::TenantSize => point.tenant.as_ref().map_or(point.asked, |tenant| tenant.roots as f64),
        Axis::RttMs => {
            let all: Vec<_> = point.variants.iter().flat_map(|variant| variant.samples.iter().copied()).collect();
            round_trip(&all).map_or(0.0, |nanos| nanos / 1e6)
        }
    }
}

/// Over this ratio of the largest to the smallest value an axis is logarithmic.
const LOGARITHMIC_OVER: f64 = 50.0;

/// Whether a sweep's axis is logarithmic. That of round-trip times never is: times grow in proportion to it.
#[must_use]
pub fn is_logarithmic(sweep: &SweepOutcome) -> bool {
    let places = || sweep.points.iter().map(|point| achieved(sweep.over, point));
    let (least, most) = (places().fold(f64::INFINITY, f64::min), places().fold(0.0, f64::max));
    match sweep.over {
        Axis::RttMs => false,
        Axis::Concurrency | Axis::PageSize | Axis::TenantSize => least > 0.0 && most > least * LOGARITHMIC_OVER,
    }
}

/// The variants at every point of a sweep, on the axis as it is drawn.
fn places(sweep: &SweepOutcome) -> Vec<Place> {
    let logarithmic = is_logarithmic(sweep);
    let place = |point: &SweepPoint| {
        let x = achieved(sweep.over, point);
        let x = if logarithmic { x.ln() } else { x };
        Place { x, variants: point.variants.iter().map(comparable).collect() }
    };
    sweep.points.iter().map(place).collect()
}

/// A position on the axis as it is drawn, in the units of the circumstance.
fn back(sweep: &SweepOutcome, x: Estimate) -> Estimate {
    if !is_logarithmic(sweep) {
        return x;
    }
    Estimate { value: x.value.exp(), low: x.low.map(f64::exp), high: x.high.map(f64::exp) }
}

/// The stretches of a sweep's axis, each with the variants that nothing beats there. Between two points times are taken
/// as straight lines on the axis as it is drawn.
#[must_use]
pub fn winners(sweep: &SweepOutcome) -> Vec<Region> {
    let mut regions = regions(&places(sweep));
    let plain = |x: f64| back(sweep, Estimate { value: x, low: None, high: None }).value;
    for Region { from, to, begins, best: _ } in &mut regions {
        (*from, *to) = (plain(*from), plain(*to));
        *begins = begins.map(|begins| back(sweep, begins));
    }
    regions
}

/// Where each variant and the baseline change places: the variant's index, where, and whether it is faster from there on.
#[must_use]
pub fn overtakings(sweep: &SweepOutcome, baseline: usize) -> Vec<(usize, Estimate, bool)> {
    let places = places(sweep);
    let count = sweep.points.first().map_or(0, |point| point.variants.len());
    let others = (0..count).filter(|other| *other != baseline);
    let of = |other: usize| crossings_of(&places, baseline, other).into_iter().map(move |crossing| (other, crossing));
    others.flat_map(of).map(|(other, one)| (other, back(sweep, one.x), one.second_wins_above)).collect()
}

/// The variants that nothing beats, the fastest first; more than one where they cannot be told apart.
#[must_use]
pub fn unbeaten(variants: &[VariantOutcome]) -> Vec<usize> {
    let place = Place { x: 0.0, variants: variants.iter().map(comparable).collect() };
    regions(&[place]).into_iter().next().map_or_else(Vec::new, |region| region.best)
}
