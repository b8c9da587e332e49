//! A run while it goes on: what its two charts show of the rounds that have ended.

use fetchscope_experiment::found::{Assembly, Piece};
use fetchscope_report::rows::{Row, rows};
use std::time::{Duration, Instant};

/// The shortest time between two looks. What they show is drawn while the next round is measured, which then has a core
/// less for a moment.
const EVERY: Duration = Duration::from_secs(2);

/// Working out what to draw may take this share of the run's time: one part in so many.
const SHARE: u32 = 25;

/// What has been found so far.
#[derive(Debug)]
pub(super) struct Live {
    found: Option<Assembly>,
    next: Instant,
}

impl Live {
    /// A run that begins now.
    pub(super) fn new() -> Live {
        Live { found: None, next: Instant::now() + EVERY }
    }

    /// Takes in a piece; now and then there is something new to draw. Sweeps and the other lane are not drawn before their end.
    pub(super) fn take_in(&mut self, piece: Piece) -> Option<Vec<Row>> {
        match piece {
            Piece::Began { .. } => {
                self.found = Assembly::of([piece]);
                return None;
            }
            // All that these charts have to show is there.
            Piece::Sweeping { .. } | Piece::ChangingLane => return self.found.take().map(|all| rows(all.so_far())),
            Piece::Checked { .. } => {
                self.found.as_mut()?.add(&piece);
                return None;
            }
            Piece::Round { .. } => self.found.as_mut()?.add(&piece),
        }
        let found = self.found.as_ref()?;
        let began = Instant::now();
        if began < self.next {
            return None;
        }
        let rows = rows(found.so_far());
        self.next = Instant::now() + EVERY.max(began.elapsed() * SHARE);
        Some(rows)
    }
}
