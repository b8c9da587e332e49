//! PostgreSQL servers that the window connects to. What they are reached by is kept in memory only: an experiment names
//! the server without the password.

use super::lock;
use crate::error::AppError;
use crate::source::{Source, environment, with_password};
use crate::wire::{ServerFields, ServerView};
use fetchscope_drivers::database::Database;
use fetchscope_drivers::error::DatabaseError;
use fetchscope_drivers::postgres::{Encryption, Fields, Password, Settings, SettingsError};
use std::collections::HashMap;
use std::sync::Mutex;

/// The servers that were connected to, by their address without the password.
#[derive(Debug, Default)]
pub(super) struct Servers {
    known: Mutex<HashMap<String, Settings>>,
}

impl Servers {
    /// The source that an address stands for, with the password that was given for it before.
    pub(super) fn source(&self, address: &str) -> Result<Source, AppError> {
        match lock(&self.known).get(address) {
            Some(settings) => Ok(Source::Postgres(Box::new(settings.clone()))),
            None => address.parse(),
        }
    }

    /// Keeps what a form says, and returns the address it stands for.
    pub(super) fn remember(&self, form: &ServerFields) -> Result<String, AppError> {
        let settings = settings(form)?;
        let address = settings.redacted();
        lock(&self.known).insert(address.clone(), settings);
        Ok(address)
    }
}

/// Connects once, and says what answers.
pub(super) fn test(form: &ServerFields) -> Result<ServerView, AppError> {
    let database = Database::open_server(&with_password(&settings(form)?))?;
    let session = database.connect()?;
    let (encrypted, free) = match &session {
        fetchscope_drivers::database::Session::Postgres(session) => {
            (session.encryption() == Encryption::Tls, session.free_connections().map_err(DatabaseError::from)?)
        }
        fetchscope_drivers::database::Session::Sqlite(_) => (false, None),
    };
    Ok(ServerView { database: database.version(), encrypted, free_connections: free.map(|free| free as f64) })
}

fn settings(form: &ServerFields) -> Result<Settings, SettingsError> {
    let ServerFields { address, port, database, user, password, ssl_mode, ssl_root } = form;
    let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    // A whole address in the first field says everything that it says, and the other fields the rest.
    let whole = if address.contains("://") { Fields::parse(address)? } else { Fields::default() };
    let fields = Fields {
        host: if address.contains("://") { whole.host } else { said(address) },
        port: whole.port.or_else(|| said(port)),
        database: whole.database.or_else(|| said(database)),
        user: whole.user.or_else(|| said(user)),
        password: whole
            .password
            .or_else(|| Some(password).filter(|text| !text.is_empty()).map(|text| Password::new(text.as_str()))),
        ssl_mode: whole.ssl_mode.or_else(|| said(ssl_mode)),
        ssl_root: whole.ssl_root.or_else(|| said(ssl_root)),
        ..whole
    };
    Settings::complete(fields, &environment)
}
