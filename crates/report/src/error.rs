//! What can go wrong between an outcome and its bytes.

use crate::export::ENDINGS;

/// A chart or report that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The token file that feeds window and charts does not say what the charts need.
    #[error("ui/tokens.json cannot be used for drawing: {0}")]
    Tokens(String),
    /// An embedded font is damaged.
    #[error("the embedded font {0} cannot be read")]
    Font(&'static str),
    /// The drawing library refused.
    #[error("drawing {chart}: {reason}")]
    Drawing {
        /// Which chart.
        chart: String,
        /// What the library said.
        reason: String,
    },
    /// The outcome cannot be written as JSON.
    #[error("writing the outcome as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A table cannot be written.
    #[error("writing a table: {0}")]
    Table(#[from] csv::Error),
    /// What is written in memory cannot be.
    #[error("writing the report: {0}")]
    Write(#[from] std::io::Error),
    /// The file's ending is none of the export formats.
    #[error("{path}: no export format is called {ending}; use one of {ENDINGS}, or a folder (DIR/)")]
    UnknownEnding {
        /// The path as given.
        path: String,
        /// Its ending, or a word for none.
        ending: String,
    },
}
