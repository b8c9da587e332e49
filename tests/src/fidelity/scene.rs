//! A database made for a comparison, and its mapping.

use super::Fault;
use fetchscope_drivers::sqlite::create_from_script;
use fetchscope_engine::mapping::document::MappingDocument;
use fetchscope_test_postgres::{script, server};
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;

/// A database made for a comparison.
#[derive(Debug, Clone)]
pub struct Scene {
    /// The database, as `--source` names it.
    pub source: String,
    /// The mapping file.
    pub mapping: Value,
}

impl Scene {
    /// A new SQLite file with what `script` puts into it, in place of one that may be there.
    pub fn make(database: &Path, script: &str, mapping: &Value) -> Result<Scene, Fault> {
        if database.exists() {
            std::fs::remove_file(database).map_err(|source| Fault::File { path: database.to_owned(), source })?;
        }
        create_from_script(database, script).map_err(|error| Fault::malformed("a script", error))?;
        Ok(Scene { source: format!("sqlite:{}", database.display()), mapping: mapping.clone() })
    }

    /// A new database with the same rows on the tests' own PostgreSQL server.
    pub fn make_on_server(script: &str, mapping: &Value) -> Result<Scene, Fault> {
        let document = MappingDocument::deserialize(mapping).map_err(|error| Fault::malformed("a mapping", error))?;
        let script = script::from_sqlite(&document, script).map_err(|error| Fault::malformed("a script", error))?;
        let made = server().map_err(ToString::to_string);
        let made = made.and_then(|server| server.database(&script).map_err(|error| error.to_string()));
        let source = made.map_err(|problem| Fault::Program { program: "PostgreSQL".to_owned(), problem })?;
        Ok(Scene { source, mapping: mapping.clone() })
    }
}
