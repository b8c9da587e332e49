//! The parts of a `postgres://` URL, as they are written there.

use super::SettingsError;
use crate::postgres::password::Password;

/// What an address or a form says; whatever it does not say is completed elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    /// A name, an address, or the directory of a Unix socket.
    pub host: Option<String>,
    /// The port.
    pub port: Option<String>,
    /// The database.
    pub database: Option<String>,
    /// The role.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<Password>,
    /// How much encryption, by libpq's word for it.
    pub ssl_mode: Option<String>,
    /// A file of certificates to trust.
    pub ssl_root: Option<String>,
    /// Seconds that connecting may take.
    pub connect_timeout: Option<String>,
    /// What the server calls the session.
    pub application_name: Option<String>,
    /// Server settings.
    pub options: Option<String>,
}

/// Parameters that an address may have.
pub(super) const KNOWN: [&str; 10] = [
    "host",
    "port",
    "dbname",
    "user",
    "password",
    "sslmode",
    "sslrootcert",
    "connect_timeout",
    "application_name",
    "options",
];

/// Parameters of libpq whose wish is met whatever they say: Kerberos is never used, the password is bound to the
/// encrypted channel wherever the server can, and any server is as good as another for reading.
const MET: [&str; 5] =
    ["gssencmode", "channel_binding", "target_session_attrs", "fallback_application_name", "client_encoding"];

/// Parameters of libpq that would change what happens, and are not understood here.
const UNSUPPORTED: [&str; 8] =
    ["sslcert", "sslkey", "sslpassword", "sslcrl", "sslnegotiation", "service", "passfile", "requirepeer"];

impl Fields {
    /// The parts of a URL.
    ///
    /// # Errors
    /// When it is no URL of a PostgreSQL server, or names something unknown.
    pub fn parse(url: &str) -> Result<Fields, SettingsError> {
        let (scheme, rest) = url.trim().split_once("://").ok_or(SettingsError::NotAUrl)?;
        // SQLAlchemy's own addresses name the driver after a plus sign.
        if !matches!(scheme.split('+').next(), Some("postgres" | "postgresql")) {
            return Err(SettingsError::NotAUrl);
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (credentials, place) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
        let (host, port) = host_and_port(place)?;
        let mut fields = Fields {
            host: given("host", host)?,
            port: given("port", port)?,
            database: given("database", database)?,
            user: given("user", user)?,
            password: given("password", password)?.map(Password::new),
            ..Fields::default()
        };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            fields.set(&decoded("name of a parameter", name)?, value)?;
        }
        Ok(fields)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), SettingsError> {
        let value = given("value of a parameter", value)?;
        match name {
            "host" => self.host = value,
            "port" => self.port = value,
            "dbname" => self.database = value,
            "user" => self.user = value,
            "password" => self.password = value.map(Password::new),
            "sslmode" => self.ssl_mode = value,
            "sslrootcert" => self.ssl_root = value,
            "connect_timeout" => self.connect_timeout = value,
            "application_name" => self.application_name = value,
            "options" => self.options = value,
            _ if MET.contains(&name) || name.starts_with("keepalives") => {}
            _ if UNSUPPORTED.contains(&name) => return Err(SettingsError::Unsupported(name.to_owned())),
            _ => return Err(SettingsError::Unknown(name.to_owned())),
        }
        Ok(())
    }
}

/// The two parts of `host:port`, where an address of IPv6 stands in brackets.
fn host_and_port(place: &str) -> Result<(&str, &str), SettingsError> {
    if place.contains(',') {
        return Err(SettingsError::SeveralHosts);
    }
    if let Some(inside) = place.strip_prefix('[') {
        let (host, after) = inside.split_once(']').ok_or(SettingsError::NotAUrl)?;
        return match after.strip_prefix(':') {
            Some(port) => Ok((host, port)),
            None if after.is_empty() => Ok((host, "")),
            None => Err(SettingsError::NotAUrl),
        };
    }
    Ok(place.split_once(':').unwrap_or((place, "")))
}

/// A part of the address, if it is there at all.
fn given(part: &'static str, text: &str) -> Result<Option<String>, SettingsError> {
    if text.is_empty() { Ok(None) } else { decoded(part, text).map(Some) }
}

fn decoded(part: &'static str, text: &str) -> Result<String, SettingsError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let digits = rest.split_at_checked(2).and_then(|(digits, after)| {
            let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
            Some((u8::from_str_radix(digits, 16).ok()?, after))
        });
        let (byte, after) = digits.ok_or(SettingsError::Encoding(part))?;
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8(bytes).map_err(|_| SettingsError::Encoding(part))
}

/// Text as it stands in a URL.
pub(super) fn encoded(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut url, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' | b'~' => url.push(byte as char),
            _ => {
                let _ = write!(url, "%{byte:02X}");
            }
        }
        url
    })
}
