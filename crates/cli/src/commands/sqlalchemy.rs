//! `fetchscope sqlalchemy`: the Python in which the real SQLAlchemy is measured.

use super::Verdict;
use crate::arguments::{Sqlalchemy, SqlalchemyCommand};
use crate::output;
use crate::progress::cancel_on_interrupt;
use anyhow::Result;
use fetchscope_app::Paths;
use fetchscope_app::error::AppError;
use fetchscope_app::python::{Python, prepare};
use std::path::Path;

/// Looks, or makes one.
pub(crate) fn run(arguments: &Sqlalchemy) -> Result<Verdict> {
    let paths = Paths::standard();
    match &arguments.command {
        SqlalchemyCommand::Check { python, json } => check(&Python { paths: &paths, chosen: python.as_deref() }, *json),
        SqlalchemyCommand::Prepare { with, version, json } => {
            let python = Python { paths: &paths, chosen: None };
            let cancel = cancel_on_interrupt()?;
            prepare(&python, with, version.as_deref(), &mut |what| output::note(what), &cancel)?;
            let prepared = python.prepared();
            check(&Python { chosen: Some(Path::new(&prepared)), ..python }, *json)
        }
    }
}

fn check(python: &Python<'_>, json: bool) -> Result<Verdict> {
    let (interpreter, hello) = python.look().map_err(AppError::from)?;
    let missing: Vec<&str> =
        hello.drivers.iter().filter(|(_, version)| version.is_none()).map(|(name, _)| name.as_str()).collect();
    if json {
        output::json(&hello)?;
    } else {
        let mut lines = vec![format!("{}: Python {}", interpreter.program().display(), hello.python)];
        let said = |version: &Option<String>| version.clone().unwrap_or_else(|| "missing".to_owned());
        lines.push(format!("SQLAlchemy: {}", said(&hello.sqlalchemy)));
        lines.extend(hello.drivers.iter().map(|(name, version)| format!("{name}: {}", said(version))));
        if !missing.is_empty() {
            let (program, packages) = (interpreter.program().display(), missing.join(" "));
            lines.push(format!(
                "`{program} -m pip install {packages}` installs what is missing for some databases and sessions."
            ));
        }
        output::result(&lines.join("\n"))?;
    }
    // A driver that is missing is needed for some databases only.
    Ok(if hello.sqlalchemy.is_some() { Verdict::Yes } else { Verdict::No })
}
