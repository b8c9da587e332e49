//! Sweeps as charts and words: latency over one circumstance, and where another variant begins to win.

use crate::charts::{Line, LinePoint, SweepChart};
use crate::format;
use crate::rows::letter;
use crate::sentence::{listed, quoted};
use crate::table::Table;
use fetchscope_engine::stats::crossover::Region;
use fetchscope_experiment::outcome::{Outcome, SweepOutcome};
use fetchscope_experiment::spec::Axis;
use fetchscope_experiment::standing::{achieved, comparable, is_logarithmic, overtakings, winners};
use fetchscope_experiment::summary::Summary;

/// Every sweep of an outcome that has at least one point.
#[must_use]
pub fn charts(outcome: &Outcome) -> Vec<SweepChart> {
    outcome.sweeps.iter().filter(|sweep| !sweep.points.is_empty()).map(|sweep| chart(outcome, sweep)).collect()
}

fn chart(outcome: &Outcome, sweep: &SweepOutcome) -> SweepChart {
    let names: Vec<&String> = outcome.experiment.variants.keys().collect();
    let regions = winners(sweep);
    let lines = names.iter().enumerate().map(|(row, name)| Line {
        row,
        letter: letter(row),
        label: format!("{} {name}", letter(row)),
        points: points(outcome, sweep, row),
    });
    SweepChart {
        title: format!("Latency over {}", sweep.over.title()),
        id: sweep.over.name(),
        tick: tick(sweep.over),
        place: place(sweep.over),
        lines: lines.filter(|line| !line.points.is_empty()).collect(),
        logarithmic: is_logarithmic(sweep),
        crossings: regions.iter().filter_map(|region| Some(region.begins?.value)).collect(),
        finding: format!("{}{}", finding(sweep.over, &regions, &names), overtaken(outcome, sweep, &names)),
    }
}

fn points(outcome: &Outcome, sweep: &SweepOutcome, row: usize) -> Vec<LinePoint> {
    let Outcome { experiment, environment, .. } = outcome;
    let point = |point: &fetchscope_experiment::outcome::SweepPoint| {
        let variant = point.variants.get(row).filter(|variant| !comparable(variant).is_empty())?;
        let Summary { p50, n, .. } = Summary::of(variant, experiment.seed, environment.cores)?;
        Some(LinePoint { x: achieved(sweep.over, point), p50, n })
    };
    sweep.points.iter().filter_map(point).collect()
}

fn tick(over: Axis) -> fn(f64, f64) -> String {
    match over {
        Axis::Concurrency | Axis::PageSize | Axis::TenantSize => |value, _| format::count_tick(value),
        Axis::RttMs => |millis, end| format::duration_tick(millis * 1e6, end * 1e6),
    }
}

/// How a position is written in a sentence: `0.4 ms`, `50 concurrent`, `a page of 100`.
fn place(over: Axis) -> fn(f64) -> String {
    match over {
        Axis::Concurrency => |value| format!("{} concurrent", whole(value)),
        Axis::RttMs => |millis| if millis > 0.0 { format::duration(millis * 1e6) } else { "0 ms".to_owned() },
        Axis::PageSize => |value| format!("a page of {}", whole(value)),
        Axis::TenantSize => |value| format!("a tenant of {}", whole(value)),
    }
}

fn whole(value: f64) -> String {
    format::count(value.round().max(0.0) as u64)
}

/// The variants that nothing beats in a stretch, in words.
fn names_of(region: &Region, names: &[&String]) -> Vec<String> {
    region.best.iter().filter_map(|index| names.get(*index)).map(|name| quoted(name)).collect()
}

/// Where variants and the baseline change places, whoever else is faster: ` all lazy is faster than joined below 0.1 ms.`
fn overtaken(outcome: &Outcome, sweep: &SweepOutcome, names: &[&String]) -> String {
    let named = outcome.experiment.baseline_name();
    let Some(baseline) = names.iter().position(|name| Some(name.as_str()) == named) else { return String::new() };
    let place = place(sweep.over);
    let mut said = String::new();
    for (other, at, above) in overtakings(sweep, baseline).into_iter().filter(|_| names.len() > 2) {
        let side = if above { "above" } else { "below" };
        let interval = at.low.zip(at.high);
        let interval = interval.map_or_else(String::new, |(low, high)| format!(" ({} to {})", place(low), place(high)));
        said.push_str(&format!(
            " {} is faster than {} {side} {}{interval}.",
            quoted(names[other]),
            quoted(names[baseline]),
            place(at.value)
        ));
    }
    said
}

