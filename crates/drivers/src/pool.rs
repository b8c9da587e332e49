//! The connection pool: size, overflow, timeout, first come first served.

use crate::database::{Database, Session};
use crate::error::DatabaseError;
use fetchscope_engine::trace::Nanos;
use rusqlite::InterruptHandle;
use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};
use thiserror::Error;

/// Longest time without a look at whether the run was cancelled.
const SLICE: Duration = Duration::from_millis(50);

/// Connections to one database, handed out in the order in which they were asked for.
#[derive(Debug)]
pub struct Pool {
    database: Database,
    size: u32,
    limit: u32,
    timeout: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    idle: Vec<Session>,
    out: u32,
    queue: VecDeque<Arc<Waiter>>,
    running: Vec<(u64, InterruptHandle)>,
    next: u64,
}

impl State {
    /// Takes in what interrupts a session, and says where it stands.
    fn run(&mut self, handle: InterruptHandle) -> u64 {
        let ticket = self.next;
        self.next += 1;
        self.running.push((ticket, handle));
        ticket
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("State").field("idle", &self.idle.len()).field("out", &self.out).finish_non_exhaustive()
    }
}

struct Waiter {
    thread: Thread,
    called: AtomicBool,
}

/// A connection in use; given back when dropped.
#[derive(Debug)]
pub struct Pooled<'a> {
    pool: &'a Pool,
    session: Option<Session>,
    /// Its place among those that are interrupted.
    ticket: Option<u64>,
    /// How long it was waited for.
    pub waited: Nanos,
}

/// Why no connection was given.
#[derive(Debug, Error)]
pub enum PoolError {
    /// None became free in time.
    #[error(
        "no connection became free within {0:?} (QueuePool limit reached); raise the pool's size, overflow or timeout"
    )]
    Timeout(Duration),
    /// The run was cancelled while waiting.
    #[error("cancelled")]
    Cancelled,
    /// A connection could not be opened.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl Pool {
    /// A pool that keeps `size` connections and opens up to `overflow` more, which are closed after use.
    #[must_use]
    pub fn new(database: Database, size: u32, overflow: u32, timeout: Duration) -> Pool {
        Pool { database, size, limit: size.saturating_add(overflow).max(1), timeout, state: Mutex::default() }
    }

    /// Waits for a connection.
    pub fn acquire(&self, cancel: &AtomicBool) -> Result<Pooled<'_>, PoolError> {
        let start = Instant::now();
        let mut state = self.state();
        if state.out >= self.limit {
            let waiter = Arc::new(Waiter { thread: std::thread::current(), called: AtomicBool::new(false) });
            state.queue.push_back(waiter.clone());
            drop(state);
            self.wait(&waiter, start, cancel)?;
            state = self.state();
        } else {
            state.out += 1;
        }
        let session = match state.idle.pop() {
            Some(session) => session,
            None => {
                drop(state);
                let session = self.connect().inspect_err(|_| self.release(None, None))?;
                state = self.state();
                session
            }
        };
        let interrupt = match &session {
            Session::Sqlite(session) => Some(session.interrupt_handle()),
            // It looks by itself whether to go on.
            Session::Postgres(_) => None,
        };
        let ticket = interrupt.map(|handle| state.run(handle));
        drop(state);
        // Opening a connection beyond those kept is part of getting one, and so is every lock of the pool's own.
        let waited = start.elapsed().into();
        Ok(Pooled { pool: self, session: Some(session), ticket, waited })
    }

    /// A connection that looks up from waiting for a lock, so that the request can be cancelled then.
    fn connect(&self) -> Result<Session, DatabaseError> {
        let session = self.database.connect()?;
        match &session {
            Session::Sqlite(session) => session.wait_for_locks(SLICE)?,
            // It looks up from waiting by itself.
            Session::Postgres(_) => {}
        }
        Ok(session)
    }

    /// Stops every statement that does not look by itself whether to go on.
    pub fn interrupt(&self) {
        self.state().running.iter().for_each(|(_, handle)| handle.interrupt());
    }

    fn wait(&self, waiter: &Arc<Waiter>, start: Instant, cancel: &AtomicBool) -> Result<(), PoolError> {
        loop {
            if waiter.called.load(Ordering::Acquire) {
                return Ok(());
            }
            let left = self.timeout.checked_sub(start.elapsed());
            let given_up = match left {
                _ if cancel.load(Ordering::Relaxed) => Some(PoolError::Cancelled),
                None => Some(PoolError::Timeout(self.timeout)),
                Some(_) => None,
            };
            if let Some(error) = given_up {
                let mut state = self.state();
                if let Some(place) = state.queue.iter().position(|other| Arc::ptr_eq(other, waiter)) {
                    state.queue.remove(place);
                    return Err(error);
                }
                // Called at this very moment: the connection is ours.
                return Ok(());
            }
            std::thread::park_timeout(left.unwrap_or_default().min(SLICE));
        }
    }

    /// Gives a place back: to the one who has waited longest, or to nobody.
    fn release(&self, session: Option<Session>, ticket: Option<u64>) {
        let mut state = self.state();
        state.running.retain(|(running, _)| Some(*running) != ticket);
        let kept = state.idle.len() < self.size as usize;
        match session {
            Some(session) if session.is_usable() && (kept || !state.queue.is_empty()) => state.idle.push(session),
            Some(_) | None => {}
        }
        match state.queue.pop_front() {
            Some(waiter) => {
                waiter.called.store(true, Ordering::Release);
                waiter.thread.unpark();
            }
            None => state.out -= 1,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Pooled<'_> {
    type Target = Session;

    fn deref(&self) -> &Session {
        // Taken only when dropped.
        match &self.session {
            Some(session) => session,
            None => unreachable!("a pooled connection is there until it is dropped"),
        }
    }
}

impl Drop for Pooled<'_> {
    fn drop(&mut self) {
        self.pool.release(self.session.take(), self.ticket);
    }
}
