//! From what tokio-postgres reports to a reason.

use super::PostgresError;
use crate::postgres::settings::{Host, Settings};
use rustls::CertificateError;
use std::error::Error as _;
use std::io;
use tokio_postgres::error::{DbError, SqlState};

/// Letters of a statement that an error shows.
const SHOWN: usize = 160;

impl PostgresError {
    /// Why a statement failed, or anything else on a connection that stood.
    pub(crate) fn from_tokio(error: &tokio_postgres::Error, settings: &Settings, sql: Option<&str>) -> PostgresError {
        let server = settings.server();
        if let Some(reported) = error.as_db_error() {
            return from_server(reported, settings, sql);
        }
        if error.is_closed() {
            return PostgresError::Lost { server, reason: "the server closed it".to_owned() };
        }
        // What cannot be written into a message (a NUL, a value of gigabytes) is refused before anything is sent.
        if let Some(cause) = source_as::<io::Error>(error).filter(|cause| cause.kind() != io::ErrorKind::InvalidInput) {
            return PostgresError::Lost { server, reason: cause.to_string() };
        }
        let message = match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        };
        match sql {
            Some(sql) => PostgresError::Statement { server, message, sql: cut(sql), schema: false },
            None => PostgresError::Other { server, message },
        }
    }

    /// Why no connection came about.
    pub(crate) fn from_connect(error: &tokio_postgres::Error, settings: &Settings) -> PostgresError {
        let server = settings.server();
        if let Some(reported) = error.as_db_error() {
            return from_server(reported, settings, None);
        }
        if let Some(cause) = source_as::<io::Error>(error) {
            return from_socket(cause, settings);
        }
        // The kinds of the client's errors are not public; these are told apart by the words of their source.
        let reason = error.source().map(ToString::to_string).unwrap_or_default();
        match reason.as_str() {
            "password missing" => {
                let passed_over = settings.passed_over.clone();
                PostgresError::NoPassword { server, user: settings.user.clone(), passed_over }
            }
            "server does not support TLS" => PostgresError::NoTls { server },
            "" => PostgresError::NotPostgres { server },
            _ if error.to_string().contains("authentication") => {
                PostgresError::Authentication { server, user: settings.user.clone(), reason }
            }
            _ if error.to_string().contains("TLS") => PostgresError::Tls { server, reason },
            _ => PostgresError::Other { server, message: format!("{error}: {reason}") },
        }
    }
}

fn source_as<T: std::error::Error + 'static>(error: &tokio_postgres::Error) -> Option<&T> {
    error.source().and_then(|source| source.downcast_ref::<T>())
}

/// What the operating system, or rustls through it, says of a connection that did not come about.
fn from_socket(error: &io::Error, settings: &Settings) -> PostgresError {
    let server = settings.server();
    if let Some(tls) = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>()) {
        return from_tls(tls, server);
    }
    let reason = error.to_string();
    let is_socket = matches!(settings.host, Host::Socket(_));
    // The operating system has more kinds than can be told apart usefully.
    #[expect(clippy::wildcard_enum_match_arm)]
    match error.kind() {
        io::ErrorKind::NotFound if is_socket => PostgresError::NoSocket { socket: server },
        io::ErrorKind::ConnectionRefused => PostgresError::Refused { server },
        io::ErrorKind::TimedOut => PostgresError::ConnectTimeout { server, after: settings.connect_timeout },
        // The other side hung up, or said what no server of PostgreSQL says.
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::InvalidInput
        | io::ErrorKind::InvalidData => PostgresError::NotPostgres { server },
        _ => PostgresError::Unreachable { server, reason },
    }
}

fn from_tls(error: &rustls::Error, server: String) -> PostgresError {
    // rustls may add kinds at any time; whatever is not about the certificate is shown as it says it.
    #[expect(clippy::wildcard_enum_match_arm)]
    match error {
        rustls::Error::InvalidCertificate(reason) => match reason {
            CertificateError::NotValidForName => PostgresError::WrongHost { server, names: "another host".to_owned() },
            CertificateError::NotValidForNameContext { presented, .. } => {
                PostgresError::WrongHost { server, names: named(presented) }
            }
            CertificateError::UnknownIssuer => {
                PostgresError::NotTrusted { server, reason: "its authority is not known here".to_owned() }
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                PostgresError::NotTrusted { server, reason: "it has expired".to_owned() }
            }
            // The reason inside is a type of a crate beneath rustls, known here by its name alone.
            other if other.to_string().contains("CaUsedAsEndEntity") => {
                PostgresError::NotTrusted { server, reason: "the server signed it itself".to_owned() }
            }
            other => PostgresError::NotTrusted { server, reason: other.to_string() },
        },
        other => PostgresError::Tls { server, reason: other.to_string() },
    }
}

/// The names of a certificate, which rustls gives as `DnsName("db.example.org")`.
fn named(presented: &[String]) -> String {
    let name = |text: &String| match text.split_once('(') {
        Some((_, name)) => name.trim_matches([')', '"']).to_owned(),
        None => text.clone(),
    };
    if presented.is_empty() {
        "no host at all".to_owned()
    } else {
        presented.iter().map(name).collect::<Vec<_>>().join(", ")
    }
}

/// What the server itself says.
fn from_server(error: &DbError, settings: &Settings, sql: Option<&str>) -> PostgresError {
    let server = settings.server();
    let user = settings.user.clone();
    let message = match error.detail() {
        Some(detail) => format!("{}: {detail}", error.message()),
        None => error.message().to_owned(),
    };
    let sql_shown = || sql.map(cut).unwrap_or_default();
    let code = error.code();
    let class = code.code().get(..2).unwrap_or_default();
    match code {
        &SqlState::INVALID_PASSWORD => PostgresError::WrongPassword { server, user },
        &SqlState::INVALID_AUTHORIZATION_SPECIFICATION => PostgresError::NotAllowed { server, user, message },
        &SqlState::INVALID_CATALOG_NAME => {
            PostgresError::NoSuchDatabase { server, database: settings.database.clone() }
        }
        &SqlState::TOO_MANY_CONNECTIONS => PostgresError::TooManyConnections { server, message },
        &SqlState::CANNOT_CONNECT_NOW => PostgresError::NotReady { server, message },
        &SqlState::ADMIN_SHUTDOWN
        | &SqlState::CRASH_SHUTDOWN
        | &SqlState::DATABASE_DROPPED
        | &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => PostgresError::Lost { server, reason: message },
        // One code for both; without English words it counts as a wish, and whoever wished for nothing knows better.
        &SqlState::QUERY_CANCELED if error.message().contains("timeout") => {
            PostgresError::StatementTimeout { server, sql: sql_shown() }
        }
        &SqlState::QUERY_CANCELED => PostgresError::Cancelled,
        &SqlState::LOCK_NOT_AVAILABLE => PostgresError::LockTimeout { server, sql: sql_shown() },
        &SqlState::INSUFFICIENT_PRIVILEGE => {
            PostgresError::PermissionDenied { server, user, message, sql: sql_shown() }
        }
        &SqlState::FEATURE_NOT_SUPPORTED => PostgresError::NotSupported { message, sql: sql_shown() },
        _ if class == "08" => PostgresError::Lost { server, reason: message },
        _ => match sql {
            // Names that are not there, and types that do not fit: what the mapping promised.
            Some(sql) => PostgresError::Statement { server, message, sql: cut(sql), schema: class == "42" },
            None => PostgresError::Other { server, message },
        },
    }
}

/// A statement as an error shows it.
fn cut(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SHOWN).collect()
}
