//! `fetchscope manual`: the manual pages.

use super::Verdict;
use crate::arguments::{Arguments, Manual};
use crate::output;
use anyhow::Result;
use clap::CommandFactory;
use fetchscope_app::error::AppError;

/// Writes a page a command into a folder.
pub(crate) fn run(arguments: &Manual) -> Result<Verdict> {
    let folder = &arguments.into;
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Arguments::command(), folder))
        .map_err(|error| AppError::File(format!("the manual could not be written to {}: {error}", folder.display())))?;
    output::note(&format!("The manual is in {}; `man {}/fetchscope.1` shows it", folder.display(), folder.display()));
    Ok(Verdict::Yes)
}
