//! The Python in which the real SQLAlchemy is measured: which one, and what it has.

use crate::error::AppError;
use crate::paths::Paths;
use crate::source::environment;
use fetchscope_drivers::sqlalchemy::{Hello, Interpreter, Models, Worker, WorkerError, unpack};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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

/// What is installed into a prepared environment beside SQLAlchemy.
const DRIVERS: [&str; 3] = ["aiosqlite", "asyncpg", "psycopg[binary]"];

/// Makes the environment that is used where nobody names one, in place of one that may be there. `tell` hears what is done.
pub fn prepare(
    python: &Python<'_>,
    with: &Path,
    version: Option<&str>,
    tell: &mut dyn FnMut(&str),
) -> Result<(), AppError> {
    let place = python.prepared();
    std::fs::create_dir_all(&python.paths.python).map_err(|error| AppError::writing(&python.paths.python, &error))?;
    tell(&format!("Making a virtual environment in {}", place.display()));
    finished(
        Command::new(with).args(["-m", "venv", "--clear"]).arg(&place),
        "the virtual environment could not be made",
    )?;
    let interpreter = Interpreter::at(&place)?;
    let sqlalchemy =
        version.map_or_else(|| "sqlalchemy[asyncio]>=2.0".to_owned(), |one| format!("sqlalchemy[asyncio]=={one}"));
    tell(&format!("Installing {sqlalchemy}, {}", DRIVERS.join(", ")));
    let mut install = Command::new(interpreter.program());
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).arg(sqlalchemy).args(DRIVERS);
    finished(&mut install, "SQLAlchemy could not be installed")
}

fn finished(command: &mut Command, otherwise: &str) -> Result<(), AppError> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| {
        AppError::Input(format!(
            "{otherwise}: {} could not be started: {error}",
            command.get_program().to_string_lossy()
        ))
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it does not say why");
    Err(AppError::Input(format!("{otherwise}: {}", last.trim())))
}
