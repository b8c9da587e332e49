//! What can go wrong with the worker, each in a sentence that says what to do.

use std::path::PathBuf;
use std::time::Duration;
use thiserror::Error;

/// Why the real SQLAlchemy could not be asked, or not any more.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WorkerError {
    /// Nobody named one, and none was prepared.
    #[error(
        "no Python with SQLAlchemy is known: name an interpreter or a virtual environment with `--python` or \
         FETCHSCOPE_PYTHON, activate one, or let `fetchscope sqlalchemy prepare` make one"
    )]
    NoPython,
    /// The one that was named is none.
    #[error("{place} is neither a Python interpreter nor a virtual environment")]
    NotAPython {
        /// What was named.
        place: PathBuf,
    },
    /// The process did not begin.
    #[error("{interpreter} could not be started: {reason}")]
    NotStarted {
        /// The interpreter.
        interpreter: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// The package could not be put where Python finds it.
    #[error("the worker of SQLAlchemy could not be unpacked into {folder}: {reason}")]
    NotUnpacked {
        /// The folder.
        folder: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// It stopped giving signs of life.
    #[error("the Python worker ({interpreter}) gave no sign of life for {} and was ended", seconds(*.after))]
    Silent {
        /// The interpreter.
        interpreter: PathBuf,
        /// For how long.
        after: Duration,
    },
    /// It lives, but does not come to an end.
    #[error("{doing} took longer than {} and was ended", seconds(*.after))]
    TooLong {
        /// What it was asked.
        doing: String,
        /// How long that may take.
        after: Duration,
    },
    /// Somebody's modules do not come to the end of their import.
    #[error(
        "importing `{name}` made no progress for {} and was stopped; a module that is imported must not wait or connect to \
         anything",
        seconds(*.after)
    )]
    Stuck {
        /// What was to be imported.
        name: String,
        /// For how long nothing was imported.
        after: Duration,
    },
    /// It ended by itself, or somebody ended it.
    #[error("the Python worker ({interpreter}) {how}{}", last_words(.said))]
    Ended {
        /// The interpreter.
        interpreter: PathBuf,
        /// `ended with status 1`, `was killed by signal 9`.
        how: String,
        /// The last line it wrote to standard error.
        said: String,
    },
    /// What it said is not what was agreed on.
    #[error("the Python worker ({interpreter}) said what it should not, and was ended: {line}")]
    Garbage {
        /// The interpreter.
        interpreter: PathBuf,
        /// The beginning of it.
        line: String,
    },
    /// A package is not installed.
    #[error(
        "{interpreter} has no {package}; `{interpreter} -m pip install {package}` installs it, or name another Python"
    )]
    Missing {
        /// The interpreter.
        interpreter: PathBuf,
        /// Its name on PyPI.
        package: &'static str,
    },
    /// SQLAlchemy is there, but too old.
    #[error("{interpreter} has SQLAlchemy {version}, and 2.0 is the oldest that can be measured")]
    TooOld {
        /// The interpreter.
        interpreter: PathBuf,
        /// The version.
        version: String,
    },
    /// An exception.
    #[error("{doing}: {type_name}: {message}")]
    Raised {
        /// What it was asked.
        doing: String,
        /// The exception's class.
        type_name: String,
        /// Its first line.
        message: String,
    },
    /// A program of the user's, or what was asked of it, is not usable; a sentence.
    #[error("{0}")]
    Unusable(String),
    /// The database is one that the lane does not connect to.
    #[error("{0}")]
    Unreachable(String),
    /// Somebody cancelled.
    #[error("cancelled")]
    Cancelled,
}

impl WorkerError {
    /// Whether it follows from what was named or is installed, and not from what happened while it ran.
    #[must_use]
    pub fn is_input(&self) -> bool {
        match self {
            WorkerError::NoPython
            | WorkerError::NotAPython { .. }
            | WorkerError::NotStarted { .. }
            | WorkerError::Missing { .. }
            | WorkerError::TooOld { .. }
            | WorkerError::Stuck { .. }
            | WorkerError::Unusable(_)
            | WorkerError::Unreachable(_) => true,
            WorkerError::NotUnpacked { .. }
            | WorkerError::Silent { .. }
            | WorkerError::TooLong { .. }
            | WorkerError::Ended { .. }
            | WorkerError::Garbage { .. }
            | WorkerError::Raised { .. }
            | WorkerError::Cancelled => false,
        }
    }
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

fn last_words(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(": {said}") }
}
