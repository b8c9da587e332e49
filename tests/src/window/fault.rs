//! What can go wrong while a window is driven.

use std::time::Duration;

/// Why a window could not be driven.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A program could not be started.
    #[error("{program} could not be started: {source}")]
    Start {
        /// Its name.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// A program ended, or said something else than it should.
    #[error("{program} {problem}")]
    Program {
        /// Its name.
        program: String,
        /// What it did.
        problem: String,
    },
    /// The driver could not be reached.
    #[error("the driver could not be asked to {request}: {source}")]
    Connection {
        /// Method and path.
        request: String,
        /// Why.
        source: std::io::Error,
    },
    /// The driver's answer is not WebDriver's.
    #[error("the driver answered {request} with {answer:?}")]
    Protocol {
        /// Method and path.
        request: String,
        /// The beginning of the answer.
        answer: String,
    },
    /// The driver refused: no such element, a script error.
    #[error("{request}: {error}: {message}")]
    Refused {
        /// Method and path.
        request: String,
        /// WebDriver's name of the error.
        error: String,
        /// What it says.
        message: String,
    },
    /// Something awaited did not happen.
    #[error("waited {waited:?} in vain until {what}; at last: {last}")]
    Timeout {
        /// What was awaited.
        what: String,
        /// For how long.
        waited: Duration,
        /// What was there instead.
        last: String,
    },
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Where.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}
