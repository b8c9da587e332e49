//! Samples: databases to measure on, made from a mapping, a recipe and a seed.
//!
//! A dataset is a folder with three files (`README.md` beside this package says how to write one): `mapping.json`,
//! `generator.toml` and `endpoints.toml`. Every value is a function of the seed and its place (table, column, row), so
//! rows stream without any table in memory, a row can look up another, and the same seed gives the same sample on any
//! machine. The rows know nothing of a database; `create.rs` writes them into a file, `load.rs` into a server.

mod application;
mod blueprint;
mod create;
mod dataset;
mod dump;
mod endpoints;
mod error;
mod generator;
mod groups;
mod lessons;
mod load;
mod progress;
mod random;
mod recipe;
mod shuffle;
mod sizes;
mod spec;
mod template;
mod words;

pub use application::Application;
pub use create::{create, ensure, file_name};
pub use dataset::{Dataset, DatasetInfo, SizeInfo, list};
pub use dump::canonical_sha256;
pub use endpoints::NamedEndpoint;
pub use error::DatasetError;
pub use lessons::{LESSONS, LessonFiles};
pub use load::{load, schema_name};
pub use progress::{Progress, Step};
pub use spec::{SampleSpec, TenantSizes};
