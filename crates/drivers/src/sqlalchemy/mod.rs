//! The real SQLAlchemy in a Python of the user's: one worker process that is told what to do a line at a time.
//!
//! What runs there is the package `crates/drivers/python`, which this program carries and unpacks. The process is a group of
//! its own and goes with its [`Worker`]; should this program be killed, it finds its standard input closed and ends.

mod application;
mod error;
mod interpreter;
mod message;
mod package;
mod place;
mod worker;

pub use application::{
    Change, Compared, Failed, HttpRequest, Import, Imported, Injected, Most, Origin, Overrides, PathTrace, QueryTrace,
    RequestTrace, Route, SentStatement,
};
pub use error::WorkerError;
pub use interpreter::Interpreter;
pub use message::{
    Answer, Batch, Check, Conditions, Done, Ending, Hello, Models, Open, Pool, Sample, Statement, Versions,
};
pub use package::unpack;
pub use place::{Place, Server};
pub use worker::{Heard, Worker};
