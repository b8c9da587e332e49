//! A password that no output shows.

use std::fmt;

/// A password. Neither `Debug` nor anything else shows it; only whoever asks for it by name gets it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Box<str>);

impl Password {
    /// Keeps a password.
    #[must_use]
    pub fn new(text: impl Into<Box<str>>) -> Password {
        Password(text.into())
    }

    /// The password itself, for the one place that sends it to the server.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(hidden)")
    }
}
