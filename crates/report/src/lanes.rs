//! The lanes beside each other: where they rank variants differently and why, what disagreed, and what the native one leaves out.

use crate::format;
use crate::rows::{Row, rows, verdict};
use crate::sentence::{listed, quoted};
use crate::table::Table;
use crate::time;
use fetchscope_experiment::outcome::{Estimated, LaneOutcome, Outcome, VariantOutcome};

/// The SQLAlchemy lane with its rows.
#[derive(Debug, Clone)]
pub struct InSqlalchemy {
    /// What was measured: `SQLAlchemy 2.1.9, psycopg 3.3.9, Python 3.12.1`.
    pub title: String,
    /// It, in the form of an outcome.
    pub outcome: Outcome,
    /// Its rows, in the order of the native ones.
    pub rows: Vec<Row>,
}

/// The SQLAlchemy lane, where there is something to show of it.
#[must_use]
pub fn in_sqlalchemy(outcome: &Outcome) -> Option<InSqlalchemy> {
    let lane = outcome.in_sqlalchemy()?;
    let rows = rows(&lane);
    Some(InSqlalchemy { title: title(outcome.sqlalchemy.as_ref()?), outcome: lane, rows })
}

fn title(lane: &LaneOutcome) -> String {
    match &lane.versions {
        Some(versions) => format!("{}, {}, {}", versions.sqlalchemy, versions.driver, versions.python),
        None => "SQLAlchemy".to_owned(),
    }
}

/// What has to be said of the lane before its figures: why it ended, and where it did something else.
#[must_use]
pub fn warnings(outcome: &Outcome) -> Vec<String> {
    let Some(lane) = &outcome.sqlalchemy else { return Vec::new() };
    let failure = lane.failure.iter().map(|failure| {
        let kept = if lane.variants.iter().any(|one| !one.samples.is_empty()) {
            "; what was measured before is shown"
        } else {
            ""
        };
        format!("The SQLAlchemy lane could not go on: {failure}{kept}.")
    });
    failure.chain(lane.disagreements.iter().map(|one| format!("The lanes disagree. {one}"))).collect()
}

/// Where the rounds of both lanes tell two variants apart and each the other way round, with the reason.
#[must_use]
pub fn ranking(outcome: &Outcome, rows: &[Row], lane: &InSqlalchemy) -> String {
    let mut turned: Vec<(usize, usize)> = Vec::new();
    for one in 0..rows.len() {
        for other in 0..rows.len() {
            if is_faster(rows, one, other) && is_faster(&lane.rows, other, one) {
                turned.push((one, other));
            }
        }
    }
    // The pair that SQLAlchemy tells apart most is the one to explain.
    turned.sort_by(|a, b| gain(&lane.rows, *b).total_cmp(&gain(&lane.rows, *a)));
    let Some((native, python)) = turned.first().copied() else { return same_ranking(rows, lane) };
    let pairs: Vec<String> = turned
        .iter()
        .map(|(native, python)| format!("natively {} beats {}", named(rows, *native), named(rows, *python)))
        .collect();
    let times = |rows: &[Row], first: usize, second: usize| {
        let median = |index: usize| rows[index].median().map_or_else(|| format::UNKNOWN.to_owned(), format::duration);
        format!("{} against {}", median(first), median(second))
    };
    format!(
        "The lanes rank differently: {}, and in SQLAlchemy it is the other way round. {} and {}: natively {}, in SQLAlchemy \
         {}. {}",
        listed(&pairs),
        named(rows, native),
        named(rows, python),
        times(rows, native, python),
        times(&lane.rows, native, python),
        [
            where_spent(&outcome.variants, rows, (native, python), "Natively"),
            where_spent(&lane.outcome.variants, rows, (native, python), "In SQLAlchemy"),
        ]
        .concat()
        .trim_end(),
    )
}

/// Both lanes in numbers, a variant a row.
#[must_use]
pub fn table(rows: &[Row], lane: &InSqlalchemy) -> Table {
    let head =
        ["native p50", "in SQLAlchemy", "times", "service there", "p95 there", "against its baseline", "answer there"];
    let time = |time: Option<f64>| time.map_or_else(|| format::UNKNOWN.to_owned(), format::duration);
    let of = |(native, python): (&Row, &Row)| {
        let (ours, theirs) = (native.median(), python.median());
        let times = theirs.zip(ours).filter(|(_, ours)| *ours > 0.0).map(|(theirs, ours)| format::ratio(theirs / ours));
        let figures = vec![
            time(ours),
            time(theirs),
            times.unwrap_or_else(|| format::UNKNOWN.to_owned()),
            time(python.latency.as_ref().map(|latency| latency.service.value)),
            time(python.latency.as_ref().map(|latency| latency.p95.value)),
            python.comparison.as_ref().map_or_else(String::new, verdict),
            python.verdict.clone(),
        ];
        (native.colour, figures)
    };
    Table { head: head.map(str::to_owned).into(), rows: rows.iter().zip(&lane.rows).map(of).collect() }
}

fn same_ranking(rows: &[Row], lane: &InSqlalchemy) -> String {
    let pairs = || (0..rows.len()).flat_map(|one| (0..rows.len()).map(move |other| (one, other)));
    let both =
        pairs().filter(|(one, other)| is_faster(rows, *one, *other) && is_faster(&lane.rows, *one, *other)).count();
    let either =
        pairs().filter(|(one, other)| is_faster(rows, *one, *other) != is_faster(&lane.rows, *one, *other)).count();
    match (both, either) {
        (0, _) => "Too little is told apart in both lanes to compare their rankings.".to_owned(),
        (_, 0) => "Both lanes rank the variants alike.".to_owned(),
        _ => "Both lanes rank alike what they tell apart; some pairs only one of them tells apart.".to_owned(),
    }
}

