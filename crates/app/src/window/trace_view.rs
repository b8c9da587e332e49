//! One request, as the window shows it, with what changed since the last one of the same variant.

use crate::wire::{HeldView, OrmErrorView, Quantity, ShapeView, StatementView, TraceView};
use fetchscope_drivers::request::{Prepared, Served};
use fetchscope_engine::graph::response;
use fetchscope_engine::mapping::EntityId;
use fetchscope_engine::trace::{Nanos, Phase, StatementTrace};
use fetchscope_report::{format, sql};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Statements that come with a trace; a lazy plan can send a hundred thousand, and the others are asked for.
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
    serial: u32,
    queries: u64,
    rows: u64,
    statements: Statements,
}

/// The statements of a request, every text once.
#[derive(Debug, Default)]
struct Statements {
    shapes: Vec<Shape>,
    all: Vec<Sent>,
    /// Their parameters, one after the other.
    params: String,
    built: Built,
}

/// The objects of a session in the order in which they were built.
#[derive(Debug, Default)]
struct Built {
    /// Classes, in the order of their first objects.
    classes: Vec<HeldView>,
    /// For every object, which of the classes it has.
    objects: Vec<u16>,
}

/// The class of an object that was dropped as soon as it was built.
const DROPPED: u16 = u16::MAX;

/// Statements with the same text and cause.
#[derive(Debug)]
struct Shape {
    phase: Phase,
    path: Option<Arc<str>>,
    /// A clause a line.
    sql: String,
    changed: bool,
    /// Index of the first of them.
    first: usize,
    times: u32,
    rows: u64,
    bytes: u64,
}

/// One statement.
#[derive(Debug)]
struct Sent {
    shape: u32,
    /// Where its parameters end among those of all.
    params_end: usize,
    rows: u64,
    bytes: u64,
    /// Objects of the session once its rows were taken in.
    objects_so_far: u32,
    start: Nanos,
    round_trip: Nanos,
    database: Nanos,
    client: Nanos,
}

