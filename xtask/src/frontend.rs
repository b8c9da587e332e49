//! The front end: its npm packages and its build, each only when what it depends on changed.

use crate::{shell, stamp, workspace};
use anyhow::Result;

/// Folders of `ui` that are made, not written.
const MADE: &[&str] = &["node_modules", "dist", "coverage", "test-results"];

/// Installs the npm packages unless they are those of `package-lock.json` already.
pub(crate) fn install() -> Result<()> {
    let ui = workspace::ui();
    let lock = stamp::of(&[&ui.join("package-lock.json")], &[])?;
    // The stamp lies among the packages, so that it goes when they go.
    let kept = ui.join("node_modules/.fetchscope-installed");
    if stamp::matches(&kept, &lock) {
        return Ok(());
    }
    shell::run(shell::program("npm", &ui)?.args(["ci", "--no-audit", "--no-fund"]))?;
    stamp::keep(&kept, &lock)
}

/// Builds `ui/dist` unless it was built from the same sources and is still as it was.
pub(crate) fn build() -> Result<()> {
    let ui = workspace::ui();
    let dist = ui.join("dist");
    let state = || -> Result<String> { Ok(format!("{} {}", stamp::of(&[&ui], MADE)?, stamp::of(&[&dist], &[])?)) };
    let kept = workspace::state().join("ui-built");
    if dist.join("index.html").is_file() && stamp::matches(&kept, &state()?) {
        return Ok(());
    }
    shell::run(shell::program("npm", &ui)?.args(["run", "build"]))?;
    stamp::keep(&kept, &state()?)
}
