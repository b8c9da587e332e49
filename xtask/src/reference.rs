//! The real SQLAlchemy: a virtual environment in the target directory, made anew when its requirements change, and beside
//! it the SQLite that Fetchscope is built with: rows that have no order come in the same one from the same SQLite.

use crate::system::{self, Purpose};
use crate::{prerequisites, shell, stamp, workspace};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// The interpreter of the environment, which is made first where it is missing or no longer what is required.
pub(crate) fn interpreter() -> Result<PathBuf> {
    made("tests/fidelity/requirements.txt", "reference")
}

/// The one of an environment with the older SQLAlchemy that applications may have.
pub(crate) fn older() -> Result<PathBuf> {
    made("tests/application/requirements-2.0.txt", "reference-2.0")
}

fn made(requirements: &str, folder: &str) -> Result<PathBuf> {
    let requirements = workspace::root().join(requirements);
    let folder = workspace::target().join(folder);
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

/// Makes a shared library of Fetchscope's own SQLite, in a folder of the environment where the differential test looks for
/// it. Elsewhere than on Linux Python keeps the one it came with.
pub(crate) fn share_sqlite() -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let build = ["build", "--package", "fetchscope-drivers", "--message-format", "json"];
    let Some(said) = shell::read(&mut shell::cargo(&build)) else { bail!("Fetchscope's SQLite could not be built") };
    let built = said.lines().find(|line| line.contains("build-script-executed") && line.contains("libsqlite3-sys"));
    let folder = built.and_then(|line| line.split_once("\"out_dir\":\"")?.1.split('"').next());
    let archive = PathBuf::from(folder.context("cargo does not say where SQLite was built")?).join("libsqlite3.a");
    let shared = workspace::target().join("reference/sqlite");
    std::fs::create_dir_all(&shared).with_context(|| format!("{} could not be made", shared.display()))?;
    let mut link = Command::new("cc");
    link.args(["-shared", "-Wl,-soname,libsqlite3.so.0", "-Wl,--whole-archive"]).arg(archive);
    link.args(["-Wl,--no-whole-archive", "-lm", "-lpthread", "-ldl", "-o"]).arg(shared.join("libsqlite3.so.0"));
    shell::run(&mut link)
}
