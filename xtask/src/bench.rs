//! `cargo xtask bench`: measurements that are reported, never asserted.

use crate::system::Purpose;
use crate::{frontend, prerequisites, reference, shell, system, test, workspace};
use anyhow::Result;
use std::process::{Command, ExitCode};

/// What a loader costs over a loop written by hand, in time and in memory.
pub(crate) fn engine() -> Result<ExitCode> {
    prerequisites::rust()?;
    shell::run(&mut drivers("serve"))?;
    shell::run(&mut drivers("memory"))?;
    Ok(ExitCode::SUCCESS)
}

/// What SQLAlchemy takes for the same requests.
pub(crate) fn sqlalchemy() -> Result<ExitCode> {
    prerequisites::rust()?;
    let python = reference::interpreter()?;
    shell::run(drivers("serve").args(["--", "sqlalchemy"]).env("FETCHSCOPE_REFERENCE_PYTHON", python))?;
    Ok(ExitCode::SUCCESS)
}

/// What measuring costs over a plain loop that sends the same statements.
pub(crate) fn harness() -> Result<ExitCode> {
    prerequisites::rust()?;
    shell::run(&mut drivers("harness"))?;
    Ok(ExitCode::SUCCESS)
}

/// Requests and loading on PostgreSQL, beside the programs that come with it.
pub(crate) fn server() -> Result<ExitCode> {
    prerequisites::rust()?;
    system::provide(&[Purpose::Postgres])?;
    shell::run(&mut drivers("server"))?;
    Ok(ExitCode::SUCCESS)
}

/// How far verdicts can be trusted: the same against the same, and against a slower self.
pub(crate) fn verdicts() -> Result<ExitCode> {
    prerequisites::rust()?;
    shell::run(&mut shell::cargo(&["bench", "--package", "fetchscope-experiment", "--bench", "verdicts"]))?;
    Ok(ExitCode::SUCCESS)
}

/// Whether `advise` recommends the best way to load, against an exhaustive search.
pub(crate) fn advise() -> Result<ExitCode> {
    prerequisites::rust()?;
    let python = reference::interpreter()?;
    let mut bench = shell::cargo(&["bench", "--package", "fetchscope-app", "--bench", "advise"]);
    shell::run(bench.env("FETCHSCOPE_REFERENCE_PYTHON", python))?;
    Ok(ExitCode::SUCCESS)
}

/// What a measured request of the sample's program costs over the same call without Fetchscope.
pub(crate) fn application() -> Result<ExitCode> {
    prerequisites::rust()?;
    let python = reference::interpreter()?;
    let data = workspace::target().join("bench-citizenapp.db");
    if !data.is_file() {
        let load = ["run", "--quiet", "--package", "fetchscope-cli", "--", "dataset", "load", "citizenapp", "--into"];
        shell::run(shell::cargo(&load).arg(format!("sqlite:{}", data.display())))?;
    }
    let mut cost = Command::new(python);
    cost.arg("-B").arg(workspace::root().join("tests/application/cost.py"));
    shell::run(cost.env("CITIZENAPP_DATABASE", format!("sqlite:///{}", data.display())))?;
    Ok(ExitCode::SUCCESS)
}

fn drivers(bench: &str) -> Command {
    shell::cargo(&["bench", "--package", "fetchscope-drivers", "--bench", bench])
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
