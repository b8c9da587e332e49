//! Content stamps: whether files are still what they were when something was last made from them.

use anyhow::{Context, Result};
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::Path;

/// A number that changes with the name or content of any file below `paths`, leaving out folders named in `except`. A
/// path that does not exist counts as empty. Not cryptographic: it answers "changed since last time?" on one machine.
pub(crate) fn of(paths: &[&Path], except: &[&str]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for path in paths {
        add(path, except, &mut hasher).with_context(|| format!("{} could not be read", path.display()))?;
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn add(path: &Path, except: &[&str], hasher: &mut DefaultHasher) -> std::io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if except.contains(&name.as_ref()) || !path.exists() {
        return Ok(());
    }
    hasher.write(name.as_bytes());
    if path.is_dir() {
        let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
        entries.sort();
        hasher.write_usize(entries.len());
        for entry in entries {
            add(&entry, except, hasher)?;
        }
    } else {
        let content = fs::read(path)?;
        hasher.write_usize(content.len());
        hasher.write(&content);
    }
    Ok(())
}

/// Whether `file` holds `stamp`.
pub(crate) fn matches(file: &Path, stamp: &str) -> bool {
    fs::read_to_string(file).is_ok_and(|kept| kept == stamp)
}

/// Keeps `stamp` in `file`.
pub(crate) fn keep(file: &Path, stamp: &str) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("{} could not be made", folder.display()))?;
    }
    fs::write(file, stamp).with_context(|| format!("{} could not be written", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_follows_content_and_leaves_out_what_it_is_told_to() {
        let folder = crate::workspace::state().join("stamp-test");
        let (kept, left_out) = (folder.join("src"), folder.join("node_modules"));
        for dir in [&kept, &left_out] {
            fs::create_dir_all(dir).unwrap();
            fs::write(dir.join("a.ts"), "1").unwrap();
        }
        let stamp = || of(&[&folder], &["node_modules"]).unwrap();
        let first = stamp();
        fs::write(left_out.join("a.ts"), "2").unwrap();
        assert_eq!(stamp(), first);
        fs::write(kept.join("a.ts"), "2").unwrap();
        assert_ne!(stamp(), first);
        fs::remove_dir_all(&folder).unwrap();
    }
}
