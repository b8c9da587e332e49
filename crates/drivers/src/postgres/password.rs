//! A password that no output shows, and where it is found when the address does not say it.

mod passfile;

use super::settings::Settings;
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

impl Settings {
    /// Looks for the password where neither the address nor `PGPASSWORD` says one: in the password file, as libpq does. One
    /// that cannot be used is passed over; should the server ask for a password, why is said.
    pub fn find_password(&mut self, variable: &dyn Fn(&str) -> Option<String>) {
        if self.password.is_some() {
            return;
        }
        let (found, passed_over) = match passfile::path(variable).map(|path| passfile::read(&path)) {
            Some(Ok(lines)) => (passfile::find(&lines, self), None),
            Some(Err(passed_over)) => (None, passed_over),
            None => (None, None),
        };
        self.passed_over = passed_over;
        self.password = found;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_goes_before_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pass");
        std::fs::write(&file, "h:*:*:me:from file\n").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        let variable = |name: &str| (name == "PGPASSFILE").then(|| file.display().to_string());
        let found = |url: &str| {
            let mut settings = Settings::parse(url, &variable).unwrap();
            settings.find_password(&variable);
            settings.password.map(|password| password.expose().to_owned())
        };
        assert_eq!(found("postgres://me:given@h/d"), Some("given".to_owned()));
        assert_eq!(found("postgres://me@h/d"), Some("from file".to_owned()));
        assert_eq!(found("postgres://me@elsewhere/d"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_passed_over_with_a_word() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pass");
        std::fs::write(&file, "*:*:*:*:secret\n").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        let variable = |name: &str| (name == "PGPASSFILE").then(|| file.display().to_string());
        let mut settings = Settings::parse("postgres://me@h/d", &variable).unwrap();
        settings.find_password(&variable);
        let why = settings.passed_over.unwrap();
        assert!(why.ends_with("is not used, since others may read it; `chmod 600` makes it your own"), "{why}");
        assert!(settings.password.is_none() && !why.contains("secret"));
    }
}
