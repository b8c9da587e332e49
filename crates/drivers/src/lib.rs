//! Databases: opening, introspecting, querying. The only crate that names a database client.

pub mod clock;
mod introspected;
pub mod latency;
pub mod limits;
pub mod postgres;
pub mod sqlite;

pub use introspected::Introspected;
