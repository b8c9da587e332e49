//! The blocking drive loop: one request on one connection, with every moment of it in one band.
//!
//! Rows are buffered first, then decoded, then hydrated, so that the clock is read a few times a statement and not a
//! few times a row.

use super::error::SqliteError;
use super::open::Session;
use crate::clock::{Clock, Stretch};
use crate::latency::Network;
use crate::limits::{Limits, Reached};
use fetchscope_engine::graph::response::{Arrangement, NotWritten, ResponseShape};
use fetchscope_engine::load::{Fetch, Loaded, Loader, LoaderError, Request, Rows, StatementCache, Step};
use fetchscope_engine::mapping::ColumnKind;
use fetchscope_engine::plan::Program;
use fetchscope_engine::trace::{Bands, Nanos, StatementTrace};
use fetchscope_engine::value::{Value, ValueRef, Values};
use rusqlite::types::ValueRef as Raw;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use thiserror::Error;

/// How long a request waits for another process's lock. A connection of a pool gives up earlier and is asked again, so
/// that the request can be stopped meanwhile.
const LOCKED: Duration = Duration::from_millis(1500);

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
    /// What it may take at most.
    pub limits: Limits,
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
    /// How much of that reading the clocks took.
    pub tracing: Nanos,
}

/// A request that could not be served.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The database failed, or the request was cancelled.
    #[error(transparent)]
    Database(#[from] SqliteError),
    /// It took more than it may.
    #[error(transparent)]
    Limit(#[from] Reached),
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

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Another program that differs in its parameters only, and so sends the same statements.
    #[must_use]
    pub fn with(&self, program: Arc<Program>) -> Prepared {
        let shape = ResponseShape::of(&program);
        Prepared { program, statements: self.statements.clone(), shape }
    }

    /// The response of a served request in its canonical form, as long as it is to go on; nothing after an error.
    pub fn canonical(&self, loaded: &Loaded, go_on: &dyn Fn() -> bool) -> Result<Option<Vec<u8>>, SqliteError> {
        let Some(roots) = loaded.roots.as_ref().filter(|_| loaded.error.is_none()) else { return Ok(None) };
        // It has as many bytes as the response, which was short enough.
        let written = self.shape.write_while(&loaded.graph, roots, Arrangement::Canonical, usize::MAX, go_on);
        written.map(Some).map_err(|_| SqliteError::Cancelled)
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
        let served = Served {
            loaded: Loaded { graph: fetchscope_engine::graph::Graph::default(), roots: None, error: None },
            response: Vec::new(),
            query_count: 0,
            round_trips: 0,
            row_count: 0,
            byte_count: 0,
            statements: Vec::new(),
            bands: Bands::default(),
            elapsed: Nanos(0),
            tracing: Nanos(0),
        };
        let mut drive = Drive {
            session,
            how,
            served,
            clock: Clock::at(start),
            stretch: Some(Stretch::begin(&Bands::default())),
            start,
            in_transaction: false,
            started: Nanos(0),
            last: usize::MAX,
        };
        session.watch.set(drive.how.limits.time);
        let mut loader = Loader::new(self.program.clone(), self.statements.clone());
        let result = drive.run(&mut loader, None).map_err(|error| drive.explained(error));
        drop(loader);
        let ended = drive.end("ROLLBACK");
        let Drive { how, mut served, mut clock, stretch, .. } = drive;
        served.loaded = result?.ok_or(LoaderError::NotAnswered)?;
        ended?;
        if let (Some(roots), None) = (&served.loaded.roots, &served.loaded.error) {
            let go_on = || !how.cancel.load(Ordering::Relaxed);
            let most = how.limits.bytes;
            let bytes = usize::try_from(most).unwrap_or(usize::MAX);
            let response = self.shape.write_while(&served.loaded.graph, roots, Arrangement::AsReturned, bytes, &go_on);
            served.response = response.map_err(|error| match error {
                NotWritten::Stopped => ServeError::from(SqliteError::Cancelled),
                NotWritten::TooLarge => Reached::Response(most).into(),
            })?;
        }
        served.bands.serialize += clock.lap();
        stretch.into_iter().for_each(|stretch| stretch.end(&mut served.bands));
        served.tracing += clock.cost() + Stretch::cost();
        served.elapsed = start.elapsed().into();
        Ok(served)
    }
}

/// One request while it runs.
struct Drive<'a, 'b> {
    session: &'a Session,
    how: &'a mut Circumstances<'b>,
    served: Served,
    clock: Clock,
    /// The work since the last wait; `None` while waiting.
    stretch: Option<Stretch>,
    start: Instant,
    in_transaction: bool,
    /// When the statement at hand began its travel.
    started: Nanos,
    /// The recorded statement that was answered last: the building of its objects belongs to it.
    last: usize,
}

/// A statement whose rows are read in batches.
struct Cursor<'a, 'stmt> {
    rows: &'a mut rusqlite::Rows<'stmt>,
    request: &'a Request,
    /// Its place among the recorded statements.
    index: usize,
}

impl Drive<'_, '_> {
    /// Answers the loader until it is done, or the statement at hand has no more rows. A statement with more rows than
    /// were wanted first stays open on the stack of the call that goes on with the others.
    fn run(&mut self, loader: &mut Loader, mut cursor: Option<Cursor<'_, '_>>) -> Result<Option<Loaded>, ServeError> {
        loop {
            let step = loader.step()?;
            self.hydrated();
            match step {
                Step::Query(request) => {
                    let mut bands = self.travel()?;
                    let session = self.session;
                    let failed =
                        |error: rusqlite::Error| SqliteError::from_rusqlite(&error, &session.path, Some(&request.sql));
                    let mut kept;
                    let mut fresh;
                    let statement: &mut rusqlite::Statement<'_> = if self.how.statement_cache {
                        kept = self.patiently(|| session.connection.prepare_cached(&request.sql).map_err(failed))?;
                        &mut kept
                    } else {
                        fresh = self.patiently(|| session.connection.prepare(&request.sql).map_err(failed))?;
                        &mut fresh
                    };
                    for (index, param) in request.params.iter().enumerate() {
                        bind(statement, index + 1, param).map_err(failed)?;
                    }
                    let mut rows = statement.raw_query();
                    let wanted = match request.fetch {
                        Fetch::All => u32::MAX,
                        Fetch::Batch(size) => size,
                        Fetch::Nothing => 0,
                    };
                    let since = Instant::now();
                    let found = loop {
                        let found = loader.empty_rows(request.kinds.len());
                        match self.read(&mut rows, &request, found, wanted, true, &mut bands) {
                            Err(SqliteError::Locked(_)) if since.elapsed() < LOCKED => {
                                drop(rows);
                                self.look_whether_to_go_on()?;
                                rows = statement.raw_query();
                            }
                            other => break other?,
                        }
                    };
                    let index = self.record(&request);
                    self.count(index, &found, bands)?;
                    let goes_on = matches!(request.fetch, Fetch::Batch(size) if found.len() == size as usize);
                    loader.answer(found);
                    if goes_on {
                        let cursor = Cursor { rows: &mut rows, request: &request, index };
                        if let Some(loaded) = self.run(loader, Some(cursor))? {
                            return Ok(Some(loaded));
                        }
                    }
                }
                Step::Fetch(wanted) => {
                    let Some(cursor) = &mut cursor else { return Err(LoaderError::NotAnswered.into()) };
                    self.look_whether_to_go_on()?;
                    let mut bands = Bands::default();
                    let found = loader.empty_rows(cursor.request.kinds.len());
                    let found = self.read(cursor.rows, cursor.request, found, wanted, false, &mut bands)?;
                    self.count(cursor.index, &found, bands)?;
                    let ended = found.len() < wanted as usize;
                    loader.answer(found);
                    if ended {
                        return Ok(None);
                    }
                }
                Step::Commit => self.end("COMMIT")?,
                Step::Close => self.end("ROLLBACK")?,
                Step::Pause => self.look_whether_to_go_on()?,
                Step::Done(loaded) => return Ok(Some(*loaded)),
            }
        }
    }

    /// A statement that nobody cancelled was stopped by the watch.
    fn explained(&self, error: ServeError) -> ServeError {
        let limit = self.how.limits.time;
        let cancelled = self.how.cancel.load(Ordering::Relaxed);
        match error {
            ServeError::Database(SqliteError::Cancelled) if !cancelled && self.start.elapsed() > limit => {
                Reached::Time(limit).into()
            }
            ServeError::Database(_) | ServeError::Limit(_) | ServeError::Loader(_) => error,
        }
    }

    fn look_whether_to_go_on(&self) -> Result<(), ServeError> {
        if self.how.cancel.load(Ordering::Relaxed) {
            return Err(SqliteError::Cancelled.into());
        }
        let limit = self.how.limits.time;
        if self.start.elapsed() > limit { Err(Reached::Time(limit).into()) } else { Ok(()) }
    }

    /// One round trip on the injected network.
    fn round_trip(&mut self) -> Nanos {
        if self.how.network.is_none() {
            return Nanos(0);
        }
        self.stretch.take().into_iter().for_each(|stretch| stretch.end(&mut self.served.bands));
        self.served.tracing += Stretch::cost();
        let took = self.how.network.round_trip(self.how.cancel);
        self.stretch = Some(Stretch::begin(&self.served.bands));
        took
    }

    /// Tries again while another process holds a lock, and looks between the tries whether to go on.
    fn patiently<T>(&self, attempt: impl Fn() -> Result<T, SqliteError>) -> Result<T, ServeError> {
        let since = Instant::now();
        loop {
            match attempt() {
                Err(SqliteError::Locked(_)) if since.elapsed() < LOCKED => self.look_whether_to_go_on()?,
                other => return Ok(other?),
            }
        }
    }

    /// Time since the last answer went into building objects.
    fn hydrated(&mut self) {
        let hydrate = self.clock.lap();
        self.served.bands.hydrate += hydrate;
        if let Some(statement) = self.served.statements.get_mut(self.last) {
            statement.times_ns.hydrate += hydrate;
        }
    }

    /// The way of a statement to the database and back, with the BEGIN that comes before the first.
    fn travel(&mut self) -> Result<Bands, ServeError> {
        if self.how.transaction && !self.in_transaction {
            self.command("BEGIN")?;
            self.in_transaction = true;
        }
        self.started = self.start.elapsed().into();
        let bands = Bands { round_trip: self.round_trip(), ..Bands::default() };
        self.clock.lap();
        self.look_whether_to_go_on()?;
        Ok(bands)
    }

    /// Ends the transaction, if one is open.
    fn end(&mut self, sql: &str) -> Result<(), SqliteError> {
        if std::mem::take(&mut self.in_transaction) {
            self.hydrated();
            self.command(sql)?;
        }
        Ok(())
    }

    fn command(&mut self, sql: &str) -> Result<(), SqliteError> {
        let took = self.round_trip();
        self.served.bands.round_trip += took;
        self.clock.lap();
        let done = self.session.connection.prepare_cached(sql).and_then(|mut statement| statement.execute([]));
        done.map_err(|error| SqliteError::from_rusqlite(&error, &self.session.path, Some(sql)))?;
        self.served.bands.execute += self.clock.lap();
        self.served.round_trips += 1;
        Ok(())
    }

    /// Reads rows: run until the first, stepped through, then decoded.
    fn read(
        &mut self,
        rows: &mut rusqlite::Rows<'_>,
        request: &Request,
        mut found: Rows,
        wanted: u32,
        first: bool,
        bands: &mut Bands,
    ) -> Result<Rows, SqliteError> {
        let failed =
            |error: rusqlite::Error| SqliteError::from_rusqlite(&error, &self.session.path, Some(&request.sql));
        let mut count = 0;
        if first && wanted == 0 {
            rows.next().map_err(failed)?;
        }
        while count < wanted {
            let row = rows.next().map_err(failed)?;
            if first && count == 0 {
                bands.execute += self.clock.lap();
            }
            let Some(row) = row else { break };
            for index in 0..found.width {
                push(row.get_ref(index).map_err(failed)?, &mut found.values);
            }
            count += 1;
        }
        let rest = self.clock.lap();
        if first && wanted == 0 {
            bands.execute += rest;
        } else {
            bands.fetch += rest;
        }
        decode(&mut found, &request.kinds);
        bands.decode += self.clock.lap();
        Ok(found)
    }

    /// Counts a statement, and records it where that is wanted; says where it stands among those recorded.
    fn record(&mut self, request: &Request) -> usize {
        self.served.query_count += 1;
        self.served.round_trips += 1;
        let index = self.served.statements.len();
        if self.how.record {
            self.served.statements.push(StatementTrace {
                n: u32::try_from(self.served.query_count).unwrap_or(u32::MAX),
                phase: request.phase,
                path: request.path.as_deref().map(str::to_owned),
                sql: request.sql.to_string(),
                params: request.params.iter().map(Value::to_json).collect(),
                rows: 0,
                bytes: 0,
                started_ns: self.started,
                times_ns: Bands::default(),
            });
        }
        index
    }

    /// Adds rows of a statement to the counts and to its record.
    fn count(&mut self, index: usize, rows: &Rows, mut bands: Bands) -> Result<(), Reached> {
        let bytes = rows.values.byte_count();
        let count = rows.len() as u64;
        bands.decode += self.clock.lap();
        self.served.row_count += count;
        self.served.byte_count += bytes;
        self.served.bands += bands;
        if let Some(statement) = self.served.statements.get_mut(index) {
            statement.rows += count;
            statement.bytes += bytes;
            statement.times_ns += bands;
        }
        self.last = index;
        self.how.limits.check(self.served.row_count, self.served.byte_count)
    }
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

fn push(raw: Raw<'_>, values: &mut Values) {
    match raw {
        Raw::Null => values.push(ValueRef::Null),
        Raw::Integer(number) => values.push(ValueRef::Integer(number)),
        Raw::Real(number) => values.push(ValueRef::Real(number)),
        Raw::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => values.push(ValueRef::Text(text)),
            Err(_) => values.push(ValueRef::Text(&String::from_utf8_lossy(text))),
        },
        Raw::Blob(blob) => values.push(ValueRef::Blob(blob)),
    }
}

fn decode(rows: &mut Rows, kinds: &[ColumnKind]) {
    // Dates and decimals stay as SQLite has them, so that keys can be sent back; the response writes them as its own.
    for (column, _) in kinds.iter().enumerate().filter(|(_, kind)| **kind == ColumnKind::Boolean) {
        for index in (column..rows.values.len()).step_by(kinds.len()) {
            if let ValueRef::Integer(number) = rows.values.get(index) {
                rows.values.set(index, ValueRef::Boolean(number != 0));
            }
        }
    }
}
