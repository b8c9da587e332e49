//! `fetchscope history`: the runs that were made.

use super::Verdict;
use super::run::readable;
use crate::arguments::{History as Arguments, HistoryCommand};
use crate::output;
use anyhow::Result;
use fetchscope_app::Paths;
use fetchscope_app::error::AppError;
use fetchscope_app::history::{History, RunId};
use fetchscope_app::wire::{HistoryEnd, HistoryEntry};
use fetchscope_report::between::{APART, Between, Difference, Pair, between};
use fetchscope_report::format;
use fetchscope_report::rows::Row;
use serde::Serialize;
use std::fmt::Write;
use std::path::PathBuf;

#[derive(Serialize)]
struct Written<'a> {
    run: String,
    reports: &'a [PathBuf],
}

#[derive(Serialize)]
struct Deleted {
    deleted: Vec<String>,
}

/// Lists, shows, reports, names or deletes.
pub(crate) fn run(arguments: &Arguments) -> Result<Verdict> {
    let history = History::open(&Paths::standard().history).map_err(AppError::from)?;
    act(&history, &arguments.command).map(|()| Verdict::Yes)
}

fn act(history: &History, command: &HistoryCommand) -> Result<()> {
    match command {
        HistoryCommand::List { words, json } => {
            let entries = history.list(&words.join(" ")).map_err(AppError::from)?;
            match json {
                true => output::json(&entries),
                false => output::result(&listed(&entries)),
            }
        }
        HistoryCommand::Show { run, json } => {
            let kept = history.run(numbered(history, run)?).map_err(AppError::from)?;
            if *json {
                return output::json(&kept.outcome);
            }
            output::result(&format!("{}\n{}", head(&kept.entry), readable(&kept.outcome)))
        }
        HistoryCommand::Compare { one, other, json } => {
            let (one, other) = (numbered(history, one)?, numbered(history, other)?);
            let (before, after) = history.pair(one, other).map_err(AppError::from)?;
            let found = between(&before.outcome, &after.outcome);
            match json {
                true => output::json(&Compared::of(&before.entry, &after.entry, &found)),
                false => output::result(&compared(&before.entry, &after.entry, &found)),
            }
        }
        HistoryCommand::Report { run, files, json } => {
            output::check_reports(files)?;
            let kept = history.run(numbered(history, run)?).map_err(AppError::from)?;
            output::reports(&kept.outcome, files)?;
            if *json { output::json(&Written { run: kept.entry.id, reports: files }) } else { Ok(()) }
        }
        HistoryCommand::Name { run, name, tag, json } => {
            let run = numbered(history, run)?;
            if let Some(name) = name {
                history.rename(run, name).map_err(AppError::from)?;
            }
            if !tag.is_empty() {
                history.tag(run, tag).map_err(AppError::from)?;
            }
            let entry = history.entry(run).map_err(AppError::from)?;
            if *json { output::json(&entry) } else { output::result(&head(&entry)) }
        }
        HistoryCommand::Delete { runs, json } => {
            let numbers: Vec<RunId> = runs.iter().map(|run| numbered(history, run)).collect::<Result<_, _>>()?;
            for run in &numbers {
                history.entry(*run).map_err(AppError::from)?;
            }
            for run in &numbers {
                history.remove(*run).map_err(AppError::from)?;
            }
            let deleted = Deleted { deleted: numbers.iter().map(RunId::to_string).collect() };
            match json {
                true => output::json(&deleted),
                false => output::result(&format!("deleted {}", deleted.deleted.join(", "))),
            }
        }
    }
}

/// Two runs beside each other.
#[derive(Serialize)]
struct Compared<'a> {
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

impl Compared<'_> {
    fn of<'a>(before: &'a HistoryEntry, after: &'a HistoryEntry, found: &'a Between) -> Compared<'a> {
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

fn compared(before: &HistoryEntry, after: &HistoryEntry, found: &Between) -> String {
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

/// The run of a number, or the newest one for `last`.
fn numbered(history: &History, run: &str) -> Result<RunId, AppError> {
    if run != "last" {
        return Ok(run.parse()?);
    }
    let newest = history.newest()?;
    newest.ok_or_else(|| AppError::Input("no run was made yet; `fetchscope demo` makes one".to_owned()))
}

/// The first line of a run.
fn head(entry: &HistoryEntry) -> String {
    let tags = if entry.tags.is_empty() { String::new() } else { format!(" [{}]", entry.tags.join(", ")) };
    format!("Run {}, {}: {}{tags}", entry.id, entry.started_at, entry.name)
}

fn listed(entries: &[HistoryEntry]) -> String {
    if entries.is_empty() {
        return "No run is kept, or none that says this.".to_owned();
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["run", "began (UTC)", "name", "tags", "variants", "found"]);
    // Whoever reads it with a program wants each run on one line.
    if table.width().is_some() {
        table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    }
    for entry in entries {
        let end = match entry.end {
            HistoryEnd::Completed => "",
            HistoryEnd::Cancelled => "cancelled. ",
            HistoryEnd::Failed => "the database failed. ",
            HistoryEnd::Unfinished => "not finished",
        };
        table.add_row([
            entry.id.clone(),
            entry.started_at.replace('T', " ").replace('Z', ""),
            entry.name.clone(),
            entry.tags.join(", "),
            entry.variants.len().to_string(),
            format!("{end}{}", entry.sentence),
        ]);
    }
    table.to_string()
}
