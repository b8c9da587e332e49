//! Export formats: the file's ending picks one, and an outcome becomes bytes.

use crate::error::ReportError;
use crate::{html, svg};
use fetchscope_experiment::outcome::Outcome;
use std::path::Path;

/// A format an outcome can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The self-contained report.
    Html,
    /// The outcome itself, raw samples included.
    Json,
    /// The two charts side by side.
    Svg,
}

impl Format {
    /// The format a file's ending asks for, whatever its case.
    ///
    /// # Errors
    /// Where the ending is none of them; the error names those there are.
    pub fn from_path(path: &Path) -> Result<Format, ReportError> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("html" | "htm") => Ok(Format::Html),
            Some("json") => Ok(Format::Json),
            Some("svg") => Ok(Format::Svg),
            other => Err(ReportError::UnknownEnding {
                path: path.display().to_string(),
                ending: other.map_or_else(|| "nothing".to_owned(), |ending| format!(".{ending}")),
            }),
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
        Format::Json => {
            let mut json = serde_json::to_vec_pretty(outcome)?;
            json.push(b'\n');
            Ok(json)
        }
        Format::Svg => svg::render(outcome),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn the_ending_picks_the_format() {
        let formats =
            ["a/b.html", "B.HTM", "x.json", "x.y.svg"].map(|path| Format::from_path(Path::new(path)).unwrap());
        assert_eq!(formats, [Format::Html, Format::Html, Format::Json, Format::Svg]);
    }

    #[test]
    fn another_ending_is_an_error_that_names_the_possible_ones() {
        let said = Format::from_path(Path::new("out/report.docx")).unwrap_err().to_string();
        assert_eq!(said, "out/report.docx: no export format is called .docx; use .html, .json or .svg");
        assert!(Format::from_path(Path::new("report")).unwrap_err().to_string().contains("called nothing"));
    }

    #[test]
    fn json_is_the_outcome_itself() {
        let outcome = fixture::troubled();
        let back: Outcome = serde_json::from_slice(&export(&outcome, Format::Json).unwrap()).unwrap();
        assert_eq!(back, outcome);
    }
}
