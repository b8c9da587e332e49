//! The comparison: one row a variant, every figure with its spread.

use super::variant;
use crate::format;
use crate::rows::{NOT_SQLALCHEMY, Row, in_words, interval_text, queries_text};
use fetchscope_engine::stats::quantile::Estimate;
use fetchscope_experiment::outcome::{Counts, Outcome};
use fetchscope_experiment::summary::Summary;
use maud::{Markup, html};

pub(super) fn table(outcome: &Outcome, rows: &[Row]) -> Markup {
    let simulated = outcome.environment.database.starts_with("SQLite");
    html! {
        section {
            h2 { "Comparison" }
            div.scroll {
                table {
                    caption {
                        "Counts are of one request and exact. Below each figure stands its 95 % interval. Service is the median "
                        "without waiting for a core or a connection. The ratio is against the baseline, round by round."
                        @if simulated { " SQLite has no network: its round trips are counted as a server’s would be." }
                        @if rows.iter().any(|row| !row.is_sqlalchemy) { " " (NOT_SQLALCHEMY) "." }
                    }
                    thead {
                        tr {
                            th scope="col" { "variant" }
                            th scope="col" { "queries" }
                            th scope="col" { "round trips" @if simulated { small { "simulated" } } }
                            @for name in ["rows", "bytes", "n", "p50", "service", "p95", "p99", "mean", "requests /s", "ratio"] {
                                th scope="col" { (name) }
                            }
                            th.words scope="col" { "answer" }
                        }
                    }
                    tbody { @for row in rows { (line(row)) } }
                }
            }
        }
    }
}

fn line(row: &Row) -> Markup {
    html! {
        tr {
            th scope="row" { (variant(row)) }
            (counts(row.counts.as_ref()))
            @match &row.latency {
                Some(summary) => {
                    (latency(summary))
                    (ratio(row))
                    td.words { (row.verdict) (failures(row)) }
                }
                // The reason is the verdict, and is said once.
                None if row.bad => td.words.bad colspan="9" { (format::UNKNOWN) " " (row.verdict) (failures(row)) },
                None => {
                    td.words colspan="8" {
                        (format::UNKNOWN) " " (row.no_time.as_deref().unwrap_or("not measured")) (failures(row))
                    }
                    td.words { (row.verdict) }
                }
            }
        }
    }
}

fn ratio(row: &Row) -> Markup {
    html! {
        td {
            @match (&row.comparison, row.is_baseline) {
                (Some(comparison), _) => {
                    (comparison.ratio.map_or_else(|| format::UNKNOWN.to_owned(), |ratio| format::ratio(ratio.value)))
                    small { (in_words(comparison.verdict)) }
                }
                (None, true) => "baseline",
                (None, false) => (format::UNKNOWN),
            }
        }
    }
}

fn failures(row: &Row) -> Markup {
    html! {
        @if row.failures > 0 {
            small.bad {
                (format::count(row.failures)) " failed"
                @if row.latency.is_some() { ": " (row.failure.as_deref().unwrap_or("no reason given")) }
            }
        }
    }
}

fn counts(counts: Option<&Counts>) -> Markup {
    let written = counts.map(|counts| {
        let Counts { round_trips, rows, bytes, .. } = *counts;
        [queries_text(counts), format::count(round_trips), format::count(rows), format::bytes(bytes)]
    });
    html! {
        @match written {
            Some(written) => @for text in written { td { (text) } },
            None => @for _ in 0..4 { td { (format::UNKNOWN) } },
        }
    }
}

fn latency(summary: &Summary) -> Markup {
    let Summary { n, p50, p95, p99, mean, service, throughput, .. } = summary;
    html! {
        td { (format::count(*n as u64)) }
        td { b { (format::duration(p50.value)) } (interval(p50)) }
        td { (format::duration(service.value)) (interval(service)) }
        @for estimate in [p95, p99, mean] { td { (format::duration(estimate.value)) (interval(estimate)) } }
        td { (format::number(*throughput)) }
    }
}

fn interval(estimate: &Estimate) -> Markup {
    html! { small { (interval_text(estimate.low, estimate.high)) } }
}
