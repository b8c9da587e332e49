//! Writing a sample into a schema of its own, by binary COPY.
//!
//! All of it is one transaction, so a reader finds the whole sample or none, whenever this program is killed. A comment on
//! the schema says what it was made of: so it is known again when it is opened, and nothing else can be dropped by this
//! program.

mod encode;

use super::error::PostgresError;
use super::open::Database;
use super::session::Session;
use crate::ddl::{self, UnknownType};
use bytes::Bytes;
pub use encode::{Chunk, Encoder};
use fetchscope_engine::mapping::document::{MappingDocument, TableDocument};
use fetchscope_engine::sql::Dialect;
use futures_util::SinkExt;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use thiserror::Error;
use tokio_postgres::CopyInSink;

/// How a comment on a schema begins that this program made.
const MADE: &str = "Fetchscope sample ";

/// Why a sample could not be loaded.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The server said no, or was lost.
    #[error(transparent)]
    Server(Box<PostgresError>),
    /// The mapping names a column type that PostgreSQL has no declaration for.
    #[error(transparent)]
    UnknownType(#[from] UnknownType),
    /// The schema is there.
    #[error("the schema {0} is already there and is not overwritten; drop it first with `fetchscope dataset drop`")]
    SchemaExists(String),
    /// The schema is not this program's.
    #[error("the schema {0} was not made by Fetchscope, so it is left alone")]
    NotMadeHere(String),
    /// There is no such schema.
    #[error("there is no schema {0}")]
    NoSchema(String),
    /// A value that is not of its column's type.
    #[error("a row of {table} has a value for {column} that is not of its type")]
    Value {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// Rows were offered for a table that the mapping does not have.
    #[error("the mapping has no table {0}")]
    UnknownTable(String),
    /// It was cancelled; nothing is left behind.
    #[error("cancelled")]
    Cancelled,
}

impl From<PostgresError> for LoadError {
    fn from(error: PostgresError) -> Self {
        if matches!(error, PostgresError::Cancelled) {
            LoadError::Cancelled
        } else {
            LoadError::Server(Box::new(error))
        }
    }
}

/// What the schema that names are looked up in first was made of, where this program made it.
///
/// # Errors
/// When the connection is lost.
pub fn made_of(session: &Session) -> Result<Option<String>, PostgresError> {
    let said = session.ask("SELECT obj_description(current_schema()::regnamespace, 'pg_namespace')")?;
    Ok(said.first().and_then(|row| row.get(0)).and_then(|comment| comment.strip_prefix(MADE)).map(str::to_owned))
}

/// Drops a schema that this program made.
///
/// # Errors
/// When there is no such schema, or it is somebody else's.
pub fn drop_schema(database: &Database, schema: &str) -> Result<(), LoadError> {
    let session = database.connect_to_write()?;
    let named = quote_literal(schema);
    let found = session.ask(&format!(
        "SELECT obj_description(oid, 'pg_namespace') FROM pg_catalog.pg_namespace WHERE nspname = {named}"
    ))?;
    let Some(row) = found.first() else { return Err(LoadError::NoSchema(schema.to_owned())) };
    if !row.get(0).is_some_and(|comment| comment.starts_with(MADE)) {
        return Err(LoadError::NotMadeHere(schema.to_owned()));
    }
    session.ask(&format!("DROP SCHEMA {} CASCADE", Dialect::Postgres.quote(schema)))?;
    Ok(())
}

fn quote_literal(text: &str) -> String {
    // With a backslash in it the meaning would depend on a setting of the server.
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// A schema being filled. Dropped before `finish`, it leaves nothing behind.
#[derive(Debug)]
pub struct Writer {
    session: Session,
    tables: Vec<Table>,
}

#[derive(Debug)]
struct Table {
    shape: TableDocument,
    /// What will be unique in it.
    keys: Vec<String>,
}

impl Writer {
    /// Begins a schema with every table of the mapping, no key, index or row in them yet.
    ///
    /// # Errors
    /// When the schema is there, the role may not create one, or a column's type is unknown.
    pub fn create(
        database: &Database,
        schema: &str,
        mapping: &MappingDocument,
        made_of: &str,
    ) -> Result<Writer, LoadError> {
        let shapes = ddl::tables(mapping);
        let create = |table: &TableDocument| ddl::create_table_without_keys(table, Dialect::Postgres);
        let statements = shapes.iter().map(create).collect::<Result<Vec<String>, _>>()?;
        let keys = |shape: &TableDocument| ddl::keys(shape, mapping, Dialect::Postgres);
        let tables = shapes.into_iter().map(|shape| Table { keys: keys(&shape), shape }).collect();
        let session = database.connect_to_write()?;
        let name = Dialect::Postgres.quote(schema);
        let exists = format!("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = {}", quote_literal(schema));
        if !session.ask(&exists)?.is_empty() {
            return Err(LoadError::SchemaExists(schema.to_owned()));
        }
        let comment = quote_literal(&format!("{MADE}{made_of}"));
        session.ask(&format!(
            "BEGIN; CREATE SCHEMA {name}; COMMENT ON SCHEMA {name} IS {comment}; SET LOCAL search_path = {name}; {}",
            statements.join("; ")
        ))?;
        Ok(Writer { session, tables })
    }

    /// What makes the rows of a table ready.
    ///
    /// # Errors
    /// When the mapping has no such table.
    pub fn encoder(&self, table: &str) -> Result<Encoder<'_>, LoadError> {
        Ok(Encoder::new(&self.table(table)?.shape))
    }

    /// Opens a table for rows.
    ///
    /// # Errors
    /// When the mapping has no such table, or the connection is lost.
    pub fn copy_into(&self, table: &str) -> Result<Copy<'_>, LoadError> {
        let columns: Vec<&str> = self.table(table)?.shape.columns.iter().map(|column| column.name.as_str()).collect();
        let sql = format!(
            "COPY {} ({}) FROM STDIN (FORMAT binary, FREEZE)",
            Dialect::Postgres.quote(table),
            ddl::list(&columns, Dialect::Postgres)
        );
        let session = &self.session;
        let failed = |error: tokio_postgres::Error| PostgresError::from_tokio(&error, session.settings(), Some(&sql));
        let sink = session.block_on(session.client().copy_in::<_, Bytes>(&sql)).map_err(failed)?;
        Ok(Copy { session, sql, sink: Box::pin(sink) })
    }

    fn table(&self, name: &str) -> Result<&Table, LoadError> {
        let table = self.tables.iter().find(|table| table.shape.table == name);
        table.ok_or_else(|| LoadError::UnknownTable(name.to_owned()))
    }

    /// Creates the keys of one table that has its rows, and the mapping's indexes. Without `foreign_keys`, indexes on
    /// exactly a foreign key's columns are left out. On a large table this takes seconds; it is given up soon after `cancel`
    /// became true.
    ///
    /// # Errors
    /// When it was given up, or the server says no, for instance because its disk is full.
    pub fn create_indexes(&self, table: &str, foreign_keys: bool, cancel: &AtomicBool) -> Result<(), LoadError> {
        let Table { shape, keys } = self.table(table)?;
        let add = |part: &String| ddl::add(table, part, Dialect::Postgres);
        let is_wanted =
            |columns: &&Vec<String>| foreign_keys || !shape.foreign_keys.iter().any(|key| &key.columns == *columns);
        let indexes = shape.indexes.iter().filter(is_wanted);
        let create = |columns: &Vec<String>| ddl::create_index(table, columns, Dialect::Postgres);
        keys.iter().map(add).chain(indexes.map(create)).try_for_each(|sql| self.until(cancel, &sql))
    }

    /// Creates the foreign keys of one table, once all tables have keys to refer to.
    ///
    /// # Errors
    /// When it was given up, or the server says no.
    pub fn create_foreign_keys(&self, table: &str, cancel: &AtomicBool) -> Result<(), LoadError> {
        let parts = ddl::foreign_keys(&self.table(table)?.shape, Dialect::Postgres);
        parts.iter().try_for_each(|part| self.until(cancel, &ddl::add(table, part, Dialect::Postgres)))
    }

    /// Makes everything visible, and lets the planner learn about it.
    ///
    /// # Errors
    /// When the connection is lost; nothing is left behind then.
    pub fn finish(self, cancel: &AtomicBool) -> Result<(), LoadError> {
        for table in &self.tables {
            self.until(cancel, &format!("ANALYZE {}", Dialect::Postgres.quote(&table.shape.table)))?;
        }
        Ok(self.session.ask("COMMIT").map(drop)?)
    }

    /// Runs a statement until it is done, or given up because `cancel` became true.
    fn until(&self, cancel: &AtomicBool, sql: &str) -> Result<(), LoadError> {
        let session = &self.session;
        let done = session.block_on(async {
            let mut running = pin!(session.client().batch_execute(sql));
            loop {
                if let Some(done) = session.answer_for_now(running.as_mut()).await {
                    return done;
                }
                if cancel.load(Ordering::Relaxed) {
                    // Whether it heard is seen by what the statement does.
                    drop(session.cancel_token().ask().await);
                }
            }
        });
        done.map_err(|error| PostgresError::from_tokio(&error, session.settings(), Some(sql)).into())
    }
}

/// One table being filled.
pub struct Copy<'w> {
    session: &'w Session,
    sql: String,
    sink: Pin<Box<CopyInSink<Bytes>>>,
}

impl Copy<'_> {
    /// Sends some rows.
    ///
    /// # Errors
    /// When the server was lost.
    pub fn send(&mut self, chunk: Chunk) -> Result<(), LoadError> {
        let sent = self.session.block_on(self.sink.send(chunk.bytes));
        sent.map_err(|error| self.failed(&error))
    }

    /// The end of the table. What it breaks (a disk that is full) is often said only here.
    ///
    /// # Errors
    /// When the server says no, or was lost.
    pub fn finish(mut self) -> Result<(), LoadError> {
        let done = self.session.block_on(self.sink.as_mut().finish());
        done.map(drop).map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &tokio_postgres::Error) -> LoadError {
        PostgresError::from_tokio(error, self.session.settings(), Some(&self.sql)).into()
    }
}
