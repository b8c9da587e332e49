//! Every distinct statement of every variant, for reading.

use super::Block;
use crate::format;
use crate::plan;
use crate::rows::Row;
use crate::sql;
use fetchscope_experiment::outcome::{Outcome, StatementShape};

/// The line of an application that caused it: ` · app/routes.py:82 list_users`.
pub(crate) fn origin(shape: &StatementShape) -> String {
    shape.origin.as_ref().map_or_else(String::new, |origin| format!(" · {origin} {}", origin.function))
}

pub(super) fn blocks<'a>(outcome: &Outcome, rows: &[Row]) -> Vec<Block<'a>> {
    let mut blocks = Vec::new();
    for (row, measured) in rows.iter().zip(&outcome.variants) {
        blocks.push(Block::Heading(row.label()));
        for shape in &measured.statements {
            let in_all = if shape.times > 1 { " in all" } else { "" };
            let said = if shape.rows == 1 { "row" } else { "rows" };
            blocks.push(Block::Aside(format!(
                "{} · {} · {}× · {} {said}{in_all}{}",
                shape.phase.name(),
                shape.path.as_deref().unwrap_or("root"),
                format::count(shape.times),
                format::count(shape.rows),
                origin(shape),
            )));
            blocks.push(Block::Code { language: "sql", text: sql::pretty(&shape.sql) });
            if let Some(plan) = &shape.plan {
                blocks.push(Block::Aside("How the server ran it:".to_owned()));
                blocks.push(Block::Code { language: "text", text: plan::lines(plan).join("\n") });
            }
        }
        if measured.statements.is_empty() {
            blocks.push(Block::Aside(format!("{} no statement was recorded", format::UNKNOWN)));
        }
    }
    blocks
}
