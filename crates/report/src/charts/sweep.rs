//! Latency over a circumstance: a line a variant, its intervals, and where one begins to win over another.

use super::axis::Axis;
use super::canvas::{self, Anchor, Canvas, Sheet, Type};
use super::{Chart, Mark, Style};
use crate::error::ReportError;
use crate::format;
use crate::palette::{Colour, Palette};
use crate::rows::interval_text;
use crate::type_face;
use fetchscope_engine::stats::quantile::Estimate;

/// What a sweep's chart shows.
#[derive(Debug, Clone)]
pub struct SweepChart {
    /// Heading: `Latency over round-trip time`.
    pub title: String,
    /// For the marks' ids: `rtt_ms`.
    pub id: &'static str,
    /// How a position on the horizontal axis is written, given the axis' end.
    pub tick: fn(f64, f64) -> String,
    /// How a position is written where it stands alone.
    pub place: fn(f64) -> String,
    /// Whether the horizontal axis is logarithmic.
    pub logarithmic: bool,
    /// One line a variant that was measured.
    pub lines: Vec<Line>,
    /// Where one variant begins to win over another.
    pub crossings: Vec<f64>,
    /// What is found, in a sentence.
    pub finding: String,
}

/// A variant's latency over the circumstance.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Index of the variant, which is its row elsewhere and its colour.
    pub row: usize,
    /// Letter of the variant.
    pub letter: String,
    /// Letter and name.
    pub label: String,
    /// Ascending.
    pub points: Vec<LinePoint>,
}

/// One point of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinePoint {
    /// The circumstance as it was achieved.
    pub x: f64,
    /// Median latency in nanoseconds, with its interval.
    pub p50: Estimate,
    /// Requests measured.
    pub n: usize,
}

/// Draws a sweep.
///
/// # Errors
/// Where a font or the token file cannot be used, which only a broken build can cause.
pub fn sweep(chart: &SweepChart, style: &Style) -> Result<Chart, ReportError> {
    let palette = Palette::of(style.theme)?;
    let plot = Plot::new(chart, style, &palette)?;
    let description = format!("{}: {}", chart.title, chart.finding);
    let sheet = Sheet { width: style.width, height: style.height, title: &chart.title, description: &description };
    let svg = canvas::draw(&sheet, &palette, |canvas| {
        let pen = Pen { canvas, plot: &plot, palette: &palette };
        pen.heading(chart)?;
        pen.grid(chart)?;
        chart.crossings.iter().try_for_each(|x| pen.crossing(*x))?;
        chart.lines.iter().try_for_each(|line| pen.line(line))?;
        pen.labels(chart)
    })?;
    let marks = chart.lines.iter().flat_map(|line| marks(chart, line, &plot)).collect();
    Ok(Chart { title: chart.title.clone(), description, svg, width: style.width, height: style.height, marks })
}

fn marks(chart: &SweepChart, line: &Line, plot: &Plot) -> Vec<Mark> {
    let side = 16.0 * plot.scale;
    let mark = |(index, point): (usize, &LinePoint)| {
        let (x, y) = plot.at(point);
        let at = (chart.place)(point.x);
        Mark {
            id: format!("{}:{}:{}", chart.id, line.letter, index + 1),
            row: line.row,
            x: (x - side / 2.0).max(0.0),
            y: y - side / 2.0,
            width: side,
            height: side,
            label: format!("{} at {at}", line.label),
            value: format::duration(point.p50.value),
            details: vec![
                ("n".to_owned(), format::count(point.n as u64)),
                ("p50, 95 % interval".to_owned(), interval_text(point.p50.low, point.p50.high)),
            ],
        }
    };
    line.points.iter().enumerate().map(mark).collect()
}

struct Plot {
    across: Axis,
    up: Axis,
    bottom: f64,
    top: f64,
    left: f64,
    right: f64,
    body: f64,
    small: f64,
    scale: f64,
    width: f64,
}

impl Plot {
    fn new(chart: &SweepChart, style: &Style, palette: &Palette) -> Result<Plot, ReportError> {
        let scale = if style.scale.is_finite() { style.scale.clamp(0.5, 4.0) } else { 1.0 };
        let (body, small) = (palette.sizes.body * scale, palette.sizes.small * scale);
        let (width, height) = (f64::from(style.width), f64::from(style.height));
        let mut names = 0.0f64;
        for line in &chart.lines {
            names = names.max(type_face::width(&line.label, small, true)?);
        }
        let (top, bottom) = (34.0 * scale, (height - 24.0 * scale).max(50.0 * scale));
        let left = 56.0 * scale;
        let right = (width - names.min(width * 0.3) - 12.0 * scale).max(left + 20.0 * scale);
        let points = || chart.lines.iter().flat_map(|line| &line.points);
        let xs: Vec<f64> = points().map(|point| point.x).collect();
        let medians: Vec<f64> = points().map(|point| point.p50.value).collect();
        let highest = points().map(|point| point.p50.high.unwrap_or(point.p50.value)).fold(0.0, f64::max);
        let furthest = xs.iter().copied().fold(0.0, f64::max);
        Ok(Plot {
            across: match chart.logarithmic {
                true => Axis::logarithmic(&xs, left, right),
                false => Axis::linear(furthest, left, right),
            },
            up: Axis::new(&medians, highest, 0.0, bottom - top),
            bottom,
            top,
            left,
            right,
            body,
            small,
            scale,
            width,
        })
    }

