//! A PostgreSQL server for tests: thrown away with everything in it when the test program ends, however it ends.
//!
//! [`server`] is the one of this test program; each test makes databases of its own on it.

mod account;
mod programs;
pub mod script;
mod server;

pub use server::{Server, ServerError, server};
