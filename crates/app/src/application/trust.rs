//! Whether a file may have code imported that it names. What is typed is consent; what a file says is asked about once per
//! folder.

use crate::error::AppError;
use crate::paths::Paths;
use fetchscope_experiment::spec::Experiment;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Folders that were agreed to.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Agreed {
    #[serde(default)]
    folders: Vec<PathBuf>,
}

/// What a file would have this program do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The folder that code is imported from.
    pub folder: PathBuf,
    /// In words: `import app.main:app from /home/…, with the Python .venv`.
    pub what: String,
}

/// What an experiment that came in a file wants imported; `None` if it names no code, or that of a sample.
pub fn wish(experiment: &Experiment) -> Result<Option<Wish>, AppError> {
    let Some(application) = &experiment.application else { return Ok(None) };
    let call = experiment.request.as_ref().and_then(|request| request.call.as_deref());
    let is_sample = application.import.as_deref().is_some_and(|import| import.starts_with("sample:"));
    if is_sample && call.is_none() && application.python.is_none() && application.env_file.is_none() {
        return Ok(None);
    }
    let named = application.directory.as_deref().unwrap_or(".");
    let folder = std::fs::canonicalize(named)
        .map_err(|error| AppError::Input(format!("the application's directory {named} cannot be opened: {error}")))?;
    let mut what =
        format!("import `{}` from {}", call.or(application.import.as_deref()).unwrap_or_default(), folder.display());
    if let Some(python) = &application.python {
        what = format!("{what} with the Python {python}");
    }
    if let Some(file) = &application.env_file {
        what = format!("{what}, with the environment of {file}");
    }
    Ok(Some(Wish { folder, what }))
}

/// Whether a folder was agreed to.
#[must_use]
pub fn is_agreed(paths: &Paths, wish: &Wish) -> bool {
    read(&file(paths)).folders.contains(&wish.folder)
}

/// Keeps that a folder was agreed to.
pub fn agree(paths: &Paths, wish: &Wish) -> Result<(), AppError> {
    let file = file(paths);
    let mut agreed = read(&file);
    if agreed.folders.contains(&wish.folder) {
        return Ok(());
    }
    agreed.folders.push(wish.folder.clone());
    let text = serde_json::to_string_pretty(&agreed).map_err(|error| AppError::Internal(error.to_string()))?;
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(|error| AppError::writing(folder, &error))?;
    }
    let beside = file.with_extension(format!("json-{}", std::process::id()));
    std::fs::write(&beside, text).map_err(|error| AppError::writing(&beside, &error))?;
    std::fs::rename(&beside, &file).map_err(|error| AppError::writing(&file, &error))
}

/// An unreadable file agrees to nothing.
fn read(file: &Path) -> Agreed {
    std::fs::read(file).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

fn file(paths: &Paths) -> PathBuf {
    paths.settings.with_file_name("trusted.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn experiment(application: &str, request: &str) -> Experiment {
        let text =
            format!("version = 1\n[application]\n{application}\n[request]\n{request}\n[variants.\"as written\"]\n");
        Experiment::from_toml(&text).unwrap()
    }

    #[test]
    fn a_folder_is_asked_about_until_it_is_agreed_to_and_a_sample_never_is() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path());
        let folder = home.path().join("shop");
        std::fs::create_dir(&folder).unwrap();
        let of = |more: &str| {
            let application = format!("import = \"app:app\"\ndirectory = {:?}\n{more}", folder.display().to_string());
            wish(&experiment(&application, "path = \"/\"")).unwrap().unwrap()
        };
        let wanted = of("env_file = \".env\"");
        assert!(wanted.what.starts_with("import `app:app` from ") && wanted.what.ends_with("environment of .env"));
        assert!(!is_agreed(&paths, &wanted));
        agree(&paths, &wanted).unwrap();
        assert!(is_agreed(&paths, &of("")));
        let sample = |more: &str| wish(&experiment(&format!("import = \"sample:citizenapp\"\n{more}"), "path = \"/\""));
        assert_eq!(sample("").unwrap(), None);
        assert!(sample("python = \"/somewhere\"").unwrap().is_some());
        assert!(wish(&experiment("", "call = \"app:main\"")).unwrap().unwrap().what.contains("app:main"));
    }
}
