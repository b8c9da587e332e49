//! Plans: an endpoint with a strategy on every relationship path.

pub mod document;
pub mod endpoint;
