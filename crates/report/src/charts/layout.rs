//! Where the rows are. Both charts ask here, so that the eye can read across.

use super::Style;
use super::axis::Axis;
use crate::palette::Palette;

const HEADER: f64 = 28.0;
const FOOTER: f64 = 22.0;
/// Below this distance the rows' text would touch.
const LEAST_PITCH: f64 = 16.0;
const USUAL_PITCH: f64 = 30.0;
const MOST_PITCH: f64 = 40.0;
const MOST_BAR: f64 = 20.0;

/// The rows of a chart, in px.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Layout {
    /// Width of the chart.
    pub(crate) width: f64,
    /// Height of the chart: the style's, or more where the rows need it.
    pub(crate) height: f64,
    /// The middle of the heading.
    pub(crate) heading: f64,
    /// Where the first row begins.
    pub(crate) top: f64,
    /// From one row to the next.
    pub(crate) pitch: f64,
    /// Thickness of a bar.
    pub(crate) bar: f64,
    /// Text size of the rows.
    pub(crate) body: f64,
    /// Text size of ticks and remarks.
    pub(crate) small: f64,
    /// How many times as large everything is.
    pub(crate) scale: f64,
    rows: usize,
}

/// The height so many rows need at their usual distance.
pub(crate) fn usual_height(rows: usize, scale: f64) -> u32 {
    ((HEADER + FOOTER + USUAL_PITCH * rows.max(1) as f64) * scale).ceil() as u32
}

impl Layout {
    pub(crate) fn new(rows: usize, style: &Style, palette: &Palette) -> Layout {
        let scale = if style.scale.is_finite() { style.scale.clamp(0.5, 4.0) } else { 1.0 };
        let count = rows.max(1) as f64;
        let free = f64::from(style.height) - (HEADER + FOOTER) * scale;
        let pitch = (free / count).clamp(LEAST_PITCH * scale, MOST_PITCH * scale);
        let needed = (HEADER + FOOTER) * scale + pitch * count;
        Layout {
            width: f64::from(style.width),
            height: f64::from(style.height).max(needed).ceil(),
            heading: 10.0 * scale,
            top: HEADER * scale,
            pitch,
            bar: (pitch * 0.62).min(MOST_BAR * scale),
            body: palette.sizes.body * scale,
            small: palette.sizes.small * scale,
            scale,
            rows,
        }
    }

    /// The same rows further down, below so much more of a heading.
    pub(crate) fn below(self, more: f64) -> Layout {
        Layout { top: self.top + more, height: (self.height + more).ceil(), ..self }
    }

    /// The middle of a row.
    pub(crate) fn middle(&self, row: usize) -> f64 {
        self.top + self.pitch * (row as f64 + 0.5)
    }

    /// The radius of a dot.
    pub(crate) fn dot(&self) -> f64 {
        (self.bar * 0.3).min(5.0 * self.scale)
    }

    /// From the end of what is drawn to its value.
    pub(crate) fn text_gap(&self, axis: &Axis) -> f64 {
        6.0 * self.scale + if axis.is_logarithmic() { self.dot() } else { 0.0 }
    }

    /// Where the last row ends and the axis runs.
    pub(crate) fn bottom(&self) -> f64 {
        self.top + self.pitch * self.rows.max(1) as f64
    }
}
