//! `cargo xtask bench`: measurements that are reported, never asserted.

use crate::system::Purpose;
use crate::{frontend, prerequisites, shell, system, test};
use anyhow::Result;
use std::process::ExitCode;

/// What a loader costs over the bare driver.
pub(crate) fn engine() -> Result<ExitCode> {
    prerequisites::rust()?;
    shell::run(&mut shell::cargo(&["bench", "--package", "fetchscope-drivers", "--bench", "serve"]))?;
    Ok(ExitCode::SUCCESS)
}

/// Start of the window and a toggle in it, in a release build on a display of its own.
pub(crate) fn window() -> Result<ExitCode> {
    prerequisites::rust()?;
    prerequisites::node()?;
    system::provide(&[Purpose::Window, Purpose::WindowTests])?;
    frontend::install()?;
    test::window_driver()?;
    frontend::build()?;
    shell::run(&mut shell::cargo(&["build", "--release", "--package", "fetchscope-desktop"]))?;
    let bench = ["run", "--quiet", "--release", "--package", "fetchscope-tests", "--features", "e2e", "--bin"];
    shell::run(shell::cargo(&bench).arg("window-bench"))?;
    Ok(ExitCode::SUCCESS)
}
