//! The system's file dialogs, and the seam by which a test answers in their place.

use fetchscope_app::reports;
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

/// Where the user wants the report, or the mapping, proposed under `name`; `None` when the dialog was closed. The ending of
/// the name they choose picks a report's format.
pub(crate) fn choose_export(shell: &AppHandle, name: &str) -> Option<String> {
    let path = answer().or_else(|| {
        let dialog = shell.dialog().file().set_file_name(name);
        let dialog = match name.rsplit_once('.') {
            Some((_, "json")) => dialog.set_title("Save the mapping").add_filter("Mapping", &["json"]),
            Some(_) | None => {
                reports::kinds().into_iter().fold(dialog.set_title("Save the report"), |dialog, (title, endings)| {
                    dialog.add_filter(format!("{title} (.{})", endings[0]), endings)
                })
            }
        };
        local(dialog.blocking_save_file())
    })?;
    Some(path.display().to_string())
}

fn answer() -> Option<PathBuf> {
    std::env::var_os(ANSWER).filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn local(chosen: Option<FilePath>) -> Option<PathBuf> {
    chosen?.into_path().ok()
}
