//! Fetchscope held against the real SQLAlchemy: recorded answers, and answers given while the test runs.

mod answer;
mod case;
mod compare;
#[cfg(feature = "reference")]
pub mod differential;
mod fault;
#[cfg(feature = "reference")]
mod lane;
mod lookup;
mod order;
mod ours;
mod recorded;
#[cfg(feature = "reference")]
mod reference;
mod scene;

pub use answer::{Answer, Parameters, Statement};
pub use case::Case;
pub use compare::{Agreement, compare};
pub use fault::Fault;
#[cfg(feature = "reference")]
pub use lane::{Lane, interpreter};
pub use ours::{Refusal, ask};
pub use recorded::{Recorded, folder, recorded, recorded_on_postgres};
pub use scene::Scene;
