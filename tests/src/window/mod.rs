//! The real window on a display of its own, driven over WebDriver; everything it starts ends with it.

mod display;
mod driver;
mod fault;
mod http;
mod owned;
mod session;

pub use display::Display;
pub use driver::{Driver, Launch, desktop};
pub use fault::Fault;
pub use owned::Owned;
pub use session::{Element, Session};
