//! Reading a table back in the order of its key, to compare what two databases hold.

use super::{WriteError, ddl};
use fetchscope_engine::mapping::document::TableDocument;
use fetchscope_engine::sql::Dialect;
use fetchscope_engine::value::Value;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// Gives every row of a table to `each`, sorted by its primary key, or by all columns where it has none.
///
/// # Errors
/// When the file is not a SQLite database or does not have the table.
pub fn for_each_sorted_row(
    path: &Path,
    table: &TableDocument,
    each: &mut dyn FnMut(&[Value]),
) -> Result<(), WriteError> {
    let doing = format!("cannot read {} of {}", table.table, path.display());
    read(path, table, each).map_err(WriteError::sqlite(doing))
}

fn read(path: &Path, table: &TableDocument, each: &mut dyn FnMut(&[Value])) -> rusqlite::Result<()> {
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let key: Vec<&str> = table.columns.iter().filter(|column| column.pk).map(|column| column.name.as_str()).collect();
    let order = if key.is_empty() { &names } else { &key };
    let sql = format!(
        "SELECT {} FROM {} ORDER BY {}",
        ddl::list(&names, Dialect::Sqlite),
        Dialect::Sqlite.quote(&table.table),
        ddl::list(order, Dialect::Sqlite)
    );
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut values = Vec::with_capacity(names.len());
    while let Some(row) = rows.next()? {
        values.clear();
        for (position, column) in table.columns.iter().enumerate() {
            values.push(decoded(row.get_ref(position)?, column.type_name == "boolean"));
        }
        each(&values);
    }
    Ok(())
}

fn decoded(value: ValueRef<'_>, boolean: bool) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) if boolean => Value::Boolean(number != 0),
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.into()),
    }
}
