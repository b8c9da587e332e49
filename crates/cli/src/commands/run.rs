//! `fetchscope run`: an experiment from its file.

use super::Verdict;
use crate::arguments::{LaneName, Run};
use crate::{input, output, progress};
use anyhow::Result;
use fetchscope_app::Paths;
use fetchscope_app::application;
use fetchscope_app::error::AppError;
use fetchscope_app::experiment;
use fetchscope_app::history::{History, Kept, Recorder};
use fetchscope_app::python::Python;
use fetchscope_engine::advisor::Severity;
use fetchscope_engine::stats::quantile::Estimate;
use fetchscope_experiment::evidence;
use fetchscope_experiment::outcome::{End, Outcome};
use fetchscope_experiment::spec::{Experiment, Lane};
use fetchscope_report::charts::SweepChart;
use fetchscope_report::findings::{Told, severity};
use fetchscope_report::remarks::remarks;
use fetchscope_report::rows::{NOT_SQLALCHEMY, Row, interval_text, queries_text, rows, verdict};
use fetchscope_report::{claims, format, lanes, sentence, sweeps};
use std::path::{Path, PathBuf};

/// Runs the experiment and prints a table.
pub(crate) fn run(arguments: &Run) -> Result<Verdict> {
    output::check_reports(&arguments.report)?;
    let mut experiment = input::experiment(&arguments.experiment)?;
    if let Some(source) = &arguments.source {
        experiment.source.clone_from(source);
    }
    in_lanes(&mut experiment, &arguments.lanes);
    let stdin = arguments.experiment == Path::new("-");
    let how = How {
        stdin,
        models: arguments.models.as_deref(),
        python: arguments.python.as_deref(),
        reports: &arguments.report,
        json: arguments.json,
    };
    crate::application::consent(&experiment, arguments.trust)?;
    measure(&experiment, &how)
}

/// How an experiment is run and told.
pub(super) struct How<'a> {
    /// Whether standard input was the experiment.
    pub(super) stdin: bool,
    /// The classes that are its mapping.
    pub(super) models: Option<&'a str>,
    /// The Python that was named.
    pub(super) python: Option<&'a Path>,
    pub(super) reports: &'a [PathBuf],
    pub(super) json: bool,
}

/// The lanes that were named, in place of the experiment's.
pub(super) fn in_lanes(experiment: &mut Experiment, names: &[LaneName]) {
    if !names.is_empty() {
        let lane = |name: &LaneName| match name {
            LaneName::Native => Lane::Native,
            LaneName::Sqlalchemy => Lane::Sqlalchemy,
        };
        experiment.lanes = names.iter().map(lane).collect();
    }
}

/// Opens the source and measures, with nothing else said of how.
pub(super) fn outcome(experiment: &Experiment, stdin: bool) -> Result<Outcome> {
    let (outcome, kept) = measured(experiment, &How { stdin, models: None, python: None, reports: &[], json: true })?;
    output::note(&whether_kept(&kept));
    Ok(outcome)
}

/// Opens the source and measures.
fn measured(experiment: &Experiment, how: &How<'_>) -> Result<(Outcome, Kept)> {
    let cancel = progress::cancel_on_interrupt()?;
    if how.stdin && experiment.mapping.as_deref() == Some("-") {
        return Err(
            AppError::Input("only one of the experiment and its mapping can read standard input".to_owned()).into()
        );
    }
    let python = Python { paths: &Paths::standard(), chosen: how.python };
    let history = History::open(&Paths::standard().history);
    let recorder = Recorder::new(history.as_ref(), None);
    if let Some(wanted) = &experiment.application {
        let call = experiment.request.as_ref().and_then(|request| request.call.as_deref());
        let mut program = application::open(wanted, call, &python, &mut progress::rows(), &cancel)?;
        return Ok(program.run_kept(experiment, recorder, &mut progress::events(), &cancel)?);
    }
    let mapping = match how.models {
        Some(name) => Some(super::mapping_of(name, &python)?),
        None => input::mapping(experiment.mapping.as_deref().map(Path::new))?,
    };
    let opened = super::open(&experiment.source, mapping.as_ref(), &cancel)?;
    Ok(experiment::run_kept(experiment, &opened, &python, recorder, &mut progress::events(), &cancel)?)
}

