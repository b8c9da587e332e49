//! Opening a server: which way there is to it, and what answers there.

use super::error::PostgresError;
use super::product::Product;
use super::route::{Failure, Route};
use super::session::{Encryption, Guard, Session, Way};
use super::settings::{Host, Settings, SslMode};
use super::tls;
use std::fmt;

/// A server that can be connected to any number of times.
#[derive(Clone)]
pub struct Database {
    route: Route,
    product: Product,
}

impl Database {
    /// Connects once, and keeps how that was done.
    ///
    /// # Errors
    /// When the server cannot be reached, or does not let this role into this database.
    pub fn open(settings: &Settings) -> Result<Database, PostgresError> {
        let connector = tls::connector(settings)?;
        let mut why = PostgresError::NotPostgres { server: settings.server() };
        for encryption in ways(settings) {
            let way = Way { encryption: *encryption, guard: Guard::Session };
            let mut route = Route { settings: settings.clone(), connector: connector.clone(), way };
            let mut tried = route.session();
            if tried.as_ref().is_err_and(Failure::is_pooler) {
                route.way.guard = Guard::Transaction;
                tried = route.session();
            }
            match tried {
                Ok(session) => {
                    let product = Product::of_session(&session)?;
                    return Ok(Database { route, product });
                }
                // That the role is not let in says more than that there is no encryption either.
                Err(failure) if failure.is_worth_another_way() => {
                    if !matches!(why, PostgresError::NotAllowed { .. }) {
                        why = failure.reason;
                    }
                }
                Err(failure) => return Err(failure.reason),
            }
        }
        Err(why)
    }

    /// One more connection.
    ///
    /// # Errors
    /// When the server cannot be reached, or takes no more.
    pub fn connect(&self) -> Result<Session, PostgresError> {
        self.route.session().map_err(|failure| failure.reason)
    }

    /// What answers there, and its version.
    #[must_use]
    pub fn product(&self) -> &Product {
        &self.product
    }

    /// A connection that may write, to load a sample.
    pub(super) fn connect_to_write(&self) -> Result<Session, PostgresError> {
        let way = Way { guard: Guard::None, ..self.route.way };
        Route { way, ..self.route.clone() }.session().map_err(|failure| failure.reason)
    }

    /// What keeps its sessions from writing.
    pub(crate) fn guard(&self) -> Guard {
        self.route.way.guard
    }

    /// The settings that a session begins with, where it takes any.
    pub(crate) fn guarded_options(&self) -> String {
        self.route.guarded_options()
    }

    /// Where it is.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.route.settings
    }
}

/// The ways to try, in the order of libpq.
fn ways(settings: &Settings) -> &'static [Encryption] {
    match (&settings.host, settings.ssl_mode) {
        // A socket of this machine is never encrypted, whatever is asked for.
        (Host::Socket(_), _) | (Host::Name(_), SslMode::Disable) => &[Encryption::Plain],
        (Host::Name(_), SslMode::Allow) => &[Encryption::Plain, Encryption::Tls],
        (Host::Name(_), SslMode::Prefer) => &[Encryption::Tls, Encryption::Plain],
        (Host::Name(_), SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull) => &[Encryption::Tls],
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Database")
            .field("settings", &self.route.settings)
            .field("way", &self.route.way)
            .finish_non_exhaustive()
    }
}
