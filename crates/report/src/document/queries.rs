//! The queries of an application's endpoint: the line that sends each, how its paths are loaded, and which are read.

use super::Block;
use super::grids::{self, Cell, Grid};
use crate::format;
use fetchscope_experiment::outcome::{ApplicationOutcome, PathTrace, QueryTrace};

/// What the section is called.
pub(crate) const TITLE: &str = "Queries of the endpoint";

/// What is known of the endpoint as it is written.
pub(crate) fn blocks<'a>(application: &ApplicationOutcome) -> Vec<Block<'a>> {
    let mut blocks = vec![Block::Words(sentence(application))];
    for query in &application.queries {
        blocks.push(Block::Heading(heading(query)));
        match query.paths.is_empty() {
            true => blocks.push(Block::Aside("It loads no relationship.".to_owned())),
            false => blocks.push(Block::Grid(grid(query))),
        }
    }
    let unique = application.needs_unique.iter().map(|(variant, queries)| {
        let numbers: Vec<String> = queries.iter().map(u32::to_string).collect();
        let which = if numbers.len() == 1 { "query" } else { "queries" };
        format!("{variant} needs .unique() on the result of {which} {} in your code.", numbers.join(", "))
    });
    let unique: Vec<String> = unique.collect();
    if !unique.is_empty() {
        blocks.push(Block::List(unique));
    }
    blocks
}

/// How it answers, in a sentence or two.
fn sentence(application: &ApplicationOutcome) -> String {
    let status = application.status.map_or_else(|| "an answer".to_owned(), |status| format!("status {status}"));
    let mut said = format!("As written it gives {status} with {}", format::bytes(application.body_bytes));
    if let Some(peak) = application.peak_bytes {
        said.push_str(&format!(", and Python holds {} at most for one request", format::bytes(peak)));
    }
    said.push('.');
    if let Some(failure) = &application.failure {
        said.push_str(&format!(" It fails with {failure}."));
    }
    said
}

/// `1. app/routes.py:82 list_users: select(User)`.
fn heading(query: &QueryTrace) -> String {
    let place = query
        .origin
        .as_ref()
        .map_or_else(|| "no line of your code".to_owned(), |origin| format!("{origin} {}", origin.function));
    let what =
        if query.entities.is_empty() { "values".to_owned() } else { format!("select({})", query.entities.join(", ")) };
    let times = if query.sent > 1 { format!(", sent {} times", format::count(query.sent)) } else { String::new() };
    format!("{}. {place}: {what}{times}", query.n)
}

fn grid(query: &QueryTrace) -> Grid {
    let caption = "How each path is loaded as written, who says so, and what the answer reads of it.".to_owned();
    let rows = query.paths.iter().map(|path| {
        let texts = [
            path.path.clone(),
            if path.strategy == "select" { "lazy".to_owned() } else { path.strategy.clone() },
            path.written_by.clone(),
            read(path),
            format::count(path.statements),
            format::count(path.rows),
        ];
        texts.into_iter().map(|text| Cell { text, ..Cell::default() }).collect()
    });
    let columns = grids::headed(
        "path",
        &[("loaded", true), ("written by", true), ("read", true), ("queries", false), ("rows", false)],
    );
    Grid { caption, columns, rows: rows.collect() }
}

fn read(path: &PathTrace) -> String {
    match (path.unread, path.reads) {
        (true, _) => "not read".to_owned(),
        (false, 0) => "no read seen".to_owned(),
        (false, 1) => "once".to_owned(),
        (false, reads) => format!("{} times", format::count(reads)),
    }
}
