//! The file with what the last runs in both lanes say of Python clients on this machine.

use crate::error::AppError;
use crate::settings::write_whole;
use fetchscope_experiment::calibration::{Calibrations, VERSION};
use std::path::Path;

/// What is known, and what could not be read of it. Nothing is lost with it: the next run in both lanes says it anew.
#[must_use]
pub fn load(file: &Path) -> (Calibrations, Option<String>) {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return (Calibrations::default(), None),
        Err(error) => return (Calibrations::default(), Some(unread(file, &error.to_string()))),
    };
    match serde_json::from_str::<Calibrations>(&text) {
        Ok(known) if known.version <= VERSION => (known, None),
        Ok(known) => {
            let why = format!("a newer Fetchscope wrote it (format {})", known.version);
            (Calibrations { version: known.version, ..Calibrations::default() }, Some(unread(file, &why)))
        }
        Err(error) => (Calibrations::default(), Some(unread(file, &error.to_string()))),
    }
}

fn unread(file: &Path, why: &str) -> String {
    format!("{} cannot be used, so no time in Python is estimated: {why}.", file.display())
}

/// Keeps it; what a newer version wrote stays as it is.
pub fn save(file: &Path, known: &Calibrations) -> Result<(), AppError> {
    if known.version > VERSION {
        return Ok(());
    }
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| AppError::writing(folder, &error))?;
    let text = serde_json::to_string_pretty(known)
        .map_err(|error| AppError::Internal(format!("the calibration cannot be written: {error}")))?;
    write_whole(file, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_survives_and_what_is_newer_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("python/calibration.json");
        assert_eq!(load(&file), (Calibrations::default(), None));
        save(&file, &Calibrations::default()).unwrap();
        assert_eq!(load(&file), (Calibrations::default(), None));

        let newer = r#"{"version": 99, "drivers": {}}"#;
        std::fs::write(&file, newer).unwrap();
        let (known, notice) = load(&file);
        assert!(notice.unwrap().contains("a newer Fetchscope wrote it (format 99)"));
        save(&file, &known).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), newer);

        std::fs::write(&file, "{").unwrap();
        let (known, notice) = load(&file);
        assert!(notice.unwrap().contains("so no time in Python is estimated"));
        save(&file, &known).unwrap();
        assert_eq!(load(&file), (Calibrations::default(), None));
    }
}
