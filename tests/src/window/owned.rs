//! Processes that end with their owner, together with everything they started.

use super::Fault;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread::spawn;
use std::time::{Duration, Instant};

/// A process that leads a group of its own. Dropping it kills the group, also while a panic unwinds.
#[derive(Debug)]
pub struct Owned {
    child: Child,
}

impl Owned {
    /// Starts `command` at the head of a new process group.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start(command: &mut Command) -> Result<Owned, Fault> {
        let child = command.stdin(Stdio::null()).process_group(0).spawn();
        let program = command.get_program().to_string_lossy().into_owned();
        child.map(|child| Owned { child }).map_err(|source| Fault::Start { program, source })
    }

    /// The process that leads the group.
    pub fn leader(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits for a line of standard error that begins with `beginning`, and returns its rest. Standard error has to be
    /// piped; what is said later is read and forgotten.
    ///
    /// # Errors
    /// When the leader does not say it in time, or ends before.
    pub fn await_line(&mut self, beginning: &str, patience: Duration) -> Result<String, Fault> {
        let (said, heard) = channel();
        if let Some(output) = self.child.stderr.take() {
            spawn(move || BufReader::new(output).lines().map_while(Result::ok).for_each(|line| drop(said.send(line))));
        }
        let began = Instant::now();
        let mut last = String::new();
        while let Ok(line) = heard.recv_timeout(patience.saturating_sub(began.elapsed())) {
            if let Some(rest) = line.strip_prefix(beginning) {
                return Ok(rest.to_owned());
            }
            last = line;
        }
        Err(Fault::Timeout { what: format!("it said {beginning:?}"), waited: began.elapsed(), last })
    }

    /// Whether the leader has ended.
    pub fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Kills the group with SIGKILL and waits for its leader.
    pub fn kill(&mut self) {
        // The standard library kills one process; a group is killed by the shell, whose `kill` is built in.
        let group = format!("kill -s KILL -- -{}", self.child.id());
        let _ = Command::new("sh").args(["-c", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        self.kill();
    }
}
