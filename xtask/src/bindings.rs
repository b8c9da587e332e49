//! `cargo xtask bindings`: the TypeScript types of the border, generated from `crates/app/src/wire`.

use crate::{shell, workspace};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Where generated types are written when they are only compared.
const EXPORT: &str = "TS_RS_EXPORT_DIR";

fn committed() -> PathBuf {
    workspace::ui().join("src/host/bindings")
}

/// Writes the committed types anew.
pub(crate) fn write() -> Result<ExitCode> {
    let folder = committed();
    clear(&folder)?;
    generate(&folder, &["--package", "fetchscope-app"])?;
    println!("The types are in {}", folder.display());
    Ok(ExitCode::SUCCESS)
}

/// Fails unless the committed types are those of the Rust sources.
pub(crate) fn check() -> Result<ExitCode> {
    compare(&["--package", "fetchscope-app"])?;
    Ok(ExitCode::SUCCESS)
}

/// As [`check`], with cargo told which packages to select: the same ones as its neighbours build twice less.
pub(crate) fn compare(selection: &[&str]) -> Result<()> {
    let fresh = workspace::state().join("bindings");
    clear(&fresh)?;
    generate(&fresh, selection)?;
    let differing = differing(&contents(&fresh)?, &contents(&committed())?);
    if !differing.is_empty() {
        bail!(
            "ui/src/host/bindings is not what crates/app/src/wire says ({}). Run `cargo xtask bindings` and commit.",
            differing.join(", ")
        );
    }
    Ok(())
}

/// Sends the types that tests export on their way elsewhere, so that testing changes no committed file.
pub(crate) fn divert(command: &mut std::process::Command) -> &mut std::process::Command {
    command.env(EXPORT, workspace::state().join("bindings-of-tests"))
}

fn generate(folder: &Path, selection: &[&str]) -> Result<()> {
    let mut command = shell::cargo(&["test", "--quiet", "--lib"]);
    command.args(selection).arg("export_bindings").env(EXPORT, folder);
    let mut exported = 0;
    shell::run_reading(&mut command, |line| exported += crate::test::tally::Tally::of_rust(line).passed)?;
    if exported == 0 {
        bail!("no type of crates/app/src/wire was exported");
    }
    Ok(())
}

fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("{} could not be removed", folder.display()))?;
    }
    Ok(())
}

/// Every file of a folder, by its path within.
fn contents(folder: &Path) -> Result<BTreeMap<PathBuf, String>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop().filter(|next| next.is_dir()) {
        for entry in fs::read_dir(&next).with_context(|| format!("{} could not be read", next.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text =
                    fs::read_to_string(&path).with_context(|| format!("{} could not be read", path.display()))?;
                files.insert(path.strip_prefix(folder)?.to_path_buf(), text);
            }
        }
    }
    Ok(files)
}

fn differing(fresh: &BTreeMap<PathBuf, String>, committed: &BTreeMap<PathBuf, String>) -> Vec<String> {
    let mut names: Vec<&PathBuf> = fresh.keys().chain(committed.keys()).collect();
    names.sort();
    names.dedup();
    let differ = names.into_iter().filter(|name| fresh.get(*name) != committed.get(*name));
    differ.map(|name| name.display().to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_a_surplus_and_a_changed_file_differ() {
        let files = |all: &[(&str, &str)]| all.iter().map(|(n, t)| (PathBuf::from(n), (*t).to_owned())).collect();
        let fresh = files(&[("Same.ts", "1"), ("Changed.ts", "1"), ("New.ts", "1")]);
        let old = files(&[("Same.ts", "1"), ("Changed.ts", "2"), ("Gone.ts", "1")]);
        assert_eq!(differing(&fresh, &old), ["Changed.ts", "Gone.ts", "New.ts"]);
        assert!(differing(&fresh, &fresh).is_empty());
    }
}
