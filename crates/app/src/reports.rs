//! Writing reports where somebody wants them, and taking experiments out of them again.

use crate::error::AppError;
use crate::settings::write_whole;
use fetchscope_experiment::check::ExperimentError;
use fetchscope_experiment::outcome::Outcome;
use fetchscope_experiment::spec::Experiment;
use fetchscope_report::export::{self, Format, Target};
use fetchscope_report::reopen;
use std::path::Path;

/// Names and endings of the formats, for a dialog.
#[must_use]
pub fn kinds() -> Vec<(&'static str, &'static [&'static str])> {
    Format::ALL.into_iter().map(|format| (format.title(), format.endings())).collect()
}

/// Whether a report can be written there, before anything is measured for it.
pub fn check(path: &Path) -> Result<(), AppError> {
    match target(path)? {
        Target::Folder if path.exists() && !path.is_dir() => Err(AppError::Input(format!(
            "{} is a file; a folder for charts and tables cannot stand there",
            path.display()
        ))),
        Target::Folder | Target::File(_) => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            if folder.is_dir() {
                return Ok(());
            }
            Err(AppError::Input(format!("there is no folder {} for the report", folder.display())))
        }
    }
}

/// Writes a report as its path asks for; how many bytes it has.
pub fn write(outcome: &Outcome, path: &Path) -> Result<u64, AppError> {
    check(path)?;
    match target(path)? {
        Target::File(format) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let bytes = export::export(outcome, format)?;
            write_whole(path, &bytes)?;
            if let Some(beside) = export::beside(outcome, format, &name)? {
                write_whole(&path.with_file_name(&beside.name), &beside.bytes)?;
            }
            Ok(bytes.len() as u64)
        }
        Target::Folder => {
            let mut size = 0;
            for file in export::folder(outcome)? {
                let place = path.join(&file.name);
                let folder = place.parent().unwrap_or(path);
                std::fs::create_dir_all(folder).map_err(|error| AppError::writing(folder, &error))?;
                write_whole(&place, &file.bytes)?;
                size += file.bytes.len() as u64;
            }
            Ok(size)
        }
    }
}

/// A folder that is already there needs no slash.
fn target(path: &Path) -> Result<Target, AppError> {
    if path.is_dir() { Ok(Target::Folder) } else { Ok(Target::from_path(path)?) }
}

/// The experiment of a file: an experiment's own, or any report, which carries the one that reproduces it.
pub fn experiment(file: &[u8], name: &str) -> Result<Experiment, AppError> {
    let as_file = std::str::from_utf8(file).ok().map(Experiment::from_toml);
    if let Some(Ok(experiment)) = as_file {
        return Ok(experiment);
    }
    match (reopen::experiment(file), as_file) {
        (Ok(Some(experiment)), _) => Ok(experiment),
        (Err(error), _) => Err(AppError::Input(format!("{name} {error}"))),
        (Ok(None), Some(Err(error))) => Err(refused(name, error)),
        (Ok(None), Some(Ok(_)) | None) => {
            Err(AppError::Input(format!("{name} is neither an experiment (TOML) nor a report of Fetchscope")))
        }
    }
}

fn refused(name: &str, error: ExperimentError) -> AppError {
    AppError::from(error).in_file(name)
}
