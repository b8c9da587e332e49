//! The Python of the window: looked at before anything is measured in it.

use crate::error::AppError;
use crate::paths::Paths;
use crate::python::{self, Python};
use crate::wire::{OpenProgress, PythonView};
use fetchscope_drivers::sqlalchemy::{Hello, Interpreter};
use std::path::Path;

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
pub(super) fn look(python: &Python<'_>, source: &str) -> Result<PythonView, AppError> {
    let (interpreter, hello) = python.look()?;
    let place = python.chosen.map(|place| place.display().to_string()).unwrap_or_default();
    Ok(PythonView { place, ..view(&interpreter, &hello, driver(source)) })
}

/// Makes one, and says what it has.
pub(super) fn prepare(
    python: &Python<'_>,
    source: &str,
    emit: &mut dyn FnMut(OpenProgress),
) -> Result<PythonView, AppError> {
    let mut done = 0.0;
    python::prepare(python, Path::new(BASE), None, &mut |what| {
        emit(OpenProgress { what: what.to_owned(), done, total: STEPS });
        done += 1.0;
    })?;
    look(&Python { chosen: Some(&python.prepared()), ..*python }, source)
}

/// What connects to a source.
fn driver(source: &str) -> &'static str {
    if source.starts_with("postgres") { "psycopg" } else { "sqlite3" }
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
        let on_sqlite = view(&interpreter, &hello, driver("sample:citizenapp?size=s"));
        assert_eq!(on_sqlite.has, "Python 3.12.1 in python3: SQLAlchemy 2.1.9, sqlite3 3.45.0");
        assert_eq!(on_sqlite.missing, None);
        let on_postgres = view(&interpreter, &hello, driver("postgres://ann@h/d"));
        assert_eq!(
            on_postgres.missing.as_deref(),
            Some("It has no psycopg; `python3 -m pip install psycopg` installs what is missing.")
        );
    }
}
