//! A finished or cancelled run, as the window shows it.

use super::figures;
use super::runs::Run;
use crate::experiment;
use crate::wire::{ComparisonView, EstimateView, LaneView, Quantity, RemarkView, RunRow, RunView};
use fetchscope_engine::stats::paired::Comparison;
use fetchscope_engine::stats::quantile::Estimate;
use fetchscope_experiment::outcome::End;
use fetchscope_report::remarks::{About, remarks};
use fetchscope_report::rows::{Row, in_words, interval_text, queries_text};
use fetchscope_report::{format, lanes, sentence};

/// The view of a run.
pub(super) fn view(id: &str, run: &Run) -> RunView {
    let Run { outcome, doc, rows, lane, .. } = run;
    let bad = |rows: &[Row], place: &str| -> Vec<String> {
        let bad = rows.iter().filter(|row| row.bad);
        bad.map(|row| format!("{}{place}: {}", row.label(), row.verdict)).collect()
    };
    let mut wrong = bad(rows, "");
    if let Some(lane) = lane {
        // What is wrong in both lanes is said once.
        let known: Vec<bool> = rows.iter().map(|row| row.bad).collect();
        let others = lane.rows.iter().zip(known).filter(|(_, known)| !known).map(|(row, _)| row.clone());
        wrong.extend(bad(&others.collect::<Vec<_>>(), " in SQLAlchemy"));
    }
    let remarks = remarks(outcome, rows).into_iter().map(|one| RemarkView {
        text: one.text,
        caution: one.caution,
        prominent: one.caution || matches!(one.about, About::Noise | About::Lanes),
    });
    RunView {
        id: id.to_owned(),
        experiment: doc.clone(),
        ended_early: match &outcome.end {
            End::Completed => None,
            End::Cancelled => Some("cancelled".to_owned()),
            End::Failed { reason } => Some(reason.clone()),
        },
        sentence: sentence::sentence(outcome, rows),
        agreement: if wrong.is_empty() { "results equal".to_owned() } else { wrong.join("; ") },
        agrees: experiment::agrees(outcome),
        rows: rows.iter().zip(&doc.variants).map(|(row, variant)| run_row(row, &variant.id)).collect(),
        remarks: remarks.collect(),
        figures: figures::of(run),
        notices: outcome.notes.clone(),
        lane: outcome.sqlalchemy.as_ref().map(|_| LaneView {
            title: lane.as_ref().map_or_else(|| "SQLAlchemy".to_owned(), |lane| lane.title.clone()),
            warnings: lanes::warnings(outcome),
        }),
        elapsed_s: outcome.elapsed.0 as f64 / 1e9,
    }
}

fn run_row(row: &Row, variant: &str) -> RunRow {
    let latency = row.latency.as_ref();
    RunRow {
        variant: variant.to_owned(),
        letter: row.letter.clone(),
        name: row.name.clone(),
        queries: row.counts.map(|counts| Quantity { value: counts.queries as f64, text: queries_text(&counts) }),
        round_trips: row.counts.map(|counts| counted(counts.round_trips)),
        row_count: row.counts.map(|counts| counted(counts.rows)),
        byte_count: row.counts.map(|counts| Quantity { value: counts.bytes as f64, text: format::bytes(counts.bytes) }),
        n: latency.map_or(0, |latency| u32::try_from(latency.n).unwrap_or(u32::MAX)),
        p50: latency.map(|latency| estimate(latency.p50)),
        p90: latency.map(|latency| estimate(latency.p90)),
        p95: latency.map(|latency| estimate(latency.p95)),
        p99: latency.map(|latency| estimate(latency.p99)),
        mean: latency.map(|latency| estimate(latency.mean)),
        service: latency.map(|latency| estimate(latency.service)),
        throughput: latency
            .map(|latency| Quantity { value: latency.throughput, text: format::rate(latency.throughput) }),
        comparison: row.comparison.as_ref().map(comparison),
        verdict: row.verdict.clone(),
        bad: row.bad,
        failures: u32::try_from(row.failures).unwrap_or(u32::MAX),
    }
}

/// A count as it is shown.
pub(super) fn counted(number: u64) -> Quantity {
    Quantity { value: number as f64, text: format::count(number) }
}

fn comparison(comparison: &Comparison) -> ComparisonView {
    let interval = comparison.ratio.and_then(|ratio| Some((ratio.low?, ratio.high?)));
    ComparisonView {
        verdict: in_words(comparison.verdict).to_owned(),
        ratio: comparison.ratio.map(|ratio| format::ratio(ratio.value)),
        interval: interval.map(|(low, high)| format!("{} to {}", format::factor(low), format::factor(high))),
    }
}

/// A time as it is shown.
pub(super) fn estimate(estimate: Estimate) -> EstimateView {
    let Estimate { value, low, high } = estimate;
    EstimateView { value, low, high, text: format::duration(value), interval: interval_text(low, high) }
}
