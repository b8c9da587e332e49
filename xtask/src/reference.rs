//! The real SQLAlchemy: a virtual environment in the target directory, made anew when its requirements change.

use crate::system::{self, Purpose};
use crate::{prerequisites, shell, stamp, workspace};
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::Command;

/// The interpreter of the environment, which is made first where it is missing or no longer what is required.
pub(crate) fn interpreter() -> Result<PathBuf> {
    let requirements = workspace::root().join("tests/fidelity/requirements.txt");
    let folder = workspace::target().join("reference");
    let python = match cfg!(windows) {
        true => folder.join("Scripts/python.exe"),
        false => folder.join("bin/python"),
    };
    // The stamp lies in the environment, so that it goes when that goes.
    let kept = folder.join("fetchscope-installed");
    let required = stamp::of(&[&requirements], &[])?;
    if stamp::matches(&kept, &required) && shell::read(Command::new(&python).arg("--version")).is_some() {
        return Ok(python);
    }
    if prerequisites::python().is_err() {
        system::provide(&[Purpose::Reference])?;
    }
    let base = prerequisites::python()?;
    let make = shell::run(Command::new(base).args(["-m", "venv", "--clear"]).arg(&folder));
    make.context("the environment for the real SQLAlchemy could not be made")?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    shell::run(Command::new(&python).args(install).arg(&requirements))?;
    stamp::keep(&kept, &required)?;
    Ok(python)
}
