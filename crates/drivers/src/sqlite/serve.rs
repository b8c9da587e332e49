//! The blocking drive loop: one request on one connection, with every moment of it in one band.
//!
//! Rows are buffered first, then decoded, then hydrated, so that the clock is read a few times a statement and not a
//! few times a row.

use super::error::SqliteError;
use super::open::Session;
use crate::latency::Network;
use fetchscope_engine::graph::response::{Arrangement, ResponseShape};
use fetchscope_engine::load::{Loaded, Loader, LoaderError, Request, Rows, StatementCache, Step};
use fetchscope_engine::mapping::ColumnKind;
use fetchscope_engine::plan::Program;
use fetchscope_engine::trace::{Bands, Nanos, StatementTrace};
use fetchscope_engine::value::Value;
use rusqlite::types::ValueRef;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use thiserror::Error;

/// A program with what its requests share.
#[derive(Debug)]
pub struct Prepared {
    program: Arc<Program>,
    statements: Arc<StatementCache>,
    shape: ResponseShape,
}

/// Circumstances of one request.
#[derive(Debug)]
pub struct Circumstances<'a> {
    /// The injected network.
    pub network: &'a mut Network,
    /// BEGIN and ROLLBACK around the request, as round trips of their own.
    pub transaction: bool,
    /// Whether prepared statements are kept by their text.
    pub statement_cache: bool,
    /// Whether every statement is recorded, or only counted.
    pub record: bool,
    /// Set to stop the request.
    pub cancel: &'a AtomicBool,
}

/// A request that was served.
#[derive(Debug)]
pub struct Served {
    /// The objects.
    pub loaded: Loaded,
    /// The response as returned; empty after an error.
    pub response: Vec<u8>,
    /// Statements of the loader.
    pub query_count: u64,
    /// Statements, BEGIN and ROLLBACK.
    pub round_trips: u64,
    /// Rows of all statements.
    pub row_count: u64,
    /// Size of the decoded values.
    pub byte_count: u64,
    /// Every statement, where they were to be recorded.
    pub statements: Vec<StatementTrace>,
    /// Where the time went.
    pub bands: Bands,
    /// From the first BEGIN to the end of the response.
    pub elapsed: Nanos,
}

