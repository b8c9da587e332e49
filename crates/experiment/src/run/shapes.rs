//! The distinct statements of a request.

use crate::outcome::StatementShape;
use fetchscope_engine::trace::StatementTrace;

/// Statements of the same text, phase and path become one, in the order of first use.
pub(super) fn of(statements: &[StatementTrace]) -> Vec<StatementShape> {
    let mut places = std::collections::HashMap::new();
    let mut shapes: Vec<StatementShape> = Vec::new();
    for one in statements {
        let place = *places.entry((&*one.sql, one.phase, one.path.as_deref())).or_insert_with(|| {
            shapes.push(StatementShape {
                sql: one.sql.to_string(),
                phase: one.phase,
                path: one.path.as_deref().map(str::to_owned),
                times: 0,
                rows: 0,
            });
            shapes.len() - 1
        });
        shapes[place].times += 1;
        shapes[place].rows += one.rows;
    }
    shapes
}
