//! Files that somebody opens or drops: what they are is told by what is in them.

use super::runs::Brought;
use super::{Answer, App};
use crate::error::AppError;
use crate::wire::FileView;
use crate::{document, reports};
use fetchscope_report::reopen;
use std::io::Read;
use std::path::Path;

/// How every SQLite file begins (`https://www.sqlite.org/fileformat.html`, section 1.3).
const SQLITE: &[u8] = b"SQLite format 3\0";

impl App {
    /// Looks what a file is: a SQLite database, an experiment, a report that carries one, or the result of a run, which is
    /// kept in the history.
    pub fn open_file(&self, path: &Path) -> Answer<FileView> {
        let shown = path.display();
        let mut begin = [0; SQLITE.len()];
        let read = std::fs::File::open(path).and_then(|mut file| file.read(&mut begin));
        let read = read.map_err(|error| AppError::Input(format!("{shown} could not be read: {error}")))?;
        // An empty file is an empty database.
        if begin[..read] == *SQLITE || read == 0 {
            return Ok(FileView::Source { source: format!("sqlite:{shown}") });
        }
        let file =
            std::fs::read(path).map_err(|error| AppError::Input(format!("{shown} could not be read: {error}")))?;
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("json") => {
                let outcome =
                    reopen::outcome(&file).map_err(|problem| AppError::Input(format!("{shown} {problem}")))?;
                let doc = document::doc(&outcome.experiment)?;
                let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let run = self.runs.bring(Brought { outcome, doc, name: &name }, self.history())?;
                Ok(FileView::Run { run: Box::new(run) })
            }
            // A report carries the experiment it is of.
            Some("toml" | "html" | "htm" | "pdf" | "md" | "markdown" | "svg" | "png") => {
                let mut experiment = reports::experiment(&file, &shown.to_string())?;
                // A window is in no folder of its own: a mapping file is looked for beside the file that names it.
                let mapping = experiment.mapping.map(|mapping| path.with_file_name(mapping).display().to_string());
                experiment.mapping = mapping;
                Ok(FileView::Experiment { experiment: Box::new(document::doc(&experiment)?) })
            }
            Some(_) | None => Err(AppError::Input(format!(
                "{shown} is nothing that can be opened here; there are SQLite databases, experiments (.toml), results (.json) and \
                 reports (.html, .pdf, .md, .svg, .png)"
            ))
            .into()),
        }
    }
}
