//! The tables of a report.

use crate::charts::SweepChart;
use crate::format;
use crate::html::LISTED;
use crate::rows::{NOT_SQLALCHEMY, Row, in_words, interval_text, queries_text};
use crate::time::{means, shown};
use crate::{sweeps, waits};
use fetchscope_engine::stats::quantile::Estimate;
use fetchscope_experiment::outcome::{Counted, Counts, Outcome, VariantOutcome};

/// A table.
pub(crate) struct Grid {
    /// Below it, what to know about it.
    pub(crate) caption: String,
    pub(crate) columns: Vec<Column>,
    /// As many cells a row as there are columns.
    pub(crate) rows: Vec<Vec<Cell>>,
}

/// A column's heading.
pub(crate) struct Column {
    pub(crate) name: String,
    /// Words stand to the left and may take several lines, figures to the right.
    pub(crate) words: bool,
}

/// A cell.
#[derive(Default)]
pub(crate) struct Cell {
    pub(crate) text: String,
    /// Below it, smaller: its interval.
    pub(crate) small: String,
    /// A wrong answer, an error.
    pub(crate) bad: bool,
    /// The variant whose colour stands before it.
    pub(crate) swatch: Option<usize>,
}

fn plain(text: String) -> Cell {
    Cell { text, ..Cell::default() }
}

fn variant(row: &Row) -> Cell {
    Cell { text: row.label(), swatch: Some(row.colour), ..Cell::default() }
}

/// Columns by their names and whether they hold words; the first one always does.
pub(super) fn headed(first: &str, others: &[(&str, bool)]) -> Vec<Column> {
    let column = |(name, words): &(&str, bool)| Column { name: (*name).to_owned(), words: *words };
    std::iter::once(&(first, true)).chain(others).map(column).collect()
}

fn columns(figures: &[&str], words: &[&str]) -> Vec<Column> {
    let column = |name: &&str, words| Column { name: (*name).to_owned(), words };
    let first = column(&"variant", true);
    let figures = figures.iter().map(|name| column(name, false));
    std::iter::once(first).chain(figures).chain(words.iter().map(|name| column(name, true))).collect()
}

/// A variant a row, every figure with its interval.
pub(super) fn comparison(outcome: &Outcome, rows: &[Row]) -> Grid {
    let mut caption =
        "Counts are of one request and exact. Below each figure stands its 95 % interval. Service is the median \
                       without waiting for a core or a connection. The ratio is against the baseline, round by round."
            .to_owned();
    if outcome.environment.database.starts_with("SQLite") {
        caption.push_str(" SQLite has no network: its round trips are counted as a server’s would be.");
    }
    if rows.iter().any(|row| !row.is_sqlalchemy) {
        caption.push_str(&format!(" {NOT_SQLALCHEMY}."));
    }
    let figures = [
        "queries",
        "round trips",
        "rows",
        "bytes",
        "n",
        "p50",
        "service",
        "p95",
        "p99",
        "mean",
        "requests /s",
        "ratio",
    ];
    Grid { caption, columns: columns(&figures, &["answer"]), rows: rows.iter().map(compared).collect() }
}

fn compared(row: &Row) -> Vec<Cell> {
    let mut cells = vec![variant(row)];
    cells.extend(counts(row.counts.as_ref()).map(plain));
    match &row.latency {
        Some(latency) => {
            cells.push(plain(format::count(latency.n as u64)));
            let times = [latency.p50, latency.service, latency.p95, latency.p99, latency.mean];
            cells.extend(times.map(|Estimate { value, low, high }| Cell {
                text: format::duration(value),
                small: interval_text(low, high),
                ..Cell::default()
            }));
            cells.push(plain(format::number(latency.throughput)));
        }
        None => cells.extend((0..7).map(|_| plain(format::UNKNOWN.to_owned()))),
    }
    cells.push(match (&row.comparison, row.is_baseline) {
        (Some(comparison), _) => Cell {
            text: comparison.ratio.map_or_else(|| format::UNKNOWN.to_owned(), |ratio| format::ratio(ratio.value)),
            small: in_words(comparison.verdict).to_owned(),
            ..Cell::default()
        },
        (None, true) => plain("baseline".to_owned()),
        (None, false) => plain(format::UNKNOWN.to_owned()),
    });
    let failed = match row.failures {
        0 => String::new(),
        some => format!("{} failed: {}", format::count(some), row.failure.as_deref().unwrap_or("no reason given")),
    };
    cells.push(Cell { text: row.verdict.clone(), small: failed, bad: row.bad, swatch: None });
    cells
}

fn counts(counts: Option<&Counts>) -> [String; 4] {
    match counts {
        Some(counts @ Counts { round_trips, rows, bytes, .. }) => {
            [queries_text(counts), format::count(*round_trips), format::count(*rows), format::bytes(*bytes)]
        }
        None => [(); 4].map(|()| format::UNKNOWN.to_owned()),
    }
}

