//! Opening a file without ever writing to it.

use super::error::SqliteError;
use super::watch::{INSTRUCTIONS, Watch};
use rusqlite::{Connection, InterruptHandle, OpenFlags};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a statement waits for another process's lock.
const BUSY: Duration = Duration::from_millis(1500);

/// Prepared statements a connection keeps; lazy loads and IN lists of every length each have their own text.
const STATEMENTS: usize = 256;

/// A SQLite file that can be opened any number of times.
#[derive(Debug, Clone)]
pub struct Database {
    path: PathBuf,
}

/// An open read-only connection.
#[derive(Debug)]
pub struct Session {
    pub(crate) connection: Connection,
    pub(crate) path: PathBuf,
    /// Until when a statement may run.
    pub(crate) watch: Watch,
}

/// The version of the built-in SQLite.
#[must_use]
pub fn version() -> &'static str {
    rusqlite::version()
}

impl Database {
    /// Checks that the file is there and a database that can be read now.
    pub fn open(path: &Path) -> Result<Database, SqliteError> {
        // A `-wal` stands beside the file itself, not beside a link to it.
        let path =
            std::fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned());
        header(&path)?;
        let database = Database { path };
        let session = database.connect()?;
        let check = session.connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
        check.map_err(|error| SqliteError::from_rusqlite(&error, &database.path, None))?;
        Ok(database)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// One more connection.
    pub fn connect(&self) -> Result<Session, SqliteError> {
        let uri = self.uri()?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let failed = |error: rusqlite::Error| SqliteError::from_rusqlite(&error, &self.path, None);
        let mut connection = Connection::open_with_flags(&uri, flags).map_err(failed)?;
        connection.busy_timeout(BUSY).map_err(failed)?;
        connection.pragma_update(None, "query_only", true).map_err(failed)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        let watch = Watch::new();
        let looked_at = watch.clone();
        connection.progress_handler(INSTRUCTIONS, Some(move || looked_at.is_over())).map_err(failed)?;
        Ok(Session { connection, path: self.path.clone(), watch })
    }

    /// How the file is opened so that nothing appears beside it. Asked anew for every connection, since another program
    /// may have begun to write meanwhile.
    pub(crate) fn uri(&self) -> Result<String, SqliteError> {
        let plain = format!("file:{}?mode=ro", escaped(&self.path));
        let is_wal = header(&self.path)?.is_some_and(|versions| versions == [2, 2]);
        match (is_wal, beside(&self.path, "-wal").exists(), beside(&self.path, "-shm").exists()) {
            // Even a reader of a WAL database at rest would leave a `-wal` and a `-shm`.
            (true, false, _) => Ok(format!("{plain}&immutable=1")),
            (true, true, false) => Err(SqliteError::LeftByACrash(self.path.clone())),
            (true, true, true) | (false, ..) => Ok(plain),
        }
    }
}

impl Session {
    /// How long a statement waits for another process's lock before it is told.
    pub(crate) fn wait_for_locks(&self, patience: Duration) -> Result<(), SqliteError> {
        let set = self.connection.busy_timeout(patience);
        set.map_err(|error| SqliteError::from_rusqlite(&error, &self.path, None))
    }

    /// Stops a running statement from another thread.
    #[must_use]
    pub fn interrupt_handle(&self) -> InterruptHandle {
        self.connection.get_interrupt_handle()
    }
}

/// The file's write and read versions; `None` for an empty file, which is an empty database.
fn header(path: &Path) -> Result<Option<[u8; 2]>, SqliteError> {
    if path.is_dir() {
        return Err(SqliteError::IsDirectory(path.to_owned()));
    }
    let mut file = std::fs::File::open(path).map_err(|error| {
        if error.kind() == std::io::ErrorKind::NotFound {
            SqliteError::NotFound(path.to_owned())
        } else {
            SqliteError::NotReadable { path: path.to_owned(), reason: error.to_string() }
        }
    })?;
    let mut start = Vec::new();
    let read = file.by_ref().take(20).read_to_end(&mut start);
    read.map_err(|error| SqliteError::NotReadable { path: path.to_owned(), reason: error.to_string() })?;
    match start.as_slice() {
        [] => Ok(None),
        [magic @ .., write, read] if magic.starts_with(b"SQLite format 3\0") => Ok(Some([*write, *read])),
        _ => Err(SqliteError::NotADatabase(path.to_owned())),
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// The path as it stands in a `file:` URI.
fn escaped(path: &Path) -> String {
    use std::fmt::Write;
    path.to_string_lossy().bytes().fold(String::new(), |mut text, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' | b'~' => text.push(byte as char),
            _ => {
                let _ = write!(text, "%{byte:02X}");
            }
        }
        text
    })
}
