//! How many tasks Citus makes of the statements of a request.

use crate::postgres::error::PostgresError;
use crate::postgres::session::{STATEMENT_TIMEOUT, Session};
use fetchscope_engine::trace::StatementTrace;
use std::collections::HashMap;

impl Session {
    /// Nothing is run for it. Asks once for every text, with the parameters it had first: those that differ reach another shard, not more of them.
    /// `None` where no plan tells of tasks.
    pub(crate) fn shard_tasks(&self, statements: &[StatementTrace]) -> Result<Option<u64>, PostgresError> {
        sum(statements, |statement| {
            match self.plan("FORMAT JSON", &statement.sql, &statement.params, STATEMENT_TIMEOUT) {
                Ok(explained) => Ok(explained.shard_tasks),
                Err(error) if error.is_lost() => Err(error),
                // What cannot be explained may run all the same.
                Err(_) => Ok(None),
            }
        })
    }
}

fn sum<E>(
    statements: &[StatementTrace],
    mut tasks: impl FnMut(&StatementTrace) -> Result<Option<u64>, E>,
) -> Result<Option<u64>, E> {
    let mut known: HashMap<&str, Option<u64>> = HashMap::new();
    let mut all = None;
    for statement in statements {
        let of_one = match known.get(&*statement.sql) {
            Some(of_one) => *of_one,
            None => *known.entry(&statement.sql).or_insert(tasks(statement)?),
        };
        if let Some(of_one) = of_one {
            *all.get_or_insert(0) += of_one;
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::explain::Explained;
    use fetchscope_engine::trace::{Bands, Nanos, Phase};

    fn sent(sql: &str) -> StatementTrace {
        StatementTrace {
            n: 1,
            phase: Phase::Load,
            path: None,
            sql: sql.into(),
            params: Vec::new(),
            rows: 0,
            bytes: 0,
            started_ns: Nanos(0),
            times_ns: Bands::default(),
            objects_before: 0,
        }
    }

    #[test]
    fn every_text_is_asked_for_once_and_counts_as_often_as_it_is_sent() {
        let spread = Explained::parse(include_str!("answers/citus.json")).unwrap();
        let local = Explained::parse(include_str!("answers/join.json")).unwrap();
        let mut asked = Vec::new();
        let request = [sent("users"), sent("organization"), sent("organization"), sent("local")];
        let all = sum(&request, |one| {
            asked.push(one.sql.to_string());
            Ok::<_, ()>(if &*one.sql == "local" { local.shard_tasks } else { spread.shard_tasks })
        });
        assert_eq!(all, Ok(Some(96)));
        assert_eq!(asked, ["users", "organization", "local"]);
        assert_eq!(sum(&[sent("local")], |_| Ok::<_, ()>(local.shard_tasks)), Ok(None));
    }
}
