//! The drive loop for PostgreSQL: one request on one connection.
//!
//! Between two statements the thread waits for the server, and that wait belongs to the statement (`execute` until the
//! first row, `fetch` until the last one wanted), not to scheduling. While it waits it looks whether to go on, and if not
//! asks the server to stop through the protocol.

use super::error::PostgresError;
use super::session::Session;
use super::value::{Param, push_row};
use crate::limits::Reached;
use crate::request::{Meter, ServeError};
use fetchscope_engine::load::{Fetch, Loaded, Loader, LoaderError, Request, Rows, Step};
use fetchscope_engine::trace::Bands;
use futures_util::StreamExt;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::{Pin, pin};
use std::time::{Duration, Instant};
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{Error, Row, RowStream, Statement};

/// How long a server that was asked to stop may take for it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Serves the requests of a loader until it is done.
pub(crate) fn drive(
    session: &Session,
    meter: &mut Meter<'_, '_>,
    loader: &mut Loader,
) -> Result<Option<Loaded>, ServeError> {
    let mut drive = Drive { session, meter, in_transaction: false, open: Vec::new() };
    let loaded = drive.run(loader);
    let ended = drive.finish(loaded.is_err());
    let loaded = loaded?;
    ended?;
    Ok(Some(loaded))
}

/// One request while it runs.
struct Drive<'a, 'b, 'c> {
    session: &'a Session,
    meter: &'a mut Meter<'b, 'c>,
    in_transaction: bool,
    /// Statements with more rows than were wanted at first, the one asked last at the end.
    open: Vec<Cursor>,
}

/// A statement whose rows are read in batches.
struct Cursor {
    /// Those that still come; `None` once the rest was taken in.
    rows: Option<Pin<Box<RowStream>>>,
    /// Those that were taken in before they were wanted.
    taken: VecDeque<Row>,
    request: Request,
    /// Its place among the recorded statements.
    index: usize,
}

/// Rows as the server sent them, and when the first of them came, or the end.
struct Received {
    rows: Vec<Row>,
    first: Instant,
}

