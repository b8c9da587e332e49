//! Export formats: what a path asks for, and an outcome becomes bytes.

use crate::error::ReportError;
use crate::figures::Material;
use crate::folder::{self, File};
use crate::{csv, html, json, markdown, pdf, png, svg};
use fetchscope_experiment::outcome::Outcome;
use std::path::{MAIN_SEPARATOR, Path};

/// A format an outcome can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The self-contained report.
    Html,
    /// The report on paper.
    Pdf,
    /// The outcome itself, raw samples included.
    Json,
    /// The report for a pull request.
    Markdown,
    /// The raw samples as a table.
    Csv,
    /// The two charts side by side, as vectors.
    Svg,
    /// The two charts side by side, as pixels.
    Png,
}

/// The endings, as they are named where another one is asked for.
pub(crate) const ENDINGS: &str = ".html .pdf .json .md .csv .png .svg";

/// What a path asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// One file.
    File(Format),
    /// A folder with every chart and table.
    Folder,
}

impl Target {
    /// A path that ends in a slash is a folder; any other names its format by its ending.
    ///
    /// # Errors
    /// Where the ending is none of them; the error names those there are.
    pub fn from_path(path: &Path) -> Result<Target, ReportError> {
        let text = path.as_os_str().to_string_lossy();
        if text.ends_with(['/', MAIN_SEPARATOR]) {
            return Ok(Target::Folder);
        }
        Format::from_path(path).map(Target::File)
    }
}

impl Format {
    /// Every format, as a dialog offers them.
    pub const ALL: [Format; 7] =
        [Format::Html, Format::Pdf, Format::Json, Format::Markdown, Format::Csv, Format::Png, Format::Svg];

    /// The format a file's ending asks for, whatever its case.
    ///
    /// # Errors
    /// Where the ending is none of them; the error names those there are.
    pub fn from_path(path: &Path) -> Result<Format, ReportError> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let found = Format::ALL
            .into_iter()
            .find(|format| ending.as_deref().is_some_and(|ending| format.endings().contains(&ending)));
        found.ok_or_else(|| ReportError::UnknownEnding {
            path: path.display().to_string(),
            ending: ending.map_or_else(|| "nothing".to_owned(), |ending| format!(".{ending}")),
        })
    }

    /// The endings of its files, the usual one first.
    #[must_use]
    pub fn endings(self) -> &'static [&'static str] {
        match self {
            Format::Html => &["html", "htm"],
            Format::Pdf => &["pdf"],
            Format::Json => &["json"],
            Format::Markdown => &["md", "markdown"],
            Format::Csv => &["csv"],
            Format::Svg => &["svg"],
            Format::Png => &["png"],
        }
    }

    /// What it is called in a dialog.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Format::Html => "HTML report",
            Format::Pdf => "PDF report",
            Format::Json => "JSON, the whole result",
            Format::Markdown => "Markdown for a pull request",
            Format::Csv => "CSV of the raw samples",
            Format::Svg => "SVG of both charts",
            Format::Png => "PNG of both charts",
        }
    }
}

/// The outcome in a format.
///
/// # Errors
/// Where the outcome cannot be written, which only a defect can cause.
pub fn export(outcome: &Outcome, format: Format) -> Result<Vec<u8>, ReportError> {
    match format {
        Format::Html => html::render(outcome),
        Format::Pdf => pdf::render(outcome),
        Format::Json => json::render(outcome),
        Format::Markdown => markdown::render(outcome),
        Format::Csv => csv::samples(outcome),
        Format::Svg => svg::render(&Material::of(outcome)),
        Format::Png => png::render(&Material::of(outcome)),
    }
}

/// What has to stand beside a file of this name, because its format has no room for it; `None` where nothing has to.
///
/// # Errors
/// Where the outcome cannot be written, which only a defect can cause.
pub fn beside(outcome: &Outcome, format: Format, name: &str) -> Result<Option<File>, ReportError> {
    match format {
        Format::Csv => Ok(Some(File {
            name: format!("{name}{}", csv::METADATA),
            bytes: csv::metadata(&Material::of(outcome), name)?,
        })),
        Format::Html | Format::Pdf | Format::Json | Format::Markdown | Format::Svg | Format::Png => Ok(None),
    }
}

/// Every chart and table, for a folder.
///
/// # Errors
/// Where the outcome cannot be written, which only a defect can cause.
pub fn folder(outcome: &Outcome) -> Result<Vec<File>, ReportError> {
    folder::files(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixture, reopen};

    #[test]
    fn the_ending_picks_the_format() {
        let formats = ["a/b.html", "B.HTM", "x.json", "x.y.svg", "a.PDF", "b.md", "c.csv", "d.png"]
            .map(|path| Format::from_path(Path::new(path)).unwrap());
        let (html, json, svg) = (Format::Html, Format::Json, Format::Svg);
        assert_eq!(formats, [html, html, json, svg, Format::Pdf, Format::Markdown, Format::Csv, Format::Png]);
        assert_eq!(Target::from_path(Path::new("some/folder/")).unwrap(), Target::Folder);
        assert_eq!(Target::from_path(Path::new("some.d/a.pdf")).unwrap(), Target::File(Format::Pdf));
    }

    #[test]
    fn another_ending_is_an_error_that_names_the_possible_ones() {
        let said = Format::from_path(Path::new("out/report.docx")).unwrap_err().to_string();
        let names = ".html .pdf .json .md .csv .png .svg, or a folder (DIR/)";
        assert_eq!(said, format!("out/report.docx: no export format is called .docx; use one of {names}"));
        assert!(Format::from_path(Path::new("report")).unwrap_err().to_string().contains("called nothing"));
        assert!(Format::ALL.iter().all(|format| ENDINGS.contains(format.endings()[0])));
    }

    #[test]
    fn json_is_the_outcome_itself_a_sample_a_line() {
        let outcome = fixture::troubled();
        let json = export(&outcome, Format::Json).unwrap();
        assert_eq!(reopen::outcome(&json).unwrap(), outcome);
        let json = String::from_utf8(json).unwrap();
        let samples: usize = outcome.variants.iter().map(|variant| variant.samples.len()).sum();
        assert_eq!(json.lines().filter(|line| line.contains("\"latency\"")).count(), samples);
    }
}
