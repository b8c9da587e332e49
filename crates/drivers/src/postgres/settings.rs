//! Where a server is and how to speak to it: a `postgres://` URL or the fields of a form, completed as libpq completes
//! them from its environment variables and defaults.

mod url;

use super::password::Password;
use std::borrow::Cow;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;

pub use url::Fields;

/// How long connecting may take: long enough for a server on the other side of the world, and short enough that
/// somebody who mistyped an address learns of it within five seconds.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);

/// What the server's own views call our sessions.
pub const APPLICATION_NAME: &str = "fetchscope";

/// Where servers put their socket: Debian's place, Red Hat's is the same, and the one of an unchanged build.
const SOCKET_DIRECTORIES: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// Everything that is needed to connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The machine, or the directory of the Unix socket.
    pub host: Host,
    /// The port; of a Unix socket the number in its name.
    pub port: u16,
    /// The database.
    pub database: String,
    /// The role.
    pub user: String,
    /// Its password, if one is known.
    pub password: Option<Password>,
    /// Why the password file was not looked into.
    pub passed_over: Option<String>,
    /// How much encryption is asked for.
    pub ssl_mode: SslMode,
    /// A file of certificates to trust in place of the system's.
    pub ssl_root: Option<PathBuf>,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// What the server's own views call the session.
    pub application_name: String,
    /// Server settings as the command line of a server has them: `-c search_path=app`.
    pub options: Option<String>,
}

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A name or an address.
    Name(String),
    /// The directory of a Unix socket.
    Socket(PathBuf),
}

/// How much encryption is asked for, with libpq's meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SslMode {
    /// Never encrypted.
    Disable,
    /// Encrypted only if the server insists.
    Allow,
    /// Encrypted if the server can.
    Prefer,
    /// Encrypted, whoever answers.
    Require,
    /// Encrypted, and the certificate comes from somebody trusted.
    VerifyCa,
    /// Encrypted, and the certificate is this host's.
    VerifyFull,
}

/// Why an address is not usable. None of these shows a password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// Something else than a URL.
    #[error("this is no address of a PostgreSQL server; write `postgres://user@host:5432/database`")]
    NotAUrl,
    /// More than one host.
    #[error("the address names several hosts; name the one to connect to")]
    SeveralHosts,
    /// A `%` without two hexadecimal digits, or bytes that are no text.
    #[error("the {0} in the address has a `%` that no two hexadecimal digits follow; write `%25` for a percent sign")]
    Encoding(&'static str),
    /// A port that is none.
    #[error("`{0}` is no port; a port is a number from 1 to 65535")]
    Port(String),
    /// An `sslmode` that libpq does not have.
    #[error("`{0}` is no sslmode; it is one of disable, allow, prefer, require, verify-ca, verify-full")]
    SslMode(String),
    /// A time that is none.
    #[error("`{0}` is no connect_timeout; it is a whole number of seconds")]
    ConnectTimeout(String),
    /// A parameter that libpq has and this program does not.
    #[error("the address has `{0}`, which is not supported; leave it out")]
    Unsupported(String),
    /// A parameter that nobody has.
    #[error("the address has `{0}`, which is no setting of a connection; those known are {known}", known = url::KNOWN.join(", "))]
    Unknown(String),
    /// Nobody says who connects.
    #[error("the address names no user, and neither does PGUSER; write `postgres://user@host/database`")]
    NoUser,
}

impl Settings {
    /// Reads a URL. `variable` looks up an environment variable.
    ///
    /// # Errors
    /// When the URL cannot be understood.
    pub fn parse(url: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Settings, SettingsError> {
        Settings::complete(Fields::parse(url)?, variable)
    }

    /// Completes fields of which any may be missing.
    ///
    /// # Errors
    /// When a field cannot be understood, or nobody says who connects.
    pub fn complete(fields: Fields, variable: &dyn Fn(&str) -> Option<String>) -> Result<Settings, SettingsError> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let port = match fields.port.or_else(|| variable("PGPORT")) {
            Some(text) => text.parse().ok().filter(|port| *port > 0).ok_or(SettingsError::Port(text))?,
            None => 5432,
        };
        let user = fields.user.or_else(|| variable("PGUSER"));
        let user = user.or_else(|| ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(variable));
        let user = user.ok_or(SettingsError::NoUser)?;
        let connect_timeout = match fields.connect_timeout.or_else(|| variable("PGCONNECT_TIMEOUT")) {
            Some(text) => {
                let seconds = text.parse().ok().filter(|seconds| *seconds > 0);
                Duration::from_secs(seconds.ok_or(SettingsError::ConnectTimeout(text))?)
            }
            None => CONNECT_TIMEOUT,
        };
        Ok(Settings {
            host: fields.host.or_else(|| variable("PGHOST")).map_or_else(|| Host::default_for(port), Host::of),
            port,
            database: fields.database.or_else(|| variable("PGDATABASE")).unwrap_or_else(|| user.clone()),
            user,
            password: fields.password.or_else(|| variable("PGPASSWORD").map(Password::new)),
            passed_over: None,
            ssl_mode: match fields.ssl_mode.or_else(|| variable("PGSSLMODE")) {
                Some(text) => SslMode::of(text)?,
                None => SslMode::Prefer,
            },
            ssl_root: fields.ssl_root.or_else(|| variable("PGSSLROOTCERT")).map(PathBuf::from),
            connect_timeout,
            application_name: fields.application_name.unwrap_or_else(|| APPLICATION_NAME.to_owned()),
            options: fields.options.or_else(|| variable("PGOPTIONS")),
        })
    }

