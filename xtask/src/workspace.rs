//! Where things are.

use std::path::{Path, PathBuf};

/// The root of the workspace: the folder above this package.
pub(crate) fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// The front end.
pub(crate) fn ui() -> PathBuf {
    root().join("ui")
}

/// Cargo's target directory: this program lies in its `debug` folder, and its tests one deeper, in `deps`.
pub(crate) fn target() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    let mut folders = program.ancestors().skip(1).skip_while(|folder| folder.ends_with("deps"));
    folders.nth(1).map_or_else(|| root().join("target"), Path::to_path_buf)
}

/// Where this program keeps what it needs between calls.
pub(crate) fn state() -> PathBuf {
    target().join("xtask")
}
