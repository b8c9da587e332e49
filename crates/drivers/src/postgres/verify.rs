//! Holding a mapping against the tables that are really there.

use super::error::PostgresError;
use super::session::Session;
use fetchscope_engine::mapping::document::MappingDocument;
use tokio_postgres::types::Type;

/// Columns of a table or view, by its name as it stands in a statement; none where there is no such table.
const COLUMNS: &str = "SELECT attname::text FROM pg_catalog.pg_attribute \
                       WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum";

/// Whether every table and column a mapping names exists; the first one that does not is the error.
///
/// # Errors
/// When something is missing, or the connection is lost.
pub fn verify(session: &Session, mapping: &MappingDocument) -> Result<(), PostgresError> {
    let entities = mapping.entities.iter().map(|entity| (&entity.schema, &entity.table, &entity.columns));
    let association_tables = mapping.association_tables.iter();
    let tables = entities.chain(association_tables.map(|table| (&table.schema, &table.table, &table.columns)));
    for (schema, table, columns) in tables {
        let there = columns_of(session, &quoted(schema.as_deref(), table))?;
        if there.is_empty() {
            return Err(PostgresError::Mapping(format!(
                "the mapping names the table `{table}`, which {} does not have",
                session.settings().redacted()
            )));
        }
        if let Some(column) = columns.iter().find(|column| !there.contains(&column.name)) {
            return Err(PostgresError::Mapping(format!(
                "the mapping names the column `{}`, which the table `{table}` does not have; it has {}",
                column.name,
                there.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            )));
        }
    }
    Ok(())
}

fn columns_of(session: &Session, name: &str) -> Result<Vec<String>, PostgresError> {
    let failed = |error: tokio_postgres::Error| PostgresError::from_tokio(&error, session.settings(), Some(COLUMNS));
    let rows = session.block_on(session.client().query_typed(COLUMNS, &[(&name, Type::TEXT)])).map_err(failed)?;
    rows.iter().map(|row| row.try_get(0).map_err(failed)).collect()
}

/// The name as a statement has it.
pub(super) fn quoted(schema: Option<&str>, table: &str) -> String {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let table = quoted(table);
    schema.map_or(table.clone(), |schema| format!("{}.{table}", quoted(schema)))
}
