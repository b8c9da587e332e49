//! Where Fetchscope keeps samples and settings.

use std::path::{Path, PathBuf};

/// Where Fetchscope writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Generated samples; may be deleted at any time.
    pub samples: PathBuf,
    /// Settings and the open work.
    pub settings: PathBuf,
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
        Paths { samples: home.join("samples"), settings: home.join("settings.json"), python: home.join("python") }
    }
}
