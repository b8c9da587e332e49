//! `fetchscope completions`: what a shell needs to complete its commands.

use super::Verdict;
use crate::arguments::{Arguments, Completions};
use crate::output;
use anyhow::Result;
use clap::CommandFactory;

/// Prints the script.
pub(crate) fn run(arguments: &Completions) -> Result<Verdict> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "fetchscope", &mut script);
    output::result(String::from_utf8(script)?.trim_end())?;
    Ok(Verdict::Yes)
}
