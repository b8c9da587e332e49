//! `cargo xtask test`: everything that must hold, and at the end how many tests did.

mod step;
pub(crate) mod tally;

use crate::system::Purpose;
use crate::{frontend, prerequisites, shell, system, workspace};
use anyhow::{Result, bail};
use std::process::ExitCode;
use std::time::Instant;
use step::Step;
use tally::Tally;

/// Installs what is missing, takes every step (or the one named), and counts.
pub(crate) fn run(only: Option<&str>) -> Result<ExitCode> {
    let steps = match only {
        None => Step::ALL.to_vec(),
        Some(name) => match Step::named(name) {
            Some(step) => vec![step],
            None => bail!("there is no step `{name}`; there are {}", Step::ALL.map(Step::name).join(", ")),
        },
    };
    let mut report = Report::default();
    if report.enter("install", |_| install().and_then(|()| step::prepare())) {
        for step in steps {
            report.enter(step.name(), |tally| step.take(tally));
        }
    }
    Ok(report.end())
}

/// What every step took and found.
#[derive(Default)]
struct Report {
    lines: Vec<String>,
    all: Tally,
}

impl Report {
    /// Takes a step; whether it succeeded.
    fn enter(&mut self, name: &str, take: impl FnOnce(&mut Tally) -> Result<()>) -> bool {
        let began = Instant::now();
        let mut tally = Tally::default();
        eprintln!("xtask: == {name} ==");
        if let Err(error) = take(&mut tally) {
            eprintln!("xtask: {error:#}");
            // A step can fail without a test that failed: a lint, a type, a build.
            tally.failed = tally.failed.max(1);
        }
        let verdict = if tally.failed == 0 { "ok" } else { "FAILED" };
        let (seconds, Tally { passed, failed }) = (began.elapsed().as_secs_f64(), tally);
        self.lines.push(format!("{name:<10} {seconds:>6.0} s  {verdict:<6}  {passed} passed, {failed} failed"));
        self.all += tally;
        failed == 0
    }

    /// Says it all; the last line counts the tests.
    fn end(self) -> ExitCode {
        let Tally { passed, failed } = self.all;
        println!("\n{}\n{passed} passed, {failed} failed", self.lines.join("\n"));
        if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn install() -> Result<()> {
    prerequisites::rust()?;
    prerequisites::node()?;
    system::provide(&[Purpose::Window, Purpose::WindowTests, Purpose::Postgres])?;
    frontend::install()?;
    window_driver()
}

/// The bridge between WebDriver and a Tauri window, kept in the target directory.
pub(crate) fn window_driver() -> Result<()> {
    let tools = workspace::target().join("tools");
    let driver = tools.join("bin").join(format!("tauri-driver{}", std::env::consts::EXE_SUFFIX));
    if driver.is_file() {
        return Ok(());
    }
    let mut install = shell::cargo(&["install", "tauri-driver", "--version", "^2", "--locked", "--root"]);
    shell::run(install.arg(&tools).current_dir(workspace::target()))
}
