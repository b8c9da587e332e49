//! The code of a variant.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Code for one ORM that loads as a variant does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CodeView {
    /// Which: `SQLAlchemy 2.1`, `Django`.
    pub title: String,
    /// Whether it does what is measured, and not only something near it.
    pub exact: bool,
    /// Where it does something else than the variant, a sentence each.
    pub notes: Vec<String>,
    /// The code.
    pub code: String,
}
