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

/// Cargo's target directory: this program lies in its `debug` folder.
pub(crate) fn target() -> PathBuf {
    let program = std::env::current_exe().ok();
    let target = program.as_deref().and_then(Path::parent).and_then(Path::parent);
    target.map_or_else(|| root().join("target"), Path::to_path_buf)
}

/// Where this program keeps what it needs between calls.
pub(crate) fn state() -> PathBuf {
    target().join("xtask")
}
