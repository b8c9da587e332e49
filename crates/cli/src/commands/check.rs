//! `fetchscope check`: budgets for somebody's continuous integration.

use super::Verdict;
use crate::arguments::{Check, CheckFormat};
use crate::{input, output};
use anyhow::Result;
use fetchscope_app::error::AppError;
use fetchscope_experiment::budget::{Budgets, Held, Kept, Measure};
use fetchscope_experiment::outcome::Outcome;
use fetchscope_report::format;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde::Serialize;

/// Runs the experiment and holds the budgets against it; "no" where one is broken.
pub(crate) fn run(arguments: &Check) -> Result<Verdict> {
    let budgets = Budgets {
        queries: arguments.max_queries,
        rows: arguments.max_rows,
        bytes: arguments.max_bytes,
        p95: arguments.max_p95,
    };
    if budgets.is_empty() {
        let words = "there is no budget to check; give --max-queries, --max-rows, --max-bytes or --max-p95";
        return Err(AppError::Input(words.to_owned()).into());
    }
    output::check_reports(&arguments.report)?;
    let mut experiment = input::experiment(&arguments.experiment)?;
    if let Some(source) = &arguments.source {
        experiment.source.clone_from(source);
    }
    if let Some(name) = arguments.variant.as_ref().filter(|name| !experiment.variants.contains_key(*name)) {
        let known: Vec<String> = experiment.variants.keys().map(|name| format!("`{name}`")).collect();
        let words = format!("no variant is called `{name}`; there are {}", known.join(", "));
        return Err(AppError::Input(words).into());
    }
    crate::application::consent(&experiment, arguments.trust)?;
    let outcome = super::run::outcome(&budgets.as_needed(&experiment), arguments.experiment.as_os_str() == "-")?;
    let wanted = |name: &str| arguments.variant.as_deref().is_none_or(|wanted| wanted == name);
    let variants = outcome.variants.iter().filter(|variant| wanted(&variant.name));
    let held: Vec<Held> = variants.flat_map(|variant| budgets.hold(&outcome, variant)).collect();
    let kept = held.iter().all(|one| one.kept != Kept::No);
    match if arguments.json { CheckFormat::Json } else { arguments.format } {
        CheckFormat::Text => output::result(&text(&held))?,
        CheckFormat::Github => output::result(&github(&held))?,
        CheckFormat::Junit => output::result(junit(&held).to_string()?.trim_end())?,
        CheckFormat::Json => output::json(&Printed { kept, held: &held, outcome: Header::of(&outcome) })?,
    }
    output::reports(&outcome, &arguments.report)?;
    // Whether results differ is a budget of its own.
    super::run::said_of(&outcome)?;
    Ok(if kept { Verdict::Yes } else { Verdict::No })
}

/// The answer as JSON.
#[derive(Serialize)]
struct Printed<'a> {
    kept: bool,
    held: &'a [Held],
    #[serde(flatten)]
    outcome: Header<'a>,
}

/// What was run, and where.
#[derive(Serialize)]
struct Header<'a> {
    environment: &'a fetchscope_experiment::outcome::Environment,
    started_at: &'a str,
    seed: u64,
}

impl<'a> Header<'a> {
    fn of(outcome: &'a Outcome) -> Header<'a> {
        Header { environment: &outcome.environment, started_at: &outcome.started_at, seed: outcome.experiment.seed }
    }
}

/// A budget a line.
fn text(held: &[Held]) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["variant", "budget", "measured", ""]);
    for one in held {
        table.add_row([one.variant.clone(), budget(one), measured(one), kept(one.kept).to_owned()]);
    }
    let broken = held.iter().filter(|one| one.kept == Kept::No).count();
    let open = held.iter().filter(|one| one.kept == Kept::CannotBeTold).count();
    let verdict = match (broken, open) {
        (0, 0) => "Every budget is kept.".to_owned(),
        (0, open) => format!("No budget is broken; {open} cannot be told: {WAY_OUT}."),
        (broken, 0) => format!("{broken} of {} broken.", held.len()),
        (broken, open) => format!("{broken} of {} broken; {open} cannot be told: {WAY_OUT}.", held.len()),
    };
    format!("{table}\n{verdict}")
}

