//! Databases: opening, introspecting, querying. The only crate that names a database client.

pub mod clock;
pub mod database;
pub mod ddl;
pub mod error;
pub mod latency;
pub mod limits;
pub mod pool;
pub mod postgres;
pub mod process;
mod relate;
pub mod request;
pub mod sqlalchemy;
pub mod sqlite;
