//! From any schema of a server to a mapping.
//!
//! The catalogue is asked a handful of questions about all tables at once, since a question for each table would take
//! longer than anybody waits where there are a thousand of them.

mod assemble;
mod catalogue;
mod types;

use super::error::PostgresError;
use super::session::Session;
use crate::database::Introspected;
use std::collections::BTreeSet;

/// Reads the tables that the session's role may read.
///
/// # Errors
/// When the connection is lost, the server has no catalogue as PostgreSQL has it, or the address asks for schemas that
/// are not there.
pub fn introspect(session: &Session, name: &str) -> Result<Introspected, PostgresError> {
    let catalogue = catalogue::read(session)?;
    let asked_for = session.settings().options.as_deref().is_some_and(|options| options.contains("search_path"));
    if asked_for && catalogue.default_schema.is_none() {
        let path = session.ask("SHOW search_path")?.first().and_then(|row| row.get(0)).unwrap_or_default().to_owned();
        let schemas: BTreeSet<&str> = catalogue.relations.iter().map(|relation| relation.schema.as_str()).collect();
        let named: Vec<String> = schemas.into_iter().map(|schema| format!("`{schema}`")).collect();
        let has = if named.is_empty() { "none with tables".to_owned() } else { named.join(", ") };
        return Err(PostgresError::NoSchema { path, has });
    }
    Ok(assemble::assemble(&catalogue, name))
}
