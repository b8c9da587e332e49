//! `fetchscope trace`: one request of a plan.

use super::Verdict;
use crate::arguments::Trace;
use crate::{input, output};
use anyhow::Result;
use fetchscope_app::Paths;
use fetchscope_app::error::AppError;
use fetchscope_app::explain::{self, StatementPlan};
use fetchscope_app::prediction::{self, Predicted};
use fetchscope_app::python::Python;
use fetchscope_engine::plan::document::PlanDocument;
use fetchscope_engine::predict::Prediction;
use fetchscope_engine::trace;
use fetchscope_report::findings::{self, Told};
use fetchscope_report::{format, sql};
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Statements shown one by one without `--json`.
const SHOWN: usize = 25;

/// Runs the plan and prints its trace.
pub(crate) fn run(arguments: &Trace) -> Result<Verdict> {
    let (Some(source), Some(plan)) = (&arguments.source, &arguments.plan) else {
        return super::traced::run(&arguments.request, arguments.json);
    };
    let both = arguments.mapping.as_deref() == Some(Path::new("-")) && plan == Path::new("-");
    if both {
        return Err(AppError::Input("only one of --mapping and --plan can read standard input".to_owned()).into());
    }
    let mapping = match &arguments.models {
        Some(name) => {
            let python = Python { paths: &Paths::standard(), chosen: arguments.request.program.python.as_deref() };
            Some(super::mapping_of(name, &python)?)
        }
        None => input::mapping(arguments.mapping.as_deref())?,
    };
    let plan: PlanDocument = input::json(plan, "plan")?;
    let opened = super::open(source, mapping.as_ref(), &AtomicBool::new(false))?;
    let prediction = prediction::of(&opened, &plan)?;
    let (trace, findings) = fetchscope_app::request::advised(&opened, &plan)?;
    let findings: Vec<Told> = findings.iter().map(Told::from).collect();
    let plans = if arguments.explain { explain::plans(&opened, &trace.statements)? } else { Vec::new() };
    if arguments.json {
        output::json(&Printed {
            trace: &trace,
            prediction: prediction.as_ref().map(Predicted::from),
            findings,
            plans,
        })?;
    } else {
        let predicted = prediction.as_ref().map_or_else(String::new, predicted);
        output::result(&format!("{predicted}{}", readable(&trace, &findings, &plans)))?;
    }
    Ok(Verdict::Yes)
}

/// The trace with what was predicted and what stands out, as JSON has it.
#[derive(Serialize)]
struct Printed<'a> {
    #[serde(flatten)]
    trace: &'a trace::Trace,
    prediction: Option<Predicted>,
    findings: Vec<Told>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    plans: Vec<StatementPlan>,
}

/// What was predicted, in a line.
fn predicted(prediction: &Prediction) -> String {
    let about = if prediction.exact { "" } else { "about " };
    let total = format::count(prediction.statements);
    let sum = prediction::sum(prediction);
    let sum = if sum == total { String::new() } else { format!(" = {sum}") };
    let said = if prediction.statements == 1 { "statement" } else { "statements" };
    let until = prediction.ends_at.as_ref().map_or_else(String::new, |path| format!(", until the exception at {path}"));
    format!("predicted {about}{total} {said}{sum}, {about}{} rows{until}\nmeasured ", format::count(prediction.rows))
}

/// The trace for people.
fn readable(trace: &trace::Trace, findings: &[Told], plans: &[StatementPlan]) -> String {
    let mut text = String::new();
    let said = if trace.query_count == 1 { "statement" } else { "statements" };
    let _ = write!(
        text,
        "{} {said}, {} round trips, {} rows, {} decoded",
        format::count(trace.query_count),
        format::count(trace.round_trips),
        format::count(trace.row_count),
        format::bytes(trace.byte_count),
    );
    if let Some(roots) = trace.root_count {
        let _ = write!(text, ", {} root objects", format::count(roots));
    }
    let _ = writeln!(text, ", {} this one time", format::duration(trace.elapsed_ns.0 as f64));
    if let Some(error) = &trace.error {
        let at = error.path.as_deref().map_or_else(String::new, |path| format!(" at {path}"));
        let _ = writeln!(text, "It ends with {}{at}: {}", error.type_name.name(), error.message);
    }
    for finding in findings {
        let Told { severity, what, place, how_much, remedy, .. } = finding;
        let _ = writeln!(text, "\n{}: {what}\n    where: {place}; {how_much}", findings::severity(*severity));
        let _ = writeln!(text, "    try: {remedy}");
    }
    for one in trace.statements.iter().take(SHOWN) {
        let phase = one.phase.name();
        let path = one.path.as_deref().unwrap_or("root");
        let _ = writeln!(text, "\n{} [{phase}, {path}, {} rows]", one.n, format::count(one.rows));
        for line in sql::pretty(&one.sql).lines() {
            let _ = writeln!(text, "    {line}");
        }
        for plan in plans.iter().filter(|plan| plan.n == one.n) {
            let _ = writeln!(text, "  in the server:");
            for line in &plan.lines {
                let _ = writeln!(text, "    {line}");
            }
            if let Some(tasks) = plan.shard_tasks {
                let _ = writeln!(text, "    {} shard tasks", format::count(tasks));
            }
        }
    }
    if trace.statements.len() > SHOWN {
        let _ = writeln!(text, "\n… and {} more; --json prints them all", trace.statements.len() - SHOWN);
    }
    if let Some(hash) = &trace.hash_canonical {
        let _ = write!(text, "\nresponse {hash} (canonical SHA-256; --json prints it in full)");
    }
    text.trim_end().to_owned()
}