/// Measures, prints and writes the reports.
pub(super) fn measure(experiment: &Experiment, how: &How<'_>) -> Result<Verdict> {
    let How { reports, json, .. } = *how;
    let (outcome, kept) = measured(experiment, how)?;
    if json {
        output::json(&outcome)?;
    } else {
        output::result(&readable(&outcome))?;
    }
    output::reports(&outcome, reports)?;
    output::note(&whether_kept(&kept));
    Ok(said_of(&outcome)?)
}

/// Where the run can be found again.
pub(super) fn whether_kept(kept: &Kept) -> String {
    match kept {
        Kept::As(run) => format!("Kept as run {run}: `fetchscope history show {run}`"),
        Kept::Not(reason) => format!("The run is not kept: {reason}"),
    }
}

/// What the exit status says of a run whose results are printed and reported, whatever became of it.
pub(super) fn said_of(outcome: &Outcome) -> Result<Verdict, AppError> {
    let lane = outcome.sqlalchemy.as_ref();
    let cancelled = outcome.end == End::Cancelled || lane.is_some_and(|lane| lane.end == End::Cancelled);
    if cancelled {
        return Err(AppError::Cancelled("cancelled; what was measured before is shown".to_owned()));
    }
    if let End::Failed { reason } = &outcome.end {
        return Err(AppError::Database(format!("{reason}; what was measured before is shown")));
    }
    let in_lane = lane.iter().flat_map(|lane| &lane.variants).map(|one| (one, " in SQLAlchemy"));
    let mut all = outcome.variants.iter().map(|one| (one, "")).chain(in_lane);
    if let Some((one, place)) = all.find(|(one, _)| one.samples.is_empty() && !one.failures.is_empty()) {
        let words = format!("no request of `{}` was served{place}: {}", one.name, one.failures[0].message);
        return Err(AppError::Database(words));
    }
    if let Some((lane, failure)) = lane.and_then(|lane| lane.failure.as_ref().map(|failure| (lane, failure))) {
        let words = format!("the SQLAlchemy lane could not go on: {failure}; the native results are shown");
        return Err(if lane.unusable { AppError::Input(words) } else { AppError::Database(words) });
    }
    Ok(if experiment::agrees(outcome) { Verdict::Yes } else { Verdict::No })
}

/// The outcome for people.
pub(super) fn readable(outcome: &Outcome) -> String {
    let rows = rows(outcome);
    let workload = &outcome.experiment.workload;
    let conditions = &outcome.experiment.conditions;
    let mut lines = vec![
        format!("{}, {}", outcome.environment.data, outcome.environment.database),
        format!(
            "{} requests at once, {} ms round trip injected, {}seed {}",
            workload.concurrency,
            conditions.rtt_ms,
            match &outcome.application {
                Some(_) => String::new(),
                None => format!("pool {} + {}, ", workload.pool.size, workload.pool.overflow),
            },
            outcome.experiment.seed
        ),
        table(&rows),
        "Below each figure stands its 95 % interval; service is p50 without waiting for a core or a connection."
            .to_owned(),
    ];
    let lane = lanes::in_sqlalchemy(outcome);
    if let Some(lane) = &lane {
        lines.insert(2, "Native:".to_owned());
        lines.extend([format!("{}:", lane.title), table(&lane.rows)]);
    }
    if rows.iter().any(|row| !row.is_sqlalchemy) {
        lines.push(format!("{NOT_SQLALCHEMY}."));
    }
    let of_lane = lane.iter().flat_map(|lane| &lane.outcome.variants);
    lines.extend(outcome.variants.iter().chain(of_lane).flat_map(|variant| {
        variant.failures.iter().map(|failure| {
            format!("{}: {} requests failed: {}", variant.name, format::count(failure.count), failure.message)
        })
    }));
    lines.extend(outcome.notes.iter().cloned());
    lines.extend(lane.iter().flat_map(|lane| &lane.outcome.notes).map(|note| format!("In SQLAlchemy: {note}")));
    lines.extend(remarks(outcome, &rows).into_iter().map(|one| one.text));
    lines.extend(findings(outcome, &rows));
    for chart in sweeps::charts(outcome) {
        lines.push(swept(&chart));
        lines.push(format!("{}: {}", chart.title, chart.finding));
    }
    lines.push(sentence::sentence(outcome, &rows));
    lines.extend(lane.map(|lane| format!("In SQLAlchemy {}", sentence::sentence(&lane.outcome, &lane.rows))));
    if let Some(claim) = claims::verdict(outcome) {
        lines.push(format!("Claim: {}", claim.says));
        lines.extend(claim.cells.iter().map(|cell| format!("  {cell}")));
        lines.push(format!("Verdict: {}.", claim.verdict));
    }
    lines.join("\n")
}

