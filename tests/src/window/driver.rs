//! The programs between a test and the window: tauri-driver, WebKitWebDriver behind it, and the application they start.

use super::{Display, Fault, Owned, Session};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What the application finds around it when it starts.
#[derive(Debug, Clone)]
pub struct Launch {
    /// Where settings, samples, caches and the web view's own data go.
    pub home: PathBuf,
    /// What a file dialog answers.
    pub dialog_answer: Option<PathBuf>,
}

impl Launch {
    /// The environment on a display. Nothing of the caller's desktop shows through: no bus, no settings, no session.
    pub fn environment(&self, display: &Display, command: &mut Command) {
        let below = |name: &str| self.home.join(name);
        command
            .env("DISPLAY", display.name())
            .env_remove("WAYLAND_DISPLAY")
            .env("GDK_BACKEND", "x11")
            .env("FETCHSCOPE_HOME", below("fetchscope"))
            .env("XDG_DATA_HOME", below("data"))
            .env("XDG_CONFIG_HOME", below("config"))
            .env("XDG_CACHE_HOME", below("cache"))
            .env("GSETTINGS_BACKEND", "memory")
            .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
            .env("NO_AT_BRIDGE", "1")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env_remove("FETCHSCOPE_DIALOG_ANSWER");
        if let Some(answer) = &self.dialog_answer {
            command.env("FETCHSCOPE_DIALOG_ANSWER", answer);
        }
    }
}

/// Another desktop shell than the one that was built: that of a package.
const DESKTOP: &str = "FETCHSCOPE_DESKTOP";

/// The desktop shell that was built beside the running program, in the same profile.
///
/// # Errors
/// When it is not there.
pub fn desktop() -> Result<PathBuf, Fault> {
    let named = std::env::var_os(DESKTOP).map(PathBuf::from);
    let path = named.unwrap_or_else(|| profile().join("fetchscope-desktop"));
    if path.is_file() {
        return Ok(path);
    }
    Err(Fault::Program { program: path.display().to_string(), problem: "is not built: `cargo xtask test`".to_owned() })
}

/// `target/debug` or `target/release`: a test lies in its `deps`, a program in it.
fn profile() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    let folder = program.parent().unwrap_or(Path::new("."));
    if folder.ends_with("deps") { folder.parent().unwrap_or(folder).to_path_buf() } else { folder.to_path_buf() }
}

/// A running tauri-driver.
#[derive(Debug)]
pub struct Driver {
    port: u16,
    process: Owned,
}

impl Driver {
    /// Starts tauri-driver, from the target directory or the search path, and waits until it and the native driver
    /// behind it answer. The application inherits its environment.
    ///
    /// # Errors
    /// When a driver is missing or does not answer.
    pub fn start(display: &Display, launch: &Launch) -> Result<Driver, Fault> {
        let kept = profile().parent().unwrap_or(Path::new(".")).join("tools/bin/tauri-driver");
        let program = if kept.is_file() { kept } else { PathBuf::from("tauri-driver") };
        let (port, native) = (free_port()?, free_port()?);
        let mut command = Command::new(program);
        command.arg("--port").arg(port.to_string()).arg("--native-port").arg(native.to_string());
        launch.environment(display, &mut command);
        let mut driver = Driver { port, process: Owned::start(command.stdout(Stdio::null()))? };
        for needed in [port, native] {
            driver.await_port(needed)?;
        }
        Ok(driver)
    }

    /// Opens the application.
    ///
    /// # Errors
    /// When it does not start or shows no page.
    pub fn open(&self, application: &Path) -> Result<Session, Fault> {
        Session::open(self.port, application)
    }

    /// Kills the driver and the application, as a crash would.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    fn await_port(&mut self, port: u16) -> Result<(), Fault> {
        let began = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            let problem = match () {
                () if self.process.has_ended() => "ended at once; is webkit2gtk-driver installed?",
                () if began.elapsed() > Duration::from_secs(20) => "does not answer",
                () => {
                    std::thread::sleep(Duration::from_millis(20));
                    continue;
                }
            };
            return Err(Fault::Program { program: "tauri-driver".to_owned(), problem: problem.to_owned() });
        }
        Ok(())
    }
}

fn free_port() -> Result<u16, Fault> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    port.map(|address| address.port())
        .map_err(|source| Fault::Connection { request: "find a free port".to_owned(), source })
}
