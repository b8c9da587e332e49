//! How both charts are drawn: heading, grid, and a row a variant with its bar or dot, its value and its remark.

use super::axis::Axis;
use super::canvas::{self, Anchor, Canvas, Sheet, Type};
use super::layout::Layout;
use super::{Chart, Mark, Style};
use crate::error::ReportError;
use crate::palette::{Colour, Palette};
use crate::rows::{NOT_SQLALCHEMY, Row};
use crate::type_face;

/// What a chart says in one row.
pub(super) struct Entry {
    /// What the row shows.
    pub(super) reading: Reading,
    /// Remark after the value: `×3.1`, `baseline`.
    pub(super) remark: String,
    /// Whether the row is an error or a wrong answer.
    pub(super) bad: bool,
    /// What pointing at the row adds.
    pub(super) details: Vec<(String, String)>,
}

/// The figure of a row, or why there is none.
pub(super) enum Reading {
    /// A figure.
    Figure {
        /// Where the bar ends.
        value: f64,
        /// Its interval.
        band: Option<(f64, f64)>,
        /// Where the whisker ends.
        whisker: Option<f64>,
        /// As written: `86.2 ms`.
        text: String,
    },
    /// The reason for which there is no figure.
    None(String),
}

/// What is different between the two charts.
pub(super) struct Kind<'a> {
    /// `latency`, for the marks' ids.
    pub(super) id: &'a str,
    /// Heading.
    pub(super) title: &'a str,
    /// What bars and whiskers are, from the wordiest to the shortest; for a linear axis.
    pub(super) bars: &'a [&'a str],
    /// The same for a logarithmic axis, which must say that it is one.
    pub(super) dots: &'a [&'a str],
    /// Whether names stand beside the letters.
    pub(super) names: bool,
    /// Whether values are whole numbers.
    pub(super) whole: bool,
    /// How a tick is written, given the axis' end.
    pub(super) tick: fn(f64, f64) -> String,
}

/// Draws a chart.
pub(super) fn chart(kind: &Kind<'_>, rows: &[Row], entries: Vec<Entry>, style: &Style) -> Result<Chart, ReportError> {
    let palette = Palette::of(style.theme)?;
    let layout = Layout::new(rows.len(), style, &palette);
    let description = description(kind, rows, &entries);
    let height = layout.height as u32;
    let plot = Plot::new(kind, rows, &entries, &layout)?;
    let sheet = Sheet { width: style.width, height, title: kind.title, description: &description };
    let svg = canvas::draw(&sheet, &palette, |canvas| {
        let pen = Pen { canvas, layout: &layout, palette: &palette, plot: &plot };
        pen.heading(kind, rows)?;
        pen.grid(kind)?;
        for (index, (row, entry)) in rows.iter().zip(&entries).enumerate() {
            pen.label(kind, index, row)?;
            pen.row(index, row, entry)?;
        }
        if rows.is_empty() {
            let (middle, reason) = ((layout.top + layout.bottom()) / 2.0, "No variants");
            canvas.text(reason, (plot.left, middle), Anchor::Start, pen.remark(palette.inks.muted))?;
        }
        Ok(())
    })?;
    let marks = entries
        .into_iter()
        .enumerate()
        .map(|(index, entry)| Mark {
            id: format!("{}:{}", kind.id, rows[index].letter),
            row: index,
            x: 0.0,
            y: layout.top + layout.pitch * index as f64,
            width: plot.ends[index].min(layout.width),
            height: layout.pitch,
            label: rows[index].label(),
            value: entry.reading.text(),
            details: entry.details,
        })
        .collect();
    Ok(Chart { title: kind.title.to_owned(), description, svg, width: style.width, height, marks })
}

impl Reading {
    fn text(&self) -> String {
        match self {
            Reading::Figure { text, .. } => text.clone(),
            Reading::None(reason) => reason.clone(),
        }
    }

    /// The rightmost value the row draws.
    fn reach(&self) -> Option<f64> {
        match self {
            Reading::Figure { value, band, whisker, .. } => {
                Some(value.max(whisker.unwrap_or(0.0)).max(band.map_or(0.0, |(_, high)| high)))
            }
            Reading::None(_) => None,
        }
    }
}

fn description(kind: &Kind<'_>, rows: &[Row], entries: &[Entry]) -> String {
    let said: Vec<String> = rows
        .iter()
        .zip(entries)
        .map(|(row, entry)| {
            let remark = if entry.remark.is_empty() { String::new() } else { format!(" ({})", entry.remark) };
            format!("{} {}{remark}", row.label(), entry.reading.text())
        })
        .collect();
    let said = if said.is_empty() { "no variants".to_owned() } else { said.join("; ") };
    let note = if rows.iter().all(|row| row.is_sqlalchemy) { String::new() } else { format!(" {NOT_SQLALCHEMY}.") };
    format!("{}: {said}.{note}", kind.title)
}

