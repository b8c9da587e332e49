//! A way to a server, and a connection along it.

use super::error::PostgresError;
use super::kept::Kept;
use super::learned::learn_types;
use super::session::{Connection, Encryption, Guard, LOCK_TIMEOUT, Link, STATEMENT_TIMEOUT, Session, Way};
use super::settings::{Host, Settings};
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a transaction may lie open without a statement, should this program be stopped in the middle of one: an open
/// transaction keeps a server from clearing away old rows.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// When a silent server is asked whether it is still there, how often, and how many times: a connection that was cut
/// without a word is noticed within about four seconds.
const KEEPALIVE: (Duration, Duration, u32) = (Duration::from_secs(2), Duration::from_secs(1), 2);

/// Where a server is, and how a connection to it is made.
#[derive(Clone)]
pub(super) struct Route {
    pub(super) settings: Settings,
    pub(super) connector: MakeRustlsConnect,
    pub(super) way: Way,
}

impl Route {
    /// A connection that cannot write, waits for nobody long, and says who it is.
    pub(super) fn session(&self) -> Result<Session, Failure> {
        let settings = &self.settings;
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| {
            Failure::of(PostgresError::Other { server: settings.server(), message: error.to_string() })
        })?;
        let too_late = || {
            let (server, after) = (settings.server(), settings.connect_timeout);
            Failure::of(PostgresError::ConnectTimeout { server, after })
        };
        let connected = runtime.block_on(async { timeout(settings.connect_timeout, self.reach()).await });
        let (client, connection) = match connected {
            Ok(reached) => reached?,
            Err(_) => {
                // A look-up of a name cannot be stopped; nobody waits for it any more.
                runtime.shutdown_background();
                return Err(too_late());
            }
        };
        let session = Session {
            client,
            link: Link::new(runtime, connection),
            kept: Kept::default(),
            settings: settings.clone(),
            connector: self.connector.clone(),
            way: self.way,
        };
        if self.way.guard == Guard::Transaction {
            let learned = async { timeout(settings.connect_timeout, learn_types(session.client())).await };
            let learned = session.block_on(learned).map_err(|_| too_late())?;
            learned.map_err(|error| Failure::of(PostgresError::from_tokio(&error, settings, None)))?;
        }
        Ok(session)
    }

    async fn reach(&self) -> Result<(Client, Connection), Failure> {
        let mut config = self.config();
        match &self.settings.host {
            Host::Socket(directory) => {
                config.host(directory.to_string_lossy());
            }
            Host::Name(name) => {
                let unknown = || Failure::of(PostgresError::UnknownHost { host: name.clone() });
                let found = tokio::net::lookup_host((name.as_str(), self.settings.port)).await;
                let mut addresses = found.map_err(|_| unknown())?.peekable();
                addresses.peek().ok_or_else(unknown)?;
                for address in addresses {
                    config.host(name).hostaddr(address.ip());
                }
            }
        }
        let connected = config.connect(self.connector.clone()).await;
        connected.map_err(|error| Failure::of_connect(&error, &self.settings))
    }

    fn config(&self) -> Config {
        let settings = &self.settings;
        let mut config = Config::new();
        config
            .port(settings.port)
            .dbname(&settings.database)
            .user(&settings.user)
            .application_name(&settings.application_name)
            .ssl_mode(match self.way.encryption {
                Encryption::Plain => tokio_postgres::config::SslMode::Disable,
                Encryption::Tls => tokio_postgres::config::SslMode::Require,
            })
            .keepalives_idle(KEEPALIVE.0)
            .keepalives_interval(KEEPALIVE.1)
            .keepalives_retries(KEEPALIVE.2)
            .tcp_user_timeout(KEEPALIVE.0 + KEEPALIVE.1 * KEEPALIVE.2);
        if let Some(password) = &settings.password {
            config.password(password.expose());
        }
        let own = settings.options.as_deref().unwrap_or_default();
        match self.way.guard {
            Guard::Session => {
                config.options(self.guarded_options());
            }
            Guard::Transaction | Guard::None if own.is_empty() => {}
            Guard::Transaction | Guard::None => {
                config.options(own);
            }
        }
        config
    }

    /// The settings that a session begins with: the ones asked for, and those that keep it from writing and waiting.
    pub(super) fn guarded_options(&self) -> String {
        let own = self.settings.options.as_deref().unwrap_or_default();
        let guarded = format!(
            "{own} -c default_transaction_read_only=on -c statement_timeout={} -c lock_timeout={} \
             -c idle_in_transaction_session_timeout={}",
            STATEMENT_TIMEOUT.as_millis(),
            LOCK_TIMEOUT.as_millis(),
            IDLE_TIMEOUT.as_millis(),
        );
        guarded.trim_start().to_owned()
    }
}

/// A connection that did not come about.
pub(super) struct Failure {
    pub(super) reason: PostgresError,
    /// The server takes no settings as the session begins.
    refuses_settings: bool,
}

impl Failure {
    fn of(reason: PostgresError) -> Failure {
        Failure { reason, refuses_settings: false }
    }

    fn of_connect(error: &tokio_postgres::Error, settings: &Settings) -> Failure {
        // In the words of PgBouncer, which has no code of its own for it.
        let refuses_settings = error.as_db_error().is_some_and(|reported| {
            *reported.code() == SqlState::PROTOCOL_VIOLATION
                && reported.message().contains("unsupported startup parameter")
        });
        Failure { reason: PostgresError::from_connect(error, settings), refuses_settings }
    }

    /// Whether a pooler answered, that takes no settings for a session.
    pub(super) fn is_pooler(&self) -> bool {
        self.refuses_settings
    }

    /// Whether it may go well with encryption where it did not without, or the other way round.
    pub(super) fn is_worth_another_way(&self) -> bool {
        matches!(
            self.reason,
            PostgresError::NoTls { .. } | PostgresError::Tls { .. } | PostgresError::NotAllowed { .. }
        )
    }
}
