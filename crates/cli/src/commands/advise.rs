//! `fetchscope advise`: which strategies to use for an endpoint.

use super::Verdict;
use crate::arguments::Advise;
use crate::{input, output, progress};
use anyhow::Result;
use fetchscope_app::Paths;
use fetchscope_app::advise::{self, Advice, Load};
use fetchscope_app::python::Python;
use fetchscope_app::source::Opened;
use fetchscope_engine::plan::endpoint::Endpoint;
use fetchscope_experiment::outcome::Outcome;
use fetchscope_report::format;
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;

/// Predicts, measures, recommends.
pub(crate) fn run(arguments: &Advise) -> Result<Verdict> {
    output::check_reports(&arguments.report)?;
    let cancel = progress::cancel_on_interrupt()?;
    let (Some(source), Some(named)) = (&arguments.source, &arguments.endpoint) else {
        return Err(fetchscope_app::error::AppError::Input("not yet".to_owned()).into());
    };
    let mapping = input::mapping(arguments.mapping.as_deref())?;
    let opened = super::open(source, mapping.as_ref(), &cancel)?;
    let endpoint = endpoint(&opened, named)?;
    let load = Load { concurrency: arguments.concurrency, rtt_ms: arguments.rtt_ms, requests: arguments.requests };
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

/// The advice with everything that was measured for it.
#[derive(Serialize)]
struct Printed<'a> {
    #[serde(flatten)]
    advice: &'a Advice,
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
    let _ = writeln!(text, "\n{}\n{}", super::run::readable(outcome), as_fast(advice));
    let recommended = outcome.experiment.variants.get(&advice.recommended);
    let _ = write!(text, "Recommended: {}.", advice.recommended);
    for (path, strategy) in recommended.into_iter().flat_map(|one| &one.strategies) {
        let _ = write!(text, "\n  \"{path}\" = \"{}\"", strategy.name());
    }
    text
}

fn as_fast(advice: &Advice) -> String {
    match advice.as_fast.len() {
        1 => String::new(),
        _ => format!(
            "As fast as each other, as far as the rounds tell: {}. Of these the one with the fewest statements is \
             recommended.",
            advice.as_fast.join("; ")
        ),
    }
}
