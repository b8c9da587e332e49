//! A request of an application, for people: `fetchscope trace --app`.

use super::Verdict;
use crate::application::RequestArguments;
use crate::{output, progress};
use anyhow::Result;
use fetchscope_app::Paths;
use fetchscope_app::application;
use fetchscope_app::application::{Failed, Overrides, PathTrace, QueryTrace, RequestTrace, SentStatement};
use fetchscope_app::python::Python;
use fetchscope_experiment::outcome::Origin;
use fetchscope_report::{format, sql};
use serde::Serialize;
use std::fmt::Write;

/// Distinct statements that are shown without `--json`.
const SHOWN: usize = 12;

/// Lazy loads of one path from which they are reported.
const MANY: u64 = 3;

/// Sends the request and prints what it did.
pub(super) fn run(arguments: &RequestArguments, json: bool) -> Result<Verdict> {
    let cancel = progress::cancel_on_interrupt()?;
    let request = arguments.request()?;
    let paths = Paths::standard();
    let python = Python { paths: &paths, chosen: arguments.program.python.as_deref() };
    let wanted = arguments.program.application();
    let mut program = application::open(&wanted, arguments.call.as_deref(), &python, &mut progress::rows(), &cancel)?;
    let seen = program.trace(&request, &Overrides::new(), true, &cancel)?;
    if json {
        output::json(&seen)?;
    } else {
        output::result(&readable(&request.title(), &seen))?;
    }
    Ok(Verdict::Yes)
}

/// Something that stands out, with the line it comes from.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    /// The query.
    query: u32,
    /// The path.
    path: String,
    /// The line that sends the query.
    origin: Option<Origin>,
    /// In a sentence.
    pub(super) text: String,
}

/// What stands out in a request: many statements for one path, and what is loaded and not read.
pub(super) fn findings(seen: &RequestTrace) -> Vec<Finding> {
    let mut found = Vec::new();
    for query in &seen.queries {
        let place = query.origin.as_ref().map(|origin| format!("{origin} ")).unwrap_or_default();
        let mut tell = |path: &str, text: String| {
            let text = format!("{place}{text}");
            found.push(Finding { query: query.n, path: path.to_owned(), origin: query.origin.clone(), text });
        };
        for path in &query.paths {
            if path.unread {
                tell(&path.path, format!("{} is loaded ({}) and not read", path.path, path.strategy));
            } else if path.statements >= MANY && path.strategy != "selectin" {
                let queries = format::count(path.statements);
                tell(&path.path, format!("{} takes {queries} queries ({})", path.path, shown(&path.strategy)));
            }
        }
        let columns = seen.statements.iter().filter(|one| one.kind == "column" && one.query == Some(query.n)).count();
        if columns as u64 >= MANY {
            let entity = query.entity.as_deref().unwrap_or("objects");
            tell(entity, format!("columns of {entity} take {} queries of their own", format::count(columns as u64)));
        }
        if query.sent >= MANY {
            let entity = query.entity.as_deref().unwrap_or("values");
            tell(entity, format!("the query for {entity} is sent {} times", format::count(query.sent)));
        }
    }
    found
}

/// The request for people.
pub(super) fn readable(title: &str, seen: &RequestTrace) -> String {
    let mut text = headline(title, seen);
    for query in &seen.queries {
        described(&mut text, query);
    }
    if let Some(error) = &seen.error {
        let _ = writeln!(text, "\n{}", failed(error));
    }
    for finding in findings(seen) {
        let _ = writeln!(text, "\n{}", finding.text);
    }
    for notice in &seen.notices {
        let _ = writeln!(text, "\n{notice}");
    }
    statements(&mut text, &seen.statements);
    text.trim_end().to_owned()
}

