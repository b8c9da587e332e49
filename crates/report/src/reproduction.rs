//! The experiment as every export carries it: as text between two lines, so that any of them can be run again.

use crate::error::ReportError;
use fetchscope_experiment::spec::Experiment;

/// The line above it. A comment of TOML, so that what is between may be kept with it.
const BEGIN: &str = "# Fetchscope experiment: `fetchscope run` repeats it.";
/// The line below it.
const END: &str = "# End of the Fetchscope experiment.";

/// How an experiment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As the file that people write.
    Toml,
    /// Where its filter has a null, which TOML cannot say.
    Json,
}

/// An experiment as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reproduction {
    /// How it is written.
    pub form: Form,
    /// The text, without the two lines.
    pub text: String,
}

impl Reproduction {
    /// The experiment as text.
    ///
    /// # Errors
    /// Where it cannot be written, which only a defect can cause.
    pub fn of(experiment: &Experiment) -> Result<Reproduction, ReportError> {
        Ok(match toml::to_string_pretty(experiment) {
            Ok(text) => Reproduction { form: Form::Toml, text },
            Err(_) => Reproduction { form: Form::Json, text: serde_json::to_string_pretty(experiment)? },
        })
    }

    /// The text between its two lines.
    #[must_use]
    pub fn marked(&self) -> String {
        format!("{BEGIN}\n{}\n{END}\n", self.text.trim_end())
    }
}

/// The text between the two lines in an export of whatever format; `None` where there is none.
pub(crate) fn carried(export: &[u8]) -> Option<String> {
    let begin = find(export, BEGIN.as_bytes())? + BEGIN.len();
    let rest = export.get(begin..)?;
    let end = find(rest, END.as_bytes())?;
    let text = String::from_utf8(rest.get(..end)?.to_vec()).ok()?;
    Some(if export.trim_ascii_start().starts_with(b"<!DOCTYPE html>") { plain(&text) } else { text })
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

/// Text as it stood before it became that of an HTML element.
fn plain(text: &str) -> String {
    text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
