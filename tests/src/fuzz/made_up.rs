//! A made-up database: rows of the right width and kinds with keys from a small range, so that objects find each other,
//! are found again, and refer to each other in circles.

use fetchscope_engine::graph::response::{Arrangement, ResponseShape};
use fetchscope_engine::load::{Fetch, Loaded, Loader, Request, Rows, StatementCache, Step};
use fetchscope_engine::mapping::{ColumnKind, Mapping};
use fetchscope_engine::plan::Program;
use fetchscope_engine::predict::{Survey, predict};
use fetchscope_engine::trace::{Bands, Nanos, StatementTrace};
use fetchscope_engine::value::Value;
use std::sync::Arc;

/// Statements and batches that are answered; a request that goes on is dropped there, as a cancelled one is.
const STEPS: usize = 4_000;

/// What a response may take.
const RESPONSE_BYTES: usize = 1 << 20;

/// Goes through a request of a program to its response, and through its prediction.
pub(super) fn serve(program: Program) {
    let program = Arc::new(program);
    let survey = Arc::new(Survey::program(&program));
    let surveyed = answer(&survey).and_then(|(loaded, statements)| Survey::of(&survey, loaded, &statements));
    if let Some(surveyed) = surveyed {
        let prediction = predict(&program, &surveyed);
        assert_eq!(prediction.statements, prediction.terms.iter().map(|term| term.statements).sum::<u64>());
    }
    let Some((loaded, _)) = answer(&program) else { return };
    let (Some(roots), None) = (&loaded.roots, &loaded.error) else { return };
    let shape = ResponseShape::of(&program);
    let Ok(response) = shape.write_while(&loaded.graph, roots, Arrangement::AsReturned, RESPONSE_BYTES, &|| true)
    else {
        return;
    };
    let canonical = shape.write(&loaded.graph, roots, Arrangement::Canonical);
    assert_eq!(canonical.len(), response.len(), "the same objects in another order");
    let read: Result<serde::de::IgnoredAny, _> = serde_json::from_slice(&response);
    assert!(read.is_ok_and(|_| response.starts_with(b"[")), "a response is a JSON array");
}

/// Answers a request until it is done; `None` where it asks for more than is answered.
fn answer(program: &Arc<Program>) -> Option<(Loaded, Vec<StatementTrace>)> {
    let mut loader = Loader::new(program.clone(), Arc::new(StatementCache::default()));
    let mut chance = Chance(0);
    let mut statements: Vec<StatementTrace> = Vec::new();
    let mut open: Vec<Request> = Vec::new();
    for _ in 0..STEPS {
        match loader.step().expect("every question was answered") {
            Step::Query(request) => {
                assert!(!request.sql.is_empty());
                let rows = chance.rows(&mut loader, &request, wanted(request.fetch), &program.mapping);
                statements.push(trace(&request, rows.len() as u64));
                let full = matches!(request.fetch, Fetch::Batch(size) if rows.len() == size as usize);
                open.extend(full.then_some(request));
                loader.answer(rows);
            }
            Step::Fetch(more) => {
                let request = open.last().expect("more rows are only asked of a statement that had enough").clone();
                let rows = chance.rows(&mut loader, &request, more, &program.mapping);
                if rows.len() < more as usize {
                    open.pop();
                }
                loader.answer(rows);
            }
            Step::Commit | Step::Close | Step::Pause => {}
            Step::Done(loaded) => return Some((*loaded, statements)),
        }
    }
    None
}

fn wanted(fetch: Fetch) -> u32 {
    match fetch {
        Fetch::All => u32::MAX,
        Fetch::Batch(size) => size,
        Fetch::Nothing => 0,
    }
}

fn trace(request: &Request, rows: u64) -> StatementTrace {
    StatementTrace {
        n: 0,
        phase: request.phase,
        path: request.path.clone(),
        sql: "".into(),
        params: Vec::new(),
        rows,
        bytes: 0,
        started_ns: Nanos(0),
        times_ns: Bands::default(),
        objects_before: 0,
    }
}

/// The same sequence every time: SplitMix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// A few rows; once in a while so many that they take several batches.
    fn rows(&mut self, loader: &mut Loader, request: &Request, wanted: u32, mapping: &Mapping) -> Rows {
        let count = if self.below(100) == 0 { 300 } else { self.below(7) as u32 };
        let mut rows = loader.empty_rows(request.kinds.len());
        let nested = request.sql.contains("json_object(");
        for _ in 0..count.min(wanted) {
            for kind in request.kinds.iter() {
                let value = self.value(*kind, nested.then_some(mapping));
                rows.values.push(value.as_ref());
            }
        }
        rows
    }

    fn value(&mut self, kind: ColumnKind, nested_of: Option<&Mapping>) -> Value {
        let whole = self.below(5) as i64;
        match (kind, self.below(12)) {
            (_, 0) => Value::Null,
            (ColumnKind::Plain, 1) => Value::from("é"),
            (ColumnKind::Plain, 2..5) if nested_of.is_some() => {
                let json = nested_of.map(|mapping| self.json(mapping, 3)).unwrap_or_default();
                Value::from(json.to_string().as_str())
            }
            (ColumnKind::Plain, _) => Value::Integer(whole),
            (ColumnKind::Boolean, _) => Value::Boolean(whole > 2),
            (ColumnKind::DateTime, _) => Value::from("2024-02-29 12:00:00.000000"),
            (ColumnKind::Numeric, 1..4) => Value::Integer(whole),
            (ColumnKind::Numeric, _) => Value::Real(whole as f64 / 8.0),
            (ColumnKind::Bytes, _) => Value::Blob([whole as u8].into()),
        }
    }

    /// Objects with every name of the mapping, as a nested value might have them.
    fn json(&mut self, mapping: &Mapping, depth: u32) -> serde_json::Value {
        let object = |chance: &mut Chance| {
            let mut fields = serde_json::Map::new();
            for (_, entity) in mapping.entities().take(8) {
                for column in entity.columns.iter().take(16) {
                    fields.insert(column.name.to_string(), chance.below(5).into());
                }
                for relationship in entity.relationships.iter().take(8).filter(|_| depth > 0) {
                    if chance.below(6) == 0 {
                        fields.insert(relationship.name.to_string(), chance.json(mapping, depth - 1));
                    }
                }
            }
            serde_json::Value::Object(fields)
        };
        match self.below(4) {
            0 => object(self),
            count => (0..count).map(|_| object(self)).collect(),
        }
    }
}
