//! One request, as the window shows it, with what changed since the last one of the same variant.

use crate::wire::{OrmErrorView, Quantity, StatementView, TraceView};
use fetchscope_drivers::request::{Prepared, Served};
use fetchscope_engine::graph::response;
use fetchscope_engine::trace::{Nanos, Phase, StatementTrace};
use fetchscope_report::{format, sql};
use std::collections::HashSet;

/// Statements shown one by one; a lazy plan can send a hundred thousand.
const STATEMENTS: usize = 500;

/// Roots shown of a response.
const ROOTS: usize = 20;

/// Parameters shown of a statement.
const PARAMS: usize = 40;

/// What is remembered of a trace.
#[derive(Debug)]
pub(super) struct LastTrace {
    /// Source and endpoint: traces of another one are not compared.
    pub(super) context: String,
    queries: u64,
    rows: u64,
    statements: HashSet<String>,
}

/// The view of a request, and what to remember of it.
pub(super) fn view(
    variant: &str,
    context: String,
    prepared: &Prepared,
    served: &Served,
    last: Option<&LastTrace>,
) -> (TraceView, LastTrace) {
    let shown = &served.statements[..served.statements.len().min(STATEMENTS)];
    let excerpt = prepared.excerpt(&served.loaded, ROOTS);
    let (response, left_out) = excerpt.map_or((None, 0), |(bytes, left_out)| (Some(indented(&bytes)), left_out));
    let view = TraceView {
        variant: variant.to_owned(),
        query_count: count(served.query_count),
        round_trips: count(served.round_trips),
        row_count: count(served.row_count),
        byte_count: Quantity { value: served.byte_count as f64, text: format::bytes(served.byte_count) },
        root_count: served.loaded.roots.as_ref().map(|roots| count(roots.len() as u64)),
        elapsed: time(served.elapsed),
        error: served.loaded.error.as_ref().map(|error| OrmErrorView {
            name: error.type_name.name().to_owned(),
            path: error.path.clone(),
            message: error.message.clone(),
        }),
        statements: shown.iter().map(|one| statement(one, last)).collect(),
        statements_left_out: u32::try_from(served.statements.len() - shown.len()).unwrap_or(u32::MAX),
        delta: last.map(|last| {
            format!(
                "{} statements, {} rows",
                signed(served.query_count, last.queries),
                signed(served.row_count, last.rows)
            )
        }),
        response,
        response_left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
        hash: prepared.canonical(&served.loaded, &|| true).ok().flatten().as_deref().map(response::hash),
    };
    let seen = LastTrace {
        context,
        queries: served.query_count,
        rows: served.row_count,
        statements: served.statements.iter().map(|one| one.sql.clone()).collect(),
    };
    (view, seen)
}

fn statement(one: &StatementTrace, last: Option<&LastTrace>) -> StatementView {
    let times = one.times_ns;
    StatementView {
        n: one.n,
        phase: match one.phase {
            Phase::Before => "before",
            Phase::Load => "load",
            Phase::Walk => "walk",
        }
        .to_owned(),
        path: one.path.clone(),
        sql: sql::pretty(&one.sql),
        params: params(&one.params),
        rows: count(one.rows),
        bytes: Quantity { value: one.bytes as f64, text: format::bytes(one.bytes) },
        start_ns: one.started_ns.0 as f64,
        round_trip: time(times.round_trip),
        database: time(times.execute + times.fetch),
        client: time(times.decode + times.hydrate),
        changed: last.is_some_and(|last| !last.statements.contains(&one.sql)),
    }
}

fn params(params: &[serde_json::Value]) -> String {
    let shown: Vec<String> = params.iter().take(PARAMS).map(serde_json::Value::to_string).collect();
    match params.len().saturating_sub(PARAMS) {
        0 => format!("[{}]", shown.join(", ")),
        more => format!("[{}, … {more} more]", shown.join(", ")),
    }
}

fn count(number: u64) -> Quantity {
    Quantity { value: number as f64, text: format::count(number) }
}

fn time(nanos: Nanos) -> Quantity {
    Quantity { value: nanos.0 as f64, text: format::duration(nanos.0 as f64) }
}

/// With its sign: `+100`, `−2`, `+0`.
fn signed(now: u64, before: u64) -> String {
    if now >= before {
        format!("+{}", format::count(now - before))
    } else {
        format!("−{}", format::count(before - now))
    }
}

fn indented(response: &[u8]) -> String {
    serde_json::from_slice::<serde_json::Value>(response)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| String::from_utf8_lossy(response).into_owned())
}
