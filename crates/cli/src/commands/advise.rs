//! `fetchscope advise`: which strategies to use for an endpoint, of a plan or of your application.

use super::Verdict;
use super::traced;
use crate::arguments::Advise;
use crate::{input, output, progress};
use anyhow::Result;
use fetchscope_app::Paths;
use fetchscope_app::advise::application::{self, ApplicationAdvice};
use fetchscope_app::advise::{self, Advice, Load};
use fetchscope_app::application::{self as programs, Change};
use fetchscope_app::error::AppError;
use fetchscope_app::python::Python;
use fetchscope_app::source::Opened;
use fetchscope_engine::plan::endpoint::Endpoint;
use fetchscope_experiment::outcome::Outcome;
use fetchscope_report::format;
use fetchscope_report::rows::{Row, interval_text, rows};
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;

/// Searches, measures, recommends.
pub(crate) fn run(arguments: &Advise) -> Result<Verdict> {
    output::check_reports(&arguments.report)?;
    if !(arguments.seconds > 0.0 && arguments.seconds <= 3600.0) {
        return Err(AppError::Input("--seconds must be above 0 and at most 3600".to_owned()).into());
    }
    let (Some(source), Some(named)) = (&arguments.source, &arguments.endpoint) else {
        return of_application(arguments);
    };
    let cancel = progress::cancel_on_interrupt()?;
    let mapping = input::mapping(arguments.mapping.as_deref())?;
    let opened = super::open(source, mapping.as_ref(), &cancel)?;
    let endpoint = endpoint(&opened, named)?;
    let load = load(arguments, 10, 1.0);
    let python = Python { paths: &Paths::standard(), chosen: None };
    let (advice, outcome) = advise::advise(&opened, &endpoint, load, &python, &mut progress::events(), &cancel)?;
    if arguments.json {
        output::json(&Printed { advice: &advice, outcome: &outcome })?;
    } else {
        output::result(&readable(&advice, &outcome))?;
    }
    output::reports(&outcome, &arguments.report)?;
    super::run::said_of(&outcome)?;
    Ok(Verdict::Yes)
}

fn load(arguments: &Advise, concurrency: u32, rtt_ms: f64) -> Load {
    Load {
        concurrency: arguments.concurrency.unwrap_or(concurrency),
        rtt_ms: arguments.rtt_ms.unwrap_or(rtt_ms),
        seconds: arguments.seconds,
    }
}

fn of_application(arguments: &Advise) -> Result<Verdict> {
    let cancel = progress::cancel_on_interrupt()?;
    let request = arguments.request.request()?;
    let wanted = arguments.request.program.application();
    let paths = Paths::standard();
    let python = Python { paths: &paths, chosen: arguments.request.program.python.as_deref() };
    let call = arguments.request.call.as_deref();
    let mut program = programs::open(&wanted, call, &python, &mut progress::rows(), &cancel)?;
    let load = load(arguments, 1, 0.0);
    let (advice, outcome) =
        application::advise(&mut program, &wanted, &request, load, &mut progress::events(), &cancel)?;
    if arguments.json {
        output::json(&Printed { advice: &advice, outcome: &outcome })?;
    } else {
        output::result(&of_program(&request.title(), &advice, &outcome))?;
    }
    output::reports(&outcome, &arguments.report)?;
    Ok(Verdict::Yes)
}

/// The advice with everything that was measured for it.
#[derive(Serialize)]
struct Printed<'a, A> {
    #[serde(flatten)]
    advice: &'a A,
    outcome: &'a Outcome,
}

/// An endpoint of the source by its name, or that of a file.
fn endpoint(opened: &Opened, named: &Path) -> Result<Endpoint> {
    let known = opened.endpoints.iter().find(|one| named.to_str() == one.endpoint.name.as_deref());
    match known {
        Some(known) => Ok(known.endpoint.clone()),
        None => input::json(named, "plan without strategies"),
    }
}

fn readable(advice: &Advice, outcome: &Outcome) -> String {
    let mut text = format!(
        "{} combinations of strategies predicted; those with the fewest rows for their number of statements:\n",
        format::count(advice.predicted as u64)
    );
    for one in &advice.frontier {
        let _ = writeln!(
            text,
            "  {:>6} statements {:>9} rows   {}",
            format::count(one.statements),
            format::count(one.rows),
            one.name
        );
    }
    let _ = writeln!(text, "{}\n", searched(advice));
    let _ = writeln!(text, "{}\n{}", super::run::readable(outcome), as_fast(advice));
    let recommended = outcome.experiment.variants.get(&advice.recommended);
    let _ = write!(text, "Recommended: {}{}.", advice.recommended, if advice.is_baseline { ", as it is" } else { "" });
    for (path, strategy) in recommended.into_iter().flat_map(|one| &one.strategies) {
        let _ = write!(text, "\n  \"{path}\" = \"{}\"", strategy.name());
    }
    text
}

