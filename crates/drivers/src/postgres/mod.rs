//! PostgreSQL, and what speaks as it does, through tokio-postgres.
//!
//! A session owns a runtime of one thread and its socket: whoever asks something reads and writes it, and waits for it, where it
//! is asked, so a request is served by one thread from its beginning to its end, as with SQLite.

pub mod activity;
mod drive;
mod error;
pub mod explain;
mod groups;
pub mod indexes;
mod introspect;
mod kept;
mod learned;
mod open;
mod password;
mod product;
mod route;
mod server;
mod session;
mod settings;
pub mod statements;
mod tls;
pub mod value;
mod verify;
pub mod write;

pub(crate) use drive::drive;
pub use error::PostgresError;
pub use groups::groups;
pub use introspect::introspect;
pub use open::Database;
pub use password::Password;
pub use product::{Engine, Product};
pub use server::ServerSetting;
pub use session::{Cancel, Encryption, Guard, LOCK_TIMEOUT, STATEMENT_TIMEOUT, Session, TextRow};
pub use settings::{APPLICATION_NAME, Fields, Host, Settings, SettingsError, SslMode};
pub use statements::{Counted, Counts};
pub use verify::verify;
