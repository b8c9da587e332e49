//! Every distinct statement of every variant, for reading.

use super::variant;
use crate::document::origin;
use crate::format;
use crate::plan;
use crate::rows::Row;
use crate::sql;
use fetchscope_experiment::outcome::{Outcome, StatementShape};
use maud::{Markup, html};

pub(super) fn list(outcome: &Outcome, rows: &[Row]) -> Markup {
    html! {
        section {
            h2 { "Statements of one request" }
            p.aside { "Every distinct statement, in the order of its first use. Long lists of parameters are shortened for reading." }
            @for (row, measured) in rows.iter().zip(&outcome.variants) {
                h3 { (variant(row)) }
                @let strategies = strategies(outcome, &measured.name);
                @if !strategies.is_empty() { p.aside { (strategies) } }
                @for shape in &measured.statements { (statement(shape)) }
                @if measured.statements.is_empty() { p { (format::UNKNOWN) " no statement was recorded" } }
            }
        }
    }
}

fn statement(shape: &StatementShape) -> Markup {
    html! {
        div.statement {
            p.aside {
                (shape.phase.name()) " · " (shape.path.as_deref().unwrap_or("root")) " · "
                b { (format::count(shape.times)) "×" } " · " (plural(shape.rows, "row"))
                @if shape.times > 1 { " in all" }
                (origin(shape))
            }
            pre { code.sql { @for line in sql::pretty(&shape.sql).lines() { (sql_line(line)) } } }
            @if let Some(plan) = &shape.plan {
                details {
                    summary { "How the server ran it: " (plan::times(plan)) }
                    pre { code { @for line in plan::lines(plan) { (line) "\n" } } }
                }
            }
        }
    }
}

fn sql_line(line: &str) -> Markup {
    let clause = line.trim_start();
    let (indent, _) = line.split_at(line.len() - clause.len());
    html! {
        span {
            (indent)
            @match sql::split_clause(clause) {
                Some((keyword, rest)) => { i { (keyword) } (rest) },
                None => (clause),
            }
            "\n"
        }
    }
}

fn strategies(outcome: &Outcome, name: &str) -> String {
    let variant = outcome.experiment.variants.get(name);
    let said = variant.into_iter().flat_map(|variant| &variant.strategies);
    said.map(|(path, strategy)| format!("{path} {}", strategy.name())).collect::<Vec<_>>().join(" · ")
}

fn plural(count: u64, word: &str) -> String {
    format!("{} {word}{}", format::count(count), if count == 1 { "" } else { "s" })
}
