//! What can go wrong with a PostgreSQL server, told apart by what the user can do about it.
//!
//! No error holds more of the settings than the server, the role and the database: never the password.

mod classify;

use super::settings::SettingsError;
use std::path::PathBuf;
use std::time::Duration;
use thiserror::Error;

/// A failure of a PostgreSQL server, or of reaching it.
#[derive(Debug, Error)]
pub enum PostgresError {
    /// The address cannot be understood.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// There is no such host.
    #[error("there is no host `{host}`; check the name, and whether this machine is connected")]
    UnknownHost {
        /// The name.
        host: String,
    },
    /// Nobody listens.
    #[error("nothing answers at {server}; check the port, and whether the server runs and listens for this machine")]
    Refused {
        /// Host and port.
        server: String,
    },
    /// There is no socket.
    #[error("there is no socket {socket}; check the directory and the port, and whether the server runs")]
    NoSocket {
        /// The file.
        socket: String,
    },
    /// The way to the server is closed.
    #[error("{server} cannot be reached: {reason}; check the network and the firewall between")]
    Unreachable {
        /// Host and port.
        server: String,
        /// What the operating system says.
        reason: String,
    },
    /// Nothing was heard in time.
    #[error(
        "{server} did not answer within {} s; check the host and the firewall between, or raise `connect_timeout`",
        .after.as_secs()
    )]
    ConnectTimeout {
        /// Host and port.
        server: String,
        /// How long was waited.
        after: Duration,
    },
    /// What answers is something else.
    #[error("what answers at {server} does not speak as PostgreSQL does; check the host and the port")]
    NotPostgres {
        /// Host and port.
        server: String,
    },
    /// The password is wrong.
    #[error("{server} does not accept the password of `{user}`; check both")]
    WrongPassword {
        /// Host and port.
        server: String,
        /// The role.
        user: String,
    },
    /// A password is asked for.
    #[error(
        "{server} asks for the password of `{user}` and none is known; give it, or set PGPASSWORD or a line in \
         ~/.pgpass{}",
        .passed_over.as_ref().map(|why| format!(" ({why})")).unwrap_or_default()
    )]
    NoPassword {
        /// Host and port.
        server: String,
        /// The role.
        user: String,
        /// Why the password file was not looked into.
        passed_over: Option<String>,
    },
    /// The server lets this role, from this machine, not in.
    #[error("{server} does not let `{user}` in: {message}; its administrator can allow it in pg_hba.conf")]
    NotAllowed {
        /// Host and port.
        server: String,
        /// The role.
        user: String,
        /// What the server says.
        message: String,
    },
    /// The server wants to know who this is in a way that is not supported.
    #[error("{server} asks for a way to prove who `{user}` is that is not supported ({reason}); passwords are")]
    Authentication {
        /// Host and port.
        server: String,
        /// The role.
        user: String,
        /// What is missing.
        reason: String,
    },
    /// The server does not encrypt.
    #[error("{server} offers no encryption; turn it on there (`ssl = on`), or choose sslmode `prefer` or `disable`")]
    NoTls {
        /// Host and port.
        server: String,
    },
    /// The certificate comes from somebody unknown, or is not valid now.
    #[error(
        "the certificate of {server} is not trusted: {reason}; name its authority with `sslrootcert`, or choose sslmode \
         `require` to encrypt without looking at it"
    )]
    NotTrusted {
        /// Host and port.
        server: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The certificate is another host's.
    #[error("the certificate of {server} is for {names}; use that name, or sslmode `verify-ca` to ignore it")]
    WrongHost {
        /// Host and port.
        server: String,
        /// Whom it is for.
        names: String,
    },
    /// Encryption failed in another way.
    #[error("{server} and this program do not agree on encryption: {reason}")]
    Tls {
        /// Host and port.
        server: String,
        /// What rustls says.
        reason: String,
    },
    /// The file of trusted certificates is not usable.
    #[error("{path} cannot be used as `sslrootcert`: {reason}; name a file of certificates in PEM form")]
    RootCertificate {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The system has no trusted certificates.
    #[error("this system has no list of trusted certificates; name a file of them with `sslrootcert`")]
    NoRoots,
    /// There is no such database.
    #[error("{server} has no database `{database}`; check the name at the end of the address")]
    NoSuchDatabase {
        /// Host and port.
        server: String,
        /// The database.
        database: String,
    },
    /// The server takes no more connections.
    #[error("{server} takes no more connections ({message}); close others, or use a smaller pool")]
    TooManyConnections {
        /// Host and port.
        server: String,
        /// What the server says.
        message: String,
    },
    /// The server starts, stops or recovers.
    #[error("{server} takes no connections now ({message}); try again in a while")]
    NotReady {
        /// Host and port.
        server: String,
        /// What the server says.
        message: String,
    },
    /// The connection is gone.
    #[error("the connection to {server} was lost ({reason}); check whether the server still runs, and try again")]
    Lost {
        /// Host and port.
        server: String,
        /// What ended it.
        reason: String,
    },
    /// The run was cancelled while a statement ran.
    #[error("cancelled")]
    Cancelled,
    /// A statement ran for longer than it may.
    #[error("{server} stopped a statement that ran for too long (`{sql}`); filter it, or raise the timeout")]
    StatementTimeout {
        /// Host and port.
        server: String,
        /// The statement, cut.
        sql: String,
    },
    /// Another session holds a lock.
    #[error("{server}: a table is locked by another session (`{sql}`); wait for that session, or end it")]
    LockTimeout {
        /// Host and port.
        server: String,
        /// The statement, cut.
        sql: String,
    },
    /// The role may not read that.
    #[error(
        "`{user}` may not do that on {server}: {message} (in the statement `{sql}`); an administrator can grant what is missing"
    )]
    PermissionDenied {
        /// Host and port.
        server: String,
        /// The role.
        user: String,
        /// What the server says.
        message: String,
        /// The statement, cut.
        sql: String,
    },
    /// The server speaks as PostgreSQL does, but cannot do this.
    #[error("not supported on this engine: {message} (in the statement `{sql}`); choose another strategy for it")]
    NotSupported {
        /// What the server says.
        message: String,
        /// The statement, cut.
        sql: String,
    },
    /// A statement failed.
    #[error("{server}: {message} (in the statement `{sql}`)")]
    Statement {
        /// Host and port.
        server: String,
        /// What the server says.
        message: String,
        /// The statement, cut.
        sql: String,
        /// Whether the schema lacks what the mapping promises, rather than the database failing.
        schema: bool,
    },
    /// The search path names schemas of which none is there.
    #[error("there is no schema `{path}`, which the search path asks for; the database has {has}")]
    NoSchema {
        /// The search path.
        path: String,
        /// Schemas with tables.
        has: String,
    },
    /// A mapping does not fit the tables.
    #[error("{0}")]
    Mapping(String),
    /// Anything else.
    #[error("{server}: {message}")]
    Other {
        /// Host and port.
        server: String,
        /// What was said.
        message: String,
    },
}