impl Drive<'_, '_, '_> {
    fn run(&mut self, loader: &mut Loader) -> Result<Loaded, ServeError> {
        loop {
            let step = loader.step()?;
            self.meter.hydrated();
            match step {
                Step::Query(request) => self.query(request, loader)?,
                Step::Fetch(wanted) => self.fetch(wanted, loader)?,
                Step::Commit => self.end("COMMIT")?,
                Step::Close => self.end("ROLLBACK")?,
                Step::Pause => self.meter.look_whether_to_go_on()?,
                Step::Done(loaded) => return Ok(*loaded),
            }
        }
    }

    fn query(&mut self, request: Request, loader: &mut Loader) -> Result<(), ServeError> {
        if self.meter.how.transaction && !self.in_transaction {
            let begin = self.session.begin();
            self.command(&begin)?;
            self.in_transaction = true;
        }
        self.make_way()?;
        let statement = if self.meter.how.statement_cache { Some(self.prepared(&request.sql)?) } else { None };
        let travelled = self.meter.travel()?;
        let index = self.meter.record(&request);
        self.meter.spend(index, travelled);
        self.meter.wait();
        let session = self.session;
        let params: Vec<Param<'_>> = request.params.iter().map(Param).collect();
        let wanted = match request.fetch {
            Fetch::All => u32::MAX,
            Fetch::Batch(size) => size,
            Fetch::Nothing => 0,
        };
        let (rows, received) = self.until(&request.sql, async {
            let sent = match &statement {
                Some(statement) => session.client().query_raw(statement, &params).await,
                // The server knows the types from the casts, so that one round trip does.
                None => {
                    let typed = params.iter().map(|param| (param, Type::UNKNOWN));
                    session.client().query_typed_raw(&request.sql, typed).await
                }
            };
            let mut rows = Box::pin(sent?);
            let received = receive(&mut rows, wanted.max(1)).await?;
            Ok((rows, received))
        })?;
        let execute = self.meter.lap_until(received.first);
        let fetch = self.meter.lap();
        self.meter.spend(index, Bands { execute, fetch, ..Bands::default() });
        self.meter.work();
        let goes_on = matches!(request.fetch, Fetch::Batch(size) if received.rows.len() == size as usize);
        let kept = if request.fetch == Fetch::Nothing { Vec::new() } else { received.rows };
        self.answer(loader, &request, index, &kept)?;
        if goes_on {
            self.open.push(Cursor { rows: Some(rows), taken: VecDeque::new(), request, index });
        }
        Ok(())
    }

    /// Takes in what is left of statements whose rows still come. A connection answers one statement after the other, so
    /// that the next would wait for ever for somebody to read these.
    fn make_way(&mut self) -> Result<(), ServeError> {
        let most = self.meter.how.limits.rows;
        let mut open = std::mem::take(&mut self.open);
        for Cursor { rows, taken, request, index } in &mut open {
            let Some(mut rows) = rows.take() else { continue };
            self.meter.wait();
            let received = self.until(&request.sql, receive(&mut rows, u32::try_from(most).unwrap_or(u32::MAX)))?;
            let fetch = self.meter.lap();
            self.meter.spend(*index, Bands { fetch, ..Bands::default() });
            self.meter.work();
            if received.rows.len() as u64 == most {
                return Err(Reached::Rows(most).into());
            }
            taken.extend(received.rows);
        }
        self.open = open;
        Ok(())
    }

    fn fetch(&mut self, wanted: u32, loader: &mut Loader) -> Result<(), ServeError> {
        let Some(Cursor { mut rows, mut taken, request, index }) = self.open.pop() else {
            return Err(LoaderError::NotAnswered.into());
        };
        self.meter.look_whether_to_go_on()?;
        let received: Vec<Row> = match &mut rows {
            None => taken.drain(..taken.len().min(wanted as usize)).collect(),
            Some(rows) => {
                self.meter.wait();
                let received = self.until(&request.sql, receive(rows, wanted))?;
                let fetch = self.meter.lap();
                self.meter.spend(index, Bands { fetch, ..Bands::default() });
                self.meter.work();
                received.rows
            }
        };
        let goes_on = received.len() == wanted as usize;
        self.answer(loader, &request, index, &received)?;
        if goes_on {
            self.open.push(Cursor { rows, taken, request, index });
        }
        Ok(())
    }

    /// Decodes rows and hands them to the loader.
    fn answer(&mut self, loader: &mut Loader, request: &Request, index: usize, rows: &[Row]) -> Result<(), ServeError> {
        let mut found = loader.empty_rows(request.kinds.len());
        self.decode(rows, &mut found, &request.sql)?;
        self.meter.count(index, &found)?;
        loader.answer(found);
        Ok(())
    }

    fn decode(&self, rows: &[Row], found: &mut Rows, sql: &str) -> Result<(), ServeError> {
        let session = self.session;
        let failed = |error: Error| PostgresError::from_tokio(&error, session.settings(), Some(sql));
        Ok(rows.iter().try_for_each(|row| push_row(row, &mut found.values)).map_err(failed)?)
    }

    /// A prepared statement of this text; one that the connection has not seen travels first.
    fn prepared(&mut self, sql: &str) -> Result<Statement, ServeError> {
        if let Some(known) = self.session.kept().statement(sql) {
            return Ok(known);
        }
        self.meter.travel_besides();
        self.meter.wait();
        let session = self.session;
        let statement = self.until(sql, session.client().prepare(sql))?;
        self.meter.executed();
        self.meter.work();
        session.kept().keep(sql, statement.clone());
        Ok(statement)
    }

    fn command(&mut self, sql: &str) -> Result<(), ServeError> {
        self.meter.travel_besides();
        self.meter.wait();
        let session = self.session;
        self.until(sql, session.client().batch_execute(sql))?;
        self.meter.executed();
        self.meter.work();
        Ok(())
    }

    /// Ends the transaction, if one is open.
    fn end(&mut self, sql: &str) -> Result<(), ServeError> {
        if std::mem::take(&mut self.in_transaction) {
            self.meter.hydrated();
            self.command(sql)?;
        }
        Ok(())
    }

    /// Ends what is open. After a failure rows may still be on their way, for which nobody waits.
    fn finish(&mut self, failed: bool) -> Result<(), ServeError> {
        let open = std::mem::take(&mut self.open);
        if failed && !open.is_empty() {
            let session = self.session;
            // The wish travels by a connection of its own, and may arrive when another statement runs in this one.
            drop(session.block_on(async { timeout(PATIENCE, session.cancel_token().ask()).await }));
            session.kept().spoil();
        }
        drop(open);
        if !failed {
            return self.end("ROLLBACK");
        }
        if std::mem::take(&mut self.in_transaction) {
            let session = self.session;
            // The request's own time may be up, so this has some of its own; without an answer the connection is of no use.
            let rolled_back =
                session.block_on(async { timeout(PATIENCE, session.client().batch_execute("ROLLBACK")).await });
            if !matches!(rolled_back, Ok(Ok(()))) {
                session.kept().spoil();
            }
        }
        Ok(())
    }

    /// Waits for the server; when the request is not to go on, the server is asked to stop.
    fn until<T>(&self, sql: &str, answer: impl Future<Output = Result<T, Error>>) -> Result<T, ServeError> {
        let session = self.session;
        let (found, stopped) = session.block_on(async {
            let mut answer = pin!(answer);
            loop {
                match session.answer_for_now(answer.as_mut()).await {
                    Some(found) => return (Some(found), None),
                    None => {
                        let Err(stopped) = self.meter.look_whether_to_go_on() else { continue };
                        // Whether it heard is seen by what the statement does.
                        drop(timeout(PATIENCE, session.cancel_token().ask()).await);
                        let last = timeout(PATIENCE, &mut answer).await;
                        return (last.ok(), Some(stopped));
                    }
                }
            }
        });
        // Without an answer the connection is of no use; and the wish to stop travels by a connection of its own, so that
        // unless it was heard it may still arrive, when another statement runs in this one.
        let heard = |error: &Error| error.code() == Some(&SqlState::QUERY_CANCELED);
        let in_order = match (&found, &stopped) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(found), Some(_)) => found.as_ref().is_err_and(heard),
        };
        if !in_order {
            session.kept().spoil();
        }
        match (found, stopped) {
            (_, Some(stopped)) => Err(stopped),
            (Some(Ok(found)), None) => Ok(found),
            (Some(Err(error)), None) => {
                let error = PostgresError::from_tokio(&error, session.settings(), Some(sql));
                // The server may say so before it closes the connection, which then looks as if it stood.
                if error.is_lost() {
                    session.kept().spoil();
                }
                Err(error.into())
            }
            (None, None) => Err(LoaderError::NotAnswered.into()),
        }
    }
}

/// Reads so many rows, or as many as are left.
async fn receive(rows: &mut Pin<Box<RowStream>>, wanted: u32) -> Result<Received, Error> {
    let mut received = Received { rows: Vec::new(), first: Instant::now() };
    while received.rows.len() < wanted as usize {
        let next = rows.next().await.transpose()?;
        if received.rows.is_empty() {
            received.first = Instant::now();
        }
        match next {
            Some(row) => received.rows.push(row),
            None => break,
        }
    }
    Ok(received)
}
