//! The real window, driven as a person would. One test, one window; `artefacts/` keeps a picture of each.

mod opening;
mod stage;