/// `Measured 23 of 64 combinations in 8.1 s.`
fn searched(advice: &Advice) -> String {
    let of = if advice.space == usize::MAX {
        "more combinations than can be counted".to_owned()
    } else {
        format!("{} combinations", format::count(advice.space as u64))
    };
    format!("Measured {} of {of} in {:.1} s.", format::count(advice.measured as u64), advice.seconds)
}

fn as_fast(advice: &Advice) -> String {
    match advice.as_fast.len() {
        1 => String::new(),
        ties if ties > 3 => {
            format!("{ties} of them tie for fastest; of these, the one with the fewest queries is recommended.")
        }
        _ => format!(
            "These tie for fastest: {}. Of them, the one with the fewest queries is recommended.",
            advice.as_fast.join("; ")
        ),
    }
}

/// The answer first, then the ranking, then the change.
fn of_program(title: &str, advice: &ApplicationAdvice, outcome: &Outcome) -> String {
    let mut text = traced::headline(title, &advice.seen);
    for query in advice.seen.queries.iter().filter(|query| !query.entities.is_empty()) {
        traced::described(&mut text, query);
    }
    if let Some(error) = &advice.seen.error {
        let _ = writeln!(text, "\nAs written it fails: {}", traced::failed(error));
    }
    let _ = writeln!(text, "\n{}", ranking(&rows(outcome)));
    let _ = writeln!(text, "{} {}", searched(&advice.advice), as_fast(&advice.advice));
    for note in outcome.notes.iter().filter(|note| !advice.seen.notices.contains(note)).chain(&advice.seen.notices) {
        let _ = writeln!(text, "{note}");
    }
    if advice.advice.is_baseline {
        let _ = write!(text, "\nIt is best as it is written: nothing is faster.");
        return text;
    }
    for change in &advice.change {
        let _ = write!(text, "\n{}", changed(change));
    }
    text.trim_end().to_owned()
}

/// A variant a line: queries, p50 with its interval, against as written, and whether the answer is the same.
fn ranking(rows: &[Row]) -> String {
    let mut sorted: Vec<&Row> = rows.iter().collect();
    let time = |row: &Row| row.latency.as_ref().map_or(f64::MAX, |latency| latency.p50.value);
    sorted.sort_by(|one, other| time(one).total_cmp(&time(other)));
    let width = sorted.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).clamp(10, 52);
    let mut text = format!("  {:<width$} {:>7}  {:<28} {}\n", "", "queries", "p50 (95 %)", "against as written");
    for row in sorted {
        let queries = row.counts.as_ref().map_or_else(|| format::UNKNOWN.to_owned(), |one| format::count(one.queries));
        let p50 = row.latency.as_ref().map_or_else(
            || format::UNKNOWN.to_owned(),
            |latency| {
                let interval = interval_text(latency.p50.low, latency.p50.high);
                format!("{} ({interval})", format::duration(latency.p50.value))
            },
        );
        let against = match &row.comparison {
            _ if row.is_baseline => String::new(),
            Some(comparison) => comparison.ratio.map_or_else(String::new, |ratio| times(ratio.value)),
            None => String::new(),
        };
        let verdict = if row.is_baseline { "" } else { &row.verdict };
        let _ = writeln!(text, "  {:<width$} {queries:>7}  {p50:<28} {against:<13} {verdict}", row.name);
    }
    text
}

/// `8.0x faster`, as people say it.
fn times(ratio: f64) -> String {
    let said = |factor: f64| if factor >= 9.95 { format!("{factor:.0}×") } else { format!("{factor:.1}×") };
    match ratio {
        ratio if ratio < 0.995 => format!("{} faster", said(1.0 / ratio)),
        ratio if ratio > 1.005 => format!("{} slower", said(ratio)),
        _ => "as fast".to_owned(),
    }
}

/// The change to a file, its options first.
pub(super) fn changed(change: &Change) -> String {
    let mut text = String::new();
    let place = match (&change.file, change.line) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        _ => "the query".to_owned(),
    };
    let function = change.function.as_ref().map_or_else(String::new, |function| format!(" in {function}"));
    if change.options.is_empty() {
        let _ = writeln!(text, "Change {place}{function}: take the options out that load what is not read");
    } else {
        let entity = change.entity.as_deref().unwrap_or("…");
        let _ = writeln!(text, "Change {place}{function} to\n    select({entity}).options({})", change.options);
    }
    if change.needs_unique {
        let _ = writeln!(text, "and call .unique() on its result: a joined collection repeats its owners.");
    }
    if let Some(diff) = &change.diff {
        let _ = writeln!(text, "\n{}", diff.trim_end());
    }
    if let Some(note) = &change.note {
        let _ = writeln!(text, "{note}");
    }
    text
}
