//! SQLite through rusqlite.

mod drive;
mod error;
mod groups;
pub mod indexes;
mod introspect;
mod open;
mod script;
mod verify;
mod watch;
pub mod write;

pub(crate) use drive::drive;
pub use error::SqliteError;
pub use groups::groups;
pub use introspect::introspect;
pub use open::{Database, Session, version};
pub use script::create_from_script;
pub use verify::verify;
