//! What has to be there before anything can be installed: Rust and Node.js.

use crate::shell;
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::Command;

const NODE: Version = Version { major: 20, minor: 19 };
const PYTHON: Version = Version { major: 3, minor: 10 };
const RUSTUP: &str = "rustup update stable` (https://rustup.rs)";

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
struct Version {
    major: u32,
    minor: u32,
}

impl std::fmt::Display for Version {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{}.{}", self.major, self.minor)
    }
}

/// The first two numbers in `text`: `rustc 1.95.0 (…)`, `v20.20.2`.
fn version(text: &str) -> Option<Version> {
    let from = text.find(|letter: char| letter.is_ascii_digit())?;
    let mut numbers = text[from..].split(|letter: char| !letter.is_ascii_digit());
    Some(Version { major: numbers.next()?.parse().ok()?, minor: numbers.next()?.parse().ok()? })
}

/// Cargo and a compiler that is new enough.
pub(crate) fn rust() -> Result<()> {
    let needed = env!("CARGO_PKG_RUST_VERSION");
    let there = shell::read(Command::new("rustc").arg("--version"));
    match (there.as_deref().and_then(version), version(needed)) {
        (Some(there), Some(needed)) if there >= needed => Ok(()),
        (Some(_), _) => {
            bail!("Rust {needed} or newer is needed; this is {}. Install: `{RUSTUP}", there.unwrap_or_default().trim())
        }
        (None, _) => bail!("rustc is missing. Install Rust {needed} or newer: `{RUSTUP}"),
    }
}

/// A Python that is new enough and can make virtual environments.
pub(crate) fn python() -> Result<PathBuf> {
    for name in ["python3", "python"] {
        let Some(path) = shell::find(name) else { continue };
        let there = shell::read(Command::new(&path).arg("--version"));
        let can = shell::read(Command::new(&path).args(["-c", "import ensurepip, venv"])).is_some();
        if can && there.as_deref().and_then(version).is_some_and(|there| there >= PYTHON) {
            return Ok(path);
        }
    }
    bail!(
        "Python {PYTHON} or newer with its `venv` is needed to run the real SQLAlchemy: https://www.python.org/downloads"
    )
}

/// Node.js that is new enough, and npm.
pub(crate) fn node() -> Result<()> {
    let there = shell::read(Command::new("node").arg("--version"));
    let Some(there) = there.as_deref().and_then(version) else {
        bail!("Node.js is missing. Install version {NODE} or newer: https://nodejs.org/en/download");
    };
    if there < NODE {
        bail!("Node.js {NODE} or newer is needed; this is {there}. Install: https://nodejs.org/en/download");
    }
    if shell::find("npm").is_none() {
        bail!(
            "npm is missing. Install it with Node.js (https://nodejs.org/en/download), or on Debian: `apt-get install npm`"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_what_programs_print() {
        assert_eq!(version("rustc 1.95.0 (59807616e 2026-04-14)"), Some(Version { major: 1, minor: 95 }));
        assert_eq!(version("v20.20.2\n"), Some(Version { major: 20, minor: 20 }));
        assert_eq!(version("none"), None);
        assert!(version("1.100") > version("1.89"));
    }
}