/// Where labels end, where the axis runs, and what each row says within the room there is.
struct Plot {
    axis: Axis,
    left: f64,
    /// Names, cut to their column.
    names: Vec<String>,
    /// Where names begin.
    name_left: f64,
    /// Whether there is room for remarks.
    remarks: bool,
    /// Reasons, cut to the plot.
    reasons: Vec<String>,
    /// Where each row's text ends.
    ends: Vec<f64>,
}

impl Plot {
    fn new(kind: &Kind<'_>, rows: &[Row], entries: &[Entry], layout: &Layout) -> Result<Plot, ReportError> {
        let gap = 6.0 * layout.scale;
        let mut name_left = 0.0f64;
        for row in rows {
            name_left = name_left.max(type_face::width(&row.letter, layout.body, true)? + gap);
        }
        let mut left = name_left;
        let mut names = Vec::new();
        if kind.names {
            let room = (layout.width * 0.38 - name_left).max(0.0);
            for row in rows {
                let name = type_face::fitted(&row.name, room, layout.body, false)?;
                left = left.max(name_left + type_face::width(&name, layout.body, false)? + 2.0 * gap);
                names.push(name);
            }
        }
        let values: Vec<f64> = entries.iter().filter_map(|entry| entry.reading.value()).collect();
        let end = entries.iter().filter_map(|entry| entry.reading.reach()).fold(0.0, f64::max);
        let (axis, remarks) = with_room(entries, layout, left, &values, end)?;
        let mut plot = Plot { axis, left, names, name_left, remarks, reasons: Vec::new(), ends: Vec::new() };
        for entry in entries {
            let (reason, end) = match &entry.reading {
                Reading::None(reason) => {
                    let reason = if entry.bad { reason.clone() } else { format!("– {reason}") };
                    let reason = type_face::fitted(&reason, layout.width - left - gap, layout.body, false)?;
                    let width = type_face::width(&reason, layout.body, false)?;
                    (reason, left + gap + width)
                }
                Reading::Figure { .. } => {
                    let reach = entry.reading.reach().unwrap_or(0.0);
                    (String::new(), axis.at(reach) + layout.text_gap(&axis) + text_width(entry, layout, remarks)?)
                }
            };
            plot.reasons.push(reason);
            plot.ends.push(end);
        }
        Ok(plot)
    }
}

/// The axis that leaves every row's text inside the chart; without remarks where they would squeeze it.
fn with_room(
    entries: &[Entry],
    layout: &Layout,
    left: f64,
    values: &[f64],
    end: f64,
) -> Result<(Axis, bool), ReportError> {
    let least = 72.0 * layout.scale;
    let gap = 6.0 * layout.scale;
    let whole = Axis::new(values, end, 0.0, 1.0);
    let mut axis = Axis::new(values, end, left, left + least / 2.0);
    for remarks in [true, false] {
        let mut right = layout.width - gap;
        for entry in entries {
            let Some(reach) = entry.reading.reach() else { continue };
            let share = whole.at(reach);
            let room = layout.width - 1.0 - left - layout.text_gap(&whole) - text_width(entry, layout, remarks)?;
            if share > 0.0 {
                right = right.min(left + room / share);
            }
        }
        let right = right.max(left + 8.0 * layout.scale);
        axis = Axis::new(values, end, left, right);
        if right - left >= least {
            return Ok((axis, remarks));
        }
    }
    Ok((axis, false))
}

fn text_width(entry: &Entry, layout: &Layout, remarks: bool) -> Result<f64, ReportError> {
    let value = type_face::width(&entry.reading.text(), layout.body, true)?;
    if !remarks || entry.remark.is_empty() {
        return Ok(value);
    }
    Ok(value + 6.0 * layout.scale + type_face::width(&entry.remark, layout.small, false)?)
}

impl Reading {
    fn value(&self) -> Option<f64> {
        match self {
            Reading::Figure { value, .. } => Some(*value),
            Reading::None(_) => None,
        }
    }
}

struct Pen<'a, 'b> {
    canvas: &'a Canvas<'b>,
    layout: &'a Layout,
    palette: &'a Palette,
    plot: &'a Plot,
}

impl Pen<'_, '_> {
    fn strong(&self) -> Type {
        Type { size: self.layout.body, strong: true, colour: self.palette.inks.text }
    }

    fn remark(&self, colour: Colour) -> Type {
        Type { size: self.layout.small, strong: false, colour }
    }

    fn heading(&self, kind: &Kind<'_>, rows: &[Row]) -> Result<(), ReportError> {
        let Layout { width, heading, body, small, scale, .. } = *self.layout;
        let title = type_face::fitted(kind.title, width, body, true)?;
        self.canvas.text(&title, (0.0, heading), Anchor::Start, self.strong())?;
        let from = type_face::width(&title, body, true)? + 8.0 * scale;
        let candidates = if self.plot.axis.is_logarithmic() { kind.dots } else { kind.bars };
        // Beside the names stands what † means, where there is room.
        let noted = kind.names && rows.iter().any(|row| !row.is_sqlalchemy);
        let notes = if noted { &[" · † not SQLAlchemy", ""][..] } else { &[""] };
        let mut said = None;
        for candidate in notes.iter().flat_map(|note| candidates.iter().map(move |words| format!("{words}{note}"))) {
            let fits = from + type_face::width(&candidate, small, false)? <= width;
            said = Some(candidate);
            if fits {
                break;
            }
        }
        if let Some(said) = said {
            let said = type_face::fitted(said.trim_start_matches(" · "), width - from, small, false)?;
            self.canvas.text(&said, (from, heading), Anchor::Start, self.remark(self.palette.inks.muted))?;
        }
        Ok(())
    }

