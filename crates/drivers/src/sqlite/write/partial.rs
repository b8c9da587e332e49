//! The partial file: written beside its target, renamed when it is whole.

use super::WriteError;
use rusqlite::{Connection, OpenFlags};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A file that disappears unless it is published.
#[derive(Debug)]
pub(super) struct Partial {
    path: PathBuf,
    target: PathBuf,
    published: bool,
}

impl Partial {
    /// Makes room for a partial file beside `target`, and clears away what killed processes left there.
    pub(super) fn begin(target: &Path) -> Result<Partial, WriteError> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let folder = folder_of(target);
        fs::create_dir_all(folder)
            .map_err(WriteError::file(format!("cannot create the folder {}", folder.display())))?;
        let prefix = prefix(target);
        sweep(folder, &prefix);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{prefix}{}-{number}{ENDING}", std::process::id()));
        // A file of a dead process that had the same id.
        match fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(WriteError::file(format!("cannot replace {}", path.display()))(error)),
        }
        Ok(Partial { path, target: target.to_owned(), published: false })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    /// Brings the file to the disk and gives it its name.
    pub(super) fn publish(mut self) -> Result<PathBuf, WriteError> {
        let doing = format!("cannot save {}", self.target.display());
        let sync = |path: &Path| File::options().write(true).open(path)?.sync_all();
        sync(&self.path).map_err(WriteError::file(doing.as_str()))?;
        fs::rename(&self.path, &self.target).map_err(WriteError::file(doing.as_str()))?;
        self.published = true;
        // The name itself is durable once the folder is; Windows has no such call.
        #[cfg(unix)]
        File::open(folder_of(&self.target)).and_then(|folder| folder.sync_all()).map_err(WriteError::file(doing))?;
        Ok(self.target.clone())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.published {
            // Nothing can be done about a failure here; the next writer sweeps the file away.
            let _ = fs::remove_file(&self.path);
        }
    }
}

const ENDING: &str = ".partial";

fn folder_of(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    }
}

fn prefix(target: &Path) -> String {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    format!(".{name}.")
}

/// Removes partial files of the same target that nobody is writing. Failing to is no reason not to go on.
fn sweep(folder: &Path, prefix: &str) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(prefix) && name.ends_with(ENDING) && is_abandoned(&entry.path()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A writer holds its lock from the first moment on; the minute spares one that has only just created its file.
fn is_abandoned(path: &Path) -> bool {
    let age = fs::metadata(path).and_then(|data| data.modified()).ok().and_then(|time| time.elapsed().ok());
    if age.is_none_or(|age| age < Duration::from_secs(60)) {
        return false;
    }
    match Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE) {
        Ok(connection) => {
            let _ = connection.busy_timeout(Duration::ZERO);
            !matches!(
                connection.execute_batch("BEGIN EXCLUSIVE"),
                Err(rusqlite::Error::SqliteFailure(failure, _)) if failure.code == rusqlite::ErrorCode::DatabaseBusy
            )
        }
        Err(_) => false,
    }
}

/// Whether a SQLite file is as long as its own header says: not cut short, not something else. Reads 100 bytes.
#[must_use]
pub fn is_complete(path: &Path) -> bool {
    let read = || -> std::io::Result<(u64, [u8; 100])> {
        let mut file = File::open(path)?;
        let mut header = [0; 100];
        file.read_exact(&mut header)?;
        Ok((file.metadata()?.len(), header))
    };
    let Ok((length, header)) = read() else { return false };
    let page_size = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    let pages = u64::from(u32::from_be_bytes([header[28], header[29], header[30], header[31]]));
    header.starts_with(b"SQLite format 3\0") && pages > 0 && pages * page_size == length
}
