//! The blocking drive loop: one request on one connection.
//!
//! Rows are buffered first, then decoded, then hydrated, so that the clock is read a few times a statement and not a
//! few times a row.

use super::error::SqliteError;
use super::open::Session;
use crate::request::{Meter, ServeError};
use fetchscope_engine::load::{Fetch, Loaded, Loader, LoaderError, Request, Rows, Step};
use fetchscope_engine::mapping::ColumnKind;
use fetchscope_engine::trace::Bands;
use fetchscope_engine::value::{Value, ValueRef, Values};
use rusqlite::types::ValueRef as Raw;
use std::time::{Duration, Instant};

/// How long a request waits for another process's lock. A connection of a pool gives up earlier and is asked again, so
/// that the request can be stopped meanwhile.
const LOCKED: Duration = Duration::from_millis(1500);

/// Serves the requests of a loader until it is done.
pub(crate) fn drive(
    session: &Session,
    meter: &mut Meter<'_, '_>,
    loader: &mut Loader,
) -> Result<Option<Loaded>, ServeError> {
    session.watch.set(meter.left());
    let mut drive = Drive { session, meter, in_transaction: false };
    let loaded = drive.run(loader, None);
    let ended = drive.end("ROLLBACK");
    let loaded = loaded?;
    ended?;
    Ok(loaded)
}

/// One request while it runs.
struct Drive<'a, 'b, 'c> {
    session: &'a Session,
    meter: &'a mut Meter<'b, 'c>,
    in_transaction: bool,
}

/// A statement whose rows are read in batches.
struct Cursor<'a, 'stmt> {
    rows: &'a mut rusqlite::Rows<'stmt>,
    request: &'a Request,
    /// Its place among the recorded statements.
    index: usize,
}

impl Drive<'_, '_, '_> {
    /// Answers the loader until it is done, or the statement at hand has no more rows. A statement with more rows than
    /// were wanted first stays open on the stack of the call that goes on with the others.
    fn run(&mut self, loader: &mut Loader, mut cursor: Option<Cursor<'_, '_>>) -> Result<Option<Loaded>, ServeError> {
        loop {
            let step = loader.step()?;
            self.meter.hydrated();
            match step {
                Step::Query(request) => {
                    let mut bands = self.travel()?;
                    let session = self.session;
                    let failed =
                        |error: rusqlite::Error| SqliteError::from_rusqlite(&error, &session.path, Some(&request.sql));
                    let mut kept;
                    let mut fresh;
                    let statement: &mut rusqlite::Statement<'_> = if self.meter.how.statement_cache {
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
                    let mut found = loop {
                        let found = loader.empty_rows(request.kinds.len());
                        match self.read(&mut rows, &request, found, wanted, true, &mut bands) {
                            Err(SqliteError::Locked(_)) if since.elapsed() < LOCKED => {
                                drop(rows);
                                self.meter.look_whether_to_go_on()?;
                                rows = statement.raw_query();
                            }
                            other => break other?,
                        }
                    };
                    let index = self.meter.record(&request);
                    self.count(index, &mut found, &request, bands)?;
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
                    self.meter.look_whether_to_go_on()?;
                    let mut bands = Bands::default();
                    let found = loader.empty_rows(cursor.request.kinds.len());
                    let mut found = self.read(cursor.rows, cursor.request, found, wanted, false, &mut bands)?;
                    let (index, request) = (cursor.index, cursor.request);
                    self.count(index, &mut found, request, bands)?;
                    let ended = found.len() < wanted as usize;
                    loader.answer(found);
                    if ended {
                        return Ok(None);
                    }
                }
                Step::Commit => self.end("COMMIT")?,
                Step::Close => self.end("ROLLBACK")?,
                Step::Pause => self.meter.look_whether_to_go_on()?,
                Step::Done(loaded) => return Ok(Some(*loaded)),
            }
        }
    }

    /// Tries again while another process holds a lock, and looks between the tries whether to go on.
    fn patiently<T>(&self, attempt: impl Fn() -> Result<T, SqliteError>) -> Result<T, ServeError> {
        let since = Instant::now();
        loop {
            match attempt() {
                Err(SqliteError::Locked(_)) if since.elapsed() < LOCKED => self.meter.look_whether_to_go_on()?,
                other => return Ok(other?),
            }
        }
    }

    /// The way of a statement to the database and back, with the BEGIN that comes before the first.
    fn travel(&mut self) -> Result<Bands, ServeError> {
        if self.meter.how.transaction && !self.in_transaction {
            self.command("BEGIN")?;
            self.in_transaction = true;
        }
        self.meter.travel()
    }

    /// Ends the transaction, if one is open.
    fn end(&mut self, sql: &str) -> Result<(), SqliteError> {
        if std::mem::take(&mut self.in_transaction) {
            self.meter.hydrated();
            self.command(sql)?;
        }
        Ok(())
    }

    fn command(&mut self, sql: &str) -> Result<(), SqliteError> {
        self.meter.travel_besides();
        let done = self.session.connection.prepare_cached(sql).and_then(|mut statement| statement.execute([]));
        done.map_err(|error| SqliteError::from_rusqlite(&error, &self.session.path, Some(sql)))?;
        self.meter.executed();
        Ok(())
    }

    /// Reads rows: run until the first, then stepped through.
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
                bands.execute += self.meter.lap();
            }
            let Some(row) = row else { break };
            for index in 0..found.width {
                push(row.get_ref(index).map_err(failed)?, &mut found.values);
            }
            count += 1;
        }
        let rest = self.meter.lap();
        if first && wanted == 0 {
            bands.execute += rest;
        } else {
            bands.fetch += rest;
        }
        Ok(found)
    }

    /// Adds what was read of a statement, and decodes it.
    fn count(&mut self, index: usize, rows: &mut Rows, request: &Request, bands: Bands) -> Result<(), ServeError> {
        self.meter.spend(index, bands);
        decode(rows, &request.kinds);
        Ok(self.meter.count(index, rows)?)
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
