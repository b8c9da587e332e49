//! A program of the user's in place of a source, and a request in place of an endpoint.

use fetchscope_drivers::sqlalchemy::{HttpRequest, Overrides};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// The program that is measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// `module:attribute` of an ASGI or WSGI application, with `()` at the end a factory; `sample:citizenapp` for the one of
    /// a sample. Not needed if the request is a call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<String>,
    /// Where it is imported from; the working directory unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
    /// The Python it runs in; found as for every command unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python: Option<String>,
    /// A file with variables of its environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env_file: Option<String>,
    /// Whether its startup runs.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub lifespan: bool,
    /// Whether its database may be written to.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub allow_writes: bool,
}

impl Default for Application {
    fn default() -> Application {
        Application { import: None, directory: None, python: None, env_file: None, lifespan: true, allow_writes: false }
    }
}

/// The request that is measured.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// `GET` unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// With its query: `/users?limit=50`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Headers by name; `$NAME` in a value is a variable of the environment.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub headers: IndexMap<String, String>,
    /// What is sent with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// `module:function`, which is called in place of a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
}

/// Headers whose values say nothing of who sends them.
const PLAIN: [&str; 9] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "content-type",
    "host",
    "origin",
    "range",
    "user-agent",
];

impl Request {
    /// `GET /users?limit=50`, or the function that is called.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.call {
            Some(call) => format!("{call}()"),
            None => format!("{} {}", self.method(), self.path.as_deref().unwrap_or("/")),
        }
    }

    /// Its method.
    #[must_use]
    pub fn method(&self) -> String {
        self.method.as_deref().unwrap_or("GET").to_uppercase()
    }

    /// As the worker is told it.
    #[must_use]
    pub fn http(&self) -> HttpRequest {
        HttpRequest {
            method: self.method(),
            path: self.path.clone().unwrap_or_else(|| "/".to_owned()),
            headers: self.headers.clone(),
            body: self.body.clone(),
        }
    }

    /// The same as it may be kept and shown: of a header that may tell who sends it, a variable stands in place of its value.
    #[must_use]
    pub fn without_secrets(&self) -> Request {
        let kept = |(name, value): (&String, &String)| {
            let is_plain = PLAIN.contains(&name.to_lowercase().as_str()) || names_variables_only(value);
            let value = if is_plain { value.clone() } else { format!("${}", name.to_uppercase().replace('-', "_")) };
            (name.clone(), value)
        };
        Request { headers: self.headers.iter().map(kept).collect(), ..self.clone() }
    }
}

/// Whether a value says nothing beyond the name of a variable and the kind of a log-in: `Bearer $TOKEN`.
fn names_variables_only(value: &str) -> bool {
    let words: Vec<&str> = value.split_whitespace().collect();
    let is_variable = |word: &str| word.strip_prefix('$').is_some_and(|name| !name.is_empty());
    match words.as_slice() {
        [variable] => is_variable(variable),
        [scheme, variable] => ["Bearer", "Basic", "Token", "Digest"].contains(scheme) && is_variable(variable),
        _ => false,
    }
}

impl super::Variant {
    /// What the worker is told of a variant of an application.
    #[must_use]
    pub fn overrides(&self) -> Overrides {
        let relationships = self.strategies.iter().map(|(path, strategy)| (path.clone(), strategy.name().to_owned()));
        let queries = self.polymorphic.iter().map(|query| (query.clone(), super::variant::POLYMORPHIC.to_owned()));
        relationships.chain(queries).collect()
    }
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_yes(value: &bool) -> bool {
    *value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_request_names_variables_and_no_values() {
        let headers = [
            ("Accept", "text/html", "text/html"),
            ("Authorization", "Bearer $TOKEN", "Bearer $TOKEN"),
            ("authorization", "Bearer s3cret", "$AUTHORIZATION"),
            ("Cookie", "session=$SESSION; id=7", "$COOKIE"),
            ("X-Api-Key", "$KEY", "$KEY"),
            ("X-Tenant", "5", "$X_TENANT"),
        ];
        for (name, given, kept) in headers {
            let request = Request { headers: [(name.to_owned(), given.to_owned())].into(), ..Request::default() };
            assert_eq!(request.without_secrets().headers[name], kept);
        }
    }
}
