//! The charts. Two of them share their rows: queries per request to the left, wall-clock latency to the right.
//!
//! The same input gives the same bytes on every machine: one embedded font, whole numbers as coordinates, no clock.

mod axis;
pub(crate) mod canvas;
mod drawing;
mod frontier;
mod latency;
mod layout;
mod queries;
mod stack;
mod sweep;
mod time;
mod waits;

pub use frontier::frontier;
pub use latency::latency;
pub use queries::queries_per_request;
pub use sweep::{Line, LinePoint, SweepChart, sweep};
pub use time::where_time_goes;
pub use waits::server_waits;

use crate::error::ReportError;
use crate::palette::Theme;
use crate::rows::Row;

/// How a chart is to look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    /// Light or dark.
    pub theme: Theme,
    /// Width in px.
    pub width: u32,
    /// Height in px; a chart with more rows than fit grows beyond it.
    pub height: u32,
    /// Text and rows are drawn this many times as large; 1 is the window's usual size.
    pub scale: f64,
}

impl Style {
    /// The style whose height is just what so many rows need at their usual distance.
    #[must_use]
    pub fn for_rows(theme: Theme, width: u32, rows: usize, scale: f64) -> Style {
        Style { theme, width, height: layout::usual_height(rows, scale), scale }
    }
}

/// A drawing and what can be pointed at in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// Title: `Queries per request`.
    pub title: String,
    /// The chart in one sentence, for those who do not see it.
    pub description: String,
    /// The drawing, without a background.
    pub svg: String,
    /// Width in px.
    pub width: u32,
    /// Height in px; at least the style's.
    pub height: u32,
    /// One mark a row, in the order of the rows.
    pub marks: Vec<Mark>,
}

/// A row of a chart, from its letter to the end of its text. The box is px from the upper left corner.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Stable name: `latency:B`.
    pub id: String,
    /// Index of the row.
    pub row: usize,
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// What it is: `B selectin`.
    pub label: String,
    /// What it says: `27.1 ms`.
    pub value: String,
    /// More, as name and text.
    pub details: Vec<(String, String)>,
}

/// Both charts, in one style.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Queries per request.
    pub queries: Chart,
    /// Wall-clock latency.
    pub latency: Chart,
}

/// Draws both charts with the same row geometry.
///
/// # Errors
/// Where a font or the token file cannot be used, which only a broken build can cause.
pub fn pair(rows: &[Row], style: &Style) -> Result<Pair, ReportError> {
    Ok(Pair { queries: queries_per_request(rows, style)?, latency: latency(rows, style)? })
}

#[cfg(test)]
mod tests;
