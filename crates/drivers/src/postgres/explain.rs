//! How the server ran a statement: the answer of EXPLAIN as a tree.

mod parse;
mod tasks;

use super::error::PostgresError;
use super::session::Session;
use super::value::Param;
use fetchscope_engine::trace::Nanos;
use fetchscope_engine::value::Value;
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::time::Duration;
use tokio_postgres::types::Type;

/// A statement's plan, as it ran.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    /// The step that returns the rows.
    pub root: PlanStep,
    /// Time to make the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planning: Option<Nanos>,
    /// Time to run it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution: Option<Nanos>,
    /// Time to compile parts of it, where the server did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compiling: Option<Nanos>,
    /// Tasks that Citus sent to its shards for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard_tasks: Option<u64>,
}

/// A step of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanStep {
    /// What it does, in the server's words: `Seq Scan`, `Hash Join`.
    pub kind: String,
    /// Of which sort a join is: `Left`, `Inner`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join: Option<String>,
    /// The table it reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
    /// The name of the table in the statement, where it has another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// The index it uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// The conditions, as the server writes them, long ones cut.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<String>,
    /// Rows that were expected of each loop.
    pub expected_rows: f64,
    /// Rows that came of each loop, as an average; nothing where it was not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<f64>,
    /// Rows that it read of each loop and let go, for a filter or a join's condition.
    pub removed_rows: f64,
    /// How often it ran.
    pub loops: u64,
    /// Time of all loops, with the steps beneath.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Nanos>,
    /// Blocks it and the steps beneath touched.
    pub buffers: Buffers,
    /// The steps it has its rows from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<PlanStep>,
}

/// Blocks, of 8 kB as most servers are built.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buffers {
    /// Found in the server's memory.
    pub hit: u64,
    /// Read from the operating system.
    pub read: u64,
    /// Read from temporary files, for what did not fit into `work_mem`.
    pub temp_read: u64,
    /// Written to temporary files.
    pub temp_written: u64,
}

impl Session {
    /// Runs a statement, at most so long, and says how, in a transaction of its own that cannot write. Its parameters are
    /// as a trace has them.
    ///
    /// # Errors
    /// When the server says no: some engines have no such answer.
    pub fn explain(&self, sql: &str, params: &[Json], longest: Duration) -> Result<Explained, PostgresError> {
        self.plan("ANALYZE, BUFFERS, FORMAT JSON", sql, params, longest)
    }

    /// How a statement would be run, or was, in a transaction of its own that cannot write.
    fn plan(&self, options: &str, sql: &str, params: &[Json], longest: Duration) -> Result<Explained, PostgresError> {
        let params = of_trace(sql, params);
        let explain = format!("EXPLAIN ({options}) {sql}");
        let failed = |error: tokio_postgres::Error| PostgresError::from_tokio(&error, self.settings(), Some(sql));
        // Zero would be no limit at all.
        let milliseconds = longest.as_millis().clamp(1, i32::MAX as u128);
        let begin = format!("{}; SET LOCAL statement_timeout = {milliseconds}", self.begin());
        let answer = self.block_on(async {
            let params = params.iter().map(|value| (Param(value), Type::UNKNOWN));
            let rows = async {
                self.client().batch_execute(&begin).await?;
                self.client().query_typed_raw(&explain, params).await?.try_collect::<Vec<_>>().await
            };
            let rows = rows.await;
            // After a failure there is nothing else to be said than how it came.
            let ended = self.client().batch_execute("ROLLBACK").await;
            let rows = rows?;
            ended.map(|()| rows)
        });
        let rows = answer.map_err(failed)?;
        let unreadable = |what: &str| PostgresError::NotSupported {
            message: format!("EXPLAIN does not answer as PostgreSQL's does ({what})"),
            sql: sql.to_owned(),
        };
        let row = rows.first().ok_or_else(|| unreadable("nothing came"))?;
        let json: Answer<'_> = row.try_get(0).map_err(failed)?;
        Explained::parse(json.0).ok_or_else(|| unreadable("there is no plan in it"))
    }
}

/// Parameters as a trace has them. Bytes are hexadecimal digits there, and only the statement says that they are bytes.
fn of_trace(sql: &str, params: &[Json]) -> Vec<Value> {
    let is_bytes = |index: usize| sql.contains(&format!("${}::BYTEA", index + 1));
    let value = |(index, param): (usize, &Json)| match param.as_str() {
        Some(digits) if is_bytes(index) => Value::from(format!("\\x{digits}").as_str()),
        Some(_) | None => Value::of_json(param),
    };
    params.iter().enumerate().map(value).collect()
}

/// The answer, whose type is `json` or `text`, depending on the engine.
struct Answer<'r>(&'r str);

impl<'r> tokio_postgres::types::FromSql<'r> for Answer<'r> {
    fn from_sql(_: &Type, raw: &'r [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Answer(std::str::from_utf8(raw)?))
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::JSON | Type::TEXT | Type::VARCHAR)
    }
}
