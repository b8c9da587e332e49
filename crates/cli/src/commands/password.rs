//! `fetchscope password`: what the keyring of the operating system keeps for servers.

use super::Verdict;
use crate::arguments::{Password, PasswordCommand};
use crate::output;
use crate::password::passwords;
use anyhow::{Result, anyhow};
use fetchscope_app::error::AppError;
use fetchscope_app::source::Source;
use serde_json::json;

/// Forgets one; the answer is no where there was none.
pub(crate) fn run(arguments: &Password) -> Result<Verdict> {
    let PasswordCommand::Forget { source, json } = &arguments.command;
    let Source::Postgres(settings) = source.parse()? else {
        return Err(anyhow!(AppError::Input(format!("`{source}` is no server: only those have passwords"))));
    };
    let forgotten = passwords().forget(&settings);
    let forgotten = forgotten.map_err(|error| AppError::Input(format!("the keyring could not be asked: {error}")))?;
    let server = format!("{} at {}", settings.user, settings.server());
    match (json, forgotten) {
        (true, _) => output::json(&json!({ "forgotten": forgotten }))?,
        (false, true) => output::result(&format!("The password of {server} is forgotten."))?,
        (false, false) => output::result(&format!("No password of {server} was remembered."))?,
    }
    Ok(if forgotten { Verdict::Yes } else { Verdict::No })
}
