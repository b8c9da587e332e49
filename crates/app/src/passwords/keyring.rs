//! A keyring: where the operating system keeps passwords. The trait is the seam by which tests need none.

use fetchscope_drivers::postgres::Password;
use keyring::Entry;
use std::fmt;
use thiserror::Error;

/// What the entries of this program are filed under.
const SERVICE: &str = "fetchscope";

/// Why a keyring cannot be used. It never shows a password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no keyring of this system answers ({0})")]
pub struct KeyringError(pub String);

/// Keeps passwords under the name of an entry.
pub trait Keyring: fmt::Debug + Send + Sync {
    /// The password of an entry, where there is one.
    ///
    /// # Errors
    /// When there is no keyring, or it stays locked.
    fn password(&self, entry: &str) -> Result<Option<Password>, KeyringError>;

    /// Keeps the password of an entry, in place of the one it had.
    ///
    /// # Errors
    /// When there is no keyring, or it stays locked.
    fn remember(&self, entry: &str, password: &Password) -> Result<(), KeyringError>;

    /// Forgets the password of an entry; whether there was one.
    ///
    /// # Errors
    /// When there is no keyring, or it stays locked.
    fn forget(&self, entry: &str) -> Result<bool, KeyringError>;
}

/// The keyring of the operating system: the Secret Service, the Keychain, the Credential Manager.
#[derive(Debug, Clone, Copy)]
pub struct SystemKeyring;

impl Keyring for SystemKeyring {
    fn password(&self, entry: &str) -> Result<Option<Password>, KeyringError> {
        match open(entry)?.get_password() {
            Ok(password) => Ok(Some(Password::new(password))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(reason(&error)),
        }
    }

    fn remember(&self, entry: &str, password: &Password) -> Result<(), KeyringError> {
        open(entry)?.set_password(password.expose()).map_err(|error| reason(&error))
    }

    fn forget(&self, entry: &str) -> Result<bool, KeyringError> {
        match open(entry)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(keyring::Error::NoEntry) => Ok(false),
            Err(error) => Err(reason(&error)),
        }
    }
}

fn open(entry: &str) -> Result<Entry, KeyringError> {
    Entry::new(SERVICE, entry).map_err(|error| match Entry::store_status() {
        // Why there is none says more than that there is none.
        Err(cause) => reason(cause),
        Ok(()) => reason(&error),
    })
}

fn reason(error: &keyring::Error) -> KeyringError {
    KeyringError(error.to_string().trim_start_matches("Platform failure: ").trim_end_matches('.').to_owned())
}
