//! Queries against latency, a dot a variant as large as its rows: filled on the frontier, hollow where another beats it.

use super::axis::Axis;
use super::canvas::{self, Anchor, Canvas, Sheet, Type};
use super::{Chart, Mark, Style};
use crate::error::ReportError;
use crate::format;
use crate::frontier::{Place, finding, places};
use crate::palette::Palette;
use crate::rows::{Row, interval_text};
use crate::type_face;

const TITLE: &str = "Queries, latency and rows";
/// Radius of the largest and the smallest dot, in px.
const LARGEST: f64 = 14.0;
const SMALLEST: f64 = 3.0;

/// Draws every variant that was measured.
///
/// # Errors
/// Where a font or the token file cannot be used, which only a broken build can cause.
pub fn frontier(rows: &[Row], style: &Style) -> Result<Chart, ReportError> {
    let palette = Palette::of(style.theme)?;
    let plot = Plot::new(rows, style, &palette)?;
    let description = format!("{TITLE}: {}", finding(rows));
    let height = plot.height as u32;
    let sheet = Sheet { width: style.width, height, title: TITLE, description: &description };
    let svg = canvas::draw(&sheet, &palette, |canvas| {
        let pen = Pen { canvas, plot: &plot, palette: &palette };
        pen.heading()?;
        pen.grid()?;
        plot.dots.iter().try_for_each(|dot| pen.dot(dot))?;
        pen.names()
    })?;
    let marks = plot.dots.iter().map(|dot| mark(dot, plot.scale)).collect();
    Ok(Chart { title: TITLE.to_owned(), description, svg, width: style.width, height, marks })
}

fn mark(dot: &Dot<'_>, scale: f64) -> Mark {
    let reach = dot.radius.max(8.0 * scale);
    let (low, high) = dot.row.interval().map_or((None, None), |(low, high)| (Some(low), Some(high)));
    let place = if dot.place.on_frontier { "on it" } else { "beaten by another" };
    Mark {
        id: format!("frontier:{}", dot.row.letter),
        row: dot.row.colour,
        x: dot.x - reach,
        y: dot.y - reach,
        width: 2.0 * reach,
        height: 2.0 * reach,
        label: dot.row.label(),
        value: format::duration(dot.place.median),
        details: vec![
            ("p50, 95 % interval".to_owned(), interval_text(low, high)),
            ("queries".to_owned(), format::count(dot.place.counts.queries)),
            ("rows".to_owned(), format::count(dot.place.counts.rows)),
            ("frontier".to_owned(), place.to_owned()),
        ],
    }
}

/// A variant where it is drawn.
struct Dot<'a> {
    row: &'a Row,
    place: Place,
    x: f64,
    y: f64,
    radius: f64,
}

struct Plot<'a> {
    across: Axis,
    up: Axis,
    dots: Vec<Dot<'a>>,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    body: f64,
    small: f64,
    scale: f64,
    width: f64,
    height: f64,
}

impl<'a> Plot<'a> {
    fn new(rows: &'a [Row], style: &Style, palette: &Palette) -> Result<Plot<'a>, ReportError> {
        let scale = if style.scale.is_finite() { style.scale.clamp(0.5, 4.0) } else { 1.0 };
        let (width, height) = (f64::from(style.width), f64::from(style.height).max(160.0 * scale));
        let (body, small) = (palette.sizes.body * scale, palette.sizes.small * scale);
        let measured: Vec<(&Row, Place)> =
            rows.iter().zip(places(rows)).filter_map(|(row, place)| Some((row, place?))).collect();
        let of = |figure: fn(&Place) -> f64| measured.iter().map(|(_, place)| figure(place)).collect::<Vec<_>>();
        let (queries, medians) = (of(|place| place.counts.queries as f64), of(|place| place.median));
        let most = of(|place| place.counts.rows as f64).into_iter().fold(1.0, f64::max);
        let highest = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
        let reach = LARGEST * scale;
        let (left, top, bottom) = (60.0 * scale, 34.0 * scale + reach, height - 40.0 * scale);
        let mut names = 0.0f64;
        for (row, _) in &measured {
            names = names.max(type_face::width(&row.label(), small, false)?);
        }
        let right = (width - names.min(width * 0.3) - reach - 8.0 * scale).max(left + 40.0 * scale);
        let across = Axis::new(&queries, highest(&queries), left + reach, right);
        let up = Axis::new(&medians, highest(&medians), reach, bottom - top);
        let mut dots: Vec<Dot<'_>> = measured
            .into_iter()
            .map(|(row, place)| Dot {
                row,
                place,
                x: across.at(place.counts.queries as f64),
                y: bottom - up.at(place.median),
                // As large an area as it has rows.
                radius: (LARGEST * (place.counts.rows as f64 / most).sqrt()).max(SMALLEST) * scale,
            })
            .collect();
        // The larger ones first, so that none hides a smaller one, neither from the eye nor from the pointer.
        dots.sort_by(|one, other| other.radius.total_cmp(&one.radius));
        Ok(Plot { across, up, dots, left, right, top, bottom, body, small, scale, width, height })
    }
}

struct Pen<'a, 'b> {
    canvas: &'a Canvas<'b>,
    plot: &'a Plot<'a>,
    palette: &'a Palette,
}

impl Pen<'_, '_> {
    fn muted(&self) -> Type {
        Type { size: self.plot.small, strong: false, colour: self.palette.inks.muted }
    }

