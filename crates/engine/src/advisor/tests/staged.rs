//! A stage for rules: desks with two collections each, drawers and lamps, loaded by the real loaders from rows in memory.

use crate::advisor::evidence::Evidence;
use crate::load::{Fetch, Loader, Request, Rows, Step};
use crate::mapping::Mapping;
use crate::plan::Program;
use crate::sql::Dialect;
use crate::trace::{Bands, Nanos, StatementTrace};
use crate::value::{Value, Values};
use serde_json::json;
use std::ops::Range;
use std::sync::Arc;

/// The evidence of one request for so many desks, with so many drawers and lamps each, loaded like this.
pub(in crate::advisor) fn evidence(desks: i64, each: [i64; 2], strategies: [&str; 2]) -> Evidence {
    let related = |name: &str, target: &str| json!({"name": name, "kind": "one_to_many", "target": target, "pairs": [["id", "desk_id"]]});
    let part = |name: &str, table: &str| {
        json!({"name": name, "table": table, "columns": [{"name": "id", "type": "integer", "pk": true},
               {"name": "desk_id", "type": "integer"}, {"name": "label", "type": "string(20)"}]})
    };
    let mapping = json!({"name": "office", "entities": [
        {"name": "Desk", "table": "desk", "columns": [{"name": "id", "type": "integer", "pk": true}],
         "relationships": [related("drawers", "Drawer"), related("lamps", "Lamp")]},
        part("Drawer", "drawer"), part("Lamp", "lamp")]});
    let [drawers, lamps] = strategies;
    let plan = json!({"root": "Desk", "relationships": [
        {"name": "drawers", "strategy": drawers}, {"name": "lamps", "strategy": lamps}]});
    let mapping = Arc::new(Mapping::check(&serde_json::from_value(mapping).unwrap()).unwrap());
    let program = Arc::new(Program::resolve(mapping, &serde_json::from_value(plan).unwrap(), Dialect::Sqlite).unwrap());
    let mut loader = Loader::new(program.clone(), Arc::default());
    let mut statements = Vec::new();
    // What is left of statements that are read in batches, the innermost last.
    let mut open: Vec<Rows> = Vec::new();
    loop {
        match loader.step().unwrap() {
            Step::Query(request) => {
                let rows = answer(&request, desks, each);
                statements.push(trace(&request, &rows, statements.len()));
                match request.fetch {
                    Fetch::Batch(n) => {
                        open.push(rows);
                        loader.answer(batch(&mut open, n));
                    }
                    Fetch::All | Fetch::Nothing => loader.answer(rows),
                }
            }
            Step::Fetch(n) => loader.answer(batch(&mut open, n)),
            Step::Done(loaded) => return Evidence::of_request(&program, &loaded, &statements),
            Step::Commit | Step::Close | Step::Pause => {}
        }
    }
}

/// The next rows of the innermost open statement; it is closed when there are fewer.
fn batch(open: &mut Vec<Rows>, n: u32) -> Rows {
    let Rows { width, values } = open.pop().unwrap();
    let cut = values.len().min(n as usize * width);
    let part = |range: Range<usize>| Rows { width, values: range.map(|at| values.get(at).to_value()).collect() };
    if cut == n as usize * width {
        open.push(part(cut..values.len()));
    }
    part(0..cut)
}

/// The rows of any statement these strategies send: who is on stage follows from its tables and parameters.
fn answer(request: &Request, desks: i64, [drawers, lamps]: [i64; 2]) -> Rows {
    let (columns, from) = request.sql.split_once(" \nFROM ").unwrap();
    let columns: Vec<&str> = columns.strip_prefix("SELECT ").unwrap().split(", ").collect();
    let parts = |table: &str, each: i64| if from.contains(table) { 0..each } else { 0..1 };
    let mut values = Values::default();
    let asked = |desk: &i64| request.params.is_empty() || request.params.contains(&Value::Integer(*desk));
    for desk in (1..=desks).filter(asked) {
        for drawer in parts("drawer", drawers) {
            for lamp in parts("lamp", lamps) {
                for column in &columns {
                    let (table, name) = column.split(" AS ").next().unwrap().split_once('.').unwrap();
                    let number = if table.starts_with("drawer") { drawer } else { lamp };
                    let value = match (table.starts_with("desk"), name) {
                        (true, "id") | (false, "desk_id") => Value::Integer(desk),
                        (false, "id") => Value::Integer(desk * 1000 + number),
                        _ => Value::from("as it is called"),
                    };
                    values.push(value.as_ref());
                }
            }
        }
    }
    Rows { width: columns.len(), values }
}

fn trace(request: &Request, rows: &Rows, sent: usize) -> StatementTrace {
    StatementTrace {
        n: sent as u32 + 1,
        phase: request.phase,
        path: request.path.clone(),
        sql: request.sql.clone(),
        params: Vec::new(),
        rows: rows.len() as u64,
        bytes: rows.values.byte_count(),
        started_ns: Nanos(0),
        times_ns: Bands::default(),
        objects_before: 0,
    }
}
