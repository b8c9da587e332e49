//! The system's file dialogs, and the seam by which a test answers in their place.

use std::path::PathBuf;
use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt, FilePath};

/// A path given here is what the dialogs answer, because nothing but a person can drive a native dialog.
const ANSWER: &str = "FETCHSCOPE_DIALOG_ANSWER";

/// The file the user chose to open: a database, an experiment or a result; `None` when the dialog was closed.
pub(crate) fn choose_file(shell: &AppHandle) -> Option<String> {
    let path = answer().or_else(|| {
        let dialog = shell.dialog().file().set_title("Open a file");
        local(
            dialog
                .add_filter("Databases, experiments and results", &["db", "sqlite", "sqlite3", "toml", "json"])
                .add_filter("All files", &["*"])
                .blocking_pick_file(),
        )
    })?;
    Some(path.display().to_string())
}

/// Where the user wants the report, or the mapping, proposed under `name`; `None` when the dialog was closed.
pub(crate) fn choose_export(shell: &AppHandle, name: &str) -> Option<String> {
    let path = answer().or_else(|| {
        let (title, kind, ending) = match name.rsplit_once('.') {
            Some((_, "json")) => ("Save the mapping", "Mapping", "json"),
            Some(_) | None => ("Save the report", "HTML report", "html"),
        };
        let dialog = shell.dialog().file().set_title(title).set_file_name(name);
        local(dialog.add_filter(kind, &[ending]).blocking_save_file())
    })?;
    Some(path.display().to_string())
}

fn answer() -> Option<PathBuf> {
    std::env::var_os(ANSWER).filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn local(chosen: Option<FilePath>) -> Option<PathBuf> {
    chosen?.into_path().ok()
}
