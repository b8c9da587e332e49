//! What the tests of the rules share.

pub(super) mod staged;
