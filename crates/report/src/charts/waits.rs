//! What sessions of the server were seen at: a bar is as long as the mean number of sessions at work.

use super::stack::{self, Bar, Stack};
use super::{Chart, Style};
use crate::error::ReportError;
use crate::format;
use crate::rows::Row;
use crate::waits::{SORTS, events, sessions};
use fetchscope_experiment::outcome::VariantOutcome;

/// Colours of [`SORTS`]: work as the database's own time, waits apart from it and from one another.
const COLOURS: [usize; SORTS.len()] = [4, 6, 5, 3, 1, 2];

/// Most events that are named beside a bar.
const NAMED: usize = 5;

/// Draws what the sessions of every variant were seen at.
///
/// # Errors
/// Where a font or the token file cannot be used, which only a broken build can cause.
pub fn server_waits(rows: &[Row], variants: &[VariantOutcome], style: &Style) -> Result<Chart, ReportError> {
    let parts: Vec<_> = SORTS.into_iter().zip(COLOURS).collect();
    let bar = |variant: &VariantOutcome| {
        let waits = variant.waits.as_ref()?;
        let seen = sessions(waits)?;
        let looks = ("looks".to_owned(), format::count(waits.looks));
        let event = |(event, times): (&str, u64)| (event.to_owned(), format!("seen {}", format::count(times)));
        let waited = events(waits).into_iter().filter(|(event, _)| *event != SORTS[0]);
        let details = [looks].into_iter().chain(waited.take(NAMED).map(event)).collect();
        Some(Bar { parts: seen.to_vec(), whole: seen.iter().sum(), details })
    };
    let stack = Stack {
        id: "waits",
        title: "What sessions of the server did",
        measure: "mean number of sessions at work",
        parts: &parts,
        bars: variants.iter().map(bar).collect(),
        text: format::number,
        tick: |sessions, _| format::count_tick(sessions),
    };
    stack::draw(rows, &stack, style)
}
