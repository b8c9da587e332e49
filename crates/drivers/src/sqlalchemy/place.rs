//! A database as the worker is told of it. A password stands in it, and nowhere else that anybody could read.

use super::error::WorkerError;
use crate::database::Database;
use crate::postgres::{Guard, Host};
use serde::Serialize;
use std::fmt;

/// Where the worker connects to.
#[derive(Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Place {
    /// A file, as SQLite's own URI of it.
    Sqlite {
        /// With the settings that keep it from being written to.
        uri: String,
    },
    /// A server.
    Postgres(Server),
}

/// What a driver needs to connect.
#[derive(Clone, Serialize)]
pub struct Server {
    host: String,
    port: u16,
    user: String,
    password: Option<String>,
    database: String,
    sslmode: &'static str,
    sslrootcert: Option<String>,
    connect_timeout: u64,
    application_name: String,
    options: String,
}

impl fmt::Debug for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Sqlite { uri } => formatter.debug_struct("Sqlite").field("uri", uri).finish(),
            Place::Postgres(server) => {
                formatter.debug_struct("Postgres").field("host", &server.host).finish_non_exhaustive()
            }
        }
    }
}

impl Place {
    /// The same database, to be read from only.
    pub fn of(database: &Database) -> Result<Place, WorkerError> {
        let failed = |reason: String| WorkerError::Unreachable(reason);
        match database {
            Database::Sqlite(file) => Ok(Place::Sqlite { uri: file.uri().map_err(|error| failed(error.to_string()))? }),
            Database::Postgres(server) => {
                let settings = server.settings();
                let options = match server.guard() {
                    Guard::Session => server.guarded_options(),
                    Guard::Transaction | Guard::None => {
                        return Err(failed(
                            "behind a pooler a session of SQLAlchemy could not be kept from writing; for the SQLAlchemy \
                             lane, connect to the server itself"
                                .to_owned(),
                        ));
                    }
                };
                Ok(Place::Postgres(Server {
                    host: match &settings.host {
                        Host::Name(name) => name.clone(),
                        Host::Socket(directory) => directory.to_string_lossy().into_owned(),
                    },
                    port: settings.port,
                    user: settings.user.clone(),
                    password: settings.password.as_ref().map(|password| password.expose().to_owned()),
                    database: settings.database.clone(),
                    sslmode: settings.ssl_mode.name(),
                    sslrootcert: settings.ssl_root.as_ref().map(|path| path.to_string_lossy().into_owned()),
                    connect_timeout: settings.connect_timeout.as_secs().max(1),
                    application_name: settings.application_name.clone(),
                    options,
                }))
            }
        }
    }
}
