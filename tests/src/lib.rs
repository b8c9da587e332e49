//! What the tests of the whole house stand on.

pub mod fidelity;
#[cfg(feature = "e2e")]
pub mod window;