    /// The same, with names looked up in a schema first.
    #[must_use]
    pub fn looking_first_in(&self, schema: &str) -> Settings {
        let path = format!("-csearch_path={schema}");
        let options = match &self.options {
            Some(options) => format!("{options} {path}"),
            None => path,
        };
        Settings { options: Some(options), ..self.clone() }
    }

    /// The address without the password: the form that is shown, logged and kept.
    #[must_use]
    pub fn redacted(&self) -> String {
        let host = match &self.host {
            Host::Name(name) if name.contains(':') => format!("[{name}]"),
            Host::Name(name) => url::encoded(name),
            Host::Socket(directory) => url::encoded(&directory.to_string_lossy()),
        };
        let mut text =
            format!("postgres://{}@{host}:{}/{}", url::encoded(&self.user), self.port, url::encoded(&self.database));
        let root = self.ssl_root.as_deref().map(Path::to_string_lossy);
        let parameters = [
            ("sslmode", Some(self.ssl_mode.name()).filter(|_| self.ssl_mode != SslMode::Prefer)),
            ("sslrootcert", root.as_deref()),
            ("options", self.options.as_deref()),
        ];
        let given = parameters.into_iter().filter_map(|(name, value)| Some((name, value?)));
        for (index, (name, value)) in given.enumerate() {
            let _ = write!(text, "{}{name}={}", if index == 0 { '?' } else { '&' }, url::encoded(value));
        }
        text
    }

    /// The server alone, as errors name it.
    #[must_use]
    pub fn server(&self) -> String {
        match &self.host {
            Host::Name(name) if name.contains(':') => format!("[{name}]:{}", self.port),
            Host::Name(name) => format!("{name}:{}", self.port),
            Host::Socket(directory) => directory.join(format!(".s.PGSQL.{}", self.port)).display().to_string(),
        }
    }
}

impl Host {
    /// As libpq tells the two apart: a socket's directory is an absolute path.
    fn of(text: String) -> Host {
        if text.starts_with('/') { Host::Socket(text.into()) } else { Host::Name(text) }
    }

    /// As the password file names it: a socket where everybody expects it is called as a name.
    pub(super) fn name_in_passfile(&self) -> Cow<'_, str> {
        match self {
            Host::Name(name) => name.into(),
            Host::Socket(directory) if SOCKET_DIRECTORIES.iter().any(|usual| directory == Path::new(usual)) => {
                "localhost".into()
            }
            Host::Socket(directory) => directory.to_string_lossy(),
        }
    }

    /// A socket of this machine where there is one, as libpq prefers it.
    fn default_for(port: u16) -> Host {
        let socket = |directory: &&str| Path::new(directory).join(format!(".s.PGSQL.{port}")).exists();
        match SOCKET_DIRECTORIES.iter().find(|directory| socket(directory)) {
            Some(directory) => Host::Socket(directory.into()),
            None => Host::Name("localhost".to_owned()),
        }
    }
}

impl SslMode {
    const ALL: [SslMode; 6] =
        [SslMode::Disable, SslMode::Allow, SslMode::Prefer, SslMode::Require, SslMode::VerifyCa, SslMode::VerifyFull];

