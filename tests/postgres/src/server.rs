//! Starting a server, making databases on it, and its end.

use crate::account::Account;
use crate::programs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use thiserror::Error;

/// The superuser, and its password over TCP.
const USER: &str = "fetchscope";
const PASSWORD: &str = "throwaway";

/// How long a server may take to start: machines with a full load take their time.
const PATIENCE: Duration = Duration::from_secs(60);

/// Makes the server and runs it until its input ends, which is when this program ends, and leaves nothing behind. What
/// interrupts a test program from a terminal is not meant for the server, which has a process group of its own.
const WATCHDOG: &str = r#"
{
    "$1/initdb" -D "$2/data" -U "$4" --pwfile="$2/password" --encoding=UTF8 --locale=C \
        --auth-local=trust --auth-host=scram-sha-256 --no-sync &&
    "$1/postgres" -D "$2/data" -p "$3" -c listen_addresses=127.0.0.1 -c unix_socket_directories="$2" -c fsync=off \
        -c synchronous_commit=off -c full_page_writes=off -c timezone=UTC -c log_min_messages=fatal \
        -c shared_preload_libraries="$5"
    : > "$2/failed"
} < /dev/null > "$2/log" 2>&1 &
cat > /dev/null
trap '' QUIT
kill -QUIT 0
wait
rm -rf "$2" || { sleep 1; rm -rf "$2"; }
"#;

/// The server of this test program, started when it is first asked for.
///
/// # Errors
/// When there is no PostgreSQL, or it does not start; the same for everyone who asks.
pub fn server() -> Result<&'static Server, &'static ServerError> {
    static SERVER: LazyLock<Result<Server, ServerError>> = LazyLock::new(Server::start);
    SERVER.as_ref()
}

/// Why there is no server, or no database on it.
#[derive(Debug, Error)]
pub enum ServerError {
    /// PostgreSQL is not installed.
    #[error(
        "PostgreSQL's server programs are not here; `cargo xtask test` installs them, or `apt-get install postgresql`"
    )]
    NotInstalled,
    /// A program could not be run, or a file not made.
    #[error("{what}: {source}")]
    System {
        /// What was being done.
        what: &'static str,
        /// Why it failed.
        source: std::io::Error,
    },
    /// A program of PostgreSQL failed.
    #[error("{program} failed: {words}")]
    Program {
        /// Which.
        program: &'static str,
        /// What it said.
        words: String,
    },
    /// The server does not accept connections; what it wrote.
    #[error("the server did not start: {0}")]
    NotStarted(String),
}

/// A running server. It ends when it is dropped.
#[derive(Debug)]
pub struct Server {
    folder: PathBuf,
    programs: PathBuf,
    port: u16,
    watchdog: Child,
    databases: AtomicU32,
}

impl Server {
    /// A new server in a folder of its own, on a free port and a Unix socket.
    ///
    /// # Errors
    /// When there is no PostgreSQL, or it does not start.
    pub fn start() -> Result<Server, ServerError> {
        Server::with("")
    }

    /// A new server that loads a library of PostgreSQL's own as it starts.
    ///
    /// # Errors
    /// When there is no PostgreSQL, or it does not start.
    pub fn with(library: &str) -> Result<Server, ServerError> {
        let failed = |what| move |source| ServerError::System { what, source };
        let programs = programs::folder().ok_or(ServerError::NotInstalled)?;
        // The path of a socket may only be short, and another account has to get there.
        let folder = tempfile::Builder::new().prefix("fetchscope-pg-").tempdir_in("/tmp");
        let folder = folder.map_err(failed("making a folder for a server"))?;
        let owner = std::fs::metadata(folder.path()).map_err(failed("looking at a server's folder"))?.uid();
        let account = Account::for_owner(owner);
        if let Some(Account { user, group }) = account {
            chown(folder.path(), Some(user), Some(group)).map_err(failed("giving a server its folder"))?;
        }
        std::fs::write(folder.path().join("password"), PASSWORD).map_err(failed("writing a server's password"))?;
        let port = free_port().map_err(failed("looking for a free port"))?;
        let mut watchdog = Command::new("/bin/sh");
        if let Some(Account { user, group }) = account {
            watchdog.uid(user).gid(group);
        }
        watchdog
            .args(["-c", WATCHDOG, "watchdog"])
            .arg(&programs)
            .arg(folder.path())
            .arg(port.to_string())
            .arg(USER)
            .arg(library);
        watchdog.current_dir("/").process_group(0);
        watchdog.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let watchdog = watchdog.spawn().map_err(failed("starting a server"))?;
        // From here on the watchdog removes it.
        let server = Server { folder: folder.keep(), programs, port, watchdog, databases: AtomicU32::new(0) };
        server.wait_until_ready()?;
        Ok(server)
    }

    fn wait_until_ready(&self) -> Result<(), ServerError> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            let state = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap_or_default();
            if state.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
                return Ok(());
            }
            if self.folder.join("failed").exists() {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Err(ServerError::NotStarted(log.trim().to_owned()))
    }

    /// A new database with what this script makes in it; its URL over TCP, with the password.
    ///
    /// # Errors
    /// When the script fails, or the server is gone.
    pub fn database(&self, script: &str) -> Result<String, ServerError> {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.execute("postgres", &format!("CREATE DATABASE {name}"))?;
        self.execute(&name, script)?;
        Ok(self.url(&name))
    }

    /// Runs a script in a database, as superuser.
    ///
    /// # Errors
    /// When one of its statements fails, or the server is gone.
    pub fn execute(&self, database: &str, script: &str) -> Result<(), ServerError> {
        let mut psql = self.client("psql");
        psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]);
        psql.arg(format!("--dbname={database}"));
        let output = feed(psql, script).map_err(|source| ServerError::System { what: "running psql", source })?;
        said("psql", &output)
    }

    /// One of PostgreSQL's own programs, told how to reach the server over TCP, as superuser.
    #[must_use]
    pub fn client(&self, program: &str) -> Command {
        let mut client = Command::new(self.programs.join(program));
        client.args(["--host=127.0.0.1", &format!("--port={}", self.port), &format!("--username={USER}")]);
        client.env("PGPASSWORD", PASSWORD);
        client
    }

    /// The URL of a database over TCP, as superuser.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }

    /// The folder of its Unix socket, where everyone is trusted.
    #[must_use]
    pub fn socket_folder(&self) -> &Path {
        &self.folder
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The end of its input is what the watchdog waits for.
        drop(self.watchdog.stdin.take());
        let _ = self.watchdog.wait();
    }
}

/// Runs a program with this as its input.
fn feed(mut command: Command, input: &str) -> std::io::Result<Output> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let fed = child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output()?;
    match fed {
        // A program that has failed does not read on; what it said matters more.
        Some(Err(error)) if output.status.success() => Err(error),
        Some(Ok(()) | Err(_)) | None => Ok(output),
    }
}

fn said(program: &'static str, output: &Output) -> Result<(), ServerError> {
    if output.status.success() {
        return Ok(());
    }
    Err(ServerError::Program { program, words: String::from_utf8_lossy(&output.stderr).trim().to_owned() })
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
