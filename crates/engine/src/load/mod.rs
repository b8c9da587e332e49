//! Loaders without I/O: a request as a state machine that says which statement it needs next and is given its rows.
//!
//! Inside, a request is a coroutine: straight-line code that asks for rows where it needs them and is resumed with
//! them. [`Loader::step`] polls it by hand, without a runtime or a clock, so what comes out is a plain sequence of
//! [`Step`]s that a thread, an async task, a replayed trace or a fuzzer can answer alike.

mod batches;
mod bulk;
mod compiled;
mod hydrate;
mod immediate;
mod joined;
mod json_agg;
mod postload;
mod refresh;
mod root;
mod select;
mod selectin;
mod session;
mod subquery;
mod walk;

pub(crate) use bulk::PARAMETERS;
pub use compiled::StatementCache;
pub(crate) use selectin::IN_LIST;

use crate::graph::{Graph, Key, ObjectId};
use crate::mapping::ColumnKind;
use crate::plan::Program;
use crate::trace::{OrmError, Phase};
use crate::value::{Value, ValueRef, Values};
use session::Session;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use thiserror::Error;

/// What a loader needs next.
#[derive(Debug)]
pub enum Step {
    /// Run this statement and call [`Loader::answer`] with its rows.
    Query(Request),
    /// Call [`Loader::answer`] with this many more rows of the statement whose rows are read in batches; with fewer at
    /// its end.
    Fetch(u32),
    /// Commit the transaction.
    Commit,
    /// Close the session, which rolls the transaction back.
    Close,
    /// Nothing: many rows are being built, and whoever drives may look whether to go on.
    Pause,
    /// Nothing more: the objects are loaded and everything the response reads is there.
    Done(Box<Loaded>),
}

/// A statement a loader needs.
#[derive(Debug, Clone)]
pub struct Request {
    /// SQL in the program's dialect. The same text is the same allocation while the program lives.
    pub sql: Arc<str>,
    /// Parameters in the order of their places.
    pub params: Vec<Value>,
    /// How each column is to be decoded.
    pub kinds: Arc<[ColumnKind]>,
    /// Which of its rows are wanted.
    pub fetch: Fetch,
    /// When in the request it is sent.
    pub phase: Phase,
    /// The relationship path that causes it; `None` for a root statement.
    pub path: Option<Arc<str>>,
    /// Objects that the session has built so far.
    pub objects_before: u32,
}

/// Which rows of a statement are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fetch {
    /// All of them.
    All,
    /// This many at first; the statement stays open for [`Step::Fetch`].
    Batch(u32),
    /// None: the statement is only executed.
    Nothing,
}

/// The decoded rows of a statement, one after the other.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// Values a row.
    pub width: usize,
    /// All values.
    pub values: Values,
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'r> {
    values: &'r Values,
    start: usize,
}

impl<'r> Row<'r> {
    /// The only row of these values.
    pub(crate) fn of(values: &'r Values) -> Row<'r> {
        Row { values, start: 0 }
    }

    #[inline]
    pub(crate) fn get(self, position: usize) -> ValueRef<'r> {
        self.values.get(self.start + position)
    }

    /// The values at these positions.
    #[inline]
    pub(crate) fn key(self, positions: &[usize]) -> Key {
        Key::new(positions.iter().map(|position| self.get(*position)))
    }

    /// Adds the values at these positions to others, and `Null` for none.
    #[inline]
    pub(crate) fn copy(self, positions: &[Option<usize>], into: &mut Values) {
        into.extend_from(self.values, positions.iter().map(|position| position.map(|position| self.start + position)));
    }
}

impl Rows {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or(0)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(crate) fn row(&self, index: usize) -> Row<'_> {
        Row { values: &self.values, start: index * self.width }
    }
}

/// What a finished loader leaves.
#[derive(Debug)]
pub struct Loaded {
    /// All objects of the session.
    pub graph: Graph,
    /// The root objects in result order; `None` when loading them failed.
    pub roots: Option<Vec<ObjectId>>,
    /// The exception SQLAlchemy would raise.
    pub error: Option<OrmError>,
}

/// A loader was driven wrongly. Neither can be caused by a plan or by data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LoaderError {
    /// `step` without an answer to the last query.
    #[error("a loader was stepped without an answer to its last query")]
    NotAnswered,
    /// `step` after `Done`.
    #[error("a loader was stepped after it was done")]
    AlreadyDone,
}

/// One request of a program.
pub struct Loader {
    coroutine: Option<Pin<Box<dyn Future<Output = Loaded> + Send>>>,
    port: Port,
}

impl std::fmt::Debug for Loader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Loader").field("done", &self.coroutine.is_none()).finish_non_exhaustive()
    }
}

impl Loader {
    /// Begins a request. The cache keeps compiled statements between requests of one program.
    #[must_use]
    pub fn new(program: Arc<Program>, cache: Arc<StatementCache>) -> Loader {
        let port = Port::default();
        let session = Session::new(program, cache, port.clone());
        Loader { coroutine: Some(Box::pin(session.run())), port }
    }

