//! A database that can be connected to any number of times, and one connection to it.

use crate::error::DatabaseError;
use crate::postgres::Engine;
use crate::postgres::activity::Watcher;
use crate::postgres::explain::Explained;
use crate::postgres::statements::Counts;
use crate::{postgres, sqlite};
use fetchscope_engine::advisor::evidence::LoadedRelationship;
use fetchscope_engine::mapping::document::MappingDocument;
use fetchscope_engine::sql::Dialect;
use fetchscope_engine::trace::StatementTrace;
use fetchscope_engine::value::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// A database.
#[derive(Debug, Clone)]
pub enum Database {
    /// A SQLite file.
    Sqlite(sqlite::Database),
    /// A PostgreSQL server, or what answers as one.
    Postgres(Box<postgres::Database>),
}

/// An open connection that only reads.
#[derive(Debug)]
pub enum Session {
    /// To a SQLite file.
    Sqlite(sqlite::Session),
    /// To a PostgreSQL server.
    Postgres(Box<postgres::Session>),
}

/// A mapping, and what was left out of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Introspected {
    /// What was found.
    pub mapping: MappingDocument,
    /// Tables left out, with the reason.
    pub notices: Vec<String>,
    /// How many rows an entity's table has, where the database knows without counting.
    pub estimates: BTreeMap<String, u64>,
}

impl Database {
    /// A SQLite file, checked to be one that can be read now.
    pub fn open_file(path: &Path) -> Result<Database, DatabaseError> {
        Ok(Database::Sqlite(sqlite::Database::open(path)?))
    }

    /// A PostgreSQL server, connected to once.
    pub fn open_server(settings: &postgres::Settings) -> Result<Database, DatabaseError> {
        Ok(Database::Postgres(Box::new(postgres::Database::open(settings)?)))
    }

    /// One more connection.
    pub fn connect(&self) -> Result<Session, DatabaseError> {
        Ok(match self {
            Database::Sqlite(database) => Session::Sqlite(database.connect()?),
            Database::Postgres(database) => Session::Postgres(Box::new(database.connect()?)),
        })
    }

    /// How many more connections can be opened now, where there is a limit.
    pub fn free_connections(&self) -> Result<Option<u64>, DatabaseError> {
        Ok(match self {
            Database::Sqlite(_) => None,
            Database::Postgres(database) => database.connect()?.free_connections()?,
        })
    }

    /// Settings of a server that decide how fast a statement is, by name; none where there is no server.
    pub fn server_settings(&self) -> Result<Vec<(String, String)>, DatabaseError> {
        Ok(match self {
            Database::Sqlite(_) => Vec::new(),
            Database::Postgres(database) => {
                let settings = database.connect()?.server_settings()?;
                settings.into_iter().map(|setting| (setting.name, setting.value)).collect()
            }
        })
    }

    /// What a server counted of this role's statements up to now; `None` where nothing counts them.
    pub fn statement_counts(&self) -> Result<Option<Counts>, DatabaseError> {
        Ok(match self {
            Database::Sqlite(_) => None,
            Database::Postgres(database) => database.connect()?.statement_counts()?,
        })
    }

    /// Tasks that Citus makes of the statements of one request; `None` on any other engine.
    pub fn shard_tasks(&self, statements: &[StatementTrace]) -> Result<Option<u64>, DatabaseError> {
        Ok(match self {
            Database::Postgres(database) if matches!(database.product().engine, Engine::Citus(_)) => {
                database.connect()?.shard_tasks(statements)?
            }
            Database::Sqlite(_) | Database::Postgres(_) => None,
        })
    }

    /// Looks from now on what the sessions of this program wait for in the server; `None` where there is no server.
    pub fn watch(&self, every: Duration) -> Result<Option<Watcher>, DatabaseError> {
        Ok(match self {
            Database::Sqlite(_) => None,
            Database::Postgres(database) => Some(Watcher::begin(database, every)?),
        })
    }

    /// What its statements are written in.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match self {
            Database::Sqlite(_) => Dialect::Sqlite,
            Database::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Product and version.
    #[must_use]
    pub fn version(&self) -> String {
        match self {
            Database::Sqlite(_) => format!("SQLite {}", sqlite::version()),
            Database::Postgres(database) => database.product().to_string(),
        }
    }
}

impl Session {
    /// Reads the schema.
    pub fn introspect(&self, name: &str) -> Result<Introspected, DatabaseError> {
        Ok(match self {
            Session::Sqlite(session) => sqlite::introspect(session, name)?,
            Session::Postgres(session) => postgres::introspect(session, name)?,
        })
    }

    /// What the schema was made of whose tables are looked up first, where it is a sample that was loaded.
    pub fn made_of(&self) -> Result<Option<String>, DatabaseError> {
        Ok(match self {
            Session::Sqlite(_) => None,
            Session::Postgres(session) => postgres::write::made_of(session)?,
        })
    }

    /// Whether every table and column a mapping names exists; the first one that does not is the error.
    pub fn verify(&self, mapping: &MappingDocument) -> Result<(), DatabaseError> {
        match self {
            Session::Sqlite(session) => sqlite::verify(session, mapping)?,
            Session::Postgres(session) => postgres::verify(session, mapping)?,
        }
        Ok(())
    }

    /// The pairs that a statement answers with: a value, and a number.
    pub fn groups(&self, sql: &str) -> Result<Vec<(Value, u64)>, DatabaseError> {
        Ok(match self {
            Session::Sqlite(session) => sqlite::groups(session, sql)?,
            Session::Postgres(session) => postgres::groups(session, sql)?,
        })
    }

    /// Says of each relationship whether an index begins with the columns its rows are looked up by. Of what is no table
    /// nothing is said.
    pub fn look_up_indexes(&self, relationships: &mut [LoadedRelationship]) -> Result<(), DatabaseError> {
        match self {
            Session::Sqlite(session) => sqlite::indexes::check(session, relationships)?,
            Session::Postgres(session) => postgres::indexes::check(session, relationships)?,
        }
        Ok(())
    }

    /// Runs a statement once more, at most so long, and says how, with parameters as a trace has them; `None` where
    /// nothing explains it.
    pub fn explain(
        &self,
        sql: &str,
        params: &[serde_json::Value],
        longest: Duration,
    ) -> Result<Option<Explained>, DatabaseError> {
        Ok(match self {
            Session::Sqlite(_) => None,
            Session::Postgres(session) => Some(session.explain(sql, params, longest)?),
        })
    }

    /// Whether it can serve another request.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        match self {
            Session::Sqlite(_) => true,
            Session::Postgres(session) => session.is_usable(),
        }
    }
}
