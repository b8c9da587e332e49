//! Charts as SVG files that stand alone, on their own ground: the headline pair, or one of them.

use crate::charts::canvas::escaped;
use crate::charts::{self, Chart, Style};
use crate::error::ReportError;
use crate::figures::Material;
use crate::palette::{Palette, Theme};
use crate::reproduction::Reproduction;
use crate::{circumstances, sentence, type_face};

const CHART_WIDTH: u32 = 600;
const MARGIN: u32 = 16;

/// Both charts side by side, light.
pub(crate) fn render(material: &Material<'_>) -> Result<Vec<u8>, ReportError> {
    standing_alone(&headline(material)?, material)
}

/// A drawing as a file: it carries its font, since text was measured with it, and the experiment.
pub(crate) fn standing_alone(drawing: &str, material: &Material<'_>) -> Result<Vec<u8>, ReportError> {
    let outcome = material.outcome;
    let about = format!("{}\n{}\n", circumstances::context(outcome), sentence::sentence(outcome, &material.rows));
    let facts = circumstances::facts(outcome).into_iter().map(|(name, fact)| format!("{name}: {fact}\n"));
    // Nothing in an experiment may end the section of plain text.
    let experiment = Reproduction::of(&outcome.experiment)?.marked().replace("]]>", "]] >");
    let carried = format!(
        "<style>{}</style>\n<desc>{}{}</desc>\n<metadata><![CDATA[\n{experiment}]]></metadata>\n",
        type_face::faces()?,
        escaped(&about),
        escaped(&facts.collect::<String>()),
    );
    Ok(drawing.replacen(">\n", &format!(">\n{carried}"), 1).into_bytes())
}

/// Both charts side by side, as a drawing.
pub(crate) fn headline(material: &Material<'_>) -> Result<String, ReportError> {
    let rows = &material.rows;
    let pair = charts::pair(rows, &Style::for_rows(Theme::Light, CHART_WIDTH, rows.len(), 1.0))?;
    beside(&[&pair.queries, &pair.latency])
}

/// Charts beside each other on a ground of their own.
pub(crate) fn beside(charts: &[&Chart]) -> Result<String, ReportError> {
    let ground = Palette::of(Theme::Light)?.inks.background;
    let mut right = MARGIN;
    let mut placed = String::new();
    for chart in charts {
        placed.push_str(&chart.svg.replacen("<svg ", &format!("<svg x=\"{right}\" y=\"{MARGIN}\" "), 1));
        right += chart.width + MARGIN;
    }
    let height = charts.iter().map(|chart| chart.height).max().unwrap_or(0) + 2 * MARGIN;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{right}\" height=\"{height}\" viewBox=\"0 0 {right} {height}\">\n\
         <rect width=\"{right}\" height=\"{height}\" fill=\"{ground}\"/>\n{placed}</svg>\n"
    ))
}

#[cfg(test)]
mod tests {
    use crate::figures::Material;
    use crate::{fixture, reopen};

    #[test]
    fn both_charts_stand_in_one_file_that_can_be_run_again() {
        let outcome = fixture::article();
        let svg = String::from_utf8(super::render(&Material::of(&outcome)).unwrap()).unwrap();
        assert_eq!((svg.matches("<svg ").count(), svg.matches("</svg>").count()), (3, 3));
        assert!(svg.contains("<title>Queries per request</title>") && svg.contains("<svg x=\"632\" y=\"16\""));
        assert!(svg.contains("font-face") && svg.contains("seed: 1"));
        assert_eq!(reopen::experiment(svg.as_bytes()).unwrap().unwrap(), outcome.experiment);
    }
}
