//! Reading what the user names: files, or standard input for `-`.

use anyhow::{Context, Result};
use fetchscope_app::error::AppError;
use fetchscope_app::reports;
use fetchscope_engine::mapping::document::MappingDocument;
use fetchscope_experiment::check::without_variants;
use fetchscope_experiment::spec::Experiment;
use serde::de::DeserializeOwned;
use std::io::Read;
use std::path::Path;

/// The text of a file, or of standard input for `-`.
pub(crate) fn text(path: &Path) -> Result<String> {
    String::from_utf8(bytes(path)?)
        .map_err(|_| AppError::Input(format!("{} could not be read: it is not text", path.display())).into())
}

/// The bytes of a file, or of standard input for `-`.
fn bytes(path: &Path) -> Result<Vec<u8>> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).context("standard input could not be read")?;
        return Ok(bytes);
    }
    std::fs::read(path)
        .map_err(|error| AppError::Input(format!("{} could not be read: {error}", path.display())).into())
}

/// The experiment of a file: its own, or that of a report.
pub(crate) fn experiment(path: &Path) -> Result<Experiment> {
    Ok(reports::experiment(&bytes(path)?, &path.display().to_string())?)
}

/// A JSON file; an error names the line.
pub(crate) fn json<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T> {
    let text = text(path)?;
    serde_json::from_str(&text).map_err(|error| {
        let name = if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() };
        AppError::Input(format!("{name} is not a {what}: {}", without_variants(&error.to_string()))).into()
    })
}

/// The mapping file, where one is given.
pub(crate) fn mapping(path: Option<&Path>) -> Result<Option<MappingDocument>> {
    path.map(|path| json(path, "mapping")).transpose()
}
