//! `fetchscope endpoints`: every route of an application, and what one request of it does.

use super::Verdict;
use super::traced;
use crate::application::ProgramArguments;
use crate::{output, progress};
use anyhow::Result;
use clap::Args;
use fetchscope_app::Paths;
use fetchscope_app::application::{self, Endpoint, Failed};
use fetchscope_app::error::AppError;
use fetchscope_app::python::Python;
use fetchscope_report::format;
use serde::Serialize;
use std::fmt::Write;

#[derive(Debug, Args)]
pub(crate) struct Endpoints {
    #[command(flatten)]
    program: ProgramArguments,
    /// Print them as JSON
    #[arg(long)]
    json: bool,
}

/// Lists the routes; each GET that needs no parameter is sent once.
pub(crate) fn run(arguments: &Endpoints) -> Result<Verdict> {
    let cancel = progress::cancel_on_interrupt()?;
    if arguments.program.app.is_none() {
        return Err(AppError::Input(
            "name your application: --app app.main:app, or --app sample:citizenapp".to_owned(),
        )
        .into());
    }
    let paths = Paths::standard();
    let python = Python { paths: &paths, chosen: arguments.program.python.as_deref() };
    let wanted = arguments.program.application();
    let mut program = application::open(&wanted, None, &python, &mut progress::rows(), &cancel)?;
    let headers = arguments.program.headers()?;
    let endpoints = program.endpoints(&headers, &mut |_| {}, &cancel)?;
    if arguments.json {
        let endpoints: Vec<Printed<'_>> = endpoints.iter().map(Printed::of).collect();
        output::json(&endpoints)?;
    } else {
        output::result(&readable(&endpoints))?;
    }
    Ok(Verdict::Yes)
}

/// An endpoint as JSON has it: without the statements and the answer, which `trace` prints.
#[derive(Serialize)]
struct Printed<'a> {
    method: &'a str,
    path: &'a str,
    origin: &'a Option<fetchscope_experiment::outcome::Origin>,
    needs: &'a [String],
    skipped: Option<&'a str>,
    status: Option<u16>,
    query_count: Option<u64>,
    row_count: Option<u64>,
    body_bytes: Option<u64>,
    elapsed_ns: Option<u64>,
    error: Option<&'a Failed>,
    findings: Vec<traced::Finding>,
    notices: &'a [String],
}

impl<'a> Printed<'a> {
    fn of(endpoint: &'a Endpoint) -> Printed<'a> {
        let seen = endpoint.seen.as_ref();
        Printed {
            method: &endpoint.route.method,
            path: &endpoint.route.path,
            origin: &endpoint.route.origin,
            needs: &endpoint.route.needs,
            skipped: endpoint.skipped.as_deref(),
            status: seen.and_then(|seen| seen.status),
            query_count: seen.map(|seen| seen.query_count),
            row_count: seen.map(|seen| seen.row_count),
            body_bytes: seen.map(|seen| seen.body_bytes),
            elapsed_ns: seen.map(|seen| seen.elapsed_ns.0),
            error: seen.and_then(|seen| seen.error.as_ref()),
            findings: seen.map(traced::findings).unwrap_or_default(),
            notices: seen.map_or(&[], |seen| &seen.notices),
        }
    }
}

fn readable(endpoints: &[Endpoint]) -> String {
    if endpoints.is_empty() {
        return "The application has no routes.".to_owned();
    }
    let mut text = String::new();
    let width = endpoints.iter().map(|one| one.route.path.chars().count()).max().unwrap_or(0).clamp(8, 40);
    for endpoint in endpoints {
        let route = &endpoint.route;
        let _ = write!(text, "{:<6} {:<width$}  ", route.method, route.path);
        match (&endpoint.seen, &endpoint.skipped) {
            (Some(seen), _) => {
                let _ = writeln!(
                    text,
                    "{}  {}, {}, {}",
                    seen.status.map_or_else(String::new, |status| status.to_string()),
                    traced::counted(seen.query_count, "query", "queries"),
                    traced::counted(seen.row_count, "row", "rows"),
                    format::duration(seen.elapsed_ns.0 as f64)
                );
                if let Some(error) = &seen.error {
                    let _ = writeln!(text, "       {}", traced::failed(error));
                }
                for finding in traced::findings(seen) {
                    let _ = writeln!(text, "       {}", finding.text);
                }
            }
            (None, Some(why)) => {
                let _ = writeln!(text, "     not sent: {why}");
            }
            (None, None) => text.push('\n'),
        }
    }
    text.trim_end().to_owned()
}