    /// As it is written in an address.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            SslMode::Disable => "disable",
            SslMode::Allow => "allow",
            SslMode::Prefer => "prefer",
            SslMode::Require => "require",
            SslMode::VerifyCa => "verify-ca",
            SslMode::VerifyFull => "verify-full",
        }
    }

    fn of(text: String) -> Result<SslMode, SettingsError> {
        SslMode::ALL.into_iter().find(|mode| mode.name() == text).ok_or(SettingsError::SslMode(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Settings, SettingsError> {
        parse_with(url, &[("USER", "me")])
    }

    fn parse_with(url: &str, variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let variable =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Settings::parse(url, &variable)
    }

    #[test]
    fn a_url_says_everything() {
        let settings = parse(
            "postgresql://ann%40x:s%2Fe%3Ac@db.example.org:6543/my%20db?sslmode=verify-full&sslrootcert=/ca.pem&\
             connect_timeout=9&options=-c%20search_path%3Dapp&application_name=other",
        )
        .unwrap();
        assert_eq!(settings.host, Host::Name("db.example.org".into()));
        assert_eq!((settings.port, settings.database.as_str(), settings.user.as_str()), (6543, "my db", "ann@x"));
        assert_eq!(settings.password.as_ref().unwrap().expose(), "s/e:c");
        assert_eq!((settings.ssl_mode, settings.ssl_root), (SslMode::VerifyFull, Some("/ca.pem".into())));
        assert_eq!((settings.connect_timeout, settings.application_name.as_str()), (Duration::from_secs(9), "other"));
        assert_eq!(settings.options.as_deref(), Some("-c search_path=app"));
    }

    #[test]
    fn what_is_missing_comes_from_the_environment_and_then_from_defaults() {
        let variables = [
            ("PGHOST", "/sock"),
            ("PGPORT", "5433"),
            ("PGUSER", "app"),
            ("PGDATABASE", "shop"),
            ("PGPASSWORD", "secret"),
            ("PGSSLMODE", "disable"),
        ];
        let settings = parse_with("postgres://", &variables).unwrap();
        assert_eq!(settings.host, Host::Socket("/sock".into()));
        assert_eq!(settings.redacted(), "postgres://app@%2Fsock:5433/shop?sslmode=disable");
        assert_eq!(settings.server(), "/sock/.s.PGSQL.5433");
        assert_eq!(settings.password.as_ref().unwrap().expose(), "secret");

        let settings = parse("postgres://localhost").unwrap();
        assert_eq!((settings.port, settings.user.as_str(), settings.database.as_str()), (5432, "me", "me"));
        assert_eq!((settings.ssl_mode, settings.application_name.as_str()), (SslMode::Prefer, APPLICATION_NAME));
        assert_eq!(parse_with("postgres://localhost", &[]), Err(SettingsError::NoUser));
    }

    #[test]
    fn hosts_are_names_addresses_and_socket_directories() {
        let host = |url| parse(url).map(|settings| (settings.host, settings.port));
        assert_eq!(host("postgres://[::1]:99/d"), Ok((Host::Name("::1".into()), 99)));
        assert_eq!(host("postgres://%2Ftmp%2Fx/d"), Ok((Host::Socket("/tmp/x".into()), 5432)));
        assert_eq!(host("postgres:///d?host=/tmp/x&port=7"), Ok((Host::Socket("/tmp/x".into()), 7)));
        assert_eq!(host("postgres://me@10.0.0.1"), Ok((Host::Name("10.0.0.1".into()), 5432)));
        assert_eq!(parse("postgres://[::1]:99/d").unwrap().server(), "[::1]:99");
    }

    #[test]
    fn an_address_of_sqlalchemy_is_understood() {
        let settings = parse("postgresql+asyncpg://a:b@h/d").unwrap();
        assert_eq!(settings.redacted(), "postgres://a@h:5432/d");
    }

    #[test]
    fn a_password_is_never_shown() {
        let settings = parse("postgres://me:hunter2@h/d?password=hunter2").unwrap();
        assert_eq!(settings.password.as_ref().unwrap().expose(), "hunter2");
        for shown in [format!("{settings:?}"), settings.redacted(), settings.server()] {
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }

    #[test]
    fn bad_input_is_one_sentence_without_a_password() {
        let cases = [
            ("mysql://me:hunter2@h/d", "this is no address of a PostgreSQL server"),
            ("postgres:me:hunter2", "this is no address of a PostgreSQL server"),
            ("postgres://me:hunter2@h:x1/d", "`x1` is no port; a port is a number from 1 to 65535"),
            ("postgres://me:hunter2@h:0/d", "`0` is no port"),
            ("postgres://me:hunter2@a,b/d", "the address names several hosts"),
            ("postgres://me:hunter2%zz@h/d", "the password in the address has a `%`"),
            ("postgres://h/d?sslmode=on", "`on` is no sslmode"),
            ("postgres://h/d?connect_timeout=-1", "`-1` is no connect_timeout"),
            ("postgres://h/d?sslkey=k", "the address has `sslkey`, which is not supported"),
            ("postgres://h/d?colour=red", "the address has `colour`, which is no setting"),
        ];
        for (url, start) in cases {
            let error = parse(url).unwrap_err().to_string();
            assert!(error.starts_with(start), "{url}: {error}");
            assert!(!error.contains("hunter2"), "{url}: {error}");
        }
    }

    #[test]
    fn what_is_shown_reads_back_as_the_same_server() {
        let url = "postgres://a%2Fb:p@%2Fvar%20x:6000/d%3F?sslmode=verify-ca&sslrootcert=%2Fc%26.pem";
        let settings = parse(url).unwrap();
        let again = parse(&settings.redacted()).unwrap();
        assert_eq!(again, Settings { password: None, ..settings });
    }
}
