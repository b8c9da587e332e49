//! The Python in which the real SQLAlchemy is measured.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a Python has, and what it lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PythonView {
    /// The interpreter or virtual environment that was named or made; empty for the one that is found.
    pub place: String,
    /// What it has: `Python 3.12.1 in /home/ann/app/.venv/bin/python: SQLAlchemy 2.1.9, psycopg 3.3.9`.
    pub has: String,
    /// What it lacks for the open source, and how to get it; none where it has everything.
    pub missing: Option<String>,
}
