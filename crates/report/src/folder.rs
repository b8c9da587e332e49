//! A folder with every chart and table: for slides, notebooks and whatever else people make of them.

use crate::error::ReportError;
use crate::figures::Material;
use crate::palette::Theme;
use crate::reproduction::Reproduction;
use crate::{csv, html, json, png, svg};
use fetchscope_experiment::outcome::Outcome;

/// Width of a chart, in px.
const CHART_WIDTH: u32 = 880;

/// The raw samples' file.
const SAMPLES: &str = "samples.csv";

/// A file of the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path inside the folder, with `/`.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Every file.
pub(crate) fn files(outcome: &Outcome) -> Result<Vec<File>, ReportError> {
    let material = Material::of(outcome);
    let mut files = vec![
        file("report.html", html::render(outcome)?),
        file("outcome.json", json::render(outcome)?),
        file("experiment.toml", Reproduction::of(&outcome.experiment)?.marked().into_bytes()),
        file(SAMPLES, csv::samples(outcome)?),
        file(&format!("{SAMPLES}{}", csv::METADATA), csv::metadata(&material, SAMPLES)?),
        file("charts/headline.svg", svg::render(&material)?),
        file("charts/headline.png", png::render(&material)?),
    ];
    for (name, figure) in material.figures() {
        let drawing = svg::beside(&[&figure.draw(Theme::Light, CHART_WIDTH)?])?;
        files.push(file(&format!("charts/{name}.png"), png::of_svg(&drawing, &material)?));
        files.push(file(&format!("charts/{name}.svg"), svg::standing_alone(&drawing, &material)?));
    }
    files.extend(csv::tables(&material)?.into_iter().map(|(name, bytes)| file(&format!("tables/{name}.csv"), bytes)));
    Ok(files)
}

fn file(name: &str, bytes: Vec<u8>) -> File {
    File { name: name.to_owned(), bytes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use std::collections::BTreeSet;

    #[test]
    fn every_chart_and_table_is_there_once() {
        let files = files(&fixture::article()).unwrap();
        let names: BTreeSet<&str> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names.len(), files.len());
        for wanted in ["charts/latency.svg", "charts/where-time-goes.png", "tables/comparison.csv", SAMPLES] {
            assert!(names.contains(wanted), "{wanted} is missing from {names:?}");
        }
        assert!(files.iter().all(|file| !file.bytes.is_empty()));
    }
}
