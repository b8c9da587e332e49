//! The real window, driven as a person would. One test, one window; `artefacts/` keeps a picture of each.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod access;
mod connecting;
mod exporting;
mod hands;
mod in_sqlalchemy;
mod keyboard;
mod learning;
mod many;
mod mapping;
mod mistakes;
mod opening;
mod past;
mod pictures;
mod restarting;
mod running;
mod stage;
mod sweeping;
mod toggling;
