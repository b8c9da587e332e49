//! PostgreSQL servers that the window connects to. What they are reached by is kept in memory only: an experiment names
//! the server without the password.

use super::lock;
use crate::error::AppError;
use crate::passwords::Passwords;
use crate::source::{Source, environment};
use crate::wire::{ServerFields, ServerView};
use fetchscope_drivers::error::DatabaseError;
use fetchscope_drivers::postgres::{Encryption, Fields, Host, Password, Settings, SettingsError};
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

    /// Opens what a form says, by its address. The server is known from then on; where it cannot be opened, what was known
    /// before stays.
    pub(super) fn open<T, E>(&self, settings: &Settings, open: impl FnOnce(&str) -> Result<T, E>) -> Result<T, E> {
        let address = settings.redacted();
        let before = lock(&self.known).insert(address.clone(), settings.clone());
        let opened = open(&address);
        if opened.is_err() {
            match before {
                Some(before) => lock(&self.known).insert(address, before),
                None => lock(&self.known).remove(&address),
            };
        }
        opened
    }
}

/// Connects once, and says what answers.
pub(super) fn test(form: &ServerFields, passwords: &Passwords) -> Result<ServerView, AppError> {
    let database = passwords.connect(&settings(form)?)?;
    let session = database.connect().map_err(DatabaseError::from)?;
    Ok(ServerView {
        database: database.product().to_string(),
        encrypted: session.encryption() == Encryption::Tls,
        free_connections: session.free_connections().map_err(DatabaseError::from)?.map(|free| free as f64),
    })
}

/// Keeps the password that stands in a form, where that is asked for; why it could not be kept, in a sentence.
pub(super) fn remember(form: &ServerFields, passwords: &Passwords) -> Result<Option<String>, AppError> {
    let (true, Some(password)) = (form.remember, fields(form)?.password) else { return Ok(None) };
    let kept = passwords.remember(&settings(form)?, &password);
    let why = kept.err().map(|error| {
        format!("The password was not remembered: {error}; give it again next time, or put a line in ~/.pgpass.")
    });
    Ok(why)
}

/// Forgets the password of the server in a form, and says so.
pub(super) fn forget(form: &ServerFields, passwords: &Passwords) -> Result<String, AppError> {
    let settings = settings(form)?;
    let whose = format!("of `{}` at {}", settings.user, settings.server());
    match passwords.forget(&settings) {
        Ok(true) => Ok(format!("The password {whose} is forgotten.")),
        Ok(false) => Ok(format!("No password {whose} was remembered.")),
        Err(error) => Err(AppError::Input(format!("nothing was forgotten: {error}"))),
    }
}

/// What a form says, completed.
pub(super) fn settings(form: &ServerFields) -> Result<Settings, SettingsError> {
    Settings::complete(fields(form)?, &environment)
}

fn fields(form: &ServerFields) -> Result<Fields, SettingsError> {
    let ServerFields { address, port, database, user, password, ssl_mode, ssl_root, options, remember: _ } = form;
    let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    // A whole address in the first field says everything that it says, and the other fields the rest.
    let whole = if address.contains("://") { Fields::parse(address)? } else { Fields::default() };
    Ok(Fields {
        host: if address.contains("://") { whole.host } else { said(address) },
        port: whole.port.or_else(|| said(port)),
        database: whole.database.or_else(|| said(database)),
        user: whole.user.or_else(|| said(user)),
        password: whole
            .password
            .or_else(|| Some(password).filter(|text| !text.is_empty()).map(|text| Password::new(text.as_str()))),
        ssl_mode: whole.ssl_mode.or_else(|| said(ssl_mode)),
        ssl_root: whole.ssl_root.or_else(|| said(ssl_root)),
        options: whole.options.or_else(|| said(options)),
        ..whole
    })
}

/// The form of a source, if it is a server; without a password, which no source has.
pub(super) fn form(source: &str) -> Option<ServerFields> {
    let Ok(Source::Postgres(settings)) = source.parse() else { return None };
    Some(ServerFields {
        address: match settings.host {
            Host::Name(name) => name,
            Host::Socket(folder) => folder.display().to_string(),
        },
        port: settings.port.to_string(),
        database: settings.database,
        user: settings.user,
        password: String::new(),
        ssl_mode: settings.ssl_mode.name().to_owned(),
        ssl_root: settings.ssl_root.map(|path| path.display().to_string()).unwrap_or_default(),
        options: settings.options.unwrap_or_default(),
        remember: false,
    })
}
