//! How a server runs the statements of a request: each distinct one is run once more under EXPLAIN ANALYZE.

use crate::error::AppError;
use crate::source::Opened;
use fetchscope_drivers::database::Session;
use fetchscope_drivers::error::DatabaseError;
use fetchscope_drivers::postgres::explain::{Explained, PlanStep};
use fetchscope_engine::trace::{Nanos, StatementTrace};
use fetchscope_engine::value::Value;
use fetchscope_report::format;
use serde::Serialize;
use std::collections::HashSet;
use std::fmt::Write;

/// How one statement was run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StatementPlan {
    /// The first statement of the trace with this text.
    pub n: u32,
    /// Its plan, a step a line, each indented below the one it gives its rows to.
    pub lines: Vec<String>,
    /// Tasks that were sent to the shards of a Citus cluster for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard_tasks: Option<u64>,
}

/// The plans of a trace's distinct statements, in the order of their first use.
pub fn plans(opened: &Opened, statements: &[StatementTrace]) -> Result<Vec<StatementPlan>, AppError> {
    let connected = opened.database.connect()?;
    let mut seen = HashSet::new();
    let distinct = statements.iter().filter(|statement| seen.insert(&*statement.sql));
    let plan = |statement: &StatementTrace| {
        let explained = explained(&connected, statement)?;
        Ok(StatementPlan { n: statement.n, shard_tasks: explained.shard_tasks, lines: lines(&explained) })
    };
    distinct.map(plan).collect()
}

/// Runs a statement once more, and says how the server did it.
pub(crate) fn explained(session: &Session, statement: &StatementTrace) -> Result<Explained, AppError> {
    match session {
        Session::Postgres(session) => {
            let params: Vec<Value> = statement.params.iter().map(Value::of_json).collect();
            Ok(session.explain(&statement.sql, &params).map_err(DatabaseError::from)?)
        }
        Session::Sqlite(_) => Err(AppError::Input("only a PostgreSQL server explains its plans".to_owned())),
    }
}

fn lines(explained: &Explained) -> Vec<String> {
    let mut lines = Vec::new();
    step(&explained.root, 0, &mut lines);
    lines.push(times(explained));
    lines
}

/// `planning 0.3 ms, execution 1.2 ms`
pub(crate) fn times(explained: &Explained) -> String {
    let time = |what: &str, time: Option<Nanos>| time.map(|time| format!("{what} {}", format::duration(time.0 as f64)));
    let times = [
        time("planning", explained.planning),
        time("compiling", explained.compiling),
        time("execution", explained.execution),
    ];
    times.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// `Hash Join Left`, `Index Scan on users AS u using users_pkey`
pub(crate) fn named(step: &PlanStep) -> String {
    let mut name = step.kind.clone();
    if let Some(join) = step.join.as_deref().filter(|join| *join != "Inner") {
        let _ = write!(name, " {join}");
    }
    if let Some(relation) = &step.relation {
        let _ = write!(name, " on {relation}");
        if let Some(alias) = step.alias.as_ref().filter(|alias| *alias != relation) {
            let _ = write!(name, " {alias}");
        }
    }
    if let Some(index) = &step.index {
        let _ = write!(name, " using {index}");
    }
    name
}

/// Rows of a loop: a whole number unless several loops had different ones.
pub(crate) fn average(rows: f64) -> String {
    if rows.fract() == 0.0 { format::count(rows as u64) } else { format::number(rows) }
}

fn step(step: &PlanStep, depth: usize, lines: &mut Vec<String>) {
    let mut line = "  ".repeat(depth);
    line.push_str(&named(step));
    let rows = step.rows.map_or_else(|| "never run".to_owned(), |rows| format!("{} rows", average(rows)));
    let _ = write!(line, ": {rows}, {} expected", average(step.expected_rows));
    if step.loops > 1 {
        let _ = write!(line, ", {} times", format::count(step.loops));
    }
    if let Some(time) = step.time {
        let _ = write!(line, ", {}", format::duration(time.0 as f64));
    }
    let blocks = step.buffers.hit + step.buffers.read;
    let _ = write!(line, ", {} {}", format::count(blocks), if blocks == 1 { "block" } else { "blocks" });
    if step.buffers.temp_written > 0 {
        let _ = write!(line, ", {} to temporary files", format::count(step.buffers.temp_written));
    }
    lines.push(line);
    lines.extend(step.conditions.iter().map(|condition| format!("{}  where {condition}", "  ".repeat(depth))));
    step.children.iter().for_each(|child| self::step(child, depth + 1, lines));
}
