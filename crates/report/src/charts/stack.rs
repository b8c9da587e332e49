//! Bars of parts, a variant a row: the parts lie one after the other, so that a bar is as long as their sum.

use super::axis::Axis;
use super::canvas::{self, Anchor, Canvas, Sheet, Type};
use super::layout::Layout;
use super::{Chart, Mark, Style};
use crate::error::ReportError;
use crate::format;
use crate::palette::Palette;
use crate::rows::Row;
use crate::type_face;

/// What is drawn.
pub(super) struct Stack<'a> {
    /// Begins the name of every mark.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// What the length of a bar is.
    pub(super) measure: &'static str,
    /// Name of every part, and which of the colours of bands it has.
    pub(super) parts: &'a [(&'static str, usize)],
    /// One a row; none where the variant has nothing worth a bar.
    pub(super) bars: Vec<Option<Bar>>,
    /// A length in words.
    pub(super) text: fn(f64) -> String,
    /// A length at the axis, which ends at the second.
    pub(super) tick: fn(f64, f64) -> String,
}

/// The parts of one variant, in the order of their names.
pub(super) struct Bar {
    pub(super) parts: Vec<f64>,
    pub(super) whole: f64,
    /// What is said of it beside the name, as name and text.
    pub(super) details: Vec<(String, String)>,
}

/// Draws it.
pub(super) fn draw(rows: &[Row], stack: &Stack<'_>, style: &Style) -> Result<Chart, ReportError> {
    let palette = Palette::of(style.theme)?;
    let legend = 20.0 * style.scale;
    let layout = Layout::new(rows.len(), style, &palette).below(legend);
    let description = description(rows, stack);
    let height = layout.height as u32;
    let plot = Plot::new(rows, stack, &layout)?;
    let sheet = Sheet { width: style.width, height, title: stack.title, description: &description };
    let svg = canvas::draw(&sheet, &palette, |canvas| {
        let pen = Pen { canvas, layout: &layout, palette: &palette, plot: &plot, stack };
        pen.heading(legend)?;
        pen.grid()?;
        let all = rows.iter().zip(&stack.bars).enumerate();
        all.into_iter().try_for_each(|(index, (row, bar))| pen.row(index, row, bar.as_ref()))
    })?;
    let mark = |(index, (row, bar)): (usize, (&Row, &Option<Bar>))| Mark {
        id: format!("{}:{}", stack.id, row.letter),
        row: index,
        x: 0.0,
        y: layout.top + layout.pitch * index as f64,
        width: layout.width,
        height: layout.pitch,
        label: row.label(),
        value: bar.as_ref().map_or_else(|| format::UNKNOWN.to_owned(), |bar| (stack.text)(bar.whole)),
        details: details(row, bar.as_ref(), stack),
    };
    let marks = rows.iter().zip(&stack.bars).enumerate().map(mark).collect();
    Ok(Chart { title: stack.title.to_owned(), description, svg, width: style.width, height, marks })
}

/// Its share of the whole, also of one that is nothing.
fn share(part: f64, whole: f64) -> String {
    format::percent(if whole > 0.0 { part / whole } else { 0.0 })
}

fn details(row: &Row, bar: Option<&Bar>, stack: &Stack<'_>) -> Vec<(String, String)> {
    let Some(bar) = bar else {
        return vec![("no time".to_owned(), row.no_time.clone().unwrap_or_default())];
    };
    let part = |((name, _), part): (&(&str, usize), &f64)| {
        ((*name).to_owned(), format!("{} ({})", (stack.text)(*part), share(*part, bar.whole)))
    };
    bar.details.iter().cloned().chain(stack.parts.iter().zip(&bar.parts).map(part)).collect()
}

fn description(rows: &[Row], stack: &Stack<'_>) -> String {
    let said = rows.iter().zip(&stack.bars).map(|(row, bar)| match bar {
        Some(bar) => {
            let largest = stack.parts.iter().zip(&bar.parts).max_by(|one, other| one.1.total_cmp(other.1));
            let largest = largest.map_or_else(String::new, |((name, _), part)| {
                format!(", most of it {name} ({})", share(*part, bar.whole))
            });
            format!("{} {}{largest}", row.label(), (stack.text)(bar.whole))
        }
        None => format!("{} not measured", row.label()),
    });
    format!("{}, {}: {}.", stack.title, stack.measure, said.collect::<Vec<_>>().join("; "))
}

struct Plot {
    axis: Axis,
    left: f64,
    name_left: f64,
    names: Vec<String>,
}

