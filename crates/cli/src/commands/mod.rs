//! One command a file.

pub(crate) mod dataset;
pub(crate) mod demo;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod trace;

use crate::{password, progress};
use anyhow::Result;
use fetchscope_app::Paths;
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

/// Opens a source, with a bar while a sample is generated.
pub(crate) fn open(source: &str, mapping: Option<&MappingDocument>, cancel: &AtomicBool) -> Result<Opened> {
    let source: Source = source.parse()?;
    Ok(source.open(&Paths::standard(), &password::passwords(), mapping, &mut progress::rows(), cancel)?)
}
