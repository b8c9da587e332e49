//! The same requests without a harness: the loaders driven by a loop that binds, steps and answers, and nothing more.

use fetchscope_engine::graph::response::{Arrangement, ResponseShape};
use fetchscope_engine::load::{Fetch, Loaded, Loader, Request, Rows, StatementCache, Step};
use fetchscope_engine::mapping::{ColumnKind, Mapping};
use fetchscope_engine::plan::Program;
use fetchscope_engine::plan::document::PlanDocument;
use fetchscope_engine::sql::Dialect;
use fetchscope_engine::value::{Value, ValueRef};
use rusqlite::types::ValueRef as Raw;
use rusqlite::{Connection, OpenFlags};
use std::collections::VecDeque;
use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

pub(crate) struct Plain {
    program: Arc<Program>,
    statements: Arc<StatementCache>,
    shape: ResponseShape,
    idle: Mutex<Vec<Connection>>,
    freed: Condvar,
}

impl Plain {
    pub(crate) fn new(file: &Path, mapping: &Arc<Mapping>, plan: &PlanDocument, connections: u32) -> Plain {
        let program = Arc::new(Program::resolve(mapping.clone(), plan, Dialect::Sqlite).unwrap());
        let shape = ResponseShape::of(&program);
        let open = |_| {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(file, flags).unwrap();
            connection.set_prepared_statement_cache_capacity(256);
            connection
        };
        let idle = Mutex::new((0..connections).map(open).collect());
        Plain { program, statements: Arc::default(), shape, idle, freed: Condvar::new() }
    }

    /// The time of so many requests by so many clients, who share the connections.
    pub(crate) fn serve(&self, requests: u32, clients: u32) -> Duration {
        let taken = AtomicU32::new(0);
        let start = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..clients {
                scope.spawn(|| {
                    while taken.fetch_add(1, Ordering::Relaxed) < requests {
                        let connection = self.acquire();
                        black_box(self.request(&connection));
                        self.idle.lock().unwrap().push(connection);
                        self.freed.notify_one();
                    }
                });
            }
        });
        start.elapsed()
    }

    fn acquire(&self) -> Connection {
        let mut idle = self.freed.wait_while(self.idle.lock().unwrap(), |idle| idle.is_empty()).unwrap();
        idle.pop().unwrap()
    }

    fn request(&self, connection: &Connection) -> Vec<u8> {
        connection.prepare_cached("BEGIN").unwrap().execute([]).unwrap();
        let Loaded { graph, roots, .. } = self.load(connection);
        connection.prepare_cached("ROLLBACK").unwrap().execute([]).unwrap();
        self.shape.write(&graph, &roots.unwrap(), Arrangement::AsReturned)
    }

    fn load(&self, connection: &Connection) -> Loaded {
        let mut loader = Loader::new(self.program.clone(), self.statements.clone());
        // Statements with more rows than were wanted at first, the one asked last at the end.
        let mut open: Vec<VecDeque<Rows>> = Vec::new();
        loop {
            match loader.step().unwrap() {
                Step::Query(request) => {
                    let mut batches = fetched(connection, &request, &mut loader);
                    loader.answer(batches.pop_front().unwrap());
                    if !batches.is_empty() {
                        open.push(batches);
                    }
                }
                Step::Fetch(_) => {
                    let batches = open.last_mut().unwrap();
                    loader.answer(batches.pop_front().unwrap());
                    if batches.is_empty() {
                        open.pop();
                    }
                }
                Step::Commit | Step::Close | Step::Pause => {}
                Step::Done(loaded) => return *loaded,
            }
        }
    }
}

/// All rows of a statement in the batches that will be asked for; the last one is not full.
fn fetched(connection: &Connection, request: &Request, loader: &mut Loader) -> VecDeque<Rows> {
    let mut statement = connection.prepare_cached(&request.sql).unwrap();
    for (index, param) in request.params.iter().enumerate() {
        let Value::Integer(value) = param else { panic!("the sample's keys are integers") };
        statement.raw_bind_parameter(index + 1, *value).unwrap();
    }
    let size = match request.fetch {
        Fetch::Batch(size) => size as usize,
        Fetch::All | Fetch::Nothing => usize::MAX,
    };
    let width = request.kinds.len();
    let (mut batches, mut batch) = (VecDeque::new(), loader.empty_rows(width));
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().unwrap() {
        for (index, kind) in request.kinds.iter().enumerate() {
            batch.values.push(match (row.get_ref(index).unwrap(), kind) {
                (Raw::Integer(number), ColumnKind::Boolean) => ValueRef::Boolean(number != 0),
                (Raw::Integer(number), _) => ValueRef::Integer(number),
                (Raw::Real(number), _) => ValueRef::Real(number),
                (Raw::Text(text), _) => ValueRef::Text(std::str::from_utf8(text).unwrap()),
                (Raw::Blob(blob), _) => ValueRef::Blob(blob),
                (Raw::Null, _) => ValueRef::Null,
            });
        }
        if batch.len() == size {
            batches.push_back(std::mem::replace(&mut batch, loader.empty_rows(width)));
        }
    }
    batches.push_back(batch);
    batches
}
