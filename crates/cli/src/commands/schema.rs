//! `fetchscope schema`: the mapping of a database, or of a program's own classes.

use super::Verdict;
use crate::arguments::Schema;
use crate::output;
use anyhow::Result;
use fetchscope_app::Paths;
use fetchscope_app::error::AppError;
use fetchscope_app::python::Python;
use std::sync::atomic::AtomicBool;

/// Introspects and prints.
pub(crate) fn run(arguments: &Schema) -> Result<Verdict> {
    if let Some(models) = &arguments.models {
        return of_models(arguments, models);
    }
    if arguments.plan.is_some() {
        let words = "--plan tells how classes load today, so it needs --models MODULE:BASE";
        return Err(AppError::Input(words.to_owned()).into());
    }
    let source = arguments.source.as_deref().unwrap_or_default();
    let opened = super::open(source, None, &AtomicBool::new(false))?;
    opened.notices.iter().for_each(|notice| output::note(notice));
    output::json(&opened.document)?;
    Ok(Verdict::Yes)
}

fn of_models(arguments: &Schema, name: &str) -> Result<Verdict> {
    let python = Python { paths: &Paths::standard(), chosen: arguments.python.as_deref() };
    let models = python.models(name, arguments.plan.as_deref()).map_err(AppError::from)?;
    models.notices.iter().for_each(|notice| output::note(notice));
    match &models.plan {
        Some(plan) => output::json(plan)?,
        None => output::json(&models.mapping)?,
    }
    Ok(Verdict::Yes)
}
