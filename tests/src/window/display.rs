//! A display that nobody sees.

use super::{Fault, Owned};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// An X server of its own, on a number that was free.
#[derive(Debug)]
pub struct Display {
    name: String,
    _server: Owned,
}

impl Display {
    /// Starts Xvfb, which chooses the number itself.
    ///
    /// # Errors
    /// When Xvfb is missing or finds no free number.
    pub fn start() -> Result<Display, Fault> {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1920x1200x24", "-nolisten", "tcp"]);
        let mut server = Owned::start(command.stdout(Stdio::piped()).stderr(Stdio::null()))?;
        let mut number = String::new();
        if let Some(output) = server.leader().stdout.take() {
            let _ = BufReader::new(output).read_line(&mut number);
        }
        match number.trim() {
            "" => Err(Fault::Program { program: "Xvfb".to_owned(), problem: "opened no display".to_owned() }),
            number => Ok(Display { name: format!(":{number}"), _server: server }),
        }
    }

    /// What `DISPLAY` has to be.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}
