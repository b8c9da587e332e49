//! Where Fetchscope keeps samples and settings.

use std::path::{Path, PathBuf};

/// The two folders Fetchscope writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Generated samples; may be deleted at any time.
    pub samples: PathBuf,
    /// Settings and the open work.
    pub settings: PathBuf,
}

impl Paths {
    /// The folders the operating system gives a program; `FETCHSCOPE_HOME` puts both under one of your choice.
    #[must_use]
    pub fn standard() -> Paths {
        if let Some(home) = std::env::var_os("FETCHSCOPE_HOME").filter(|home| !home.is_empty()) {
            return Paths::under(Path::new(&home));
        }
        match directories::ProjectDirs::from("org", "fetchscope", "fetchscope") {
            Some(folders) => Paths {
                samples: folders.cache_dir().join("samples"),
                settings: folders.config_dir().join("settings.json"),
            },
            None => Paths::under(&std::env::temp_dir().join("fetchscope")),
        }
    }

    /// Both folders under one.
    #[must_use]
    pub fn under(home: &Path) -> Paths {
        Paths { samples: home.join("samples"), settings: home.join("settings.json") }
    }
}
