//! Two runs of the history beside each other.

use super::head;
use fetchscope_app::wire::HistoryEntry;
use fetchscope_report::between::{APART, Between, Difference, Pair};
use fetchscope_report::format;
use fetchscope_report::rows::Row;
use serde::Serialize;
use std::fmt::Write;

/// Two runs beside each other.
#[derive(Serialize)]
pub(super) struct Compared<'a> {
    before: &'a HistoryEntry,
    after: &'a HistoryEntry,
    note: &'static str,
    differences: Vec<Changed<'a>>,
    variants: Vec<ComparedVariant<'a>>,
}

/// What else was another in the later run.
#[derive(Serialize)]
struct Changed<'a> {
    what: &'a str,
    before: &'a str,
    after: &'a str,
}

/// A variant in both runs; the ratio is the later median over the earlier one, with its 95 % interval.
#[derive(Serialize)]
struct ComparedVariant<'a> {
    name: &'a str,
    before: Option<Figures>,
    after: Option<Figures>,
    ratio: Option<[Option<f64>; 3]>,
    verdict: &'a str,
}

#[derive(Serialize)]
struct Figures {
    queries: Option<u64>,
    rows: Option<u64>,
    p50_ns: Option<f64>,
}

/// The comparison, for a program.
pub(super) fn json<'a>(before: &'a HistoryEntry, after: &'a HistoryEntry, found: &'a Between) -> Compared<'a> {
    let changed = |one: &'a Difference| Changed { what: one.what, before: &one.before, after: &one.after };
    let variant = |pair: &'a Pair| ComparedVariant {
        name: name(pair),
        before: pair.before.as_ref().map(Figures::of),
        after: pair.after.as_ref().map(Figures::of),
        ratio: pair.ratio.map(|ratio| [Some(ratio.value), ratio.low, ratio.high]),
        verdict: &pair.verdict,
    };
    Compared {
        before,
        after,
        note: APART,
        differences: found.differences.iter().map(changed).collect(),
        variants: found.pairs.iter().map(variant).collect(),
    }
}

impl Figures {
    fn of(row: &Row) -> Figures {
        Figures {
            queries: row.counts.map(|counts| counts.queries),
            rows: row.counts.map(|counts| counts.rows),
            p50_ns: row.latency.as_ref().map(|latency| latency.p50.value),
        }
    }
}

fn name(pair: &Pair) -> &str {
    pair.after.as_ref().or(pair.before.as_ref()).map_or("", |row| &row.name)
}

/// The comparison, for a person.
pub(super) fn text(before: &HistoryEntry, after: &HistoryEntry, found: &Between) -> String {
    let mut text = format!("{}\n{}\n", head(before), head(after));
    for Difference { what, before, after } in &found.differences {
        let _ = writeln!(text, "    {what}: {before}, then {after}");
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["variant", "queries", "rows", "p50", "ratio", "95 % interval", "verdict"]);
    let change = |pair: &Pair, figure: &dyn Fn(&Row) -> Option<String>| {
        let side = |row: &Option<Row>| row.as_ref().and_then(figure).unwrap_or_else(|| format::UNKNOWN.to_owned());
        let (before, after) = (side(&pair.before), side(&pair.after));
        if before == after { before } else { format!("{before} → {after}") }
    };
    for pair in &found.pairs {
        let (ratio, interval) = pair.ratio_text().unwrap_or_default();
        table.add_row([
            name(pair).to_owned(),
            change(pair, &|row| row.counts.map(|counts| format::count(counts.queries))),
            change(pair, &|row| row.counts.map(|counts| format::count(counts.rows))),
            change(pair, &|row| row.latency.as_ref().map(|latency| format::duration(latency.p50.value))),
            ratio,
            interval,
            pair.verdict.clone(),
        ]);
    }
    let _ = write!(text, "{table}\n{APART}");
    text
}