    fn grid(&self, kind: &Kind<'_>) -> Result<(), ReportError> {
        let Layout { width, top, small, scale, .. } = *self.layout;
        let (bottom, inks, axis) = (self.layout.bottom(), self.palette.inks, &self.plot.axis);
        for tick in axis.ticks(64.0 * scale, kind.whole) {
            let x = axis.at(tick);
            self.canvas.line((x, top), (x, bottom), inks.grid, 1.0)?;
            // On a logarithmic axis every tick has the unit that suits itself.
            let label = (kind.tick)(tick, if axis.is_logarithmic() { tick } else { axis.end() });
            let half = type_face::width(&label, small, false)? / 2.0;
            if x + half <= width {
                let y = bottom + 11.0 * scale;
                self.canvas.text(&label, (x.max(half), y), Anchor::Middle, self.remark(inks.muted))?;
            }
        }
        let zero = if axis.is_logarithmic() { inks.grid } else { inks.axis };
        self.canvas.line((self.plot.left, top), (self.plot.left, bottom), zero, 1.0)
    }

    fn label(&self, kind: &Kind<'_>, index: usize, row: &Row) -> Result<(), ReportError> {
        let y = self.layout.middle(index);
        self.canvas.text(&row.letter, (0.0, y), Anchor::Start, self.strong())?;
        match self.plot.names.get(index) {
            Some(name) if kind.names => {
                let plain = Type { strong: false, ..self.strong() };
                self.canvas.text(name, (self.plot.name_left, y), Anchor::Start, plain)
            }
            Some(_) | None => Ok(()),
        }
    }

    fn row(&self, index: usize, row: &Row, entry: &Entry) -> Result<(), ReportError> {
        let (y, inks) = (self.layout.middle(index), self.palette.inks);
        let colour = if entry.bad { inks.error } else { self.palette.variant(row.colour) };
        match &entry.reading {
            Reading::None(_) => {
                let colour = if entry.bad { inks.error } else { inks.muted };
                let kind = Type { size: self.layout.body, strong: false, colour };
                let from = self.plot.left + 6.0 * self.layout.scale;
                self.canvas.text(&self.plot.reasons[index], (from, y), Anchor::Start, kind)
            }
            Reading::Figure { value, band, whisker, text } => {
                self.figure(y, *value, *band, *whisker, colour)?;
                let gap = 6.0 * self.layout.scale;
                let from =
                    self.plot.axis.at(entry.reading.reach().unwrap_or(*value)) + self.layout.text_gap(&self.plot.axis);
                self.canvas.text(text, (from, y), Anchor::Start, self.strong())?;
                if self.plot.remarks && !entry.remark.is_empty() {
                    let from = from + type_face::width(text, self.layout.body, true)? + gap;
                    let colour = if entry.bad { inks.error } else { inks.muted };
                    self.canvas.text(&entry.remark, (from, y), Anchor::Start, self.remark(colour))?;
                }
                Ok(())
            }
        }
    }

    fn figure(
        &self,
        y: f64,
        value: f64,
        band: Option<(f64, f64)>,
        whisker: Option<f64>,
        colour: Colour,
    ) -> Result<(), ReportError> {
        let Layout { bar, scale, .. } = *self.layout;
        let (axis, inks, half) = (&self.plot.axis, self.palette.inks, bar / 2.0);
        let at = axis.at(value);
        if axis.is_logarithmic() {
            self.canvas.line((self.plot.left, y), (at, y), inks.grid, 1.0)?;
        } else if value > 0.0 {
            self.canvas.rect((self.plot.left, y - half), (at, y + half), colour, 1.0)?;
        }
        if let Some(end) = whisker {
            let (end, cap) = (axis.at(end), bar * 0.28);
            self.canvas.line((at, y), (end, y), inks.axis, 1.5 * scale)?;
            self.canvas.line((end, y - cap), (end, y + cap), inks.axis, 1.5 * scale)?;
        }
        if let Some((low, high)) = band {
            let over = (bar * 0.14).max(1.5);
            let (low, high) = (axis.at(low), axis.at(high));
            self.canvas.rect((low, y - half - over), (high, y + half + over), inks.band, inks.band_opacity * 2.0)?;
        }
        if axis.is_logarithmic() {
            self.canvas.dot((at, y), self.layout.dot(), colour)?;
        }
        Ok(())
    }
}
