//! Databases: opening, introspecting, querying. The only crate that names a database client.

pub mod latency;
pub mod sqlite;
