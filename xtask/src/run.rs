//! `cargo xtask run`: from a fresh clone to the open window, or, without a display, to the report.

use crate::system::Purpose;
use crate::{frontend, prerequisites, shell, system};
use anyhow::{Context, Result};
use std::process::ExitCode;

const REPORT: &str = "fetchscope-demo.html";

pub(crate) fn run() -> Result<ExitCode> {
    prerequisites::rust()?;
    if has_display() { window() } else { headless() }
}

fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

fn window() -> Result<ExitCode> {
    prerequisites::node()?;
    system::provide(&[Purpose::Window])?;
    frontend::install()?;
    frontend::build()?;
    shell::run(&mut shell::cargo(&["run", "--release", "--package", "fetchscope-desktop"]))?;
    Ok(ExitCode::SUCCESS)
}

fn headless() -> Result<ExitCode> {
    println!("There is no display (DISPLAY and WAYLAND_DISPLAY are empty), so no window can open.");
    println!("Running the default experiment without one: `fetchscope demo`.");
    let here = std::env::current_dir().context("the current folder cannot be found")?;
    let report = here.join(REPORT);
    let mut demo = shell::cargo(&["run", "--release", "--package", "fetchscope-cli", "--", "demo", "--report"]);
    shell::run(demo.arg(&report))?;
    println!("The report is {}", report.display());
    Ok(ExitCode::SUCCESS)
}
