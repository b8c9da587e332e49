//! Passwords of servers. One that neither the address, `PGPASSWORD` nor the password file says is looked for when the
//! server asks for it, and not before, since a keyring may have to be unlocked: in the keyring, and then by asking. It is
//! remembered only where somebody wants that.

mod keyring;

pub use keyring::{Keyring, KeyringError, SystemKeyring};

use crate::error::AppError;
use crate::source::environment;
use fetchscope_drivers::error::DatabaseError;
use fetchscope_drivers::postgres::{Database, Password, PostgresError, Settings};

/// Asks somebody a question, and gives the answer; `None` where nobody can be asked, or nothing is answered.
pub type Ask = fn(&str) -> Option<String>;

/// Where passwords come from that no address says.
#[derive(Debug)]
pub struct Passwords {
    keyring: Box<dyn Keyring>,
    ask: Option<Ask>,
}

impl Passwords {
    /// Those of a keyring.
    #[must_use]
    pub fn of(keyring: impl Keyring + 'static) -> Passwords {
        Passwords { keyring: Box::new(keyring), ask: None }
    }

    /// Those of a keyring, and of somebody who is asked where it has none.
    #[must_use]
    pub fn or_ask(self, ask: Ask) -> Passwords {
        Passwords { ask: Some(ask), ..self }
    }

    /// Connects to a server.
    ///
    /// # Errors
    /// When it cannot be reached, or nobody knows the password it asks for.
    pub fn connect(&self, settings: &Settings) -> Result<Database, AppError> {
        let mut settings = settings.clone();
        settings.find_password(&environment);
        let given = settings.password.is_some();
        let mut tried = Database::open(&settings);
        for look in [Passwords::remembered, Passwords::asked] {
            // A password that was given and is wrong is not replaced by another; a remembered one that is wrong is.
            let wants_one = tried.as_ref().is_err_and(|error| asks_for_password(error, given));
            if let Some(password) = wants_one.then(|| look(self, &settings)).flatten() {
                settings.password = Some(password);
                tried = Database::open(&settings);
            }
        }
        Ok(tried.map_err(DatabaseError::from)?)
    }

    /// Remembers the password of a server.
    ///
    /// # Errors
    /// When there is no keyring.
    pub fn remember(&self, settings: &Settings, password: &Password) -> Result<(), KeyringError> {
        self.keyring.remember(&entry(settings), password)
    }

    /// Forgets the password of a server; whether there was one.
    ///
    /// # Errors
    /// When there is no keyring.
    pub fn forget(&self, settings: &Settings) -> Result<bool, KeyringError> {
        self.keyring.forget(&entry(settings))
    }

    /// Without a keyring there is nothing remembered, and the server's own answer says what is missing.
    fn remembered(&self, settings: &Settings) -> Option<Password> {
        self.keyring.password(&entry(settings)).ok().flatten()
    }

    fn asked(&self, settings: &Settings) -> Option<Password> {
        let question = format!("Password of {} at {}: ", settings.user, settings.server());
        self.ask.and_then(|ask| ask(&question)).map(Password::new)
    }
}

/// What a keyring calls the password of a server: how the server is reached makes no difference to it.
fn entry(settings: &Settings) -> String {
    format!("{}@{}/{}", settings.user, settings.server(), settings.database)
}

fn asks_for_password(error: &PostgresError, given: bool) -> bool {
    matches!(error, PostgresError::NoPassword { .. }) || !given && matches!(error, PostgresError::WrongPassword { .. })
}
