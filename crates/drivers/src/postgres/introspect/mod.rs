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

/// Reads the tables that the session's role may read.
///
/// # Errors
/// When the connection is lost, or the server has no catalogue as PostgreSQL has it.
pub fn introspect(session: &Session, name: &str) -> Result<Introspected, PostgresError> {
    Ok(assemble::assemble(&catalogue::read(session)?, name))
}
