//! The headline pair as one SVG file, on its own ground.

use crate::charts::{self, Style};
use crate::error::ReportError;
use crate::palette::{Palette, Theme};
use crate::rows::rows;
use crate::type_face;
use fetchscope_experiment::outcome::Outcome;

const CHART_WIDTH: u32 = 600;
const MARGIN: u32 = 16;

/// Both charts side by side, light, as a file that stands alone: it carries its font, since text was measured with it.
pub(crate) fn render(outcome: &Outcome) -> Result<Vec<u8>, ReportError> {
    let rows = rows(outcome);
    let pair = charts::pair(&rows, &Style::for_rows(Theme::Light, CHART_WIDTH, rows.len(), 1.0))?;
    let ground = Palette::of(Theme::Light)?.inks.background;
    let (width, height) = (2 * CHART_WIDTH + 3 * MARGIN, pair.queries.height + 2 * MARGIN);
    let left = placed(&pair.queries.svg, MARGIN);
    let right = placed(&pair.latency.svg, CHART_WIDTH + 2 * MARGIN);
    let faces = type_face::faces()?;
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\">\n<style>{faces}</style>\n<rect width=\"{width}\" height=\"{height}\" fill=\"{ground}\"/>\n\
         {left}{right}</svg>\n"
    );
    Ok(svg.into_bytes())
}

/// A chart's drawing at a place inside another one.
fn placed(svg: &str, x: u32) -> String {
    svg.replacen("<svg ", &format!("<svg x=\"{x}\" y=\"{MARGIN}\" "), 1)
}

#[cfg(test)]
mod tests {
    use crate::fixture;

    #[test]
    fn both_charts_stand_in_one_file() {
        let svg = String::from_utf8(super::render(&fixture::article()).unwrap()).unwrap();
        assert_eq!((svg.matches("<svg ").count(), svg.matches("</svg>").count()), (3, 3));
        assert!(svg.contains("<title>Queries per request</title>") && svg.contains("<svg x=\"632\" y=\"16\""));
    }
}
