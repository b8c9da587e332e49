//! The steps of `cargo xtask test`, in their order.

use super::tally::Tally;
use crate::{bindings, frontend, reference, shell, workspace};
use anyhow::Result;
use std::process::Command;

/// One of the things that must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Sources are formatted.
    Format,
    /// The front end's types hold and its tests pass.
    Ui,
    /// No lint speaks.
    Clippy,
    /// Rust tests, all but those of the window.
    Rust,
    /// Random cases are answered as the real SQLAlchemy answers them.
    Fidelity,
    /// Applications are seen, overridden and changed as what is written by hand, on both versions of SQLAlchemy.
    Application,
    /// The committed TypeScript types are those of the Rust sources.
    Bindings,
    /// The real window, driven.
    Window,
}

impl Step {
    pub(crate) const ALL: [Step; 8] = [
        Step::Format,
        Step::Ui,
        Step::Clippy,
        Step::Rust,
        Step::Fidelity,
        Step::Application,
        Step::Bindings,
        Step::Window,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Step::Format => "format",
            Step::Ui => "ui",
            Step::Clippy => "clippy",
            Step::Rust => "rust",
            Step::Fidelity => "fidelity",
            Step::Application => "application",
            Step::Bindings => "bindings",
            Step::Window => "window",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Step> {
        Step::ALL.into_iter().find(|step| step.name() == name)
    }

    /// Does it, counting tests. Every cargo call selects the whole workspace, so that a dependency has one set of
    /// features and is built once.
    pub(crate) fn take(self, tally: &mut Tally) -> Result<()> {
        match self {
            Step::Format => shell::run(&mut shell::cargo(&["fmt", "--all", "--check"])),
            Step::Ui => ui(tally),
            Step::Clippy => {
                let features = "fetchscope-tests/e2e,fetchscope-tests/reference";
                let lints = ["clippy", "--workspace", "--all-targets", "--features", features];
                shell::run(shell::cargo(&lints).args(["--", "--deny", "warnings"]))
            }
            Step::Rust => rust(&["test", "--workspace", "--no-fail-fast"], tally),
            Step::Fidelity => fidelity(tally),
            Step::Application => application(tally),
            Step::Bindings => bindings::compare(&["--workspace"]),
            Step::Window => window(tally),
        }
    }
}

fn ui(tally: &mut Tally) -> Result<()> {
    let npm = || shell::program("npm", &workspace::ui());
    let checked = shell::run(npm()?.args(["run", "check"]));
    let tested = shell::run_reading(npm()?.arg("test"), |line| *tally += Tally::of_ui(line));
    checked.and(tested)
}

fn rust(arguments: &[&str], tally: &mut Tally) -> Result<()> {
    counted(shell::cargo(arguments), tally)
}

fn counted(mut command: Command, tally: &mut Tally) -> Result<()> {
    shell::run_reading(bindings::divert(&mut command), |line| *tally += Tally::of_rust(line))
}

fn fidelity(tally: &mut Tally) -> Result<()> {
    let python = reference::interpreter()?;
    reference::share_sqlite()?;
    // First whether the program that asks it agrees with the recorded answers.
    let check = ["-B", "-m", "reference", "--check-goldens"];
    let mut goldens = Command::new(&python);
    goldens.args(check).current_dir(workspace::root().join("tests/fidelity"));
    shell::run(goldens.env("PYTHONPATH", workspace::root().join("crates/drivers/python")))?;
    let target = ["test", "--workspace", "--features", "fetchscope-tests/reference"];
    let tests = ["application", "code", "differential", "lane", "lane_runs"].map(|name| ["--test", name]).concat();
    let mut command = shell::cargo(&[&target[..], &tests, &["--no-fail-fast", "--", "--nocapture"]].concat());
    command.env("FETCHSCOPE_REFERENCE_PYTHON", python);
    counted(command, tally)
}

/// Scripts in Python, since what they are held against is Python; a selection of what `python -m application` can generate.
fn application(tally: &mut Tally) -> Result<()> {
    let (newer, older) = (reference::interpreter()?, reference::older()?);
    let generated: &[&str] = &["-m", "application", "--seeds", "0..3"];
    // How a source is edited hardly depends on the version.
    let changed: &[&str] = &["application/change.py"];
    for (python, script) in [(&newer, generated), (&older, generated), (&newer, changed)] {
        let mut command = Command::new(python);
        command.arg("-B").args(script).current_dir(workspace::root().join("tests"));
        shell::run_reading(&mut command, |line| *tally += Tally::of_script(line))?;
    }
    Ok(())
}

fn window(tally: &mut Tally) -> Result<()> {
    shell::run(&mut shell::cargo(&["build", "--workspace", "--bins"]))?;
    let target = ["test", "--workspace", "--features", "fetchscope-tests/e2e", "--test", "e2e"];
    let mut command = shell::cargo(&[&target[..], &["--no-fail-fast", "--", "--test-threads=1"]].concat());
    // The SQLAlchemy lane is measured in the window as well.
    command.env("FETCHSCOPE_REFERENCE_PYTHON", reference::interpreter()?);
    counted(command, tally)
}

/// Builds what every step that compiles the desktop shell embeds.
pub(crate) fn prepare() -> Result<()> {
    frontend::build()
}
