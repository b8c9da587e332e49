//! How many rows belong to each value of a column.

use super::error::SqliteError;
use super::open::Session;
use fetchscope_engine::value::Value;

/// The pairs that a statement answers with: a value, and a number.
pub fn groups(session: &Session, sql: &str) -> Result<Vec<(Value, u64)>, SqliteError> {
    let failed = |error: rusqlite::Error| SqliteError::from_rusqlite(&error, &session.path, Some(sql));
    let mut statement = session.connection.prepare(sql).map_err(failed)?;
    let rows = statement
        .query_map([], |row| Ok((value(row.get_ref(0)?), row.get::<_, i64>(1)?.unsigned_abs())))
        .map_err(failed)?;
    rows.collect::<Result<_, _>>().map_err(failed)
}

fn value(raw: rusqlite::types::ValueRef<'_>) -> Value {
    use rusqlite::types::ValueRef as Raw;
    match raw {
        Raw::Null => Value::Null,
        Raw::Integer(number) => Value::Integer(number),
        Raw::Real(number) => Value::Real(number),
        Raw::Text(text) => Value::Text(String::from_utf8_lossy(text).into()),
        Raw::Blob(blob) => Value::Blob(blob.into()),
    }
}
