//! The password file of libpq: lines of `host:port:database:user:password`.

use super::Password;
use crate::postgres::settings::Settings;
use std::io;
use std::path::{Path, PathBuf};

/// Where it is: `PGPASSFILE`, or `.pgpass` in the home directory.
pub(super) fn path(variable: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
    let at_home = || {
        if cfg!(windows) {
            variable("APPDATA").map(|folder| Path::new(&folder).join("postgresql").join("pgpass.conf"))
        } else {
            variable("HOME").map(|folder| Path::new(&folder).join(".pgpass"))
        }
    };
    variable("PGPASSFILE").map(PathBuf::from).or_else(at_home)
}

/// Its text. One that others may read is not used, as libpq does not: somebody else may have written it. Of one that is
/// not there nothing is said.
pub(super) fn read(path: &Path) -> Result<String, Option<String>> {
    let said = |reason: String| Some(format!("the password file {} is not used, since {reason}", path.display()));
    let known = match std::fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(None),
        Err(error) => return Err(said(error.to_string())),
        Ok(known) => known,
    };
    if !known.is_file() {
        return Err(said("it is no plain file".to_owned()));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if known.permissions().mode() & 0o077 != 0 {
            return Err(said("others may read it; `chmod 600` makes it your own".to_owned()));
        }
    }
    std::fs::read_to_string(path).map_err(|error| said(error.to_string()))
}

/// The password of the first line that fits.
pub(super) fn find(lines: &str, settings: &Settings) -> Option<Password> {
    let port = settings.port.to_string();
    let wanted = [settings.host.name_in_passfile(), port.into(), (&settings.database).into(), (&settings.user).into()];
    let fits = |line: &str| {
        let mut rest = line;
        for part in &wanted {
            let (field, after) = split(rest)?;
            if field != "*" && unescaped(field) != *part {
                return None;
            }
            rest = after;
        }
        Some(Password::new(unescaped(rest)))
    };
    let lines = lines.lines().map(|line| line.trim_end_matches('\r')).filter(|line| !line.starts_with('#'));
    lines.filter_map(fits).find(|password| !password.expose().is_empty())
}

/// The field before the first colon without a backslash, and what follows the colon.
fn split(line: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    let colon = line.bytes().position(|byte| {
        let ends = byte == b':' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    Some((&line[..colon], &line[colon + 1..]))
}

/// Without the backslashes before colons and backslashes.
fn unescaped(field: &str) -> String {
    let mut plain = String::with_capacity(field.len());
    let mut letters = field.chars();
    while let Some(letter) = letters.next() {
        plain.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(lines: &str, url: &str) -> Option<String> {
        let settings = Settings::parse(url, &|_| None).unwrap();
        find(lines, &settings).map(|password| password.expose().to_owned())
    }

    #[test]
    fn the_first_line_that_fits_has_the_password() {
        let lines = "# a comment\nh:5433:*:me:other port\nh:*:shop:me:of shop\n*:*:*:me:any\n";
        assert_eq!(found(lines, "postgres://me@h/shop").as_deref(), Some("of shop"));
        assert_eq!(found(lines, "postgres://me@h:5433/shop").as_deref(), Some("other port"));
        assert_eq!(found(lines, "postgres://me@x/shop").as_deref(), Some("any"));
        assert_eq!(found(lines, "postgres://you@h/shop"), None);
    }

    #[test]
    fn colons_and_backslashes_are_escaped_and_the_password_goes_to_the_end() {
        assert_eq!(found(r"h:5432:a\:b:me:p\:q\\r:s", "postgres://me@h/a%3Ab").as_deref(), Some(r"p:q\r:s"));
        assert_eq!(found(r"\:\:1:5432:d:me:six", "postgres://me@[::1]/d").as_deref(), Some("six"));
        assert_eq!(found("h:5432:d:me\n", "postgres://me@h/d"), None);
        assert_eq!(found("h:5432:d:me:windows\r\n", "postgres://me@h/d").as_deref(), Some("windows"));
    }

    #[test]
    fn a_socket_of_the_usual_place_is_localhost_and_another_its_directory() {
        let lines = "localhost:*:*:*:usual\n/srv/sock:*:*:*:own\n";
        assert_eq!(found(lines, "postgres://me@%2Ftmp/d").as_deref(), Some("usual"));
        assert_eq!(found(lines, "postgres://me@%2Fsrv%2Fsock/d").as_deref(), Some("own"));
    }
}