/// What to do where the interval has the limit in it.
const WAY_OUT: &str = "measure more requests in more rounds, or move the limit away from what is usual";

fn kept(kept: Kept) -> &'static str {
    match kept {
        Kept::Yes => "kept",
        Kept::No => "BROKEN",
        Kept::CannotBeTold => "cannot be told",
    }
}

/// `queries at most 3`.
fn budget(held: &Held) -> String {
    let limit = held.limit.map_or_else(String::new, |limit| figure(held.measure, limit));
    match held.measure {
        Measure::Answer => "the answer it should give".to_owned(),
        Measure::Queries => format!("queries at most {limit}"),
        Measure::Rows => format!("rows at most {limit}"),
        Measure::Bytes => format!("bytes at most {limit}"),
        Measure::P95 => format!("p95 at most {limit}"),
        Measure::P95Ratio => format!("p95 at most {limit} the baseline's"),
    }
}

/// `111`, `61.2 ms (58.0 to 64.9 ms)`, or why there is no figure.
fn measured(held: &Held) -> String {
    let ends = held.low.zip(held.high);
    let interval = match (held.measure, held.low.or(held.high)) {
        (Measure::Answer | Measure::Queries | Measure::Rows | Measure::Bytes, _) => String::new(),
        (Measure::P95, _) => ends.map_or_else(
            || " (too few requests for an interval)".to_owned(),
            |(low, high)| format!(" ({})", format::interval(low, high)),
        ),
        (Measure::P95Ratio, _) => ends.map_or_else(
            || " (too few requests for an interval)".to_owned(),
            |(low, high)| format!(" ({} to {})", format::factor(low), format::factor(high)),
        ),
    };
    match (held.value, &held.reason) {
        (_, Some(reason)) => reason.clone(),
        (Some(value), None) => format!("{}{interval}", figure(held.measure, value)),
        (None, None) => "as it should be".to_owned(),
    }
}

fn figure(measure: Measure, value: f64) -> String {
    match measure {
        Measure::Answer | Measure::Queries | Measure::Rows => format::count(value as u64),
        Measure::Bytes => format::bytes(value as u64),
        Measure::P95 => format::duration(value),
        Measure::P95Ratio => format::ratio(value),
    }
}

/// Annotations of GitHub's workflow commands.
fn github(held: &[Held]) -> String {
    let line = |one: &Held| {
        let level = match one.kept {
            Kept::Yes => "notice",
            Kept::No => "error",
            Kept::CannotBeTold => "warning",
        };
        let message = format!("{}: {}; measured {}, {}", one.variant, budget(one), measured(one), kept(one.kept));
        // What ends a command or a property of it is written as GitHub reads it back.
        let message = message.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
        format!("::{level} title=Fetchscope::{message}")
    };
    held.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A variant a suite, a budget a case; what cannot be told is skipped.
fn junit(held: &[Held]) -> Report {
    let mut report = Report::new("fetchscope check");
    for of_variant in held.chunk_by(|one, other| one.variant == other.variant) {
        let Some(first) = of_variant.first() else { continue };
        let mut suite = TestSuite::new(first.variant.as_str());
        for one in of_variant {
            let said = format!("{}; measured {}", budget(one), measured(one));
            let status = match one.kept {
                Kept::Yes => TestCaseStatus::success(),
                Kept::No => {
                    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                    status.set_message(said.as_str()).set_type("budget");
                    status
                }
                Kept::CannotBeTold => {
                    let mut status = TestCaseStatus::skipped();
                    status.set_message(format!("cannot be told: {said}"));
                    status
                }
            };
            let mut case = TestCase::new(budget(one), status);
            case.set_classname(format!("fetchscope.{}", one.variant)).set_system_out(said);
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    report
}
