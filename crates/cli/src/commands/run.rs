//! `fetchscope run`: an experiment from its file.

use super::Verdict;
use crate::arguments::Run;
use crate::{input, output, progress};
use anyhow::Result;
use fetchscope_app::error::AppError;
use fetchscope_app::experiment;
use fetchscope_engine::stats::quantile::Estimate;
use fetchscope_experiment::outcome::{End, Outcome};
use fetchscope_experiment::spec::Experiment;
use fetchscope_report::rows::{NOT_SQLALCHEMY, interval_text, rows};
use fetchscope_report::{format, sentence};
use std::path::{Path, PathBuf};

/// Runs the experiment and prints a table.
pub(crate) fn run(arguments: &Run) -> Result<Verdict> {
    output::check_reports(&arguments.report)?;
    let text = input::text(&arguments.experiment)?;
    let file = arguments.experiment.display().to_string();
    let experiment = Experiment::from_toml(&text).map_err(|error| AppError::from(error).in_file(&file))?;
    let stdin = arguments.experiment == Path::new("-");
    measure(&experiment, stdin, &arguments.report, arguments.json)
}

/// Opens the source, measures, prints and writes the reports.
pub(crate) fn measure(experiment: &Experiment, stdin: bool, reports: &[PathBuf], json: bool) -> Result<Verdict> {
    let cancel = progress::cancel_on_interrupt()?;
    if stdin && experiment.mapping.as_deref() == Some("-") {
        return Err(
            AppError::Input("only one of the experiment and its mapping can read standard input".to_owned()).into()
        );
    }
    let mapping = input::mapping(experiment.mapping.as_deref().map(Path::new))?;
    let opened = super::open(&experiment.source, mapping.as_ref(), &cancel)?;
    let outcome = experiment::run(experiment, &opened, &mut progress::events(), &cancel)?;
    if json {
        output::json(&outcome)?;
    } else {
        output::result(&readable(&outcome))?;
    }
    output::reports(&outcome, reports)?;
    let unserved = outcome.variants.iter().find(|one| one.samples.is_empty() && !one.failures.is_empty());
    match (outcome.end, experiment::agrees(&outcome)) {
        (End::Completed, _) if unserved.is_some() => {
            let words = unserved.map_or_else(String::new, |one| {
                format!("no request of `{}` was served: {}", one.name, one.failures[0].message)
            });
            Err(AppError::Database(words).into())
        }
        (End::Cancelled, _) => {
            Err(AppError::Cancelled("cancelled; what was measured before is shown".to_owned()).into())
        }
        (End::Completed, true) => Ok(Verdict::Yes),
        (End::Completed, false) => Ok(Verdict::No),
    }
}

/// The outcome for people.
fn readable(outcome: &Outcome) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["", "variant", "queries", "round trips", "rows", "n", "p50", "p95", "p99", "", "answer"]);
    let rows = rows(outcome);
    for row in &rows {
        let dash = || format::UNKNOWN.to_owned();
        let counts = |pick: fn(&fetchscope_experiment::outcome::Counts) -> u64| {
            row.counts.as_ref().map_or_else(dash, |counts| format::count(pick(counts)))
        };
        let latency = row.latency.as_ref();
        let time = |estimate: Option<Estimate>| {
            estimate.map_or_else(dash, |one| {
                format!("{}\n{}", format::duration(one.value), interval_text(one.low, one.high))
            })
        };
        table.add_row([
            row.letter.clone(),
            row.name.clone(),
            counts(|counts| counts.queries),
            counts(|counts| counts.round_trips),
            counts(|counts| counts.rows),
            latency.map_or_else(dash, |latency| format::count(latency.n as u64)),
            time(latency.map(|latency| latency.p50)),
            time(latency.map(|latency| latency.p95)),
            time(latency.map(|latency| latency.p99)),
            row.ratio.map_or_else(String::new, format::ratio),
            row.verdict.clone(),
        ]);
    }
    for column in 2..10 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(comfy_table::CellAlignment::Right);
        }
    }
    let workload = &outcome.experiment.workload;
    let conditions = &outcome.experiment.conditions;
    let mut lines = vec![
        format!("{}, {}", outcome.environment.data, outcome.environment.database),
        format!(
            "{} requests at once, {} ms round trip injected, pool {} + {}, seed {}",
            workload.concurrency,
            conditions.rtt_ms,
            workload.pool.size,
            workload.pool.overflow,
            outcome.experiment.seed
        ),
        table.to_string(),
        "Below each percentile stands its 95 % interval.".to_owned(),
    ];
    if rows.iter().any(|row| !row.is_sqlalchemy) {
        lines.push(format!("{NOT_SQLALCHEMY}."));
    }
    lines.extend(outcome.variants.iter().flat_map(|variant| {
        variant.failures.iter().map(|failure| {
            format!("{}: {} requests failed: {}", variant.name, format::count(failure.count), failure.message)
        })
    }));
    lines.extend(outcome.notes.iter().cloned());
    lines.push(sentence::sentence(outcome));
    lines.join("\n")
}
