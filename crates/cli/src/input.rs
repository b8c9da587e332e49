//! Reading what the user names: files, or standard input for `-`.

use anyhow::{Context, Result};
use fetchscope_app::error::AppError;
use fetchscope_engine::mapping::document::MappingDocument;
use serde::de::DeserializeOwned;
use std::io::Read;
use std::path::Path;

/// The text of a file, or of standard input for `-`.
pub(crate) fn text(path: &Path) -> Result<String> {
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("standard input could not be read as text")?;
        return Ok(text);
    }
    std::fs::read_to_string(path)
        .map_err(|error| AppError::Input(format!("{} could not be read: {error}", path.display())).into())
}

/// A JSON file; an error names the line.
pub(crate) fn json<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T> {
    let text = text(path)?;
    serde_json::from_str(&text)
        .map_err(|error| AppError::Input(format!("{} is not a {what}: {error}", path.display())).into())
}

/// The mapping file, where one is given.
pub(crate) fn mapping(path: Option<&Path>) -> Result<Option<MappingDocument>> {
    path.map(|path| json(path, "mapping")).transpose()
}
