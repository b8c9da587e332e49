//! A folder of its own, and the program run in it.

use fetchscope_drivers::sqlite::create_from_script;
use serde_json::Value;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

pub(crate) struct Bench {
    pub(crate) folder: tempfile::TempDir,
}

pub(crate) struct Said {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Bench {
    pub(crate) fn new() -> Bench {
        Bench { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    pub(crate) fn database(&self, script: &str) -> String {
        let path = self.path("some.db");
        create_from_script(&path, script).unwrap();
        format!("sqlite:{}", path.display())
    }

    pub(crate) fn say(&self, arguments: &[&str], input: &str) -> Said {
        let mut child = Command::new(env!("CARGO_BIN_EXE_fetchscope"))
            .args(arguments)
            .env("FETCHSCOPE_HOME", self.folder.path())
            .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that fails early does not read its input.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Said {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// As somebody at a terminal would: what is typed once the program asks, and what the terminal showed.
    pub(crate) fn type_into_a_terminal(&self, arguments: &[&str], question: &str, typed: &str) -> String {
        let command: Vec<String> =
            [env!("CARGO_BIN_EXE_fetchscope")].iter().chain(arguments).map(|part| format!("'{part}'")).collect();
        let mut child = Command::new("script")
            .args(["--quiet", "--return", "--command"])
            .arg(command.join(" "))
            .arg("/dev/null")
            .env("FETCHSCOPE_HOME", self.folder.path())
            .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut terminal, mut keyboard) = (child.stdout.take().unwrap(), child.stdin.take().unwrap());
        let mut shown = Vec::new();
        let mut asked = false;
        let mut part = [0; 4096];
        loop {
            let length = terminal.read(&mut part).unwrap();
            if length == 0 {
                break;
            }
            shown.extend_from_slice(&part[..length]);
            if !asked && String::from_utf8_lossy(&shown).contains(question) {
                asked = true;
                keyboard.write_all(typed.as_bytes()).unwrap();
            }
        }
        child.wait().unwrap();
        String::from_utf8_lossy(&shown).into_owned()
    }
}

impl Said {
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.status, 0, "{}", self.err);
        serde_json::from_str(&self.out).unwrap()
    }

    /// Asserts that nothing but one sentence was said, and returns it.
    pub(crate) fn sentence(&self, status: i32) -> &str {
        assert_eq!((self.status, self.out.as_str()), (status, ""), "{}", self.err);
        let line = self.err.trim_end();
        assert!(line.starts_with("error: ") && !line.contains('\n'), "{line}");
        line
    }
}
