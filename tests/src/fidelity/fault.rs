//! What can go wrong around a comparison, and is no disagreement.

use std::path::PathBuf;
use thiserror::Error;

/// A comparison that could not be made.
#[derive(Debug, Error)]
pub enum Fault {
    /// A file or folder.
    #[error("{path}: {source}")]
    File {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file or an answer that is not what it should be.
    #[error("{what} is malformed: {problem}")]
    Malformed {
        /// Which.
        what: String,
        /// In which way.
        problem: String,
    },
    /// The program that asks the real SQLAlchemy.
    #[error("{program}: {problem}")]
    Program {
        /// Which.
        program: String,
        /// What it did.
        problem: String,
    },
}

impl Fault {
    pub(super) fn malformed(what: &str, problem: impl std::fmt::Display) -> Fault {
        Fault::Malformed { what: what.to_owned(), problem: problem.to_string() }
    }
}