impl PostgresError {
    /// Whether the input is at fault, rather than the database.
    #[must_use]
    pub fn is_input(&self) -> bool {
        match self {
            PostgresError::Settings(_)
            | PostgresError::UnknownHost { .. }
            | PostgresError::NoSocket { .. }
            | PostgresError::WrongPassword { .. }
            | PostgresError::NoPassword { .. }
            | PostgresError::RootCertificate { .. }
            | PostgresError::NoRoots
            | PostgresError::NoSuchDatabase { .. }
            | PostgresError::NoSchema { .. }
            | PostgresError::Mapping(_) => true,
            PostgresError::Statement { schema, .. } => *schema,
            PostgresError::Refused { .. }
            | PostgresError::Unreachable { .. }
            | PostgresError::ConnectTimeout { .. }
            | PostgresError::NotPostgres { .. }
            | PostgresError::NotAllowed { .. }
            | PostgresError::Authentication { .. }
            | PostgresError::NoTls { .. }
            | PostgresError::NotTrusted { .. }
            | PostgresError::WrongHost { .. }
            | PostgresError::Tls { .. }
            | PostgresError::TooManyConnections { .. }
            | PostgresError::NotReady { .. }
            | PostgresError::Lost { .. }
            | PostgresError::Cancelled
            | PostgresError::StatementTimeout { .. }
            | PostgresError::LockTimeout { .. }
            | PostgresError::PermissionDenied { .. }
            | PostgresError::NotSupported { .. }
            | PostgresError::Other { .. } => false,
        }
    }

    /// Whether the session it came from can serve nothing any more.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        matches!(self, PostgresError::Lost { .. } | PostgresError::NotReady { .. })
    }
}
