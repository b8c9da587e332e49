//! What `pg_stat_statements` counted between two moments, where it is installed.

use super::error::PostgresError;
use super::session::{Session, TextRow};
use fetchscope_engine::trace::Nanos;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the server counted of one statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// The statement, its constants replaced.
    pub sql: String,
    /// How often it ran.
    pub calls: u64,
    /// Rows it returned.
    pub rows: u64,
    /// Time the server spent on it.
    pub time: Nanos,
    /// Blocks it found in the server's memory.
    pub blocks_hit: u64,
    /// Blocks it had to read.
    pub blocks_read: u64,
}

/// What was counted up to a moment, by the server's own numbers of statements.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts(BTreeMap<String, Counted>);

impl Session {
    /// What this role's statements in this database have been counted to; `None` where nothing counts them.
    ///
    /// # Errors
    /// When the connection is lost.
    pub fn statement_counts(&self) -> Result<Option<Counts>, PostgresError> {
        let schema = self.ask(
            "SELECT quote_ident(n.nspname) FROM pg_catalog.pg_extension e \
             JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'",
        );
        let Some(schema) = some_unless_lost(schema)?.and_then(|rows| rows.first()?.get(0).map(str::to_owned)) else {
            return Ok(None);
        };
        // The column had another name up to version 12.
        for time in ["total_exec_time", "total_time"] {
            let sql = format!(
                "SELECT queryid, query, calls, rows, {time}, shared_blks_hit, shared_blks_read \
                 FROM {schema}.pg_stat_statements s JOIN pg_catalog.pg_database d ON d.oid = s.dbid \
                 JOIN pg_catalog.pg_roles r ON r.oid = s.userid \
                 WHERE d.datname = current_database() AND r.rolname = current_user AND queryid IS NOT NULL"
            );
            if let Some(rows) = some_unless_lost(self.ask(&sql))? {
                return Ok(Some(Counts::of(rows.iter().filter_map(read))));
            }
        }
        Ok(None)
    }
}

fn some_unless_lost<T>(answer: Result<T, PostgresError>) -> Result<Option<T>, PostgresError> {
    match answer {
        Err(error) if error.is_lost() => Err(error),
        answer => Ok(answer.ok()),
    }
}

fn read(row: &TextRow) -> Option<(String, Counted)> {
    let number = |index: usize| row.get(index).and_then(|text| text.parse().ok());
    let milliseconds: f64 = row.get(4)?.parse().ok()?;
    let counted = Counted {
        sql: row.get(1)?.to_owned(),
        calls: number(2)?,
        rows: number(3)?,
        time: Nanos((milliseconds * 1e6) as u64),
        blocks_hit: number(5)?,
        blocks_read: number(6)?,
    };
    Some((row.get(0)?.to_owned(), counted))
}

impl Counts {
    fn of(rows: impl Iterator<Item = (String, Counted)>) -> Counts {
        let mut counts = BTreeMap::new();
        for (number, counted) in rows {
            // A statement that runs inside another is counted apart.
            counts.entry(number).and_modify(|known: &mut Counted| known.add(&counted)).or_insert(counted);
        }
        Counts(counts)
    }

    /// What ran since an earlier moment, the longest first. What was counted anew meanwhile counts from there, and our own
    /// questions to the catalogue do not count.
    #[must_use]
    pub fn since(&self, earlier: &Counts) -> Vec<Counted> {
        let ran = |(number, now): (&String, &Counted)| {
            let before = earlier.0.get(number).filter(|before| before.calls <= now.calls);
            let ran = before.map_or_else(|| now.clone(), |before| now.less(before));
            (ran.calls > 0 && !ran.sql.contains("pg_catalog.")).then_some(ran)
        };
        let mut ran: Vec<Counted> = self.0.iter().filter_map(ran).collect();
        ran.sort_by(|left, right| right.time.0.cmp(&left.time.0).then_with(|| left.sql.cmp(&right.sql)));
        ran
    }
}

impl Counted {
    fn add(&mut self, other: &Counted) {
        self.calls += other.calls;
        self.rows += other.rows;
        self.time.0 += other.time.0;
        self.blocks_hit += other.blocks_hit;
        self.blocks_read += other.blocks_read;
    }

    fn less(&self, before: &Counted) -> Counted {
        Counted {
            sql: self.sql.clone(),
            calls: self.calls - before.calls,
            rows: self.rows.saturating_sub(before.rows),
            time: Nanos(self.time.0.saturating_sub(before.time.0)),
            blocks_hit: self.blocks_hit.saturating_sub(before.blocks_hit),
            blocks_read: self.blocks_read.saturating_sub(before.blocks_read),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(sql: &str, calls: u64, time: u64) -> (String, Counted) {
        let counted = Counted {
            sql: sql.to_owned(),
            calls,
            rows: 2 * calls,
            time: Nanos(time),
            blocks_hit: 3 * calls,
            blocks_read: 0,
        };
        (sql.to_owned(), counted)
    }

    #[test]
    fn what_ran_meanwhile_is_the_difference() {
        let before = Counts::of([counted("a", 5, 50), counted("b", 1, 10), counted("c", 9, 90)].into_iter());
        let own = counted("SELECT 1 FROM pg_catalog.pg_class", 1, 1);
        let after = Counts::of(
            [own, counted("a", 8, 70), counted("b", 1, 10), counted("c", 2, 30), counted("d", 1, 5)].into_iter(),
        );
        let ran: Vec<_> =
            after.since(&before).iter().map(|one| (one.sql.clone(), one.calls, one.rows, one.time.0)).collect();
        // `c` was counted anew.
        assert_eq!(ran, [("c".into(), 2, 4, 30), ("a".into(), 3, 6, 20), ("d".into(), 1, 2, 5)]);
    }
}
