//! `fetchscope schema`: the mapping of a database.

use super::Verdict;
use crate::arguments::Schema;
use crate::output;
use anyhow::Result;
use std::sync::atomic::AtomicBool;

/// Introspects and prints.
pub(crate) fn run(arguments: &Schema) -> Result<Verdict> {
    let opened = super::open(&arguments.source, None, &AtomicBool::new(false))?;
    opened.notices.iter().for_each(|notice| output::note(notice));
    output::json(&opened.document)?;
    Ok(Verdict::Yes)
}
