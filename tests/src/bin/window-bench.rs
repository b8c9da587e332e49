//! Measures what a person waits for: the window's start, and a toggle until its statements stand there. It reports
//! and judges nothing; `cargo xtask bench window` builds what it measures.

#![allow(clippy::print_stdout, reason = "a benchmark's result goes to standard output")]

use fetchscope_tests::window::{Display, Driver, Fault, Launch, Owned, desktop};
use serde_json::json;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

const STARTS: usize = 5;
const TOGGLES: usize = 20;
/// The relationship that is toggled in the first sample's default endpoint.
const TOGGLED: &str = "organization";

fn main() -> ExitCode {
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            println!("The window could not be measured: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<(), Fault> {
    let home = tempfile::tempdir().map_err(|source| Fault::File { path: "a temporary folder".to_owned(), source })?;
    let display = Display::start()?;
    let launch = Launch { home: home.path().to_owned(), dialog_answer: None };
    let application = desktop()?;
    let first = start(&application, &display, &launch)?;
    println!("start, first ever, sample generated: {first:.0} ms");
    let starts = (0..STARTS).map(|_| start(&application, &display, &launch)).collect::<Result<Vec<_>, _>>()?;
    report("start, warm, process start to second frame with data", &starts);
    report(
        "toggle, strategy change to two frames after the new statements",
        &toggles(&application, &display, &launch)?,
    );
    Ok(())
}

/// Milliseconds from the start of the process until the window shows data.
fn start(application: &Path, display: &Display, launch: &Launch) -> Result<f64, Fault> {
    let mut command = Command::new(application);
    launch.environment(display, &mut command);
    let mut window = Owned::start(command.env("FETCHSCOPE_TIMING", "1").stderr(Stdio::piped()))?;
    let age = window.await_line("ready after ", Duration::from_secs(120))?;
    age.trim_end_matches(" ms").parse().map_err(|_| Fault::Program { program: "the window".to_owned(), problem: age })
}

/// Milliseconds from a change of strategy until two frames after the query count changed.
fn toggles(application: &Path, display: &Display, launch: &Launch) -> Result<Vec<f64>, Fault> {
    let driver = Driver::start(display, launch)?;
    let session = driver.open(application)?;
    session.wait_text("query-count", "shows a number", |text| text.contains(|letter: char| letter.is_ascii_digit()))?;
    let mut measured = Vec::with_capacity(TOGGLES);
    for toggle in 0..=TOGGLES {
        let strategy = if toggle % 2 == 0 { "selectin" } else { "select" };
        let answer = session.script_async(
            "const [id, strategy, done] = arguments;
             const control = document.querySelector(`[data-testid='${id}']`);
             const count = () => document.querySelector(`[data-testid='query-count']`)?.textContent;
             const before = count();
             const began = performance.now();
             const look = () => count() !== before
               ? requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)))
               : setTimeout(look, 0);
             control.value = strategy;
             control.dispatchEvent(new Event('change', { bubbles: true }));
             look();",
            &[json!(format!("strategy:{TOGGLED}")), json!(strategy)],
        )?;
        // The first one warms up.
        if toggle > 0 {
            measured.push(answer.as_f64().unwrap_or(f64::NAN));
        }
    }
    Ok(measured)
}

fn report(what: &str, times: &[f64]) {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (n, middle) = (sorted.len(), sorted.len() / 2);
    let median = if n % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) };
    println!("{what}: median {median:.0} ms (n = {n}, {:.0} to {:.0} ms)", sorted[0], sorted[n - 1]);
}
