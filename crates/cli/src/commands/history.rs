//! `fetchscope history`: the runs that were made.

mod compared;

use super::Verdict;
use super::run::readable;
use crate::arguments::{History as Arguments, HistoryCommand};
use crate::output;
use anyhow::Result;
use fetchscope_app::Paths;
use fetchscope_app::error::AppError;
use fetchscope_app::history::{History, RunId};
use fetchscope_app::wire::{HistoryEnd, HistoryEntry};
use fetchscope_report::between::between;
use serde::Serialize;
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
                true => output::json(&compared::json(&before.entry, &after.entry, &found)),
                false => output::result(&compared::text(&before.entry, &after.entry, &found)),
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
