//! Wall-clock latency: the median as a bar, its interval as a band, the 95th percentile as a whisker.

use super::drawing::{self, Entry, Kind, Reading};
use super::{Chart, Style};
use crate::error::ReportError;
use crate::format;
use crate::rows::{Row, interval_text, verdict};
use fetchscope_engine::stats::quantile::Estimate;

/// Draws the latency of every variant.
///
/// # Errors
/// Where a font or the token file cannot be used, which only a broken build can cause.
pub fn latency(rows: &[Row], style: &Style) -> Result<Chart, ReportError> {
    let kind = Kind {
        id: "latency",
        title: "Wall-clock latency",
        bars: &["bar p50 · band its 95 % interval · whisker p95", "bar p50 · whisker p95", "p50, p95"],
        dots: &[
            "dot p50 · band its 95 % interval · whisker p95 · logarithmic axis",
            "dot p50 · whisker p95 · logarithmic axis",
            "p50, p95 · logarithmic axis",
            "logarithmic axis",
            "log axis",
            "log",
        ],
        names: false,
        whole: false,
        tick: format::duration_tick,
    };
    drawing::chart(&kind, rows, rows.iter().map(|row| entry(row, rows)).collect(), style)
}

fn entry(row: &Row, rows: &[Row]) -> Entry {
    let reading = match &row.latency {
        Some(summary) => Reading::Figure {
            value: summary.p50.value,
            band: row.interval(),
            whisker: Some(summary.p95.value),
            text: format::duration(summary.p50.value),
        },
        None => Reading::None(row.no_time.clone().unwrap_or_else(|| "not measured".to_owned())),
    };
    let remark = match row.ratio {
        None if row.is_baseline && row.latency.is_some() => "baseline".to_owned(),
        None => String::new(),
        Some(ratio) => format::ratio(ratio),
    };
    Entry { reading, remark, bad: row.bad, details: details(row, rows) }
}

fn details(row: &Row, rows: &[Row]) -> Vec<(String, String)> {
    let mut details = Vec::new();
    let mut say = |name: &str, text: String| details.push((name.to_owned(), text));
    if let Some(summary) = &row.latency {
        let estimate = |estimate: Estimate| {
            format!("{} ({})", format::duration(estimate.value), interval_text(estimate.low, estimate.high))
        };
        say("n", format::count(summary.n as u64));
        say("p50 (95 % interval)", estimate(summary.p50));
        say("p90 (95 % interval)", estimate(summary.p90));
        say("p95 (95 % interval)", estimate(summary.p95));
        say("p99 (95 % interval)", estimate(summary.p99));
        say("mean (95 % interval)", estimate(summary.mean));
        say("service time p50 (without waiting)", estimate(summary.service));
        say("min", format::duration(summary.min));
        say("max", format::duration(summary.max));
        say("throughput", format::rate(summary.throughput));
    }
    if let Some(comparison) = &row.comparison {
        say("against the baseline", verdict(comparison));
    }
    if !row.indistinguishable.is_empty() {
        let others: Vec<String> = row.indistinguishable.iter().map(|other| rows[*other].label()).collect();
        say("indistinguishable from", format!("{}: no detectable difference over the rounds", others.join(", ")));
    }
    if row.failures > 0 {
        let why = row.failure.as_deref().unwrap_or("no reason given");
        say("failed requests", format!("{}: {why}", format::count(row.failures)));
    }
    say("answer", row.verdict.clone());
    details
}