    fn heading(&self) -> Result<(), ReportError> {
        let Plot { width, body, small, scale, .. } = *self.plot;
        let y = 10.0 * scale;
        let strong = Type { size: body, strong: true, colour: self.palette.inks.text };
        self.canvas.text(TITLE, (0.0, y), Anchor::Start, strong)?;
        let from = type_face::width(TITLE, body, true)? + 8.0 * scale;
        let logarithmic = match (self.plot.up.is_logarithmic(), self.plot.across.is_logarithmic()) {
            (true, true) => " · both axes logarithmic",
            (true, false) => " · logarithmic latency axis",
            (false, true) => " · logarithmic queries axis",
            (false, false) => "",
        };
        let said = format!("area: rows a request · filled: on the frontier{logarithmic}");
        let said = type_face::fitted(&said, width - from, small, false)?;
        self.canvas.text(&said, (from, y), Anchor::Start, self.muted())
    }

    fn grid(&self) -> Result<(), ReportError> {
        let Plot { left, right, top, bottom, small, scale, across, up, .. } = self.plot;
        let inks = self.palette.inks;
        for tick in up.ticks(36.0 * scale, false) {
            let y = bottom - up.at(tick);
            self.canvas.line((*left, y), (*right, y), inks.grid, 1.0)?;
            let label = format::duration_tick(tick, if up.is_logarithmic() { tick } else { up.end() });
            let from = left - 6.0 * scale - type_face::width(&label, *small, false)?;
            self.canvas.text(&label, (from.max(0.0), y), Anchor::Start, self.muted())?;
        }
        for tick in across.ticks(64.0 * scale, true) {
            let x = across.at(tick);
            self.canvas.line((x, *bottom), (x, bottom + 4.0 * scale), inks.axis, 1.0)?;
            self.canvas.text(&format::count_tick(tick), (x, bottom + 12.0 * scale), Anchor::Middle, self.muted())?;
        }
        self.canvas.text(
            "queries a request",
            ((left + right) / 2.0, bottom + 30.0 * scale),
            Anchor::Middle,
            self.muted(),
        )?;
        self.canvas.line((*left, *top), (*left, *bottom), inks.axis, 1.0)?;
        self.canvas.line((*left, *bottom), (*right, *bottom), inks.axis, 1.0)
    }

    fn dot(&self, dot: &Dot<'_>) -> Result<(), ReportError> {
        let colour = self.palette.variant(dot.row.colour);
        if dot.place.on_frontier {
            self.canvas.dot((dot.x, dot.y), dot.radius, colour)
        } else {
            self.canvas.ring((dot.x, dot.y), dot.radius, colour, 1.5 * self.plot.scale)
        }
    }

    /// Names stand beside their dots, moved up or down where they would cover one another, and left out where there is no room.
    fn names(&self) -> Result<(), ReportError> {
        let Plot { width, small, scale, top, bottom, .. } = *self.plot;
        let mut dots: Vec<&Dot<'_>> = self.plot.dots.iter().collect();
        dots.sort_by(|one, other| one.y.total_cmp(&other.y));
        let apart = small * 1.2;
        let mut taken: Vec<(f64, f64, f64)> = Vec::new();
        for dot in dots {
            let from = dot.x + dot.radius + 5.0 * scale;
            let text = type_face::fitted(&dot.row.label(), width - from, small, false)?;
            let to = from + type_face::width(&text, small, false)?;
            let is_free = |y: &f64| {
                let covers =
                    |other: &(f64, f64, f64)| from < other.1 && other.0 < to && (other.2 - y).abs() < apart - 0.01;
                (top - LARGEST * scale..bottom + small / 2.0).contains(y) && !taken.iter().any(covers)
            };
            let steps = [0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 4.0, -4.0];
            let Some(y) = steps.map(|step| dot.y + step * apart / 2.0).into_iter().find(is_free) else { continue };
            taken.push((from, to, y));
            let colour = self.palette.inks.text;
            self.canvas.text(&text, (from, y), Anchor::Start, Type { colour, ..self.muted() })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::palette::Theme;
    use crate::rows::rows;

    fn drawn(rows: &[Row], width: u32) -> Chart {
        frontier(rows, &Style { theme: Theme::Light, width, height: 300, scale: 1.0 }).unwrap()
    }

    #[test]
    fn the_drawing_is_the_same_everywhere() {
        insta::assert_snapshot!(drawn(&rows(&fixture::article()), 720).svg);
    }

    #[test]
    fn every_measured_variant_has_a_mark_inside() {
        for outcome in [fixture::article(), fixture::pair(), fixture::troubled(), fixture::dozen()] {
            let rows = rows(&outcome);
            let measured = places(&rows).into_iter().flatten().count();
            for width in [300, 720, 1400] {
                let chart = drawn(&rows, width);
                assert_eq!(chart.marks.len(), measured);
                for mark in &chart.marks {
                    assert!(mark.x >= 0.0 && mark.x + mark.width <= f64::from(width), "{mark:?} in {width}");
                    assert!(mark.y >= 0.0 && mark.y + mark.height <= f64::from(chart.height), "{mark:?} in {width}");
                }
            }
        }
    }

    #[test]
    fn rows_are_areas_and_those_that_are_beaten_are_hollow() {
        let rows = rows(&fixture::article());
        let chart = drawn(&rows, 720);
        let beaten = places(&rows).into_iter().flatten().filter(|place| !place.on_frontier).count();
        assert_eq!(chart.svg.matches("fill=\"none\" stroke=").count(), beaten);
        assert!(beaten > 0 && chart.svg.matches("<circle").count() == chart.marks.len());
    }
}