    /// Goes on until the next statement is needed, or to the end.
    pub fn step(&mut self) -> Result<Step, LoaderError> {
        let coroutine = self.coroutine.as_mut().ok_or(LoaderError::AlreadyDone)?;
        match coroutine.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(loaded) => {
                self.coroutine = None;
                Ok(Step::Done(Box::new(loaded)))
            }
            Poll::Pending => self.port.take_step().ok_or(LoaderError::NotAnswered),
        }
    }

    /// No rows yet, to be filled and answered with. They take the memory of rows answered before.
    #[must_use]
    pub fn empty_rows(&mut self, width: usize) -> Rows {
        let mut rows = self.port.exchange().used.take().unwrap_or_default();
        rows.width = width;
        rows.values.clear();
        rows
    }

    /// Gives the rows of the statement that the last step asked for.
    pub fn answer(&mut self, rows: Rows) {
        self.port.give(rows);
    }
}

/// Where the coroutine leaves its request and finds the answer. Never contended: one side runs at a time.
#[derive(Clone, Default)]
pub(crate) struct Port(Arc<Mutex<Exchange>>);

#[derive(Default)]
struct Exchange {
    step: Option<Step>,
    rows: Option<Rows>,
    /// Rows whose objects are built.
    used: Option<Rows>,
}

impl Port {
    fn exchange(&self) -> MutexGuard<'_, Exchange> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_step(&self) -> Option<Step> {
        self.exchange().step.take()
    }

    fn give(&self, rows: Rows) {
        self.exchange().rows = Some(rows);
    }

    /// Lets others take the memory of these rows.
    pub(crate) fn give_back(&self, rows: Rows) {
        self.exchange().used = Some(rows);
    }

    /// Hands control back once.
    pub(crate) async fn say(&self, step: Step) {
        self.exchange().step = Some(step);
        let mut handed = false;
        std::future::poll_fn(|_| if std::mem::replace(&mut handed, true) { Poll::Ready(()) } else { Poll::Pending })
            .await;
    }

    /// Asks for rows.
    pub(crate) async fn ask(&self, step: Step) -> Rows {
        self.exchange().step = Some(step);
        std::future::poll_fn(|_| match self.exchange().rows.take() {
            Some(rows) => Poll::Ready(rows),
            None => Poll::Pending,
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::Mapping;
    use crate::sql::Dialect;
    use serde_json::json;

    fn loader() -> Loader {
        let mapping = json!({"name": "two", "entities": [
            {"name": "Team", "table": "team", "columns": [{"name": "id", "type": "integer", "pk": true}]},
            {"name": "Person", "table": "person",
             "columns": [{"name": "id", "type": "integer", "pk": true}, {"name": "team_id", "type": "integer"}],
             "relationships": [{"name": "team", "kind": "many_to_one", "target": "Team", "pairs": [["team_id", "id"]]}]}]});
        let plan = json!({"root": "Person", "relationships": [{"name": "team", "strategy": "select"}]});
        let mapping = Arc::new(Mapping::check(&serde_json::from_value(mapping).unwrap()).unwrap());
        let program = Program::resolve(mapping, &serde_json::from_value(plan).unwrap(), Dialect::Sqlite).unwrap();
        Loader::new(Arc::new(program), Arc::default())
    }

    fn asked(step: Step) -> Request {
        match step {
            Step::Query(request) => request,
            Step::Fetch(_) | Step::Commit | Step::Close | Step::Pause | Step::Done(_) => {
                panic!("a statement was expected")
            }
        }
    }

    /// Two people of team 7, one of none: without a database, a request is a sequence of questions and answers.
    #[test]
    fn a_request_is_a_sequence_of_steps() {
        let mut loader = loader();
        let root = asked(loader.step().unwrap());
        assert_eq!(&*root.sql, "SELECT person.id, person.team_id \nFROM person");
        let people = [[1, 7], [2, 7]].concat().into_iter().map(Value::Integer);
        loader.answer(Rows { width: 2, values: people.chain([Value::Integer(3), Value::Null]).collect() });
        let lazy = asked(loader.step().unwrap());
        assert_eq!(&*lazy.sql, "SELECT team.id \nFROM team \nWHERE team.id = ?");
        assert_eq!(
            (lazy.phase, lazy.path.as_deref(), lazy.params),
            (Phase::Walk, Some("Person.team"), vec![Value::Integer(7)])
        );
        loader.answer(Rows { width: 1, values: [Value::Integer(7)].into_iter().collect() });
        let Step::Done(loaded) = loader.step().unwrap() else { panic!("the second person's team is known") };
        assert_eq!(loaded.roots.unwrap().len(), 3);
        assert_eq!(loader.step().unwrap_err(), LoaderError::AlreadyDone);
    }

    #[test]
    fn a_question_has_to_be_answered() {
        let mut loader = loader();
        asked(loader.step().unwrap());
        assert_eq!(loader.step().unwrap_err(), LoaderError::NotAnswered);
    }

    #[test]
    fn many_rows_are_built_with_pauses() {
        let mut loader = loader();
        asked(loader.step().unwrap());
        let values = (0..20_000).flat_map(|id| [Value::Integer(id), Value::Null]).collect();
        loader.answer(Rows { width: 2, values });
        let mut pauses = 0;
        while matches!(loader.step().unwrap(), Step::Pause) {
            pauses += 1;
        }
        assert_eq!(pauses, 2);
    }
}
