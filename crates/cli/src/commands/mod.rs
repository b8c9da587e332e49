//! One command a file.

pub(crate) mod advise;
pub(crate) mod check;
pub(crate) mod code;
pub(crate) mod completions;
pub(crate) mod dataset;
pub(crate) mod demo;
pub(crate) mod endpoints;
pub(crate) mod history;
pub(crate) mod lesson;
pub(crate) mod manual;
pub(crate) mod password;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod sqlalchemy;
pub(crate) mod trace;
mod traced;

use crate::password::passwords;
use crate::{output, progress};
use anyhow::Result;
use fetchscope_app::Paths;
use fetchscope_app::error::AppError;
use fetchscope_app::python::Python;
use fetchscope_app::source::{Opened, Source};
use fetchscope_engine::mapping::document::MappingDocument;
use std::sync::atomic::AtomicBool;

/// What a command answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Done; exit status 0.
    Yes,
    /// The answer is no; exit status 1.
    No,
}

/// The mapping of a program's own classes; what it cannot say is told.
pub(crate) fn mapping_of(models: &str, python: &Python<'_>) -> Result<MappingDocument> {
    let read = python.models(models, None).map_err(AppError::from)?;
    read.notices.iter().for_each(|notice| output::note(notice));
    Ok(read.mapping)
}

/// Opens a source, with a bar while a sample is generated.
pub(crate) fn open(source: &str, mapping: Option<&MappingDocument>, cancel: &AtomicBool) -> Result<Opened> {
    let source: Source = source.parse()?;
    Ok(source.open(&Paths::standard(), &passwords(), mapping, &mut progress::rows(), cancel)?)
}
