//! How a server runs the statements of a request: each distinct one is run once more under EXPLAIN ANALYZE.

use crate::error::AppError;
use crate::source::Opened;
use fetchscope_drivers::database::Session;
use fetchscope_drivers::postgres::STATEMENT_TIMEOUT;
use fetchscope_drivers::postgres::explain::Explained;
use fetchscope_engine::trace::StatementTrace;
use fetchscope_report::plan;
use serde::Serialize;
use std::collections::HashSet;

/// How one statement was run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StatementPlan {
    /// The first statement of the trace with this text.
    pub n: u32,
    /// Its plan, a step a line, each indented below the one it gives its rows to.
    pub lines: Vec<String>,
    /// Tasks that were sent to the shards of a Citus cluster for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard_tasks: Option<u64>,
}

/// The plans of a trace's distinct statements, in the order of their first use.
pub fn plans(opened: &Opened, statements: &[StatementTrace]) -> Result<Vec<StatementPlan>, AppError> {
    let connected = opened.database.connect()?;
    let mut seen = HashSet::new();
    let distinct = statements.iter().filter(|statement| seen.insert(&*statement.sql));
    let plan = |statement: &StatementTrace| {
        let explained = explained(&connected, statement)?;
        Ok(StatementPlan { n: statement.n, shard_tasks: explained.shard_tasks, lines: plan::lines(&explained) })
    };
    distinct.map(plan).collect()
}

/// Runs a statement once more, and says how the server did it.
pub(crate) fn explained(session: &Session, statement: &StatementTrace) -> Result<Explained, AppError> {
    let explained = session.explain(&statement.sql, &statement.params, STATEMENT_TIMEOUT)?;
    explained.ok_or_else(|| AppError::Input("only a PostgreSQL server explains its plans".to_owned()))
}
