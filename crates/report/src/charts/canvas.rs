//! What charts draw with: plotters' SVG backend in tenths of a px, because its coordinates are whole numbers.

use crate::error::ReportError;
use crate::palette::{Colour, Palette};
use crate::type_face;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Rectangle};
use plotters::prelude::SVGBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor};

/// Units of the drawing per px.
pub(crate) const UNIT: f64 = 10.0;

/// Where a text stands to its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// It begins there.
    Start,
    /// Its middle is there.
    Middle,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Type {
    /// Size in px.
    pub(crate) size: f64,
    /// Weight 600 instead of 400.
    pub(crate) strong: bool,
    /// Colour.
    pub(crate) colour: Colour,
}

/// The size of a drawing and the words that stand for it.
pub(crate) struct Sheet<'a> {
    /// Width in px.
    pub(crate) width: u32,
    /// Height in px.
    pub(crate) height: u32,
    /// Title, for those who do not see it.
    pub(crate) title: &'a str,
    /// One sentence, for those who do not see it.
    pub(crate) description: &'a str,
}

/// A surface in px.
pub(crate) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    title: &'a str,
}

/// Draws, and returns the SVG with its title and description.
pub(crate) fn draw(
    sheet: &Sheet<'_>,
    palette: &Palette,
    drawing: impl FnOnce(&Canvas<'_>) -> Result<(), ReportError>,
) -> Result<String, ReportError> {
    let mut drawn = String::new();
    let size = (units(sheet.width.into()).unsigned_abs(), units(sheet.height.into()).unsigned_abs());
    {
        let canvas = Canvas { area: SVGBackend::with_string(&mut drawn, size).into_drawing_area(), title: sheet.title };
        drawing(&canvas)?;
        canvas.area.present().map_err(|error| canvas.failed(&error))?;
    }
    // The opening tag is ours; everything after plotters' own is kept.
    let body = finished(drawn.split_once(">\n").map_or("", |(_, body)| body), palette.family);
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {} {}\" \
         role=\"img\" font-family=\"{family}, system-ui, sans-serif\" font-variant=\"normal\">\n\
         <title>{title}</title>\n<desc>{description}</desc>\n{body}",
        size.0,
        size.1,
        width = sheet.width,
        height = sheet.height,
        family = palette.family,
        title = escaped(sheet.title),
        description = escaped(sheet.description),
    ))
}

/// Gives text the weight of the embedded font, and tabular figures where it has figures: in words without any they
/// would only widen the hyphen.
fn finished(body: &str, family: &str) -> String {
    let mut lines = body.lines().peekable();
    let mut finished = String::with_capacity(body.len() + body.len() / 8);
    while let Some(line) = lines.next() {
        match line.strip_prefix("<text ") {
            Some(attributes) => {
                let has_figures =
                    lines.peek().is_some_and(|text| text.contains(|letter: char| letter.is_ascii_digit()));
                finished.push_str(if has_figures { "<text font-variant=\"tabular-nums\" " } else { "<text " });
                // The family stands once, at the root, with what replaces it where it is missing.
                let attributes = attributes.replace(&format!("font-family=\"{family}\" "), "");
                finished.push_str(&attributes.replace("font-weight=\"bold\"", "font-weight=\"600\""));
            }
            None => finished.push_str(line),
        }
        finished.push('\n');
    }
    finished
}

/// Text that is harmless between tags and in attributes.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn units(px: f64) -> i32 {
    (px * UNIT).round() as i32
}

fn ink(colour: Colour) -> RGBColor {
    let (red, green, blue) = colour.rgb;
    RGBColor(red, green, blue)
}

impl Canvas<'_> {
    fn failed(&self, error: &dyn std::fmt::Display) -> ReportError {
        ReportError::Drawing { chart: self.title.to_owned(), reason: error.to_string() }
    }

    /// A filled rectangle; at least a tenth of a px each way.
    pub(crate) fn rect(
        &self,
        (left, top): (f64, f64),
        (right, bottom): (f64, f64),
        colour: Colour,
        opacity: f64,
    ) -> Result<(), ReportError> {
        let upper = (units(left), units(top));
        let lower = (units(right).max(upper.0 + 1), units(bottom).max(upper.1 + 1));
        let rectangle = Rectangle::new([upper, lower], ink(colour).mix(opacity).filled());
        self.area.draw(&rectangle).map_err(|error| self.failed(&error))
    }

    /// A straight line.
    pub(crate) fn line(&self, from: (f64, f64), to: (f64, f64), colour: Colour, width: f64) -> Result<(), ReportError> {
        let ends = [(units(from.0), units(from.1)), (units(to.0), units(to.1))];
        let line = PathElement::new(ends, ink(colour).stroke_width(units(width).unsigned_abs()));
        self.area.draw(&line).map_err(|error| self.failed(&error))
    }

    /// A filled dot.
    pub(crate) fn dot(&self, (x, y): (f64, f64), radius: f64, colour: Colour) -> Result<(), ReportError> {
        let dot = Circle::new((units(x), units(y)), units(radius), ink(colour).filled());
        self.area.draw(&dot).map_err(|error| self.failed(&error))
    }

    /// The outline of a dot.
    pub(crate) fn ring(&self, (x, y): (f64, f64), radius: f64, colour: Colour, width: f64) -> Result<(), ReportError> {
        let stroke = ink(colour).stroke_width(units(width).unsigned_abs());
        let ring = Circle::new((units(x), units(y)), units(radius), stroke);
        self.area.draw(&ring).map_err(|error| self.failed(&error))
    }

    /// A text whose capitals are centred on `y`.
    pub(crate) fn text(&self, text: &str, (x, y): (f64, f64), anchor: Anchor, kind: Type) -> Result<(), ReportError> {
        // A line of the SVG is a tag or a text; and XML knows no control characters.
        let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        let horizontal = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
        };
        // The backend puts the baseline 0.76 em below a text's top; half of Inter's capital height is 0.364 em.
        let top = y - (0.76 - 0.364) * kind.size;
        let style = type_face::font(kind.size * UNIT, kind.strong)?
            .color(&ink(kind.colour))
            .pos(Pos::new(horizontal, VPos::Top));
        self.area.draw_text(&text, &style, (units(x), units(top))).map_err(|error| self.failed(&error))
    }
}
