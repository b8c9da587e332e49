//! The programs that come with samples: Python packages, carried by this program and unpacked where Python can import them.

use crate::error::DatasetError;
use fetchscope_engine::value::hex;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// A web application on the tables of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Application {
    /// The dataset whose tables it reads: `citizenapp`.
    pub dataset: &'static str,
    /// What an ASGI server is given: `module:attribute`.
    pub import: &'static str,
    /// The variable of the environment in which it looks for the address of the database, a URL of SQLAlchemy.
    pub variable: &'static str,
    /// Every file, by its path below the folder that Python imports from, and its text.
    files: &'static [(&'static str, &'static str)],
}

macro_rules! files {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../", $folder, "/", $name)))),*]
    };
}

/// Every application there is.
const APPLICATIONS: &[Application] = &[Application {
    dataset: "citizenapp",
    import: "citizenapp.main:app",
    variable: "CITIZENAPP_DATABASE",
    files: files!["citizenapp/app":
        "citizenapp/__init__.py",
        "citizenapp/database.py",
        "citizenapp/main.py",
        "citizenapp/models.py",
        "citizenapp/routes.py",
        "citizenapp/schemas.py",
    ],
}];

impl Application {
    /// The application of a built-in dataset, if it has one.
    #[must_use]
    pub fn of(dataset: &str) -> Option<&'static Application> {
        APPLICATIONS.iter().find(|application| application.dataset == dataset)
    }

    /// The folder below `folder` that Python imports it from. It is written when it is first needed; another version has
    /// another name.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn unpack(&self, folder: &Path) -> Result<PathBuf, DatasetError> {
        /// Tells apart the threads of one process.
        static TURN: AtomicU64 = AtomicU64::new(0);

        let name = format!("{}-{}", self.dataset, self.fingerprint());
        let place = folder.join(&name);
        if place.is_dir() {
            return Ok(place);
        }
        // Whole or not at all: another Fetchscope may be doing the same.
        let turn = TURN.fetch_add(1, Ordering::Relaxed);
        let beside = folder.join(format!("{name}-{}-{turn}", std::process::id()));
        let moved = self.write(&beside).and_then(|()| std::fs::rename(&beside, &place));
        // Left over only if writing failed, or if the other one was faster.
        let _ = std::fs::remove_dir_all(&beside);
        match moved {
            Err(source) if !place.is_dir() => Err(DatasetError::NotUnpacked { folder: place, source }),
            Ok(()) | Err(_) => Ok(place),
        }
    }

    fn write(&self, folder: &Path) -> std::io::Result<()> {
        for (name, text) in self.files {
            let file = folder.join(name);
            std::fs::create_dir_all(file.parent().unwrap_or(folder))?;
            std::fs::write(file, text)?;
        }
        Ok(())
    }

    fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for text in self.files.iter().flat_map(|(name, text)| [name, text]) {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
        hex(&hash.finalize()[..6])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn citizenapp() -> &'static Application {
        Application::of("citizenapp").unwrap()
    }

    /// The Python files in a folder, by their path below it.
    fn python_files(folder: &Path, below: &str, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder.join(below)).unwrap() {
            let name = format!("{below}{}", entry.unwrap().file_name().to_string_lossy());
            if folder.join(&name).is_dir() {
                python_files(folder, &format!("{name}/"), found);
            } else if name.ends_with(".py") {
                found.insert(name);
            }
        }
    }

    #[test]
    fn every_python_file_of_the_folder_is_carried() {
        for application in APPLICATIONS {
            let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(application.dataset).join("app");
            let mut there = BTreeSet::new();
            python_files(&source, "", &mut there);
            assert_eq!(application.files.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>(), there);
        }
    }

    #[test]
    fn what_is_imported_and_the_variable_are_in_the_files() {
        for application in APPLICATIONS {
            let text = |file: &str| application.files.iter().find(|(name, _)| *name == file).unwrap().1;
            let (module, attribute) = application.import.split_once(':').unwrap();
            let main = text(&format!("{}.py", module.replace('.', "/")));
            assert!(main.lines().any(|line| line.starts_with(&format!("{attribute} = "))));
            assert!(text("citizenapp/database.py").contains(&format!("\"{}\"", application.variable)));
        }
    }

    #[test]
    fn it_is_unpacked_once_whole_and_as_it_is_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let place = citizenapp().unpack(&folder.path().join("deep")).unwrap();
        assert_eq!(citizenapp().unpack(&folder.path().join("deep")).unwrap(), place);
        assert_eq!(std::fs::read_dir(folder.path().join("deep")).unwrap().count(), 1);
        for (name, text) in citizenapp().files {
            assert_eq!(std::fs::read_to_string(place.join(name)).unwrap(), *text);
        }
    }

    #[test]
    fn threads_that_unpack_at_once_find_the_same_folder_and_leave_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let places: BTreeSet<PathBuf> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..8).map(|_| scope.spawn(|| citizenapp().unpack(folder.path()).unwrap())).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(places.len(), 1);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_place_that_cannot_be_written_to_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let failed = citizenapp().unpack(file.path()).unwrap_err().to_string();
        let place = file.path().join("citizenapp-").display().to_string();
        let expected = format!("the sample's application could not be unpacked into {place}");
        assert!(failed.starts_with(&expected), "{failed}");
    }

    #[test]
    fn a_dataset_without_one_has_none() {
        assert_eq!(Application::of("library"), None);
    }
}
