//! Where the time goes: the mean of every band, one after the other, so that a bar is as long as the mean latency.

use super::axis::Axis;
use super::canvas::{self, Anchor, Canvas, Sheet, Type};
use super::layout::Layout;
use super::{Chart, Mark, Style};
use crate::error::ReportError;
use crate::format;
use crate::palette::Palette;
use crate::rows::Row;
use crate::time::{BANDS, means};
use crate::type_face;
use fetchscope_experiment::outcome::VariantOutcome;

const TITLE: &str = "Where the time goes";

/// Draws the bands of every variant. A wrong answer has no time worth a bar.
///
/// # Errors
/// Where a font or the token file cannot be used, which only a broken build can cause.
pub fn where_time_goes(rows: &[Row], variants: &[VariantOutcome], style: &Style) -> Result<Chart, ReportError> {
    let palette = Palette::of(style.theme)?;
    let legend = 20.0 * style.scale;
    let layout = Layout::new(rows.len(), style, &palette).below(legend);
    let all: Vec<Option<Means>> =
        rows.iter().zip(variants).map(|(row, one)| row.latency.as_ref().and_then(|_| means(one))).collect();
    let description = description(rows, &all);
    let height = layout.height as u32;
    let plot = Plot::new(rows, &all, &layout)?;
    let sheet = Sheet { width: style.width, height, title: TITLE, description: &description };
    let svg = canvas::draw(&sheet, &palette, |canvas| {
        let pen = Pen { canvas, layout: &layout, palette: &palette, plot: &plot };
        pen.heading(legend)?;
        pen.grid()?;
        rows.iter().zip(&all).enumerate().try_for_each(|(index, (row, means))| pen.row(index, row, means.as_ref()))
    })?;
    let mark = |(index, (row, means)): (usize, (&Row, &Option<Means>))| Mark {
        id: format!("time:{}", row.letter),
        row: index,
        x: 0.0,
        y: layout.top + layout.pitch * index as f64,
        width: layout.width,
        height: layout.pitch,
        label: row.label(),
        value: means.map_or_else(|| format::UNKNOWN.to_owned(), |(_, mean)| format::duration(mean)),
        details: details(row, means.as_ref()),
    };
    let marks = rows.iter().zip(&all).enumerate().map(mark).collect();
    Ok(Chart { title: TITLE.to_owned(), description, svg, width: style.width, height, marks })
}

type Means = ([f64; 8], f64);

fn details(row: &Row, means: Option<&Means>) -> Vec<(String, String)> {
    let Some((bands, mean)) = means else {
        return vec![("no time".to_owned(), row.no_time.clone().unwrap_or_default())];
    };
    let n = row.latency.as_ref().map_or(0, |latency| latency.n);
    let share = |(name, band): (&&str, &f64)| {
        ((*name).to_owned(), format!("{} ({})", format::duration(*band), format::percent(band / mean)))
    };
    let first = [("n".to_owned(), format::count(n as u64)), ("mean".to_owned(), format::duration(*mean))];
    first.into_iter().chain(BANDS.iter().zip(bands).map(share)).collect()
}

fn description(rows: &[Row], all: &[Option<Means>]) -> String {
    let said = rows.iter().zip(all).map(|(row, means)| match means {
        Some((bands, mean)) => {
            let largest = BANDS.iter().zip(bands).max_by(|one, other| one.1.total_cmp(other.1));
            let largest = largest.map_or_else(String::new, |(name, band)| {
                format!(", most of it {name} ({})", format::percent(band / mean))
            });
            format!("{} {}{largest}", row.label(), format::duration(*mean))
        }
        None => format!("{} not measured", row.label()),
    });
    format!("{TITLE}, mean of a request: {}.", said.collect::<Vec<_>>().join("; "))
}

struct Plot {
    axis: Axis,
    left: f64,
    name_left: f64,
    names: Vec<String>,
}

impl Plot {
    fn new(rows: &[Row], all: &[Option<Means>], layout: &Layout) -> Result<Plot, ReportError> {
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
        let end = all.iter().flatten().map(|(_, mean)| *mean).fold(0.0, f64::max);
        let room = type_face::width(&format::duration(end), layout.body, true)? + 2.0 * gap;
        // A stack has no zero on a logarithmic axis, so this one is linear however far the means lie apart.
        let right = (layout.width - room).max(left + gap);
        Ok(Plot { axis: Axis::linear(end, left, right), left, name_left, names })
    }
}

struct Pen<'a, 'b> {
    canvas: &'a Canvas<'b>,
    layout: &'a Layout,
    palette: &'a Palette,
    plot: &'a Plot,
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
        self.canvas.text(TITLE, (0.0, heading), Anchor::Start, self.strong())?;
        let from = type_face::width(TITLE, body, true)? + 8.0 * scale;
        let said = type_face::fitted("mean of a request", width - from, small, false)?;
        self.canvas.text(&said, (from, heading), Anchor::Start, self.small())?;
        let (mut x, y, side) = (0.0, heading + legend, 8.0 * scale);
        for (index, name) in BANDS.iter().enumerate() {
            let text = type_face::width(name, small, false)?;
            if x + side + 4.0 * scale + text > width {
                break;
            }
            let square = ((x, y - side / 2.0), (x + side, y + side / 2.0));
            self.canvas.rect(square.0, square.1, self.palette.band(index), 1.0)?;
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
            let label = format::duration_tick(tick, axis.end());
            let half = type_face::width(&label, small, false)? / 2.0;
            if x + half <= width {
                self.canvas.text(&label, (x.max(half), bottom + 11.0 * scale), Anchor::Middle, self.small())?;
            }
        }
        self.canvas.line((self.plot.left, top), (self.plot.left, bottom), inks.axis, 1.0)
    }

    fn row(&self, index: usize, row: &Row, means: Option<&Means>) -> Result<(), ReportError> {
        let (y, half, gap) = (self.layout.middle(index), self.layout.bar / 2.0, 6.0 * self.layout.scale);
        self.canvas.text(&row.letter, (0.0, y), Anchor::Start, self.strong())?;
        let plain = Type { strong: false, ..self.strong() };
        let name = self.plot.names.get(index).map_or("", String::as_str);
        self.canvas.text(name, (self.plot.name_left, y), Anchor::Start, plain)?;
        let Some((bands, mean)) = means else {
            let colour = if row.bad { self.palette.inks.error } else { self.palette.inks.muted };
            let reason = row.no_time.as_deref().unwrap_or("not measured");
            let from = self.plot.left + gap;
            let reason = type_face::fitted(reason, self.layout.width - from, self.layout.body, false)?;
            return self.canvas.text(&reason, (from, y), Anchor::Start, Type { colour, ..plain });
        };
        let (axis, mut so_far) = (&self.plot.axis, 0.0);
        for (index, band) in bands.iter().enumerate() {
            let (from, to) = (axis.at(so_far), axis.at(so_far + band));
            so_far += band;
            if to - from >= 0.1 {
                self.canvas.rect((from, y - half), (to, y + half), self.palette.band(index), 1.0)?;
            }
        }
        self.canvas.text(&format::duration(*mean), (axis.at(*mean) + gap, y), Anchor::Start, self.strong())
    }
}