/// `GET /users?limit=50   200, 9.3 kB: 86 queries, 86 rows, 41 ms`.
pub(super) fn headline(title: &str, seen: &RequestTrace) -> String {
    let status = seen.status.map_or_else(String::new, |status| format!("{status}, "));
    let peak = seen.peak_bytes.map_or_else(String::new, |peak| format!(", {} of memory", format::bytes(peak)));
    format!(
        "{title}   {status}{}, as written: {}, {}, {}{peak}\n",
        format::bytes(seen.body_bytes),
        counted(seen.query_count, "query", "queries"),
        counted(seen.row_count, "row", "rows"),
        format::duration(seen.elapsed_ns.0 as f64)
    )
}

/// A query with its paths, a line each.
pub(super) fn described(text: &mut String, query: &QueryTrace) {
    let place = query
        .origin
        .as_ref()
        .map_or_else(|| "  (no line of your code)".to_owned(), |origin| format!("  {origin} {}", origin.function));
    let what =
        if query.entities.is_empty() { "values".to_owned() } else { format!("select({})", query.entities.join(", ")) };
    let times = if query.sent > 1 { format!(", sent {} times", query.sent) } else { String::new() };
    let _ = writeln!(text, "{place}   {}/ {what}{times}", query.n);
    let width = query.paths.iter().map(|path| path.path.chars().count()).max().unwrap_or(0);
    for path in &query.paths {
        let _ = writeln!(text, "    {}", described_path(path, width));
    }
}

fn described_path(path: &PathTrace, width: usize) -> String {
    let strategy = match path.written_by.as_str() {
        "default" => shown(&path.strategy).to_owned(),
        by => format!("{} ({by})", shown(&path.strategy)),
    };
    let read = match (path.unread, path.reads) {
        (true, _) => "not read".to_owned(),
        (false, 0) => "no read seen".to_owned(),
        (false, 1) => "read once".to_owned(),
        (false, reads) => format!("read {} times", format::count(reads)),
    };
    let queries = if path.statements == 0 { String::new() } else { counted(path.statements, "query", "queries") };
    format!("{:<width$}   {strategy:<22} {read:<18} {queries}", path.path).trim_end().to_owned()
}

fn shown(strategy: &str) -> &str {
    if strategy == "select" { "lazy" } else { strategy }
}

/// What a request failed with, and where.
pub(super) fn failed(error: &Failed) -> String {
    let at = error.path.as_ref().map_or_else(String::new, |path| format!(" at {path}"));
    let place = error.origin.as_ref().map_or_else(String::new, |origin| format!(" ({origin} {})", origin.function));
    format!("{}{at}{place}: {}", error.type_name, error.message)
}

/// `1 query`, `2 queries`.
pub(super) fn counted(n: u64, one: &str, several: &str) -> String {
    format!("{} {}", format::count(n), if n == 1 { one } else { several })
}

/// Every distinct statement, in the order of first use.
fn statements(text: &mut String, all: &[SentStatement]) {
    let mut distinct: Vec<(&SentStatement, u64, u64)> = Vec::new();
    for one in all {
        let same = |(known, _, _): &&mut (&SentStatement, u64, u64)| {
            known.sql == one.sql && known.kind == one.kind && known.path == one.path && known.query == one.query
        };
        match distinct.iter_mut().find(same) {
            Some((_, times, rows)) => {
                *times += 1;
                *rows += one.rows;
            }
            None => distinct.push((one, 1, one.rows)),
        }
    }
    for (one, times, rows) in distinct.iter().take(SHOWN) {
        let times = if *times == 1 { String::new() } else { format!("{} times, ", format::count(*times)) };
        let path = one.path.as_ref().map_or_else(String::new, |path| format!(" {path}"));
        let rows = counted(*rows, "row", "rows");
        let place = one.origin.as_ref().map_or_else(
            || "sent by the framework, as when a response model reads".to_owned(),
            |origin| format!("{origin} {}", origin.function),
        );
        let _ = writeln!(text, "\n{}{path}: {times}{rows}; {place}", one.kind);
        for line in sql::pretty(&one.sql).lines() {
            let _ = writeln!(text, "    {line}");
        }
    }
    if distinct.len() > SHOWN {
        let _ = writeln!(text, "\n… and {} more distinct statements; --json prints them all", distinct.len() - SHOWN);
    }
}
