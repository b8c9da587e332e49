//! Holding a mapping against the tables that are really there.

use super::error::SqliteError;
use super::open::Session;
use fetchscope_engine::mapping::document::MappingDocument;

/// Whether every table and column a mapping names exists; the first one that does not is the error.
pub fn verify(session: &Session, mapping: &MappingDocument) -> Result<(), SqliteError> {
    let entities = mapping.entities.iter().map(|entity| (&entity.table, &entity.columns));
    let tables = entities.chain(mapping.association_tables.iter().map(|table| (&table.table, &table.columns)));
    for (table, columns) in tables {
        let there = columns_of(session, table)?;
        if there.is_empty() {
            return Err(SqliteError::Mapping(format!(
                "the mapping names the table `{table}`, which {} does not have",
                session.path.display()
            )));
        }
        let missing = columns.iter().find(|column| !there.iter().any(|name| name.eq_ignore_ascii_case(&column.name)));
        if let Some(column) = missing {
            return Err(SqliteError::Mapping(format!(
                "the mapping names the column `{}`, which the table `{table}` does not have; it has {}",
                column.name,
                there.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            )));
        }
    }
    Ok(())
}

fn columns_of(session: &Session, table: &str) -> Result<Vec<String>, SqliteError> {
    let sql = "SELECT name FROM pragma_table_xinfo(?1)";
    let read = || {
        let mut statement = session.connection.prepare(sql)?;
        let rows = statement.query_map([table], |row| row.get(0))?;
        rows.collect::<rusqlite::Result<Vec<String>>>()
    };
    read().map_err(|error| SqliteError::from_rusqlite(&error, &session.path, Some(sql)))
}