/// The view of a request, and what to remember of it.
pub(super) fn view(
    variant: &str,
    context: String,
    prepared: &Prepared,
    served: &Served,
    last: Option<&LastTrace>,
) -> (TraceView, LastTrace) {
    let statements = Statements::of(&served.statements, Built::of(prepared, served), last);
    let excerpt = prepared.excerpt(&served.loaded, ROOTS);
    let (response, left_out) = excerpt.map_or((None, 0), |(bytes, left_out)| (Some(indented(&bytes)), left_out));
    let serial = last.map_or(1, |last| last.serial.wrapping_add(1));
    let shown = statements.page(0, STATEMENTS);
    let view = TraceView {
        variant: variant.to_owned(),
        serial,
        query_count: count(served.query_count),
        round_trips: count(served.round_trips),
        row_count: count(served.row_count),
        byte_count: size(served.byte_count),
        root_count: served.loaded.roots.as_ref().map(|roots| count(roots.len() as u64)),
        elapsed: time(served.elapsed),
        error: served.loaded.error.as_ref().map(|error| OrmErrorView {
            name: error.type_name.name().to_owned(),
            path: error.path.clone(),
            message: error.message.clone(),
        }),
        span_ns: statements.all.iter().map(|one| one.end().0).max().unwrap_or(0) as f64,
        held: statements.built.classes.clone(),
        shapes: statements.shapes.iter().map(|shape| statements.shape(shape)).collect(),
        statements_left_out: u32::try_from(statements.all.len() - shown.len()).unwrap_or(u32::MAX),
        statements: shown,
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
    let seen = LastTrace { context, serial, queries: served.query_count, rows: served.row_count, statements };
    (view, seen)
}

impl LastTrace {
    /// So many statements from a position on, which counts from 1; `None` where another request has been made since.
    pub(super) fn page(&self, serial: u32, from: u32, count: u32) -> Option<Vec<StatementView>> {
        let from = (from as usize).saturating_sub(1);
        (serial == self.serial).then(|| self.statements.page(from, count as usize))
    }
}

impl Statements {
    fn of(traced: &[StatementTrace], built: Built, last: Option<&LastTrace>) -> Statements {
        let known: Option<HashSet<&str>> =
            last.map(|last| last.statements.shapes.iter().map(|shape| shape.sql.as_str()).collect());
        let mut found: HashMap<(Phase, Option<&str>, &str), u32> = HashMap::new();
        let (mut shapes, mut all): (Vec<Shape>, Vec<Sent>) = (Vec::new(), Vec::with_capacity(traced.len()));
        let mut params = String::new();
        for (index, one) in traced.iter().enumerate() {
            let shape = *found.entry((one.phase, one.path.as_deref(), &*one.sql)).or_insert_with(|| {
                let sql = sql::pretty(&one.sql);
                let changed = known.as_ref().is_some_and(|known| !known.contains(sql.as_str()));
                let (phase, path) = (one.phase, one.path.clone());
                shapes.push(Shape { phase, path, sql, changed, first: index, times: 0, rows: 0, bytes: 0 });
                shapes.len() as u32 - 1
            });
            let counted = &mut shapes[shape as usize];
            counted.times += 1;
            counted.rows += one.rows;
            counted.bytes += one.bytes;
            let times = one.times_ns;
            write_params(&mut params, &one.params);
            all.push(Sent {
                shape,
                params_end: params.len(),
                rows: one.rows,
                bytes: one.bytes,
                // What it has built is there when the next one is sent.
                objects_so_far: traced.get(index + 1).map_or(u32::MAX, |next| next.objects_before),
                start: one.started_ns,
                round_trip: times.round_trip,
                database: times.execute + times.fetch,
                client: times.decode + times.hydrate,
            });
        }
        params.shrink_to_fit();
        Statements { shapes, all, params, built }
    }

    fn page(&self, from: usize, count: usize) -> Vec<StatementView> {
        let end = from.saturating_add(count).min(self.all.len());
        let mut held = Held::default();
        (from.min(end)..end).map(|index| self.statement_after(&mut held, index)).collect()
    }

    fn statement(&self, index: usize) -> StatementView {
        self.statement_after(&mut Held::default(), index)
    }

    /// A statement, given what the session held at one before it.
    fn statement_after(&self, held: &mut Held, index: usize) -> StatementView {
        let one = &self.all[index];
        held.go_on(self, index);
        let params_start = index.checked_sub(1).map_or(0, |before| self.all[before].params_end);
        let after = format::duration(one.end().0 as f64);
        StatementView {
            n: u32::try_from(index + 1).unwrap_or(u32::MAX),
            shape: one.shape,
            params: self.params[params_start..one.params_end].to_owned(),
            rows: count(one.rows),
            bytes: size(one.bytes),
            start_ns: one.start.0 as f64,
            so_far: format!(
                "{} rows, {} objects after {after}",
                format::count(held.rows),
                format::count(held.of_class.iter().map(|count| u64::from(*count)).sum())
            ),
            held: held.of_class.clone(),
            round_trip: time(one.round_trip),
            database: time(one.database),
            client: time(one.client),
        }
    }

    fn shape(&self, shape: &Shape) -> ShapeView {
        ShapeView {
            phase: shape.phase.name().to_owned(),
            path: shape.path.as_deref().map(str::to_owned),
            sql: shape.sql.clone(),
            changed: shape.changed,
            first: self.statement(shape.first),
            times: shape.times,
            rows: count(shape.rows),
            bytes: size(shape.bytes),
        }
    }
}

impl Built {
    fn of(prepared: &Prepared, served: &Served) -> Built {
        let mapping = &prepared.program().mapping;
        let mut places: HashMap<EntityId, u16> = HashMap::new();
        let mut classes: Vec<HeldView> = Vec::new();
        let objects = served.loaded.graph.built().map(|entity| {
            let Some(entity) = entity else { return DROPPED };
            let place = *places.entry(entity).or_insert_with(|| {
                classes.push(HeldView { entity: mapping.entity(entity).name.to_string(), objects: 0 });
                u16::try_from(classes.len() - 1).unwrap_or(DROPPED)
            });
            if let Some(class) = classes.get_mut(usize::from(place)) {
                class.objects += 1;
            }
            place
        });
        let objects = objects.collect();
        Built { classes, objects }
    }
}

/// What a session holds at some statement.
#[derive(Debug, Default)]
struct Held {
    /// Statements counted.
    statements: usize,
    /// Rows of them.
    rows: u64,
    /// Objects counted.
    objects: usize,
    /// How many of each class.
    of_class: Vec<u32>,
}

impl Held {
    /// Counts on, up to the end of a statement.
    fn go_on(&mut self, sent: &Statements, index: usize) {
        let built = &sent.built;
        let counted = sent.all.get(self.statements..=index).unwrap_or_default();
        self.rows += counted.iter().map(|one| one.rows).sum::<u64>();
        self.statements += counted.len();
        self.of_class.resize(built.classes.len(), 0);
        let until = built.objects.len().min(sent.all[index].objects_so_far as usize);
        for place in built.objects.get(self.objects..until).unwrap_or_default() {
            if let Some(count) = self.of_class.get_mut(usize::from(*place)) {
                *count += 1;
            }
        }
        self.objects = self.objects.max(until);
    }
}

impl Sent {
    fn end(&self) -> Nanos {
        self.start + self.round_trip + self.database + self.client
    }
}

/// Adds the parameters of a statement.
fn write_params(to: &mut String, params: &[serde_json::Value]) {
    let shown: Vec<String> = params.iter().take(PARAMS).map(serde_json::Value::to_string).collect();
    to.push('[');
    to.push_str(&shown.join(", "));
    if let Some(more) = params.len().checked_sub(PARAMS).filter(|more| *more > 0) {
        to.push_str(&format!(", … {more} more"));
    }
    to.push(']');
}

fn count(number: u64) -> Quantity {
    Quantity { value: number as f64, text: format::count(number) }
}

fn size(bytes: u64) -> Quantity {
    Quantity { value: bytes as f64, text: format::bytes(bytes) }
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
