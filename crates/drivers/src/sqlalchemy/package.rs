//! The Python package, carried by this program and unpacked where Python can read it.

use super::error::WorkerError;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../python/", $name)))),*]
    };
}

/// Every file of the package.
const FILES: &[(&str, &str)] = files![
    "worker.py",
    "fetchscope_lane/__init__.py",
    "fetchscope_lane/address.py",
    "fetchscope_lane/application/__init__.py",
    "fetchscope_lane/application/change.py",
    "fetchscope_lane/application/compare.py",
    "fetchscope_lane/application/desk.py",
    "fetchscope_lane/application/failure.py",
    "fetchscope_lane/application/guard.py",
    "fetchscope_lane/application/hooks.py",
    "fetchscope_lane/application/internals.py",
    "fetchscope_lane/application/lifespan.py",
    "fetchscope_lane/application/meter.py",
    "fetchscope_lane/application/origin.py",
    "fetchscope_lane/application/overrides.py",
    "fetchscope_lane/application/program.py",
    "fetchscope_lane/application/request.py",
    "fetchscope_lane/application/routes.py",
    "fetchscope_lane/application/senders.py",
    "fetchscope_lane/application/source/__init__.py",
    "fetchscope_lane/application/source/chains.py",
    "fetchscope_lane/application/source/edits.py",
    "fetchscope_lane/application/source/imports.py",
    "fetchscope_lane/application/source/names.py",
    "fetchscope_lane/application/source/new.py",
    "fetchscope_lane/application/source/pieces.py",
    "fetchscope_lane/application/source/place.py",
    "fetchscope_lane/application/source/text.py",
    "fetchscope_lane/application/target.py",
    "fetchscope_lane/application/watch.py",
    "fetchscope_lane/batch.py",
    "fetchscope_lane/bulk.py",
    "fetchscope_lane/capture.py",
    "fetchscope_lane/channel.py",
    "fetchscope_lane/clients.py",
    "fetchscope_lane/columns.py",
    "fetchscope_lane/cursor.py",
    "fetchscope_lane/desk.py",
    "fetchscope_lane/meter.py",
    "fetchscope_lane/model.py",
    "fetchscope_lane/models.py",
    "fetchscope_lane/network.py",
    "fetchscope_lane/session.py",
    "fetchscope_lane/statement.py",
    "fetchscope_lane/tasks.py",
    "fetchscope_lane/walk.py",
    "fetchscope_lane/worker.py",
];

/// The program to be run by Python, below `folder`. It is written when it is first needed; another version has another name.
pub fn unpack(folder: &Path) -> Result<PathBuf, WorkerError> {
    let mut hasher = DefaultHasher::new();
    FILES.hash(&mut hasher);
    let place = folder.join(format!("python-{:016x}", hasher.finish()));
    let failed = |error: std::io::Error| WorkerError::NotUnpacked { folder: place.clone(), reason: error.to_string() };
    if !place.is_dir() {
        std::fs::create_dir_all(folder).map_err(failed)?;
        // Whole or not at all: another Fetchscope may be doing the same.
        let beside = folder.join(format!("python-{:016x}-{}", hasher.finish(), std::process::id()));
        for (name, text) in FILES {
            let file = beside.join(name);
            std::fs::create_dir_all(file.parent().unwrap_or(&beside)).map_err(failed)?;
            std::fs::write(file, text).map_err(failed)?;
        }
        let moved = std::fs::rename(&beside, &place);
        if !place.is_dir() {
            moved.map_err(failed)?;
        }
        // Left over only where the other one was faster.
        let _ = std::fs::remove_dir_all(&beside);
    }
    Ok(place.join("worker.py"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_package_is_carried_and_unpacked_once() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("python");
        let mut there = vec!["worker.py".to_owned()];
        for folder in ["fetchscope_lane", "fetchscope_lane/application", "fetchscope_lane/application/source"] {
            for entry in std::fs::read_dir(source.join(folder)).unwrap() {
                let name = entry.unwrap().file_name().to_string_lossy().into_owned();
                if name.ends_with(".py") {
                    there.push(format!("{folder}/{name}"));
                }
            }
        }
        there.sort();
        let mut carried: Vec<_> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        carried.sort();
        assert_eq!(carried, there);

        let folder = tempfile::tempdir().unwrap();
        let program = unpack(folder.path()).unwrap();
        assert_eq!(unpack(folder.path()).unwrap(), program);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let unpacked = std::fs::read_to_string(program.with_file_name("fetchscope_lane").join("meter.py")).unwrap();
        assert_eq!(unpacked, std::fs::read_to_string(source.join("fetchscope_lane/meter.py")).unwrap());
    }
}