impl Plot {
    fn new(rows: &[Row], stack: &Stack<'_>, layout: &Layout) -> Result<Plot, ReportError> {
        let gap = 6.0 * layout.scale;
        let (mut name_left, mut left) = (0.0f64, 0.0f64);
        for row in rows {
            name_left = name_left.max(type_face::width(&row.letter, layout.body, true)? + gap);
        }
        let mut names = Vec::new();
        for row in rows {
            let name = type_face::fitted(&row.name, (layout.width * 0.3 - name_left).max(0.0), layout.body, false)?;
            left = left.max(name_left + type_face::width(&name, layout.body, false)? + 2.0 * gap);
            names.push(name);
        }
        let end = stack.bars.iter().flatten().map(|bar| bar.whole).fold(0.0, f64::max);
        let room = type_face::width(&(stack.text)(end), layout.body, true)? + 2.0 * gap;
        // A stack has no zero on a logarithmic axis, so this one is linear however far the bars lie apart.
        let right = (layout.width - room).max(left + gap);
        Ok(Plot { axis: Axis::linear(end, left, right), left, name_left, names })
    }
}

struct Pen<'a, 'b> {
    canvas: &'a Canvas<'b>,
    layout: &'a Layout,
    palette: &'a Palette,
    plot: &'a Plot,
    stack: &'a Stack<'a>,
}

impl Pen<'_, '_> {
    fn small(&self) -> Type {
        Type { size: self.layout.small, strong: false, colour: self.palette.inks.muted }
    }

    fn strong(&self) -> Type {
        Type { size: self.layout.body, strong: true, colour: self.palette.inks.text }
    }

    /// The heading, and below it what each colour is.
    fn heading(&self, legend: f64) -> Result<(), ReportError> {
        let Layout { width, heading, body, small, scale, .. } = *self.layout;
        self.canvas.text(self.stack.title, (0.0, heading), Anchor::Start, self.strong())?;
        let from = type_face::width(self.stack.title, body, true)? + 8.0 * scale;
        let said = type_face::fitted(self.stack.measure, width - from, small, false)?;
        self.canvas.text(&said, (from, heading), Anchor::Start, self.small())?;
        let (mut x, y, side) = (0.0, heading + legend, 8.0 * scale);
        for (name, colour) in self.stack.parts {
            let text = type_face::width(name, small, false)?;
            if x + side + 4.0 * scale + text > width {
                break;
            }
            let square = ((x, y - side / 2.0), (x + side, y + side / 2.0));
            self.canvas.rect(square.0, square.1, self.palette.band(*colour), 1.0)?;
            x += side + 4.0 * scale;
            self.canvas.text(name, (x, y), Anchor::Start, self.small())?;
            x += text + 12.0 * scale;
        }
        Ok(())
    }

    fn grid(&self) -> Result<(), ReportError> {
        let Layout { width, top, small, scale, .. } = *self.layout;
        let (bottom, inks, axis) = (self.layout.bottom(), self.palette.inks, &self.plot.axis);
        for tick in axis.ticks(64.0 * scale, false) {
            let x = axis.at(tick);
            self.canvas.line((x, top), (x, bottom), inks.grid, 1.0)?;
            let label = (self.stack.tick)(tick, axis.end());
            let half = type_face::width(&label, small, false)? / 2.0;
            if x + half <= width {
                self.canvas.text(&label, (x.max(half), bottom + 11.0 * scale), Anchor::Middle, self.small())?;
            }
        }
        self.canvas.line((self.plot.left, top), (self.plot.left, bottom), inks.axis, 1.0)
    }

    fn row(&self, index: usize, row: &Row, bar: Option<&Bar>) -> Result<(), ReportError> {
        let (y, half, gap) = (self.layout.middle(index), self.layout.bar / 2.0, 6.0 * self.layout.scale);
        self.canvas.text(&row.letter, (0.0, y), Anchor::Start, self.strong())?;
        let plain = Type { strong: false, ..self.strong() };
        let name = self.plot.names.get(index).map_or("", String::as_str);
        self.canvas.text(name, (self.plot.name_left, y), Anchor::Start, plain)?;
        let Some(bar) = bar else {
            let colour = if row.bad { self.palette.inks.error } else { self.palette.inks.muted };
            let reason = row.no_time.as_deref().unwrap_or("not measured");
            let from = self.plot.left + gap;
            let reason = type_face::fitted(reason, self.layout.width - from, self.layout.body, false)?;
            return self.canvas.text(&reason, (from, y), Anchor::Start, Type { colour, ..plain });
        };
        let (axis, mut so_far) = (&self.plot.axis, 0.0);
        for (part, (_, colour)) in bar.parts.iter().zip(self.stack.parts) {
            let (from, to) = (axis.at(so_far), axis.at(so_far + part));
            so_far += part;
            if to - from >= 0.1 {
                self.canvas.rect((from, y - half), (to, y + half), self.palette.band(*colour), 1.0)?;
            }
        }
        self.canvas.text(&(self.stack.text)(bar.whole), (axis.at(bar.whole) + gap, y), Anchor::Start, self.strong())
    }
}
