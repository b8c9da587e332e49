//! Writing a new SQLite file: a sample from a stream of rows.
//!
//! The rows go to a partial file beside the target, without a journal. Only when everything is in it and on the disk
//! is it renamed, so a reader finds the whole sample or none, whenever the process is killed. No statistics are
//! collected (`ANALYZE`): an application on SQLite rarely has them, and the query plans should be those it would get.

mod partial;
mod sorted;

use crate::ddl::{self, UnknownType};
use fetchscope_engine::mapping::document::{MappingDocument, TableDocument};
use fetchscope_engine::sql::Dialect;
use fetchscope_engine::value::Value;
use partial::Partial;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement, ToSql};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub use partial::is_complete;
pub use sorted::for_each_sorted_row;

/// Why a SQLite file could not be written, or read back.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// SQLite refused.
    #[error("{doing}: {source}")]
    Sqlite {
        /// What was being done, to which file or table.
        doing: String,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file system refused.
    #[error("{doing}: {source}")]
    File {
        /// What was being done, to which file.
        doing: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The mapping names a column type that SQLite has no declaration for.
    #[error(transparent)]
    UnknownType(#[from] UnknownType),
    /// Rows were offered for a table that the mapping does not have.
    #[error("the mapping has no table {0}")]
    UnknownTable(String),
}

impl WriteError {
    fn sqlite(doing: impl Into<String>) -> impl FnOnce(rusqlite::Error) -> WriteError {
        let doing = doing.into();
        move |source| WriteError::Sqlite { doing, source }
    }

    fn file(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> WriteError {
        let doing = doing.into();
        move |source| WriteError::File { doing, source }
    }
}

/// A SQLite file being written. Dropped before `finish`, it leaves nothing behind.
#[derive(Debug)]
pub struct Writer {
    connection: Connection,
    tables: Vec<TableDocument>,
    partial: Partial,
}

impl Writer {
    /// Begins a file at `target` with every table of the mapping, no index and no row in them yet.
    ///
    /// # Errors
    /// When the folder cannot be written to, or a column's type is unknown.
    pub fn create(target: &Path, mapping: &MappingDocument) -> Result<Writer, WriteError> {
        let tables = ddl::tables(mapping);
        let statements = tables
            .iter()
            .map(|table| ddl::create_table(table, mapping, Dialect::Sqlite))
            .collect::<Result<Vec<String>, _>>()?;
        let partial = Partial::begin(target)?;
        let connection = Connection::open(partial.path())
            .map_err(WriteError::sqlite(format!("cannot create {}", partial.path().display())))?;
        connection
            .execute_batch(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; \
                 PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; \
                 BEGIN EXCLUSIVE",
            )
            .map_err(WriteError::sqlite(format!("cannot write to {}", partial.path().display())))?;
        for (table, statement) in tables.iter().zip(&statements) {
            connection
                .execute_batch(statement)
                .map_err(WriteError::sqlite(format!("cannot create the table {}", table.table)))?;
        }
        Ok(Writer { connection, tables, partial })
    }

    /// The tables in the order their rows should come: a table stands after those it refers to.
    #[must_use]
    pub fn tables(&self) -> &[TableDocument] {
        &self.tables
    }

    /// Opens a table for rows.
    ///
    /// # Errors
    /// When the mapping has no such table.
    pub fn rows_of(&self, table: &str) -> Result<RowWriter<'_>, WriteError> {
        let shape = self
            .tables
            .iter()
            .find(|shape| shape.table == table)
            .ok_or_else(|| WriteError::UnknownTable(table.to_owned()))?;
        let doing = format!("cannot write a row of {table}");
        let statement = self.connection.prepare(&insert(shape)).map_err(WriteError::sqlite(doing.as_str()))?;
        Ok(RowWriter { statement, doing })
    }

    /// Creates the mapping's indexes on one table. Without `foreign_keys`, those on exactly a foreign key's columns
    /// are left out. On a large table this takes seconds; it is given up soon after `cancel` became true.
    ///
    /// # Errors
    /// When it was given up, or SQLite refuses, for instance because the disk is full.
    pub fn create_indexes(&self, table: &str, foreign_keys: bool, cancel: &AtomicBool) -> Result<(), WriteError> {
        let shapes = self.tables.iter().filter(|shape| shape.table == table);
        let indexes = shapes.flat_map(|shape| shape.indexes.iter().map(move |columns| (shape, columns)));
        let wanted = indexes
            .filter(|(shape, columns)| foreign_keys || !shape.foreign_keys.iter().any(|key| &key.columns == *columns));
        let statements: Vec<String> =
            wanted.map(|(_, columns)| ddl::create_index(table, columns, Dialect::Sqlite)).collect();
        if statements.is_empty() {
            return Ok(());
        }
        self.until(cancel, || self.connection.execute_batch(&statements.join(";")))
            .map_err(WriteError::sqlite(format!("cannot create the indexes of {table}")))
    }

    /// Works until done, or interrupted because `cancel` became true.
    fn until<T>(&self, cancel: &AtomicBool, work: impl FnOnce() -> T) -> T {
        let handle = self.connection.get_interrupt_handle();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let watcher = scope.spawn(|| {
                while !done.load(Ordering::Acquire) {
                    if cancel.load(Ordering::Relaxed) {
                        handle.interrupt();
                    }
                    std::thread::park_timeout(Duration::from_millis(20));
                }
            });
            let result = work();
            done.store(true, Ordering::Release);
            watcher.thread().unpark();
            result
        })
    }

    /// Saves the file under its name, replacing what stood there, and returns once it is on the disk.
    ///
    /// # Errors
    /// When the disk is full or the file cannot be renamed; nothing is left behind then.
    pub fn finish(self) -> Result<PathBuf, WriteError> {
        let Writer { connection, tables: _, partial } = self;
        let doing = format!("cannot save {}", partial.target().display());
        connection.execute_batch("COMMIT").map_err(WriteError::sqlite(doing.as_str()))?;
        connection.close().map_err(|(_, source)| WriteError::Sqlite { doing, source })?;
        partial.publish()
    }
}

/// One table being filled.
#[derive(Debug)]
pub struct RowWriter<'w> {
    statement: Statement<'w>,
    doing: String,
}

impl RowWriter<'_> {
    /// Writes one row: its values in the order of the table's columns.
    ///
    /// # Errors
    /// When the row breaks a constraint of the table or the disk is full.
    pub fn write(&mut self, row: &[Value]) -> Result<(), WriteError> {
        match self.statement.execute(rusqlite::params_from_iter(row.iter().map(Parameter))) {
            Ok(_) => Ok(()),
            Err(source) => Err(WriteError::Sqlite { doing: self.doing.clone(), source }),
        }
    }
}

/// INSERT of one row.
fn insert(table: &TableDocument) -> String {
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let places = vec!["?"; names.len()].join(", ");
    format!(
        "INSERT INTO {} ({}) VALUES ({places})",
        Dialect::Sqlite.quote(&table.table),
        ddl::list(&names, Dialect::Sqlite)
    )
}

/// A value as SQLite takes it.
struct Parameter<'v>(&'v Value);

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Boolean(value) => ValueRef::Integer(i64::from(*value)),
            Value::Integer(value) => ValueRef::Integer(*value),
            Value::Real(value) => ValueRef::Real(*value),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

#[cfg(test)]
mod tests;