/// A request that could not be served.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The database failed, or the request was cancelled.
    #[error(transparent)]
    Database(#[from] SqliteError),
    /// A defect of the drive loop.
    #[error(transparent)]
    Loader(#[from] LoaderError),
}

impl Prepared {
    /// Makes a program ready to be served.
    #[must_use]
    pub fn new(program: Arc<Program>) -> Prepared {
        let shape = ResponseShape::of(&program);
        Prepared { program, statements: Arc::default(), shape }
    }

    /// The response of a served request in its canonical form; `None` after an error.
    #[must_use]
    pub fn canonical(&self, loaded: &Loaded) -> Option<Vec<u8>> {
        let roots = loaded.roots.as_ref().filter(|_| loaded.error.is_none())?;
        Some(self.shape.write(&loaded.graph, roots, Arrangement::Canonical))
    }

    /// The response of the first few roots only, and how many were left out; `None` after an error.
    #[must_use]
    pub fn excerpt(&self, loaded: &Loaded, at_most: usize) -> Option<(Vec<u8>, usize)> {
        let roots = loaded.roots.as_ref().filter(|_| loaded.error.is_none())?;
        let shown = roots.len().min(at_most);
        let bytes = self.shape.write(&loaded.graph, &roots[..shown], Arrangement::AsReturned);
        Some((bytes, roots.len() - shown))
    }

    /// Serves one request.
    pub fn serve(&self, session: &Session, how: &mut Circumstances<'_>) -> Result<Served, ServeError> {
        let start = Instant::now();
        let mut clock = Clock { at: start };
        let mut served = Served {
            loaded: Loaded { graph: fetchscope_engine::graph::Graph::default(), roots: None, error: None },
            response: Vec::new(),
            query_count: 0,
            round_trips: 0,
            row_count: 0,
            byte_count: 0,
            statements: Vec::new(),
            bands: Bands::default(),
            elapsed: Nanos(0),
        };
        if how.transaction {
            transaction(session, "BEGIN", how, &mut served, &mut clock)?;
        }
        let result = self.load(session, how, &mut served, &mut clock, start);
        if how.transaction {
            let ended = transaction(session, "ROLLBACK", how, &mut served, &mut clock);
            if result.is_ok() {
                ended?;
            }
        }
        served.loaded = result?;
        if let (Some(roots), None) = (&served.loaded.roots, &served.loaded.error) {
            let go_on = || !how.cancel.load(Ordering::Relaxed);
            let response = self.shape.write_while(&served.loaded.graph, roots, &go_on);
            served.response = response.ok_or(SqliteError::Cancelled)?;
        }
        served.bands.serialize += clock.lap();
        served.elapsed = start.elapsed().into();
        Ok(served)
    }

    fn load(
        &self,
        session: &Session,
        how: &mut Circumstances<'_>,
        served: &mut Served,
        clock: &mut Clock,
        start: Instant,
    ) -> Result<Loaded, ServeError> {
        let mut loader = Loader::new(self.program.clone(), self.statements.clone());
        let mut last: Option<Bands> = None;
        loop {
            let step = loader.step()?;
            let hydrate = clock.lap();
            served.bands.hydrate += hydrate;
            if let (Some(bands), Some(statement)) = (last.as_mut(), served.statements.last_mut()) {
                bands.hydrate += hydrate;
                statement.times_ns = *bands;
            }
            let request = match step {
                Step::Query(request) => request,
                Step::Pause if how.cancel.load(Ordering::Relaxed) => return Err(SqliteError::Cancelled.into()),
                Step::Pause => continue,
                Step::Done(loaded) => return Ok(loaded),
            };
            let started = Nanos::from(start.elapsed());
            let mut bands = Bands { round_trip: how.network.round_trip(how.cancel), ..Bands::default() };
            clock.lap();
            if how.cancel.load(Ordering::Relaxed) {
                return Err(SqliteError::Cancelled.into());
            }
            let rows = query(session, &request, how.statement_cache, &mut bands, clock)?;
            let bytes = rows.values.iter().map(Value::byte_count).sum::<u64>();
            let count = rows.len() as u64;
            bands.decode += clock.lap();
            served.query_count += 1;
            served.round_trips += 1;
            served.row_count += count;
            served.byte_count += bytes;
            served.bands += bands;
            last = Some(bands);
            if how.record {
                served.statements.push(StatementTrace {
                    n: u32::try_from(served.query_count).unwrap_or(u32::MAX),
                    phase: request.phase,
                    path: request.path.as_deref().map(str::to_owned),
                    sql: request.sql.to_string(),
                    params: request.params.iter().map(Value::to_json).collect(),
                    rows: count,
                    bytes,
                    started_ns: started,
                    times_ns: bands,
                });
            }
            loader.answer(rows);
        }
    }
}

fn transaction(
    session: &Session,
    sql: &str,
    how: &mut Circumstances<'_>,
    served: &mut Served,
    clock: &mut Clock,
) -> Result<(), SqliteError> {
    served.bands.hydrate += clock.lap();
    served.bands.round_trip += how.network.round_trip(how.cancel);
    clock.lap();
    let done = session.connection.prepare_cached(sql).and_then(|mut statement| statement.execute([]));
    done.map_err(|error| SqliteError::from_rusqlite(&error, &session.path, Some(sql)))?;
    served.bands.execute += clock.lap();
    served.round_trips += 1;
    Ok(())
}

/// Runs a statement: prepared and run until its first row, then stepped through, then decoded.
fn query(
    session: &Session,
    request: &Request,
    cached: bool,
    bands: &mut Bands,
    clock: &mut Clock,
) -> Result<Rows, SqliteError> {
    let failed = |error: rusqlite::Error| SqliteError::from_rusqlite(&error, &session.path, Some(&request.sql));
    let mut kept;
    let mut fresh;
    let statement: &mut rusqlite::Statement<'_> = if cached {
        kept = session.connection.prepare_cached(&request.sql).map_err(failed)?;
        &mut kept
    } else {
        fresh = session.connection.prepare(&request.sql).map_err(failed)?;
        &mut fresh
    };
    for (index, param) in request.params.iter().enumerate() {
        bind(statement, index + 1, param).map_err(failed)?;
    }
    let mut found = Rows { width: request.kinds.len(), values: Vec::new() };
    let mut rows = statement.raw_query();
    let mut row = rows.next().map_err(failed)?;
    bands.execute += clock.lap();
    if request.fetch {
        while let Some(current) = row {
            for index in 0..found.width {
                found.values.push(value(current.get_ref(index).map_err(failed)?));
            }
            row = rows.next().map_err(failed)?;
        }
    }
    bands.fetch += clock.lap();
    decode(&mut found, &request.kinds);
    bands.decode += clock.lap();
    Ok(found)
}

fn bind(statement: &mut rusqlite::Statement<'_>, index: usize, value: &Value) -> rusqlite::Result<()> {
    match value {
        Value::Null => statement.raw_bind_parameter(index, rusqlite::types::Null),
        Value::Boolean(value) => statement.raw_bind_parameter(index, *value),
        Value::Integer(value) => statement.raw_bind_parameter(index, *value),
        Value::Real(value) => statement.raw_bind_parameter(index, *value),
        Value::Text(text) => statement.raw_bind_parameter(index, &**text),
        Value::Blob(blob) => statement.raw_bind_parameter(index, &**blob),
    }
}

fn value(raw: ValueRef<'_>) -> Value {
    match raw {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into()),
        ValueRef::Blob(blob) => Value::Blob(blob.into()),
    }
}

fn decode(rows: &mut Rows, kinds: &[ColumnKind]) {
    // Dates and decimals stay as SQLite has them, so that keys can be sent back; the response writes them as its own.
    for (index, _) in kinds.iter().enumerate().filter(|(_, kind)| **kind == ColumnKind::Boolean) {
        for value in rows.values.iter_mut().skip(index).step_by(kinds.len()) {
            if let Value::Integer(number) = value {
                *value = Value::Boolean(*number != 0);
            }
        }
    }
}

/// Cuts a request into consecutive laps.
struct Clock {
    at: Instant,
}

impl Clock {
    fn lap(&mut self) -> Nanos {
        let now = Instant::now();
        let lap = now.duration_since(self.at);
        self.at = now;
        lap.into()
    }
}
