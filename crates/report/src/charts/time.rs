//! Where the time goes: the mean of every band, one after the other, so that a bar is as long as the mean latency.

use super::stack::{self, Bar, Stack};
use super::{Chart, Style};
use crate::error::ReportError;
use crate::format;
use crate::rows::Row;
use crate::time::{means, shown};
use fetchscope_experiment::outcome::VariantOutcome;

/// Draws the bands of every variant. A wrong answer has no time worth a bar.
///
/// # Errors
/// Where a font or the token file cannot be used, which only a broken build can cause.
pub fn where_time_goes(rows: &[Row], variants: &[VariantOutcome], style: &Style) -> Result<Chart, ReportError> {
    let parts: Vec<_> = shown(variants).iter().enumerate().map(|(index, name)| (*name, index)).collect();
    let bar = |(row, variant): (&Row, &VariantOutcome)| {
        let latency = row.latency.as_ref()?;
        let (bands, mean) = means(variant)?;
        let details =
            vec![("n".to_owned(), format::count(latency.n as u64)), ("mean".to_owned(), format::duration(mean))];
        Some(Bar { parts: bands[..parts.len()].to_vec(), whole: mean, details })
    };
    let stack = Stack {
        id: "time",
        title: "Where the time goes",
        measure: "mean of a request",
        parts: &parts,
        bars: rows.iter().zip(variants).map(bar).collect(),
        text: format::duration,
        tick: format::duration_tick,
    };
    stack::draw(rows, &stack, style)
}