/// A variant a row.
fn table(rows: &[Row]) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
    table.set_header([
        "",
        "variant",
        "queries",
        "rows",
        "n",
        "p50",
        "service",
        "p95",
        "p99",
        "mean",
        "per s",
        "against baseline",
        "answer",
    ]);
    for row in rows {
        let dash = || format::UNKNOWN.to_owned();
        let latency = row.latency.as_ref();
        let time = |estimate: Option<Estimate>| {
            estimate.map_or_else(dash, |one| {
                format!("{}\n{}", format::duration(one.value), interval_text(one.low, one.high))
            })
        };
        table.add_row([
            row.letter.clone(),
            row.name.clone(),
            row.counts.as_ref().map_or_else(dash, queries_text),
            row.counts.map_or_else(dash, |counts| format::count(counts.rows)),
            latency.map_or_else(dash, |latency| format::count(latency.n as u64)),
            time(latency.map(|latency| latency.p50)),
            time(latency.map(|latency| latency.service)),
            time(latency.map(|latency| latency.p95)),
            time(latency.map(|latency| latency.p99)),
            time(latency.map(|latency| latency.mean)),
            latency.map_or_else(dash, |latency| format::number(latency.throughput)),
            row.comparison.as_ref().map_or_else(String::new, |one| verdict(one).replacen(", ", "\n", 1)),
            row.verdict.clone(),
        ]);
    }
    for column in 2..11 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(comfy_table::CellAlignment::Right);
        }
    }
    table.to_string()
}

/// What is wrong or costly in each variant; what is merely notable stands in the report.
fn findings(outcome: &Outcome, rows: &[Row]) -> Vec<String> {
    let of = |(row, variant)| {
        let told: Vec<Told> = evidence::findings(outcome, variant).iter().map(Told::from).collect();
        let label = Row::label(row);
        told.into_iter().filter(|told| told.severity < Severity::Notable).map(move |told| {
            let Told { what, place, remedy, .. } = &told;
            format!("{label}, {}: {what} ({place}). Try: {remedy}.", severity(told.severity))
        })
    };
    rows.iter().zip(&outcome.variants).flat_map(of).collect()
}

/// A sweep as a table: a variant a row, a value a column.
fn swept(chart: &SweepChart) -> String {
    let mut places: Vec<f64> = chart.lines.iter().flat_map(|line| line.points.iter().map(|point| point.x)).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
    let heads = places.iter().map(|place| (chart.place)(*place));
    table.set_header(std::iter::once("p50".to_owned()).chain(heads));
    for line in &chart.lines {
        let cells = places.iter().map(|place| {
            let point = line.points.iter().find(|point| point.x == *place);
            point.map_or_else(
                || format::UNKNOWN.to_owned(),
                |point| {
                    format!("{}\n{}", format::duration(point.p50.value), interval_text(point.p50.low, point.p50.high))
                },
            )
        });
        table.add_row(std::iter::once(line.label.clone()).chain(cells));
    }
    table.to_string()
}
