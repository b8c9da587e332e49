//! Which Python is asked: the one that was named, the one of the environment that is active, or one that was prepared.

use super::error::WorkerError;
use std::path::{Path, PathBuf};

/// The variable that names an interpreter or a virtual environment.
const VARIABLE: &str = "FETCHSCOPE_PYTHON";

/// A Python interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreter {
    program: PathBuf,
}

impl Interpreter {
    /// The one to be used: `chosen` before `FETCHSCOPE_PYTHON`, an active virtual environment, and the one `prepared` here.
    pub fn find(
        chosen: Option<&Path>,
        variable: &dyn Fn(&str) -> Option<String>,
        prepared: &Path,
    ) -> Result<Interpreter, WorkerError> {
        let named = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        match chosen.map(Path::to_owned).or_else(|| named(VARIABLE)).or_else(|| named("VIRTUAL_ENV")) {
            Some(place) => Interpreter::at(&place),
            None if prepared.is_dir() => Interpreter::at(prepared),
            None => Err(WorkerError::NoPython),
        }
    }

    /// An interpreter, or the one of a virtual environment.
    pub fn at(place: &Path) -> Result<Interpreter, WorkerError> {
        let inside = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
        let program = if place.is_dir() { place.join(inside) } else { place.to_owned() };
        // A name without a folder is looked for where programs are.
        let is_name = program.components().count() == 1;
        if is_name || program.is_file() {
            // Not its canonical form: the link is what tells Python to which environment it belongs.
            let program = if is_name { program } else { std::path::absolute(&program).unwrap_or(program) };
            return Ok(Interpreter { program });
        }
        Err(WorkerError::NotAPython { place: place.to_owned() })
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_named_goes_first_and_who_is_not_there_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let make = |name: &str| {
            let environment = folder.path().join(name);
            std::fs::create_dir_all(environment.join("bin")).unwrap();
            std::fs::write(environment.join("bin/python"), "").unwrap();
            environment
        };
        let (chosen, named, active, prepared) = (make("chosen"), make("named"), make("active"), make("prepared"));
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let both = |name: &str| match name {
            VARIABLE => Some(text(&named)),
            "VIRTUAL_ENV" => Some(text(&active)),
            _ => None,
        };
        let only_active = |name: &str| (name == "VIRTUAL_ENV").then(|| text(&active));
        let found = |chosen, variable| Interpreter::find(chosen, variable, &prepared).unwrap().program;
        if cfg!(unix) {
            assert_eq!(found(Some(&chosen), &both), chosen.join("bin/python"));
            assert_eq!(found(None, &both), named.join("bin/python"));
            assert_eq!(found(None, &only_active), active.join("bin/python"));
            assert_eq!(found(None, &|_| None), prepared.join("bin/python"));
        }
        let nowhere = folder.path().join("nowhere");
        assert_eq!(Interpreter::find(None, &|_| None, &nowhere), Err(WorkerError::NoPython));
        assert_eq!(Interpreter::at(&nowhere), Err(WorkerError::NotAPython { place: nowhere }));
        assert_eq!(Interpreter::at(Path::new("python3")).unwrap().program(), Path::new("python3"));
    }
}
