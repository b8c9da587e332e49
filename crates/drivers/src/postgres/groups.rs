//! How many rows belong to each value of a column.

use super::error::PostgresError;
use super::session::Session;
use super::value::push_row;
use fetchscope_engine::value::{Value, Values};

/// The pairs that a statement answers with: a value, and a number.
///
/// # Errors
/// When the server says no, or the connection is lost.
pub fn groups(session: &Session, sql: &str) -> Result<Vec<(Value, u64)>, PostgresError> {
    let failed = |error: tokio_postgres::Error| PostgresError::from_tokio(&error, session.settings(), Some(sql));
    let rows = session.block_on(session.client().query_typed(sql, &[])).map_err(failed)?;
    let mut values = Values::default();
    rows.iter().try_for_each(|row| push_row(row, &mut values)).map_err(failed)?;
    let pairs = (0..rows.len()).map(|row| {
        let number = match values.get(2 * row + 1).to_value() {
            Value::Integer(number) => number.unsigned_abs(),
            Value::Null | Value::Boolean(_) | Value::Real(_) | Value::Text(_) | Value::Blob(_) => 0,
        };
        (values.get(2 * row).to_value(), number)
    });
    Ok(pairs.collect())
}
