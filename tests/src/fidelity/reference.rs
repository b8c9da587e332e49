//! The Python programs beside this crate's recorded answers: the generator of cases, and the real SQLAlchemy.

use super::{Fault, Scene, folder};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The variable with the interpreter that has `requirements.txt` installed.
pub(super) const INTERPRETER: &str = "FETCHSCOPE_REFERENCE_PYTHON";

/// More than this and a plan is left out: statements, and rows of all of them.
const LIMITS: (u32, u32) = (400, 3_000);

/// A Python program that answers each line with a line. It ends when it is dropped.
pub(super) struct Program {
    name: &'static str,
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Program {
    /// The generator of cases.
    pub(super) fn generator() -> Result<Program, Fault> {
        Program::start("generate", &[])
    }

    /// The real SQLAlchemy.
    pub(super) fn reference() -> Result<Program, Fault> {
        Program::start("reference", &[])
    }

    /// The real SQLAlchemy with objects at other addresses, and strings of another hash, than elsewhere: the order of its
    /// sets changes with them.
    pub(super) fn shaken(number: u32) -> Result<Program, Fault> {
        let seed = number.to_string();
        let allocator = if number.is_multiple_of(2) { "malloc" } else { "pymalloc" };
        Program::start(
            "reference",
            &[("PYTHONHASHSEED", &seed), ("PYTHONMALLOC", allocator), ("FETCHSCOPE_SHAKE", &seed)],
        )
    }

    fn start(name: &'static str, environment: &[(&str, &str)]) -> Result<Program, Fault> {
        let failed = |problem: String| Fault::Program { program: name.to_owned(), problem };
        let interpreter = std::env::var_os(INTERPRETER).ok_or_else(|| {
            failed(format!("{INTERPRETER} names no Python; `cargo xtask test --only fidelity` provides one"))
        })?;
        let mut command = Command::new(&interpreter);
        command.args(["-m", name]).current_dir(folder()).env("PYTHONDONTWRITEBYTECODE", "1");
        // What asks SQLAlchemy here is what measures it elsewhere.
        command.env("PYTHONPATH", folder().join("../../crates/drivers/python"));
        // Rows without an order come in the same one from the same SQLite, which `cargo xtask test` puts beside Python.
        if let Some(sqlite) = Path::new(&interpreter).ancestors().nth(2).map(|environment| environment.join("sqlite"))
            && sqlite.is_dir()
        {
            command.env("LD_LIBRARY_PATH", sqlite);
        }
        command.envs(environment.iter().copied()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(|error| failed(error.to_string()))?;
        match (process.stdin.take(), process.stdout.take()) {
            (Some(input), Some(output)) => Ok(Program { name, process, input, output: BufReader::new(output) }),
            (None | Some(_), None | Some(_)) => Err(failed("it has no standard streams".to_owned())),
        }
    }

    /// One line there, one back.
    pub(super) fn ask(&mut self, question: &Value) -> Result<Value, Fault> {
        let failed = |problem: String| Fault::Program { program: self.name.to_owned(), problem };
        let sent = writeln!(self.input, "{question}").and_then(|()| self.input.flush());
        sent.map_err(|error| failed(format!("it cannot be asked: {error}")))?;
        let mut line = String::new();
        self.output.read_line(&mut line).map_err(|error| failed(format!("it does not answer: {error}")))?;
        if line.is_empty() {
            return Err(failed(format!("it ended while it was asked {question}")));
        }
        serde_json::from_str(&line).map_err(|error| Fault::malformed(self.name, error))
    }

    /// What the real SQLAlchemy answers to a plan.
    pub(super) fn answer(&mut self, scene: &Scene, plan: &Value) -> Result<Value, Fault> {
        let Scene { source, mapping } = scene;
        let url = match (source.strip_prefix("sqlite:"), source.strip_prefix("postgres:")) {
            (Some(path), _) => format!("sqlite:///{path}"),
            (None, Some(address)) => format!("postgresql+psycopg:{address}"),
            (None, None) => source.clone(),
        };
        let limits = json!({ "statements": LIMITS.0, "rows": LIMITS.1 });
        self.ask(&json!({ "url": url, "mapping": mapping, "plan": plan, "limits": limits }))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It is of no more use; how it ends does not matter.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
