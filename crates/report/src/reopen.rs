//! Reading exports back: a result file as the outcome it is, and the experiment that any export carries.

use crate::raw;
use crate::reproduction;
use fetchscope_experiment::check::ExperimentError;
use fetchscope_experiment::outcome::{Outcome, VERSION};
use fetchscope_experiment::spec::Experiment;
use serde::Deserialize;

/// Why a file cannot be read back.
#[derive(Debug, thiserror::Error)]
pub enum ReopenError {
    /// A newer Fetchscope wrote it.
    #[error("was written by a newer Fetchscope (format {0}, this one reads up to {VERSION}); open it with that one")]
    Newer(u32),
    /// It is JSON, but no result.
    #[error("is not the result of a run ({0}); an experiment in TOML, a result or a report is wanted here")]
    NoResult(serde_json::Error),
    /// It carries no raw data.
    #[error("carries no result; `--report FILE.json` writes one that does")]
    NoData,
    /// What it carries is damaged.
    #[error("carries an experiment that cannot be used: {0}")]
    Damaged(String),
}

impl From<ExperimentError> for ReopenError {
    fn from(error: ExperimentError) -> Self {
        ReopenError::Damaged(error.to_string())
    }
}

/// The result in a JSON file, or in an HTML report, whose samples may be thinned.
///
/// # Errors
/// Where a newer version wrote it, and where it is no result.
pub fn outcome(file: &[u8]) -> Result<Outcome, ReopenError> {
    if is_json(file) {
        return of_json(file);
    }
    match raw::embedded(file) {
        Some(json) => of_json(&json),
        None => Err(ReopenError::NoData),
    }
}

fn of_json(json: &[u8]) -> Result<Outcome, ReopenError> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    // The version first: what a newer format has else may not be understood.
    let Versioned { version } = serde_json::from_slice(json).map_err(ReopenError::NoResult)?;
    if version > VERSION {
        return Err(ReopenError::Newer(version));
    }
    serde_json::from_slice(json).map_err(ReopenError::NoResult)
}

/// The experiment that an export carries, whatever its format; `None` where it carries none.
///
/// # Errors
/// Where what it carries cannot be used.
pub fn experiment(file: &[u8]) -> Result<Option<Experiment>, ReopenError> {
    if is_json(file) {
        return of_json_file(file).map(Some);
    }
    let Some(text) = reproduction::carried(file) else { return Ok(None) };
    of_text(&text).map(Some)
}

fn of_text(text: &str) -> Result<Experiment, ReopenError> {
    if is_json(text.as_bytes()) {
        let experiment: Experiment =
            serde_json::from_str(text).map_err(|error| ReopenError::Damaged(error.to_string()))?;
        experiment.check()?;
        return Ok(experiment);
    }
    Ok(Experiment::from_toml(text)?)
}

/// A result, or what stands beside a CSV file.
fn of_json_file(json: &[u8]) -> Result<Experiment, ReopenError> {
    #[derive(Deserialize)]
    struct Beside {
        #[serde(rename = "fetchscope:experiment")]
        experiment: String,
    }
    match serde_json::from_slice::<Beside>(json) {
        Ok(Beside { experiment }) => of_text(&experiment),
        Err(_) => of_json(json).map(|outcome| outcome.experiment),
    }
}

fn is_json(file: &[u8]) -> bool {
    file.trim_ascii_start().starts_with(b"{")
}
