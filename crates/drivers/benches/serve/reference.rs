//! The same request served by SQLAlchemy, in a process of its own that does its own timing (`reference.py`).

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// Names the Python that has SQLAlchemy.
const PYTHON: &str = "FETCHSCOPE_REFERENCE_PYTHON";

/// A running reference. It ends when its standard input does.
pub(crate) struct Reference {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// The versions of SQLAlchemy, Python and SQLite.
    pub(crate) versions: String,
}

impl Reference {
    /// Starts one on a file.
    pub(crate) fn start(path: &Path) -> Reference {
        let python = std::env::var_os(PYTHON)
            .unwrap_or_else(|| panic!("{PYTHON} must name a Python with SQLAlchemy 2.1: .venv/bin/python, say"));
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/serve/reference.py");
        let mut child =
            Command::new(python).arg(program).arg(path).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut answers = BufReader::new(child.stdout.take().unwrap());
        let versions = read(&mut answers)["versions"].as_str().unwrap().to_owned();
        Reference { requests: child.stdin.take(), answers, child, versions }
    }

    /// Serves so many requests, one after the other: the time of one, and the hash of what it answered.
    pub(crate) fn serve(&mut self, strategy: &str, repeats: u32) -> (Duration, String) {
        let request = json!({"strategy": strategy, "repeats": repeats});
        writeln!(self.requests.as_ref().unwrap(), "{request}").unwrap();
        let answer = read(&mut self.answers);
        let time = Duration::from_nanos(answer["nanoseconds"].as_u64().unwrap());
        (time / repeats, answer["sha256"].as_str().unwrap().to_owned())
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        self.requests = None;
        self.child.wait().unwrap();
    }
}

fn read(answers: &mut impl BufRead) -> Value {
    let mut line = String::new();
    answers.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("SQLAlchemy said nothing usable: {error}: {line}"))
}
