//! The queries of an application's endpoint, from the same blocks as in the other formats.

use crate::document::{Block, Grid, queries};
use fetchscope_experiment::outcome::Outcome;
use maud::{Markup, html};

pub(super) fn section(outcome: &Outcome) -> Markup {
    html! {
        @if let Some(application) = &outcome.application {
            section {
                h2 { (queries::TITLE) }
                @for block in queries::blocks(application) { (rendered(&block)) }
            }
        }
    }
}

fn rendered(block: &Block<'_>) -> Markup {
    html! {
        @match block {
            Block::Words(text) => { p { (text) } }
            Block::Aside(text) => { p.aside { (text) } }
            Block::Bad(text) => { p.bad { (text) } }
            Block::Heading(text) => { h3 { (text) } }
            Block::List(lines) => { ul { @for line in lines { li { (line) } } } }
            Block::Grid(grid) => { (table(grid)) }
            Block::Code { text, .. } => { pre { code { (text) } } }
            // None of them is among these blocks.
            Block::Figures(_) | Block::Facts(_) => {}
        }
    }
}

fn table(grid: &Grid) -> Markup {
    html! {
        div.scroll {
            table {
                caption { (grid.caption) }
                thead { tr { @for column in &grid.columns { th scope="col" { (column.name) } } } }
                tbody {
                    @for row in &grid.rows {
                        tr {
                            @for (index, cell) in row.iter().enumerate() {
                                @if index == 0 { th scope="row" { (cell.text) } }
                                @else { td.words[grid.columns.get(index).is_some_and(|column| column.words)].bad[cell.bad] { (cell.text) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
