//! What the tests of the whole house stand on.

pub mod fidelity;
pub mod fuzz;
#[cfg(feature = "e2e")]
pub mod window;
