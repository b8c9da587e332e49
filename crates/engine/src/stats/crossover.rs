//! Where along an axis another variant becomes the fastest.
//!
//! A crossing is claimed only between two points at which the rounds tell the variants apart, in opposite directions
//! (`paired`). Between such points the difference of the times is taken as straight lines from point to point, which is
//! what times do over a round trip (so much for each statement) and how a chart draws them; the crossing is where it is
//! 0, and its interval is where 0 lies within the interval of the difference, drawn the same way: the values of x that the measurement does not rule out (inversion of a test, as Fieller's: *Some Problems in Interval
//! Estimation*, Journal of the Royal Statistical Society B 16, 1954). It holds for the points as measured and says nothing
//! of bends between them.

use super::paired::{self, Comparison, Verdict};
use super::quantile::{self, Estimate};
use super::rounds::Rounds;

/// Two curves at one place of the axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Place on the axis, ascending from point to point.
    pub x: f64,
    /// The second curve against the first.
    pub comparison: Comparison,
    /// Median of the first.
    pub first: f64,
}

/// Where the faster of two curves changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crossing {
    /// Where the two are level, with its interval.
    pub x: Estimate,
    /// Whether the second curve is the faster one from here on; otherwise it was until here.
    pub second_wins_above: bool,
}

/// Every crossing of two curves, from left to right.
#[must_use]
pub fn crossings(points: &[Point]) -> Vec<Crossing> {
    let mut crossings = Vec::new();
    let mut last: Option<(usize, bool)> = None;
    for (index, point) in points.iter().enumerate() {
        let second_wins = match point.comparison.verdict {
            Verdict::Faster => true,
            Verdict::Slower => false,
            Verdict::NoDetectableDifference | Verdict::TooFewRounds => continue,
        };
        if let Some((from, won)) = last
            && won != second_wins
        {
            crossings.extend(crossing(&points[from..=index], second_wins));
        }
        last = Some((index, second_wins));
    }
    crossings
}

/// Between the first and the last of these points the faster one changes.
fn crossing(points: &[Point], second_wins_above: bool) -> Option<Crossing> {
    let line = |figure: fn(&Estimate) -> Option<f64>| -> Vec<f64> {
        let place = |point: &Point| Some((point.x, point.first * (figure(&point.comparison.ratio?)? - 1.0)));
        zeros(&points.iter().filter_map(place).collect::<Vec<_>>())
    };
    // Around 0, where nothing is told apart, the line may cross more than once; its middle crossing is the figure.
    let level = line(|ratio| Some(ratio.value));
    let x = *level.get(level.len() / 2)?;
    let ends = [line(|ratio| ratio.low), line(|ratio| ratio.high)].concat();
    let bounded = points.iter().all(|point| point.comparison.ratio.is_some_and(|ratio| ratio.low.is_some()));
    let end = |end: Option<f64>| end.filter(|_| bounded);
    Some(Crossing {
        x: Estimate {
            value: x,
            low: end(ends.iter().copied().reduce(f64::min)).map(|low| low.min(x)),
            high: end(ends.iter().copied().reduce(f64::max)).map(|high| high.max(x)),
        },
        second_wins_above,
    })
}

/// Where straight lines from point to point pass through 0.
fn zeros(line: &[(f64, f64)]) -> Vec<f64> {
    let passes = |pair: &[(f64, f64)]| match pair {
        [(x, y), (next_x, next_y)] if (*y < 0.0) != (*next_y < 0.0) => Some(x + (next_x - x) * y / (y - next_y)),
        _ => None,
    };
    line.windows(2).filter_map(passes).collect()
}

/// All variants at one place of the axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Place on the axis, ascending from place to place.
    pub x: f64,
    /// The samples of every variant, in the same order at every place; empty where one has none.
    pub variants: Vec<Rounds>,
}

/// A stretch of the axis on which the same variants are not beaten.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// The first place that belongs to it.
    pub from: f64,
    /// The last place that belongs to it.
    pub to: f64,
    /// Indices of the variants that no other one beats anywhere in it, the fastest first: more than one where they cannot
    /// be told apart.
    pub best: Vec<usize>,
    /// Where its fastest variant overtakes that of the region before; `None` for the first, and where the two could not be
    /// told apart on both sides, so that it happens somewhere between the regions.
    pub begins: Option<Estimate>,
}

/// Every crossing of two of the variants, by their indices.
#[must_use]
pub fn crossings_of(places: &[Place], first: usize, second: usize) -> Vec<Crossing> {
    crossings(&places.iter().filter_map(|place| point(place, first, second)).collect::<Vec<_>>())
}

/// Cuts the axis into regions of the same best variants.
#[must_use]
pub fn regions(places: &[Place]) -> Vec<Region> {
    let mut regions: Vec<Region> = Vec::new();
    for place in places {
        let best = unbeaten(&place.variants);
        if best.is_empty() {
            continue;
        }
        if let Some(region) = regions.last_mut() {
            let still: Vec<usize> = region.best.iter().copied().filter(|variant| best.contains(variant)).collect();
            if !still.is_empty() {
                (region.to, region.best) = (place.x, still);
                continue;
            }
        }
        regions.push(Region { from: place.x, to: place.x, best, begins: None });
    }
    for index in 1..regions.len() {
        let (before, here) = (&regions[index - 1], &regions[index]);
        let (Some(first), Some(second)) = (before.best.first(), here.best.first()) else { continue };
        let within = places.iter().filter(|place| before.from <= place.x && place.x <= here.to);
        let points: Vec<Point> = within.filter_map(|place| point(place, *first, *second)).collect();
        let begins = crossings(&points).into_iter().find(|crossing| crossing.second_wins_above);
        regions[index].begins = begins.map(|crossing| crossing.x);
    }
    regions
}

