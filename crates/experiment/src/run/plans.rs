//! How a server runs the statements of a run. It is asked when everything is measured and counted, so that it changes neither.

use super::shapes::Params;
use crate::outcome::VariantOutcome;
use fetchscope_drivers::database::Database;
use fetchscope_drivers::error::DatabaseError;
use fetchscope_drivers::postgres::PostgresError;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long all statements may take for it: each runs once more.
const LONGEST: Duration = Duration::from_secs(5);

/// Asks for the plan of every distinct statement, with the parameters it was first sent with. Says how many were left out
/// for want of time. A server that is gone by now, or has no such answer, is not asked for more.
pub(super) fn ask(
    database: &Database,
    variants: &mut [VariantOutcome],
    params: &[Vec<Params>],
    cancel: &AtomicBool,
) -> Option<String> {
    let Ok(session) = database.connect() else { return None };
    let start = Instant::now();
    let mut known = HashMap::new();
    let mut left_out = 0;
    let statements =
        variants.iter_mut().zip(params).flat_map(|(variant, params)| variant.statements.iter_mut().zip(params));
    for (shape, params) in statements {
        if let Some(plan) = known.get(&shape.sql) {
            shape.plan = Clone::clone(plan);
            continue;
        }
        let left = LONGEST.saturating_sub(start.elapsed());
        if left.is_zero() || cancel.load(Ordering::Relaxed) {
            left_out += 1;
            continue;
        }
        match session.explain(&shape.sql, params, left) {
            Ok(plan) => {
                shape.plan.clone_from(&plan);
                known.insert(shape.sql.clone(), plan);
            }
            Err(error) if is_too_slow(&error) => left_out += 1,
            Err(_) => return None,
        }
    }
    (left_out > 0).then(|| {
        let statements = if left_out == 1 { "statement was" } else { "statements were" };
        format!(
            "How the server runs {left_out} {statements} not asked: all together may take {} s for it.",
            LONGEST.as_secs()
        )
    })
}

fn is_too_slow(error: &DatabaseError) -> bool {
    matches!(error, DatabaseError::Postgres(error) if matches!(**error, PostgresError::StatementTimeout { .. }))
}
