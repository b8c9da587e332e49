//! Writing to standard output and standard error, the only place that does.

use anyhow::Result;
use fetchscope_app::error::AppError;
use fetchscope_app::reports;
use fetchscope_experiment::outcome::Outcome;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// A result. A reader that stops reading early (`| head`) is not an error.
pub(crate) fn result(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// A result as JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<()> {
    result(&serde_json::to_string_pretty(value)?)
}

/// A word beside the result.
#[expect(clippy::print_stderr, reason = "this is where words beside the result go")]
pub(crate) fn note(text: &str) {
    eprintln!("{text}");
}

/// An error, and the exit status it means.
pub(crate) fn failure(error: &anyhow::Error) -> ExitCode {
    note(&format!("error: {error:#}"));
    ExitCode::from(error.downcast_ref::<AppError>().map_or(2, AppError::exit_status))
}

/// Checks that every report can be written as its ending asks, before anything is measured.
pub(crate) fn check_reports(paths: &[PathBuf]) -> Result<()> {
    Ok(paths.iter().try_for_each(|path| reports::check(path))?)
}

/// Writes the reports of an outcome.
pub(crate) fn reports(outcome: &Outcome, paths: &[PathBuf]) -> Result<()> {
    for path in paths {
        reports::write(outcome, path)?;
        note(&format!("The report is in {}", std::path::absolute(path)?.display()));
    }
    Ok(())
}
