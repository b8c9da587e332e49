//! Where the server's programs are: Debian keeps them out of the path.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder with `postgres` and `initdb`; that of the newest version where there are several.
pub(crate) fn folder() -> Option<PathBuf> {
    let packaged = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut packaged: Vec<PathBuf> = packaged.map(|entry| entry.path()).collect();
    packaged.sort_by_key(|path| path.file_name().and_then(OsStr::to_str).and_then(|name| name.parse::<u32>().ok()));
    let packaged = packaged.into_iter().rev().map(|version| version.join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path).collect::<Vec<_>>();
    packaged.chain(configured()).chain(in_path).find(|folder| has_server(folder))
}

/// Where `pg_config` says they are.
fn configured() -> Option<PathBuf> {
    let said = Command::new("pg_config").arg("--bindir").output().ok()?;
    Some(PathBuf::from(String::from_utf8(said.stdout).ok()?.trim()))
}

fn has_server(folder: &Path) -> bool {
    ["postgres", "initdb", "psql"].iter().all(|program| folder.join(program).is_file())
}
