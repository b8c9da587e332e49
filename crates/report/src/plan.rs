//! How a server ran a statement, in words.

use crate::format;
use fetchscope_engine::trace::Nanos;
use fetchscope_experiment::outcome::{Explained, PlanStep};
use std::fmt::Write;

/// A step a line, each indented below the one it gives its rows to; planning and execution at the end.
#[must_use]
pub fn lines(explained: &Explained) -> Vec<String> {
    let mut lines = Vec::new();
    step(&explained.root, 0, &mut lines);
    lines.push(times(explained));
    lines
}

/// `planning 0.3 ms, execution 1.2 ms`
#[must_use]
pub fn times(explained: &Explained) -> String {
    let time = |what: &str, time: Option<Nanos>| time.map(|time| format!("{what} {}", format::duration(time.0 as f64)));
    let times = [
        time("planning", explained.planning),
        time("compiling", explained.compiling),
        time("execution", explained.execution),
    ];
    times.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// `Hash Join Left`, `Index Scan on users u using users_pkey`
#[must_use]
pub fn named(step: &PlanStep) -> String {
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
#[must_use]
pub fn average(rows: f64) -> String {
    if rows.fract() == 0.0 { format::count(rows as u64) } else { format::number(rows) }
}

fn step(step: &PlanStep, depth: usize, lines: &mut Vec<String>) {
    let mut line = "  ".repeat(depth);
    line.push_str(&named(step));
    let rows = step.rows.map_or_else(
        || "never run".to_owned(),
        |rows| format!("{} {}", average(rows), if rows == 1.0 { "row" } else { "rows" }),
    );
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
