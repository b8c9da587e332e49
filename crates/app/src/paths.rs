//! Where Fetchscope keeps samples, settings and past runs.

use std::path::{Path, PathBuf};

/// The file of the history.
const HISTORY: &str = "history.db";

/// The folder of lessons.
const LESSONS: &str = "lessons";

/// Where Fetchscope writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Generated samples; may be deleted at any time.
    pub samples: PathBuf,
    /// Settings and the open work.
    pub settings: PathBuf,
    /// Every run that was made.
    pub history: PathBuf,
    /// Lessons of one's own.
    pub lessons: PathBuf,
    /// What measures the real SQLAlchemy, and an environment with it where one was asked for.
    pub python: PathBuf,
}

impl Paths {
    /// The folders the operating system gives a program; `FETCHSCOPE_HOME` puts all under one of your choice.
    #[must_use]
    pub fn standard() -> Paths {
        if let Some(home) = std::env::var_os("FETCHSCOPE_HOME").filter(|home| !home.is_empty()) {
            return Paths::under(Path::new(&home));
        }
        match directories::ProjectDirs::from("org", "fetchscope", "fetchscope") {
            Some(folders) => Paths {
                samples: folders.cache_dir().join("samples"),
                settings: folders.config_dir().join("settings.json"),
                history: folders.data_local_dir().join(HISTORY),
                lessons: folders.data_local_dir().join(LESSONS),
                python: folders.data_local_dir().join("python"),
            },
            None => Paths::under(&std::env::temp_dir().join("fetchscope")),
        }
    }

    /// The file with what is known of Python clients on this machine.
    #[must_use]
    pub fn calibration(&self) -> PathBuf {
        self.python.join("calibration.json")
    }

    /// All of them under one.
    #[must_use]
    pub fn under(home: &Path) -> Paths {
        Paths {
            samples: home.join("samples"),
            settings: home.join("settings.json"),
            history: home.join(HISTORY),
            lessons: home.join(LESSONS),
            python: home.join("python"),
        }
    }
}
