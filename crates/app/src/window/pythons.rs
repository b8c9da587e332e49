//! The Python of the window: looked at before anything is measured in it.

use crate::document;
use crate::error::AppError;
use crate::paths::Paths;
use crate::python::{self, Python};
use crate::wire::{OpenProgress, PythonView};
use fetchscope_drivers::sqlalchemy::{Hello, Interpreter};
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// The Python that a virtual environment is made with.
const BASE: &str = if cfg!(windows) { "python" } else { "python3" };

/// Steps of preparing one: the environment, and what is installed into it.
const STEPS: f64 = 2.0;

/// A Python by its place; the one that is found where none is named.
pub(super) fn chosen<'a>(paths: &'a Paths, place: &'a str) -> Python<'a> {
    let place = place.trim();
    Python { paths, chosen: (!place.is_empty()).then(|| Path::new(place)) }
}

/// What it has for a source.
pub(super) fn look(python: &Python<'_>, needs: Needs<'_>) -> Result<PythonView, AppError> {
    let (interpreter, hello) = python.look()?;
    let place = python.chosen.map(|place| place.display().to_string()).unwrap_or_default();
    Ok(PythonView { place, ..view(&interpreter, &hello, needs.driver()) })
}

/// Makes one, and says what it has.
pub(super) fn prepare(
    python: &Python<'_>,
    needs: Needs<'_>,
    emit: &mut dyn FnMut(OpenProgress),
    cancel: &AtomicBool,
) -> Result<PythonView, AppError> {
    let mut done = 0.0;
    let mut tell = |what: &str| {
        emit(OpenProgress { what: what.to_owned(), done, total: STEPS });
        done += 1.0;
    };
    python::prepare(python, Path::new(BASE), None, &mut tell, cancel)?;
    look(&Python { chosen: Some(&python.prepared()), ..*python }, needs)
}

/// What is to be measured in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Needs<'a> {
    pub(super) source: &'a str,
    pub(super) asynchronous: bool,
}

impl Needs<'_> {
    /// What connects to the source.
    fn driver(self) -> &'static str {
        python::driver(self.source.starts_with("postgres"), document::session(self.asynchronous))
    }
}

fn view(interpreter: &Interpreter, hello: &Hello, driver: &str) -> PythonView {
    let known = |name: &str| hello.drivers.get(name).and_then(Option::as_deref);
    let found = [("SQLAlchemy", hello.sqlalchemy.as_deref()), (driver, known(driver))];
    let has = found.iter().filter_map(|(name, version)| Some(format!("{name} {}", (*version)?)));
    let has: Vec<String> = has.collect();
    let missing: Vec<String> =
        found.iter().filter(|(_, version)| version.is_none()).map(|(name, _)| name.to_lowercase()).collect();
    let program = interpreter.program().display();
    let with = if has.is_empty() { String::new() } else { format!(": {}", has.join(", ")) };
    PythonView {
        place: String::new(),
        has: format!("Python {} in {program}{with}", hello.python),
        missing: (!missing.is_empty()).then(|| {
            let packages = missing.join(" ");
            format!(
                "It has no {}; `{program} -m pip install {packages}` installs what is missing.",
                missing.join(", no ")
            )
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_python_has_and_lacks_depends_on_the_source() {
        let hello = Hello {
            python: "3.12.1".to_owned(),
            interpreter: "python".to_owned(),
            sqlalchemy: Some("2.1.9".to_owned()),
            drivers: [("sqlite3".to_owned(), Some("3.45.0".to_owned())), ("psycopg".to_owned(), None)].into(),
        };
        let interpreter = Interpreter::at(Path::new("python3")).unwrap();
        let needs = |source| Needs { source, asynchronous: false };
        let on_sqlite = view(&interpreter, &hello, needs("sample:citizenapp?size=s").driver());
        assert_eq!(on_sqlite.has, "Python 3.12.1 in python3: SQLAlchemy 2.1.9, sqlite3 3.45.0");
        assert_eq!(on_sqlite.missing, None);
        let on_postgres = view(&interpreter, &hello, needs("postgres://ann@h/d").driver());
        assert_eq!(
            on_postgres.missing.as_deref(),
            Some("It has no psycopg; `python3 -m pip install psycopg` installs what is missing.")
        );
        let in_tasks = view(&interpreter, &hello, Needs { source: "sqlite:app.db", asynchronous: true }.driver());
        assert!(in_tasks.missing.unwrap().starts_with("It has no aiosqlite;"));
    }
}
