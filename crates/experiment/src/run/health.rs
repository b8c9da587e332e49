//! Whether a database still serves: when to give up a run rather than let every request fail that is left.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A database that has served nothing for so long, while requests failed, is not waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

/// A single request that failed says nothing of the next.
const FEWEST: u32 = 3;

/// What the requests of a cell have been through.
#[derive(Debug)]
pub(super) struct Health {
    /// Failures in a row that have to have been seen: as many as can be at the database at once.
    enough: u32,
    /// Set while requests fail, so that one that is served has nothing to lock.
    is_failing: AtomicBool,
    failed: AtomicU32,
    since: Mutex<Option<Instant>>,
    reason: Mutex<Option<String>>,
}

impl Health {
    pub(super) fn new(enough: u32) -> Health {
        Health {
            enough: enough.max(FEWEST),
            is_failing: AtomicBool::new(false),
            failed: AtomicU32::new(0),
            since: Mutex::new(None),
            reason: Mutex::new(None),
        }
    }

    /// A request was served.
    pub(super) fn served(&self) {
        if self.is_failing.swap(false, Ordering::Relaxed) {
            self.failed.store(0, Ordering::Relaxed);
            *lock(&self.since) = None;
        }
    }

    /// A request that began at this moment was not served.
    pub(super) fn failed(&self, began: Instant, message: &str) {
        self.is_failing.store(true, Ordering::Relaxed);
        let failed = self.failed.fetch_add(1, Ordering::Relaxed) + 1;
        let since = *lock(&self.since).get_or_insert(began);
        if failed >= self.enough && since.elapsed() >= PATIENCE {
            lock(&self.reason).get_or_insert_with(|| message.to_owned());
        }
    }

    /// Why the run is given up.
    pub(super) fn given_up(&self) -> Option<String> {
        lock(&self.reason).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
