//! The distinct statements of a request.

use crate::outcome::StatementShape;
use fetchscope_engine::trace::StatementTrace;

/// Parameters of a statement, as a trace has them.
pub(super) type Params = Vec<serde_json::Value>;

/// Statements of the same text, phase and path become one, in the order of first use, with the parameters of the first.
pub(super) fn of(statements: &[StatementTrace]) -> (Vec<StatementShape>, Vec<Params>) {
    let mut places = std::collections::HashMap::new();
    let mut shapes: Vec<StatementShape> = Vec::new();
    let mut params = Vec::new();
    for one in statements {
        let place = *places.entry((&*one.sql, one.phase, one.path.as_deref())).or_insert_with(|| {
            shapes.push(StatementShape {
                sql: one.sql.to_string(),
                phase: one.phase,
                path: one.path.as_deref().map(str::to_owned),
                times: 0,
                rows: 0,
                origin: None,
                plan: None,
            });
            params.push(one.params.clone());
            shapes.len() - 1
        });
        shapes[place].times += 1;
        shapes[place].rows += one.rows;
    }
    (shapes, params)
}