    fn height_of(&self, value: f64) -> f64 {
        self.bottom - self.up.at(value)
    }

    fn at(&self, point: &LinePoint) -> (f64, f64) {
        (self.across.at(point.x), self.height_of(point.p50.value))
    }
}

struct Pen<'a, 'b> {
    canvas: &'a Canvas<'b>,
    plot: &'a Plot,
    palette: &'a Palette,
}

impl Pen<'_, '_> {
    fn small(&self, colour: Colour) -> Type {
        Type { size: self.plot.small, strong: false, colour }
    }

    fn heading(&self, chart: &SweepChart) -> Result<(), ReportError> {
        let Plot { width, body, small, scale, up, across, .. } = self.plot;
        let y = 10.0 * scale;
        let strong = Type { size: *body, strong: true, colour: self.palette.inks.text };
        let title = type_face::fitted(&chart.title, *width, *body, true)?;
        self.canvas.text(&title, (0.0, y), Anchor::Start, strong)?;
        let from = type_face::width(&title, *body, true)? + 8.0 * scale;
        let axes = match (up.is_logarithmic(), across.is_logarithmic()) {
            (true, true) => " · both axes logarithmic",
            (true, false) => " · logarithmic latency axis",
            (false, true) => " · logarithmic horizontal axis",
            (false, false) => "",
        };
        let said = type_face::fitted(&format!("p50 and its 95 % interval{axes}"), width - from, *small, false)?;
        self.canvas.text(&said, (from, y), Anchor::Start, self.small(self.palette.inks.muted))
    }

    fn grid(&self, chart: &SweepChart) -> Result<(), ReportError> {
        let Plot { left, right, top, bottom, scale, across, up, .. } = self.plot;
        let inks = self.palette.inks;
        for tick in up.ticks(36.0 * scale, false) {
            let y = self.plot.height_of(tick);
            self.canvas.line((*left, y), (*right, y), inks.grid, 1.0)?;
            let label = format::duration_tick(tick, if up.is_logarithmic() { tick } else { up.end() });
            let from = left - 6.0 * scale - type_face::width(&label, self.plot.small, false)?;
            self.canvas.text(&label, (from.max(0.0), y), Anchor::Start, self.small(inks.muted))?;
        }
        for tick in across.ticks(64.0 * scale, false) {
            let x = across.at(tick);
            self.canvas.line((x, *bottom), (x, bottom + 4.0 * scale), inks.axis, 1.0)?;
            let label = (chart.tick)(tick, if across.is_logarithmic() { tick } else { across.end() });
            self.canvas.text(&label, (x, bottom + 12.0 * scale), Anchor::Middle, self.small(inks.muted))?;
        }
        self.canvas.line((*left, *top), (*left, *bottom), inks.axis, 1.0)?;
        self.canvas.line((*left, *bottom), (*right, *bottom), inks.axis, 1.0)
    }

    fn crossing(&self, x: f64) -> Result<(), ReportError> {
        let (x, dash) = (self.plot.across.at(x), 4.0 * self.plot.scale);
        let mut y = self.plot.top;
        while y < self.plot.bottom {
            self.canvas.line((x, y), (x, (y + dash).min(self.plot.bottom)), self.palette.inks.axis, 1.0)?;
            y += 2.0 * dash;
        }
        Ok(())
    }

    fn line(&self, line: &Line) -> Result<(), ReportError> {
        let (colour, scale) = (self.palette.variant(line.row), self.plot.scale);
        for two in line.points.windows(2) {
            self.canvas.line(self.plot.at(&two[0]), self.plot.at(&two[1]), colour, 1.5 * scale)?;
        }
        for point in &line.points {
            let (x, y) = self.plot.at(point);
            if let (Some(low), Some(high)) = (point.p50.low, point.p50.high) {
                let ends = ((x, self.plot.height_of(low)), (x, self.plot.height_of(high)));
                self.canvas.line(ends.0, ends.1, colour, 1.5 * scale)?;
            }
            self.canvas.dot((x, y), 3.0 * scale, colour)?;
        }
        Ok(())
    }

    /// Names stand where their lines end, moved apart where they would cover each other.
    fn labels(&self, chart: &SweepChart) -> Result<(), ReportError> {
        let Plot { right, small, scale, width, top, .. } = self.plot;
        let ends = chart.lines.iter().filter_map(|line| Some((line, self.plot.at(line.points.last()?).1)));
        let mut ends: Vec<(&Line, f64)> = ends.collect();
        ends.sort_by(|one, other| one.1.total_cmp(&other.1));
        let apart = small * 1.25;
        let mut floor = top + apart / 2.0;
        let below = ends.len() as f64 * apart;
        for (index, (line, y)) in ends.iter().enumerate() {
            // Never so low that those after it would leave the plot.
            let lowest = self.plot.bottom - (below - (index as f64 + 1.0) * apart);
            let y = y.max(floor).min(lowest.max(floor));
            floor = y + apart;
            let from = right + 8.0 * scale;
            let text = type_face::fitted(&line.label, width - from, *small, true)?;
            let kind = Type { size: *small, strong: true, colour: self.palette.variant(line.row) };
            self.canvas.text(&text, (from, y), Anchor::Start, kind)?;
        }
        Ok(())
    }
}
