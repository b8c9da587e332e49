//! The Python in which the real SQLAlchemy is measured: which one, and what it has.

use crate::error::AppError;
use crate::paths::Paths;
use crate::source::environment;
use fetchscope_drivers::process::{end_group, lead_group};
use fetchscope_drivers::sqlalchemy::{Hello, Interpreter, Models, Worker, WorkerError, unpack};
use fetchscope_engine::plan::document::SessionKind;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

/// The Python that was chosen, or the one that is found.
#[derive(Debug, Clone, Copy)]
pub struct Python<'a> {
    /// Where the worker and the prepared environment are kept.
    pub paths: &'a Paths,
    /// An interpreter or a virtual environment that somebody named.
    pub chosen: Option<&'a Path>,
}

impl Python<'_> {
    /// The interpreter.
    pub fn interpreter(&self) -> Result<Interpreter, WorkerError> {
        Interpreter::find(self.chosen, &environment, &self.prepared())
    }

    /// Where the environment is that is made on request.
    #[must_use]
    pub fn prepared(&self) -> PathBuf {
        self.paths.python.join("environment")
    }

    /// A program's own classes: `package.module:Base`, with a plan for a root where one is named.
    pub fn models(&self, name: &str, root: Option<&str>) -> Result<Models, WorkerError> {
        let mut worker = Worker::start(&self.interpreter()?, &unpack(&self.paths.python)?)?;
        worker.models(name, root)
    }

    /// Starts it, and says what it has.
    pub fn look(&self) -> Result<(Interpreter, Hello), WorkerError> {
        let interpreter = self.interpreter()?;
        let worker = Worker::start(&interpreter, &unpack(&self.paths.python)?)?;
        Ok((interpreter, worker.hello().clone()))
    }
}

/// What SQLAlchemy connects to a database with, in a session of either kind.
#[must_use]
pub fn driver(is_server: bool, session: SessionKind) -> &'static str {
    match (is_server, session) {
        (false, SessionKind::Sync) => "sqlite3",
        (false, SessionKind::Async) => "aiosqlite",
        (true, SessionKind::Sync) => "psycopg",
        (true, SessionKind::Async) => "asyncpg",
    }
}

/// What is installed into a prepared environment beside SQLAlchemy: drivers, and what the application of a sample needs.
const PACKAGES: [&str; 4] = ["aiosqlite", "asyncpg", "psycopg[binary]", "fastapi"];

/// Makes the environment that is used where nobody names one, in place of one that may be there. `tell` hears what is done.
pub fn prepare(
    python: &Python<'_>,
    with: &Path,
    version: Option<&str>,
    tell: &mut dyn FnMut(&str),
    cancel: &AtomicBool,
) -> Result<(), AppError> {
    let place = python.prepared();
    std::fs::create_dir_all(&python.paths.python).map_err(|error| AppError::writing(&python.paths.python, &error))?;
    tell(&format!("Making a virtual environment in {}", place.display()));
    finished(
        Command::new(with).args(["-m", "venv", "--clear"]).arg(&place),
        "the virtual environment could not be made",
        cancel,
    )?;
    let interpreter = Interpreter::at(&place)?;
    let sqlalchemy =
        version.map_or_else(|| "sqlalchemy[asyncio]>=2.0".to_owned(), |one| format!("sqlalchemy[asyncio]=={one}"));
    tell(&format!("Installing {sqlalchemy}, {}", PACKAGES.join(", ")));
    let mut install = Command::new(interpreter.program());
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).arg(sqlalchemy).args(PACKAGES);
    finished(&mut install, "SQLAlchemy could not be installed", cancel)
}

/// How often a program that is waited for is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// How long the last words of a program may take that has ended.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Runs a program to its end, unless somebody cancels: then it is ended.
fn finished(command: &mut Command, otherwise: &str, cancel: &AtomicBool) -> Result<(), AppError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let failed = |said: &str| AppError::Input(format!("{otherwise}: {said}"));
    lead_group(command);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(|error| failed(&format!("{program} could not be started: {error}")))?;
    let (output, errors) = (child.stdout.take().map(listen), child.stderr.take().map(listen));
    let status = loop {
        match child.try_wait().map_err(|error| failed(&error.to_string()))? {
            Some(status) => break status,
            None if cancel.load(Ordering::Relaxed) => {
                end_group(&mut child);
                return Err(AppError::Cancelled("cancelled: the environment is not complete".to_owned()));
            }
            None => std::thread::sleep(LOOK),
        }
    };
    if status.success() {
        return Ok(());
    }
    let heard = |said: Option<Receiver<Vec<u8>>>| said.and_then(|said| said.recv_timeout(LAST_WORDS).ok());
    let said = [heard(output), heard(errors)].into_iter().flatten().collect::<Vec<_>>().concat();
    let said = String::from_utf8_lossy(&said);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it does not say why");
    Err(failed(last.trim()))
}

/// All that a stream says. What a program started may hold it open for longer than the program runs.
fn listen(mut stream: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (tell, said) = mpsc::channel();
    std::thread::spawn(move || {
        let mut all = Vec::new();
        let _ = stream.read_to_end(&mut all);
        let _ = tell.send(all);
    });
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, cancel: bool) -> Result<(), AppError> {
        finished(Command::new("sh").args(["-c", script]), "it failed", &AtomicBool::new(cancel))
    }

    #[test]
    fn a_program_is_waited_for_and_its_last_words_are_told() {
        assert!(shell("exit 0", false).is_ok());
        let failed = shell("echo first >&2; echo 'no such package' >&2; exit 1", false).unwrap_err();
        assert_eq!(failed.to_string(), "it failed: no such package");
        let failed = shell("echo 'ensurepip is not available'; exit 1", false).unwrap_err();
        assert_eq!(failed.to_string(), "it failed: ensurepip is not available");
    }

    #[test]
    fn one_that_takes_long_is_ended_when_somebody_cancels() {
        let cancelled = shell("exec sleep 600", true).unwrap_err();
        assert!(matches!(cancelled, AppError::Cancelled(_)), "{cancelled}");
    }
}
