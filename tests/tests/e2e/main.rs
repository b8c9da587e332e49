//! The real window, driven as a person would. One test, one window; `artefacts/` keeps a picture of each.

mod exporting;
mod hands;
mod mistakes;
mod opening;
mod restarting;
mod running;
mod stage;
mod toggling;