/// Who wins where: `below 0.4 ms (0.3 to 0.6 ms) lazy wins, above it selectin`.
fn finding(over: Axis, regions: &[Region], names: &[&String]) -> String {
    let place = place(over);
    let best = |region: &Region| -> String {
        let named = names_of(region, names);
        match named.as_slice() {
            [] => "nobody".to_owned(),
            [only] => only.clone(),
            several => format!("{} (indistinguishable)", listed(several)),
        }
    };
    match regions {
        [] => "nothing was measured that could be compared.".to_owned(),
        [only] if only.best.len() == 1 => format!("nothing beats {} anywhere.", best(only)),
        [only] => format!("{} are fastest everywhere, and indistinguishable.", listed(&names_of(only, names))),
        [first, rest @ ..] => {
            let mut said = String::new();
            let mut last = best(first);
            for (index, region) in rest.iter().enumerate() {
                let next = best(region);
                let verb = if index == 0 { " wins" } else { "" };
                let from = match region.begins {
                    Some(begins) => {
                        let interval = begins.low.zip(begins.high);
                        let interval = interval
                            .map_or_else(String::new, |(low, high)| format!(" ({} to {})", place(low), place(high)));
                        format!("below {}{interval} {last}{verb}, above it {next}", place(begins.value))
                    }
                    None => format!(
                        "up to {} {last}{verb}, from {} on {next}",
                        place(regions[index].to),
                        place(region.from)
                    ),
                };
                said = if said.is_empty() { from } else { format!("{said}; {from}") };
                last = next;
            }
            format!("{said}.")
        }
    }
}

/// A finding as a sentence of its own.
#[must_use]
pub fn sentence(finding: &str) -> String {
    let mut letters = finding.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The medians of a sweep: a variant a row, a value a column.
#[must_use]
pub fn table(chart: &SweepChart) -> Table {
    let mut places: Vec<f64> = chart.lines.iter().flat_map(|line| line.points.iter().map(|point| point.x)).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let head = places.iter().map(|place| (chart.place)(*place)).collect();
    let line = |line: &Line| {
        let at = |place: &f64| line.points.iter().find(|point| point.x == *place);
        let cell =
            |place| at(place).map_or_else(|| format::UNKNOWN.to_owned(), |point| format::duration(point.p50.value));
        (line.row, places.iter().map(cell).collect())
    };
    Table { head, rows: chart.lines.iter().map(line).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use fetchscope_experiment::outcome::SweepPoint;

    /// `all lazy` without a network is fastest, and slowest with one.
    fn swept() -> Outcome {
        let mut outcome = fixture::pair();
        let points =
            [(1.0, 2.0, 8.0), (10.0, 4.0, 8.0), (50.0, 16.0, 8.0), (100.0, 30.0, 8.0)].map(|(asked, lazy, joined)| {
                let variant = |name: &str, queries, millis: f64| {
                    fixture::measured(name, (queries, 1000, 1000), millis * 1e6, 0.05, 200, Vec::new())
                };
                let names: Vec<&String> = outcome.experiment.variants.keys().collect();
                SweepPoint {
                    asked,
                    tenant: None,
                    variants: vec![variant(names[0], 111, lazy), variant(names[1], 1, joined)],
                }
            });
        outcome.sweeps = vec![SweepOutcome { over: Axis::Concurrency, points: points.into() }];
        outcome
    }

    #[test]
    fn the_crossover_is_named_and_drawn() {
        let outcome = swept();
        let chart = charts(&outcome).remove(0);
        let crossing = chart.crossings[0];
        assert!((10.0..50.0).contains(&crossing), "{crossing}");
        let names: Vec<&String> = outcome.experiment.variants.keys().collect();
        let said = &chart.finding;
        assert!(
            said.starts_with("below ") && said.contains(&format!("{} wins, above it {}.", names[0], names[1])),
            "{said}"
        );
        let style = crate::charts::Style { theme: crate::palette::Theme::Light, width: 640, height: 320, scale: 1.0 };
        let drawn = crate::charts::sweep(&chart, &style).unwrap();
        assert_eq!(drawn.marks.len(), 8);
        assert!(drawn.marks.iter().all(|mark| mark.x >= 0.0 && mark.y >= 0.0 && mark.x + mark.width <= 640.0));
        insta::assert_snapshot!("sweep", drawn.svg);
        let table = table(&chart);
        assert_eq!(table.head, ["1 concurrent", "10 concurrent", "50 concurrent", "100 concurrent"]);
        assert!(table.rows.len() == 2 && table.rows.iter().all(|(_, figures)| figures.len() == 4), "{:?}", table.rows);
    }

    #[test]
    fn one_that_wins_everywhere_needs_no_crossover() {
        let mut outcome = swept();
        outcome.sweeps[0].points.truncate(2);
        let chart = charts(&outcome).remove(0);
        assert!(chart.crossings.is_empty() && chart.finding.starts_with("nothing beats "), "{}", chart.finding);
    }
}