/// Whether the rounds tell the first from the second, and it has the lower median.
fn is_faster(rows: &[Row], one: usize, other: usize) -> bool {
    let told = rows[one].apart.get(other).copied().flatten() == Some(true);
    told && rows[one].median().zip(rows[other].median()).is_some_and(|(one, other)| one < other)
}

/// How many times as long the slower one of a pair takes.
fn gain(rows: &[Row], (slow, fast): (usize, usize)) -> f64 {
    rows[slow].median().zip(rows[fast].median()).map_or(0.0, |(slow, fast)| slow / fast)
}

fn named(rows: &[Row], index: usize) -> String {
    quoted(&rows[index].name)
}

/// The parts of a request that the lanes differ in.
const PARTS: [&str; 4] = ["database", "round trips", "client", "waiting"];

/// `In SQLAlchemy joined spends 15.1 ms in the client and 1.2 ms in the database, selectin 19.8 ms and 1.0 ms. `
fn where_spent(variants: &[VariantOutcome], rows: &[Row], (one, other): (usize, usize), where_it_is: &str) -> String {
    let Some((first, second)) = parts(&variants[one]).zip(parts(&variants[other])) else { return String::new() };
    let said = (0..PARTS.len()).filter(|part| first[*part].max(second[*part]) > 0.0).map(|part| {
        format!("{} {} against {}", PARTS[part], format::duration(first[part]), format::duration(second[part]))
    });
    let most =
        (0..PARTS.len()).max_by(|a, b| (first[*a] - second[*a]).abs().total_cmp(&(first[*b] - second[*b]).abs()));
    let reason = most.map_or("", |part| PARTS[part]);
    format!(
        "{where_it_is} the difference is mostly {reason} ({}; {} against {}). ",
        said.collect::<Vec<_>>().join(", "),
        named(rows, one),
        named(rows, other)
    )
}

/// Mean time of each of [`PARTS`].
fn parts(variant: &VariantOutcome) -> Option<[f64; 4]> {
    let (bands, _) = time::means(variant)?;
    let [scheduling, pool_wait, round_trip, execute, fetch, decode, hydrate, serialize, application] = bands;
    Some([execute + fetch, round_trip, decode + hydrate + serialize + application, scheduling + pool_wait])
}

/// What a native figure does not say.
#[must_use]
pub fn without_python(outcome: &Outcome) -> Option<String> {
    let measured = outcome.sqlalchemy.as_ref().is_some_and(|lane| lane.failure.is_none());
    // An application is measured in its own SQLAlchemy.
    (!measured && outcome.application.is_none()).then(|| {
        let general = "Natively measured: a Python client builds objects of the same rows, which takes longer than all of \
                       this and may rank the variants otherwise; the SQLAlchemy lane measures it.";
        match outcome.estimated.as_ref().map(|estimated| estimate(outcome, estimated)) {
            Some(estimate) => format!("{general} {estimate}"),
            None => general.to_owned(),
        }
    })
}

/// `With SQLAlchemy 2.1.9 on psycopg 3.3.9 a request by itself would take about 150 ms all lazy and 20.1 ms joined: …`
fn estimate(outcome: &Outcome, estimated: &Estimated) -> String {
    let known = outcome.variants.iter().filter_map(|variant| {
        let service = estimated.service.get(&variant.name)?;
        Some(format!("{} with {}", format::duration(service.0 as f64), quoted(&variant.name)))
    });
    format!(
        "With {} on {} a request by itself would take about {}: estimated from the run of {}, where such an estimate was wrong \
         by {} at the median.",
        estimated.versions.sqlalchemy,
        estimated.versions.driver,
        listed(&known.collect::<Vec<_>>()),
        estimated.calibrated_at.get(..10).unwrap_or(&estimated.calibrated_at),
        format::percent(estimated.error),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use fetchscope_engine::trace::Nanos;
    use fetchscope_experiment::outcome::Versions;

    #[test]
    fn a_native_figure_says_what_it_leaves_out_and_an_estimate_is_marked_as_one() {
        let mut outcome = fixture::pair();
        let general = without_python(&outcome).unwrap();
        assert!(general.ends_with("the SQLAlchemy lane measures it."), "{general}");
        let name = outcome.variants[0].name.clone();
        outcome.estimated = Some(Estimated {
            versions: Versions {
                python: "Python 3.12.1".to_owned(),
                sqlalchemy: "SQLAlchemy 2.1.9".to_owned(),
                driver: "psycopg 3.3.9".to_owned(),
            },
            calibrated_at: "2026-11-29T12:00:00Z".to_owned(),
            error: 0.12,
            service: [(name, Nanos(150_000_000))].into(),
        });
        let said = without_python(&outcome).unwrap();
        assert!(
            said.contains("With SQLAlchemy 2.1.9 on psycopg 3.3.9 a request by itself would take about 150 ms with ")
                && said.ends_with(
                    "estimated from the run of 2026-11-29, where such an estimate was wrong by 12 % at the median."
                ),
            "{said}"
        );
    }
}
