//! Settings and the open work, kept between starts: written whole or not at all.

use crate::error::AppError;
use crate::wire::Settings;
use std::io::Write;
use std::path::Path;

/// Version of the settings file.
pub const VERSION: u32 = 1;

/// The settings of the last time, and what could not be read of them.
#[must_use]
pub fn load(path: &Path) -> (Settings, Option<String>) {
    let fresh = || Settings { version: VERSION, ..Settings::default() };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return (fresh(), None),
        Err(error) => return (fresh(), Some(format!("The settings could not be read: {error}."))),
    };
    match serde_json::from_str::<Settings>(&text) {
        Ok(settings) if settings.version <= VERSION => (Settings { version: VERSION, ..settings }, None),
        Ok(settings) => {
            let notice = format!(
                "The settings were written by a newer Fetchscope (format {}); this one begins with its own.",
                settings.version
            );
            (fresh(), Some(notice))
        }
        Err(error) => {
            // The file is kept under another name, so that nothing in it is lost.
            let aside = path.with_extension("unreadable.json");
            let kept = std::fs::rename(path, &aside).is_ok();
            let place = if kept { format!("; the file is kept as {}", aside.display()) } else { String::new() };
            (fresh(), Some(format!("The settings could not be understood ({error}){place}.")))
        }
    }
}

/// Writes the settings beside the old ones and puts them in their place.
pub fn save(path: &Path, settings: &Settings) -> Result<(), AppError> {
    let failed = |error: std::io::Error| AppError::writing(path, &error);
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let text = serde_json::to_string_pretty(&Settings { version: VERSION, ..settings.clone() })
        .map_err(|error| AppError::Internal(format!("the settings cannot be written: {error}")))?;
    write_whole(path, text.as_bytes())
}

/// Writes a file so that whoever opens it finds the old one or the whole new one.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), AppError> {
    let failed = |error: std::io::Error| AppError::writing(path, &error);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A temporary file is private; what is exported is an ordinary file.
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644)).map_err(failed)?;
    }
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::ThemeChoice;

    #[test]
    fn settings_survive_and_an_unreadable_file_is_kept_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/settings.json");
        assert_eq!(load(&path), (Settings { version: VERSION, ..Settings::default() }, None));
        let dark = Settings { theme: ThemeChoice::Dark, version: VERSION, ..Settings::default() };
        save(&path, &dark).unwrap();
        assert_eq!(load(&path), (dark, None));
        std::fs::write(&path, "{\"theme\": \"da").unwrap();
        let (settings, notice) = load(&path);
        assert_eq!(settings.theme, ThemeChoice::System);
        assert!(notice.unwrap().contains("kept as"));
        assert!(path.with_extension("unreadable.json").exists());
    }

    #[test]
    fn newer_settings_are_refused_with_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        std::fs::write(&path, "{\"version\": 99}").unwrap();
        assert!(load(&path).1.unwrap().contains("newer Fetchscope"));
    }
}
