//! `cargo xtask fuzz`: plan, mapping and experiment files made up by libFuzzer, until something fails or the time is over.

use crate::{prerequisites, shell, workspace};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const TARGETS: [&str; 3] = ["plan", "mapping", "experiment"];

/// An input that takes longer is a hang.
const SECONDS_AN_INPUT: u32 = 20;

/// A process that takes more memory, its corpus included, is out of bounds.
const MEGABYTES: u32 = 2_048;

/// Longer files find little that shorter ones do not, and take longer.
const BYTES_AN_INPUT: u32 = 16_384;

/// Runs every target for so long; a failing input ends it, and its file is named.
pub(crate) fn run(seconds: u32) -> Result<ExitCode> {
    prerequisites::rust()?;
    nightly()?;
    let fuzzer = fuzzer()?;
    let folder = workspace::target().join("fuzz");
    fs::create_dir_all(&folder).with_context(|| format!("{} could not be made", folder.display()))?;
    let seeds = ["run", "--quiet", "--package", "fetchscope-tests", "--bin", "fuzz-seeds", "--"];
    shell::run(shell::cargo(&seeds).arg(folder.join("seeds")))?;
    // The same versions of every dependency as everywhere else.
    let lock = workspace::root().join("fuzz/Cargo.lock");
    fs::copy(workspace::root().join("Cargo.lock"), &lock)
        .with_context(|| format!("{} could not be written", lock.display()))?;
    for target in TARGETS {
        fs::create_dir_all(folder.join("corpus").join(target))?;
        shell::run(&mut command(&fuzzer, &folder, target, seconds))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn command(fuzzer: &Path, folder: &Path, target: &str, seconds: u32) -> Command {
    let mut command = Command::new("rustup");
    // Cargo is the nightly one there, not the one that runs this.
    command.current_dir(workspace::root()).env_remove("CARGO").args(["run", "nightly"]).arg(fuzzer);
    // No sanitizer: there is no unsafe code here whose use of memory it could watch, and without it twice as much is tried.
    command.args(["run", "--fuzz-dir", "fuzz", "--sanitizer", "none", "--target-dir"]);
    command.arg(folder.join("build")).arg(target);
    // What is new goes to the first folder.
    command.arg(folder.join("corpus").join(target)).arg(folder.join("seeds").join(target)).arg("--");
    command.args([
        format!("-dict={}", folder.join("seeds").join(format!("{target}.dict")).display()),
        format!("-artifact_prefix={}", folder.join(format!("{target}-")).display()),
        format!("-timeout={SECONDS_AN_INPUT}"),
        format!("-rss_limit_mb={MEGABYTES}"),
        format!("-max_len={BYTES_AN_INPUT}"),
        format!("-max_total_time={seconds}"),
        "-print_final_stats=1".to_owned(),
    ]);
    command
}

/// Only a nightly compiler says which code an input reaches.
fn nightly() -> Result<()> {
    if shell::read(Command::new("rustup").args(["run", "nightly", "rustc", "--version"])).is_none() {
        bail!(
            "fuzzing needs a nightly compiler beside the stable one, and there is none. Install: `rustup toolchain install \
             nightly`"
        );
    }
    Ok(())
}

/// cargo-fuzz, from the search path or kept in the target directory.
fn fuzzer() -> Result<PathBuf> {
    if let Some(found) = shell::find("cargo-fuzz") {
        return Ok(found);
    }
    let tools = workspace::target().join("tools");
    let kept = tools.join("bin").join(format!("cargo-fuzz{}", std::env::consts::EXE_SUFFIX));
    if !kept.is_file() {
        let mut install = shell::cargo(&["install", "cargo-fuzz", "--version", "^0.13", "--locked", "--root"]);
        let installed = shell::run(install.arg(&tools).current_dir(workspace::target()));
        installed.context("cargo-fuzz is missing. Install: `cargo install cargo-fuzz`")?;
    }
    Ok(kept)
}
