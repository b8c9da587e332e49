//! How a server runs the statements of a run. It is asked when everything is measured and counted, so that it changes neither.

use super::shapes::Params;
use crate::outcome::{Explained, VariantOutcome};
use fetchscope_drivers::database::Database;
use fetchscope_drivers::error::DatabaseError;
use fetchscope_drivers::postgres::PostgresError;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long all statements may take for it: each runs once more.
const LONGEST: Duration = Duration::from_secs(5);

/// Asks for the plan of every distinct statement, with the parameters it was first sent with. Says of how many there is
/// none, and why of the first.
pub(super) fn ask(
    database: &Database,
    variants: &mut [VariantOutcome],
    params: &[Vec<Params>],
    cancel: &AtomicBool,
) -> Option<String> {
    let session = match database {
        Database::Sqlite(_) => return None,
        Database::Postgres(_) => match database.connect() {
            Ok(session) => session,
            Err(error) => return Some(format!("There are no plans of the statements: {error}.")),
        },
    };
    let start = Instant::now();
    let mut known: HashMap<(String, String), Option<Explained>> = HashMap::new();
    let (mut missing, mut why) = (0, None);
    let shapes =
        variants.iter_mut().zip(params).flat_map(|(variant, params)| variant.statements.iter_mut().zip(params));
    for (shape, params) in shapes {
        if cancel.load(Ordering::Relaxed) {
            return None;
        }
        let statement = (shape.sql.clone(), serde_json::Value::from(params.clone()).to_string());
        let plan = known.entry(statement).or_insert_with(|| {
            // A slow one leaves some of the time for the others.
            let found = match LONGEST.saturating_sub(start.elapsed()) / 2 {
                left if left < Duration::from_millis(1) => Err(too_slow()),
                left => session.explain(&shape.sql, params, left).map_err(|error| reason(&error)),
            };
            found.unwrap_or_else(|reason| {
                missing += 1;
                why.get_or_insert(reason);
                None
            })
        });
        shape.plan.clone_from(plan);
    }
    let statements = if missing == 1 { "statement" } else { "statements" };
    why.map(|why| format!("There is no plan of {missing} {statements}: {why}."))
}

fn too_slow() -> String {
    format!("all together may take {} s for it", LONGEST.as_secs())
}

fn reason(error: &DatabaseError) -> String {
    match error {
        // Nobody else cancels it; some servers say so in words that are not understood.
        DatabaseError::Cancelled => too_slow(),
        DatabaseError::Postgres(error) if matches!(**error, PostgresError::StatementTimeout { .. }) => too_slow(),
        DatabaseError::Postgres(_) | DatabaseError::Sqlite(_) => error.to_string(),
    }
}
