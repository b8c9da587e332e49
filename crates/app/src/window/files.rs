//! Files that somebody opens or drops: what they are is told by what is in them.

use super::runs::Brought;
use super::{Answer, App};
use crate::document;
use crate::error::AppError;
use crate::wire::FileView;
use fetchscope_experiment::outcome::{Outcome, VERSION};
use fetchscope_experiment::spec::Experiment;
use serde::Deserialize;
use std::io::Read;
use std::path::Path;

/// How every SQLite file begins (`https://www.sqlite.org/fileformat.html`, section 1.3).
const SQLITE: &[u8] = b"SQLite format 3\0";

impl App {
    /// Looks what a file is: a SQLite database, an experiment, or the result of a run, which is kept in the history.
    pub fn open_file(&self, path: &Path) -> Answer<FileView> {
        let shown = path.display();
        let mut begin = [0; SQLITE.len()];
        let read = std::fs::File::open(path).and_then(|mut file| file.read(&mut begin));
        let read = read.map_err(|error| AppError::Input(format!("{shown} could not be read: {error}")))?;
        // An empty file is an empty database.
        if begin[..read] == *SQLITE || read == 0 {
            return Ok(FileView::Source { source: format!("sqlite:{shown}") });
        }
        let text = std::fs::read_to_string(path)
            .map_err(|error| AppError::Input(format!("{shown} is neither a SQLite database nor text: {error}")))?;
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("toml") => {
                let experiment =
                    Experiment::from_toml(&text).map_err(|error| AppError::from(error).in_file(&shown.to_string()))?;
                Ok(FileView::Experiment { experiment: Box::new(document::doc(&experiment)?) })
            }
            Some("json") => {
                let outcome = outcome(&text).map_err(|problem| AppError::Input(format!("{shown} {problem}")))?;
                let doc = document::doc(&outcome.experiment)?;
                let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let run = self.runs.bring(Brought { outcome, doc, name: &name }, self.history())?;
                Ok(FileView::Run { run: Box::new(run) })
            }
            Some(_) | None => Err(AppError::Input(format!(
                "{shown} is nothing that can be opened here; there are SQLite databases, experiments (.toml) and results (.json)"
            ))
            .into()),
        }
    }
}

fn outcome(text: &str) -> Result<Outcome, String> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let no_result = |error: serde_json::Error| format!("is not the result of a run: {error}");
    let Versioned { version } = serde_json::from_str(text).map_err(no_result)?;
    if version > VERSION {
        return Err(format!("was written by a newer Fetchscope (format {version}, this one reads {VERSION})"));
    }
    serde_json::from_str(text).map_err(no_result)
}