/// Mean of every band, and its share.
pub(super) fn bands(rows: &[Row], variants: &[VariantOutcome]) -> Grid {
    let caption = "Mean of all requests, and its share. Every moment of a request is in one band. Scheduling is waiting for a \
                   core while there was work to do, and in an open loop waiting for a client; round trip is the injected \
                   network time, as achieved."
        .to_owned();
    let names = shown(variants);
    let line = |(row, measured): (&Row, &VariantOutcome)| {
        let mut cells = vec![variant(row)];
        match row.latency.as_ref().and_then(|_| means(measured)) {
            Some((bands, mean)) => {
                cells.extend(bands.into_iter().take(names.len()).map(|band| Cell {
                    text: format::duration(band),
                    small: format::percent(band / mean),
                    ..Cell::default()
                }));
                cells.push(plain(format::duration(mean)));
            }
            None => cells.extend((0..=names.len()).map(|_| plain(format::UNKNOWN.to_owned()))),
        }
        cells
    };
    let figures: Vec<&str> = names.iter().copied().chain(["mean"]).collect();
    Grid { caption, columns: columns(&figures, &[]), rows: rows.iter().zip(variants).map(line).collect() }
}

/// The medians of a sweep.
pub(super) fn sweep(chart: &SweepChart) -> Grid {
    let table = sweeps::table(chart);
    let heads: Vec<&str> = table.head.iter().map(String::as_str).collect();
    let line = |(row, figures): (usize, Vec<String>)| {
        let label = chart.lines.iter().find(|line| line.row == row).map_or_else(String::new, |line| line.label.clone());
        let first = Cell { text: label, swatch: Some(row), ..Cell::default() };
        std::iter::once(first).chain(figures.into_iter().map(plain)).collect()
    };
    let caption = "Median latency at each value.".to_owned();
    Grid { caption, columns: columns(&heads, &[]), rows: table.rows.into_iter().map(line).collect() }
}

/// What the server's sessions were seen at.
pub(super) fn waits(rows: &[Row], variants: &[VariantOutcome]) -> Grid {
    let table = waits::table(rows, variants);
    let heads: Vec<&str> = table.head.iter().map(String::as_str).collect();
    let lines = table.rows.into_iter().filter_map(|(row, figures)| {
        Some(std::iter::once(variant(rows.get(row)?)).chain(figures.into_iter().map(plain)).collect())
    });
    let caption =
        "Mean number of sessions at work, by what pg_stat_activity showed them at, over looks every 50 ms. Lock is \
                   another session's lock, LWLock one inside the server, Client the network."
            .to_owned();
    Grid { caption, columns: columns(&heads, &[]), rows: lines.collect() }
}

/// What the server itself counted of the run's statements.
pub(super) fn counted(outcome: &Outcome) -> Option<Grid> {
    let line = |one: &Counted| {
        let time = one.time.0 as f64;
        let figures = [
            format::count(one.calls),
            format::count(one.rows),
            format::duration(time),
            format::duration(time / one.calls.max(1) as f64),
            format::count(one.blocks_hit),
            format::count(one.blocks_read),
        ];
        std::iter::once(one.sql.clone()).chain(figures).map(plain).collect()
    };
    let caption = "The statements on which the server spent most time, as pg_stat_statements counted them from the first check to \
                   the last sample: all variants, warm-up included, and whatever else this role did meanwhile."
        .to_owned();
    let mut columns = columns(&["calls", "rows", "time", "a call", "blocks hit", "blocks read"], &[]);
    if let Some(first) = columns.first_mut() {
        "statement".clone_into(&mut first.name);
    }
    let rows: Vec<Vec<Cell>> = outcome.counted.iter().take(LISTED).map(line).collect();
    (!rows.is_empty()).then_some(Grid { caption, columns, rows })
}

/// Rows and bytes fetched, beside those that were needed.
pub(super) fn multiplication(outcome: &Outcome, rows: &[Row]) -> Option<Grid> {
    let line = |(row, measured): (&Row, &VariantOutcome)| {
        let one = &measured.objects.as_ref()?.multiplication;
        let factors: Vec<String> = one
            .statements
            .iter()
            .filter(|one| one.multiplies())
            .flat_map(|one| &one.collections)
            .map(|collection| format!("{} {}", collection.path, format::ratio(collection.factor)))
            .collect();
        let unknown = || format::UNKNOWN.to_owned();
        let figures = [
            format::count(one.fetched.rows),
            format::count(one.distinct.rows),
            format::bytes(one.fetched.bytes),
            format::bytes(one.distinct.bytes),
            one.factor().map_or_else(unknown, format::ratio),
        ];
        let by = if factors.is_empty() { unknown() } else { factors.join(", ") };
        Some(std::iter::once(variant(row)).chain(figures.map(plain)).chain([plain(by)]).collect())
    };
    let lines: Vec<Vec<Cell>> = rows.iter().zip(&outcome.variants).filter_map(line).collect();
    let figures = ["rows fetched", "rows needed", "bytes fetched", "bytes needed", "rows ratio"];
    let caption =
        "Of one request. A row is needed for each object, and for each pair that a secondary table connects; a value \
                   is needed once. A joined row carries several objects, so fewer may be fetched than are needed."
            .to_owned();
    (!lines.is_empty()).then(|| Grid { caption, columns: columns(&figures, &["multiplied by"]), rows: lines })
}
