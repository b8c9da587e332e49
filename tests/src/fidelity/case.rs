//! A case that brings its own database.

use super::Fault;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A mapping, the rows behind it and a plan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Case {
    /// The mapping file.
    pub mapping: Value,
    /// The statements that make the database on SQLite.
    pub script: String,
    /// The plan file.
    pub plan: Value,
}

impl Case {
    /// From JSON with these three, whatever else stands there.
    pub fn read(json: &Value) -> Result<Case, Fault> {
        Case::deserialize(json).map_err(|error| Fault::malformed("a case", error))
    }
}
