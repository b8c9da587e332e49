//! Stops a statement that works for too long without a row: SQLite looks at the watch while it runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Virtual machine instructions of SQLite between two looks: well below a millisecond.
pub(super) const INSTRUCTIONS: i32 = 50_000;

/// Until when the statements of a connection may run.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    epoch: Instant,
    /// Nanoseconds after the epoch.
    until: Arc<AtomicU64>,
}

impl Watch {
    /// A watch that never ends anything until it is set.
    pub(super) fn new() -> Watch {
        Watch { epoch: Instant::now(), until: Arc::new(AtomicU64::new(u64::MAX)) }
    }

    /// Statements may run for so long from now on.
    pub(super) fn set(&self, time: Duration) {
        let until = self.epoch.elapsed().saturating_add(time).as_nanos();
        self.until.store(u64::try_from(until).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Whether the time is over.
    pub(super) fn is_over(&self) -> bool {
        self.epoch.elapsed().as_nanos() > self.until.load(Ordering::Relaxed).into()
    }
}
