//! Queries per request: exact counts, so a bar and a number, and no interval.

use super::drawing::{self, Entry, Kind, Reading};
use super::{Chart, Style};
use crate::error::ReportError;
use crate::format;
use crate::rows::Row;

/// Draws the queries of one request of every variant, with its name.
///
/// # Errors
/// Where a font or the token file cannot be used, which only a broken build can cause.
pub fn queries_per_request(rows: &[Row], style: &Style) -> Result<Chart, ReportError> {
    let kind = Kind {
        id: "queries",
        title: "Queries per request",
        bars: &["exact", ""],
        dots: &["exact · logarithmic axis", "logarithmic axis", "log axis", "log"],
        names: true,
        whole: true,
        tick: |value, _| format::count_tick(value),
    };
    drawing::chart(&kind, rows, rows.iter().map(entry).collect(), style)
}

fn entry(row: &Row) -> Entry {
    let reading = match row.counts {
        Some(counts) => Reading::Figure {
            value: counts.queries as f64,
            band: None,
            whisker: None,
            text: format::count(counts.queries),
        },
        None => Reading::None(row.no_time.clone().unwrap_or_else(|| "not counted".to_owned())),
    };
    let remark = if row.bad {
        row.verdict.split(':').next().unwrap_or_default().to_owned()
    } else if row.is_baseline {
        "baseline".to_owned()
    } else {
        row.query_ratio.map(format::ratio).unwrap_or_default()
    };
    Entry { reading, remark, bad: row.bad, details: details(row) }
}

fn details(row: &Row) -> Vec<(String, String)> {
    let mut details = Vec::new();
    let mut say = |name: &str, text: String| details.push((name.to_owned(), text));
    if let Some(counts) = row.counts {
        say("queries", format::count(counts.queries));
        if let Some(tasks) = counts.shard_tasks {
            say("shard tasks", format::count(tasks));
        }
        say("round trips", format::count(counts.round_trips));
        say("rows", format::count(counts.rows));
        say("bytes", format::bytes(counts.bytes));
        if let Some(roots) = counts.roots {
            say("root objects", format::count(roots));
        }
    }
    if let Some(ratio) = row.query_ratio {
        say("against the baseline", format::ratio(ratio));
    }
    if !row.is_sqlalchemy {
        say("†", "not SQLAlchemy".to_owned());
    }
    say("answer", row.verdict.clone());
    details
}
