//! SQLite through rusqlite.

mod error;
mod groups;
pub mod indexes;
mod introspect;
mod open;
mod pool;
mod script;
mod serve;
mod verify;
mod watch;
pub mod write;

pub use error::SqliteError;
pub use groups::groups;
pub use introspect::introspect;
pub use open::{Database, Session, version};
pub use pool::{Pool, PoolError, Pooled};
pub use script::create_from_script;
pub use serve::{Circumstances, Prepared, ServeError, Served};
pub use verify::verify;