fn point(place: &Place, first: usize, second: usize) -> Option<Point> {
    let first = place.variants.get(first)?;
    let comparison = paired::compare(first, &[place.variants.get(second)?]);
    Some(Point { x: place.x, comparison: *comparison.first()?, first: median(first)? })
}

fn median(rounds: &Rounds) -> Option<f64> {
    quantile::of(&rounds.ascending(), 0.5)
}

/// The variant with the lowest median, and those that cannot be told apart from it, by their medians.
fn unbeaten(variants: &[Rounds]) -> Vec<usize> {
    let mut order: Vec<(usize, f64)> =
        variants.iter().enumerate().filter_map(|(index, rounds)| Some((index, median(rounds)?))).collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let Some((fastest, _)) = order.first().copied() else { return Vec::new() };
    let others: Vec<&Rounds> = order[1..].iter().map(|(index, _)| &variants[*index]).collect();
    let compared = paired::compare(&variants[fastest], &others);
    let level = order[1..].iter().zip(compared).filter(|(_, comparison)| comparison.verdict != Verdict::Slower);
    std::iter::once(fastest).chain(level.map(|((index, _), _)| *index)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::simulated::Machine;
    use super::*;

    /// A sweep over round-trip times of variants that cost so many milliseconds and send so many statements.
    fn sweep(seed: u64, axis: &[f64], variants: &[(f64, f64)]) -> Vec<Place> {
        let mut machine = Machine::new(seed);
        let place = |x: &f64| {
            let medians: Vec<f64> = variants.iter().map(|(own, statements)| own + statements * x).collect();
            Place { x: *x, variants: machine.run(&medians, 10, 10) }
        };
        axis.iter().map(place).collect()
    }

    fn points(places: &[Place]) -> Vec<Point> {
        places.iter().filter_map(|place| point(place, 0, 1)).collect()
    }

    #[test]
    fn the_crossing_is_found_and_its_interval_holds_it() {
        // 10 ms with 100 statements against 30 ms with 3: level at 20/97 ms, the grid point being near.
        let truth = 20.0 / 97.0;
        let (mut found, mut held) = (0, 0);
        for seed in 0..200 {
            let crossings =
                crossings(&points(&sweep(seed, &[0.0, 0.1, 0.2, 0.3, 0.5, 1.0], &[(10.0, 100.0), (30.0, 3.0)])));
            let [Crossing { x, second_wins_above: true }] = crossings[..] else { continue };
            found += 1;
            assert!((0.1..=0.3).contains(&x.value), "{x:?}");
            held += usize::from(x.low.unwrap() <= truth && truth <= x.high.unwrap());
        }
        assert!(found == 200 && held >= 180, "{found} found, {held} held");
    }

    #[test]
    fn level_curves_do_not_cross() {
        let named = |seed| {
            let level = sweep(seed, &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0], &[(20.0, 1.0), (20.0, 1.0)]);
            usize::from(!crossings(&points(&level)).is_empty())
        };
        assert!((0..200).map(named).sum::<usize>() <= 1);
    }

    #[test]
    fn a_curve_that_only_reaches_the_other_has_not_crossed_it() {
        // Level at 2, where the axis ends for one of the two.
        let places = sweep(3, &[0.0, 1.0, 2.0, 4.0], &[(10.0, 10.0), (30.0, 0.0)]);
        assert_eq!(crossings(&points(&places[..3])), []);
        assert_eq!(crossings(&points(&places)).len(), 1);
    }

    #[test]
    fn the_axis_is_cut_into_regions_of_one_best_variant_each() {
        // Lazy, selectin and joined: few milliseconds with many statements up to many milliseconds with one.
        let places = sweep(5, &[0.0, 0.1, 0.5, 1.0, 2.0, 5.0, 20.0], &[(10.0, 100.0), (20.0, 3.0), (40.0, 1.0)]);
        let regions = regions(&places);
        let best: Vec<&[usize]> = regions.iter().map(|region| &*region.best).collect();
        assert_eq!(best, [&[0][..], &[1], &[2]]);
        assert_eq!(regions[0].begins, None);
        let begins: Vec<f64> = regions[1..].iter().map(|region| region.begins.unwrap().value).collect();
        assert!((begins[0] - 10.0 / 97.0).abs() < 0.05 && (5.0..20.0).contains(&begins[1]), "{begins:?}");
    }

    #[test]
    fn variants_that_cannot_be_told_apart_share_a_region() {
        let places = sweep(6, &[0.0, 1.0, 2.0], &[(20.0, 1.0), (20.0, 1.0), (50.0, 1.0)]);
        let regions = regions(&places);
        assert_eq!((regions.len(), regions[0].best.len()), (1, 2), "{regions:?}");
        assert!(super::regions(&[Place { x: 0.0, variants: vec![Rounds::default()] }]).is_empty());
    }
}
