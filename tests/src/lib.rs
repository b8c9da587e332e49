//! What the tests of the whole house stand on.

#[cfg(feature = "e2e")]
pub mod window;
