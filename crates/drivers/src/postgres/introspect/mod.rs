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
use catalogue::Catalogue;
use std::collections::BTreeSet;

/// Reads the tables that the session's role may read.
///
/// # Errors
/// When the connection is lost, the server has no catalogue as PostgreSQL has it, or the search path asks for schemas
/// that are not there.
pub fn introspect(session: &Session, name: &str) -> Result<Introspected, PostgresError> {
    let catalogue = catalogue::read(session)?;
    let asked_for = session.settings().options.as_deref().is_some_and(|options| options.contains("search_path"));
    if asked_for && catalogue.default_schema.is_none() {
        check_search_path(session, &catalogue)?;
    }
    Ok(assemble::assemble(&catalogue, name))
}

/// Refuses a search path that names schemas of which none is there. One that is there and may not be used is another
/// matter, and so is a path that names none.
fn check_search_path(session: &Session, catalogue: &Catalogue) -> Result<(), PostgresError> {
    let path = session.ask("SHOW search_path")?.first().and_then(|row| row.get(0)).unwrap_or_default().to_owned();
    let names = path.split(',').map(|name| name.trim().trim_matches('"'));
    let names: Vec<&str> = names.filter(|name| !name.is_empty() && *name != "$user").collect();
    let schemas = session.ask("SELECT nspname FROM pg_catalog.pg_namespace")?;
    let is_there = |name: &&str| schemas.iter().any(|row| row.get(0) == Some(*name));
    if names.is_empty() || names.iter().any(is_there) {
        return Ok(());
    }
    let with_tables: BTreeSet<&str> = catalogue.relations.iter().map(|relation| relation.schema.as_str()).collect();
    let has: Vec<String> = with_tables.into_iter().map(|schema| format!("`{schema}`")).collect();
    let has = if has.is_empty() { "none with tables".to_owned() } else { has.join(", ") };
    Err(PostgresError::NoSchema { path: names.join(", "), has })
}
