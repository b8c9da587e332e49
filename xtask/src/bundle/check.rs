//! `cargo xtask bundle --check`: whether what is in the Debian package is complete, and starts from where it was unpacked.

use super::{Build, COMPLETIONS};
use crate::system::{self, Purpose};
use crate::test::tally::Tally;
use crate::{shell, test, workspace};
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What has to be there besides the completions.
const INSTALLED: [&str; 6] = [
    "usr/bin/fetchscope",
    "usr/bin/fetchscope-desktop",
    "usr/share/applications/Fetchscope.desktop",
    "usr/share/icons/hicolor/128x128/apps/fetchscope-desktop.png",
    "usr/share/man/man1/fetchscope.1",
    "usr/share/man/man1/fetchscope-run.1",
];

/// Makes the packages, unpacks the one for Debian, and starts what is in it.
pub(crate) fn run(build: Build) -> Result<ExitCode> {
    system::provide(&[Purpose::WindowTests])?;
    test::window_driver()?;
    super::run(build)?;
    let root = workspace::target().join("bundle/root");
    let package = package(build)?;
    shell::run(Command::new("dpkg-deb").arg("--extract").arg(&package).arg(&root))?;
    let completions = COMPLETIONS.iter().map(|(_, place)| *place);
    let missing: Vec<&str> =
        INSTALLED.into_iter().chain(completions).filter(|file| !root.join(file).is_file()).collect();
    ensure!(missing.is_empty(), "{} has no {}", package.display(), missing.join(", "));
    starts(&root)?;
    println!("{} is complete, and its command and its window start", package.display());
    Ok(ExitCode::SUCCESS)
}

fn package(build: Build) -> Result<PathBuf> {
    let folder = build.folder().join("bundle/deb");
    let files = fs::read_dir(&folder).with_context(|| format!("{} could not be read", folder.display()))?;
    let packages: Vec<PathBuf> = files
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "deb"))
        .collect();
    match packages.as_slice() {
        [one] => Ok(one.clone()),
        several => bail!("{} has {} packages, and not one", folder.display(), several.len()),
    }
}

fn starts(root: &Path) -> Result<()> {
    let said = shell::read(Command::new(root.join("usr/bin/fetchscope")).arg("--version"));
    let wanted = format!("fetchscope {}", env!("CARGO_PKG_VERSION"));
    ensure!(said.as_deref().map(str::trim) == Some(wanted.as_str()), "`fetchscope --version` said {said:?}");
    let test = "opening::the_window_opens_on_the_sample_and_the_default_experiment";
    let mut opening =
        shell::cargo(&["test", "--workspace", "--features", "fetchscope-tests/e2e", "--test", "e2e", "--"]);
    opening.args(["--exact", test]).env("FETCHSCOPE_DESKTOP", root.join("usr/bin/fetchscope-desktop"));
    let mut tally = Tally::default();
    shell::run_reading(&mut opening, |line| tally += Tally::of_rust(line))?;
    ensure!(tally.passed == 1, "the test that opens the window was not run");
    Ok(())
}
