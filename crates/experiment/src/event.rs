//! What a run says while it runs. Whoever listens decides how to show it.

use crate::found::Piece;
use crate::spec::Axis;

/// Progress of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Each variant is served once, to count its statements and compare its answer.
    Checking {
        /// Name of the variant.
        variant: String,
    },
    /// Unmeasured requests.
    WarmingUp {
        /// Name of the variant.
        variant: String,
    },
    /// Measured requests were finished.
    Progress {
        /// Finished so far, all variants, failed ones included.
        done: u32,
        /// Planned, all variants; `None` when the run is limited by time.
        total: Option<u32>,
        /// Round, from 1.
        round: u32,
        /// Rounds planned.
        rounds: u32,
        /// Name of the variant running.
        variant: String,
    },
    /// The next value of a sweep; progress counts from 0 again.
    Sweeping {
        /// What is changed.
        over: Axis,
        /// To what.
        value: f64,
        /// Which value, from 1.
        point: u32,
        /// Values planned.
        points: u32,
    },
    /// All of it again in the real SQLAlchemy; progress counts from 0 again.
    ChangingLane,
    /// Something was found: whoever keeps it loses nothing, however the run ends.
    Found(Box<Piece>),
    /// Something the reader of the result should know.
    Note(String),
}

impl From<Piece> for Event {
    fn from(piece: Piece) -> Event {
        Event::Found(Box::new(piece))
    }
}
