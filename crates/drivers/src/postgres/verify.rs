//! Holding a mapping against the tables that are really there.

use super::error::PostgresError;
use super::session::Session;
use fetchscope_engine::mapping::document::MappingDocument;
use tokio_postgres::types::Type;

/// Columns of tables and views, by the place of their names in the list; none where there is no such table. One question
/// for all of them: a server may be far, and a mapping may have a thousand.
const COLUMNS: &str = "SELECT n.place, a.attname::text FROM unnest($1) WITH ORDINALITY AS n (name, place) \
                       JOIN pg_catalog.pg_attribute AS a ON a.attrelid = to_regclass(n.name) \
                       WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY n.place, a.attnum";

/// Whether every table and column a mapping names exists; the first one that does not is the error.
///
/// # Errors
/// When something is missing, or the connection is lost.
pub fn verify(session: &Session, mapping: &MappingDocument) -> Result<(), PostgresError> {
    let entities = mapping.entities.iter().map(|entity| (&entity.schema, &entity.table, &entity.columns));
    let association_tables = mapping.association_tables.iter();
    let tables: Vec<_> =
        entities.chain(association_tables.map(|table| (&table.schema, &table.table, &table.columns))).collect();
    let names = tables.iter().map(|(schema, table, _)| quoted(schema.as_deref(), table)).collect();
    let there = columns_of(session, names)?;
    for ((_, table, columns), there) in tables.into_iter().zip(there) {
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

/// The columns of each table.
fn columns_of(session: &Session, names: Vec<String>) -> Result<Vec<Vec<String>>, PostgresError> {
    let failed = |error: tokio_postgres::Error| PostgresError::from_tokio(&error, session.settings(), Some(COLUMNS));
    let mut columns = vec![Vec::new(); names.len()];
    let asked = session.block_on(session.client().query_typed(COLUMNS, &[(&names, Type::TEXT_ARRAY)]));
    for row in asked.map_err(failed)? {
        let place: i64 = row.try_get(0).map_err(failed)?;
        if let Some(of) = usize::try_from(place - 1).ok().and_then(|place| columns.get_mut(place)) {
            of.push(row.try_get(1).map_err(failed)?);
        }
    }
    Ok(columns)
}

/// The name as a statement has it.
pub(super) fn quoted(schema: Option<&str>, table: &str) -> String {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    match schema {
        Some(schema) => format!("{}.{}", quoted(schema), quoted(table)),
        None => quoted(table),
    }
}
