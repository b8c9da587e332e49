//! Passwords that no address says: those of the keyring, and those that somebody at the terminal gives.

use fetchscope_app::passwords::{Passwords, SystemKeyring};
use std::io::{self, IsTerminal};

/// Where a password is looked for when a server asks for one.
pub(crate) fn passwords() -> Passwords {
    Passwords::of(SystemKeyring).or_ask(ask)
}

/// A script has nobody who could answer.
fn ask(question: &str) -> Option<String> {
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return None;
    }
    rpassword::prompt_password(question).ok().filter(|password| !password.is_empty())
}
