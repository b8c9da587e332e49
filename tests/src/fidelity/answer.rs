//! An answer to a plan, as both sides give it: what of it is compared.

use super::Fault;
use fetchscope_engine::sql::placeholders::plain;
use fetchscope_engine::trace::{Phase, Trace};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What is compared of one answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Statements sent.
    pub query_count: u64,
    /// Root objects; `None` when loading them failed.
    pub root_count: Option<u64>,
    /// The exception.
    pub error: Option<Ending>,
    /// Hash of the response after sorting what has no order; `None` after an exception.
    pub hash_canonical: Option<String>,
    /// The response itself, where the answer was just given.
    #[serde(default)]
    pub response: Option<Value>,
    /// Every statement, in order.
    pub statements: Vec<Statement>,
}

/// An exception. Its words are ours to choose and are not compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// SQLAlchemy's name of it.
    #[serde(rename = "type")]
    pub type_name: String,
    /// When it was raised.
    pub phase: Phase,
    /// What was read at that moment.
    pub path: Option<String>,
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// When it was sent.
    pub phase: Phase,
    /// The relationship path that caused it.
    pub path: Option<String>,
    /// What the response was reading at that moment, where the answer was just given.
    #[serde(default)]
    pub reading: Option<String>,
    /// Its text, white space folded.
    pub sql: String,
    /// What stands for the placeholders.
    #[serde(flatten)]
    pub params: Parameters,
    /// Rows; `None` where the driver does not tell.
    pub rows: Option<u64>,
}

/// Parameters, of which recorded answers may have kept the digest alone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Parameters {
    /// The values, as JSON has them.
    #[serde(default)]
    pub params: Option<Vec<Value>>,
    /// The first 16 hexadecimal digits of the SHA-256 of their list, as Python writes it.
    #[serde(default)]
    pub params_sha: Option<String>,
}

impl PartialEq for Parameters {
    fn eq(&self, other: &Parameters) -> bool {
        match (&self.params, &other.params) {
            (Some(one), Some(other)) => one == other,
            (Some(_) | None, Some(_) | None) => self.digest() == other.digest(),
        }
    }
}

impl Parameters {
    /// Of values that are known.
    #[must_use]
    pub fn of(values: Vec<Value>) -> Parameters {
        Parameters { params: Some(values), params_sha: None }
    }

    /// The digest, worked out where the values are known.
    pub(super) fn digest(&self) -> Option<String> {
        match &self.params {
            Some(values) => Some(digest(values)),
            None => self.params_sha.clone(),
        }
    }
}

fn digest(values: &[Value]) -> String {
    let parts: Vec<String> = values.iter().map(|value| ascii(&value.to_string())).collect();
    let digest = Sha256::digest(format!("[{}]", parts.join(", ")).as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Letters beyond ASCII as Python's JSON escapes them.
fn ascii(json: &str) -> String {
    let mut units = [0; 2];
    let escaped = |letter: char| match letter.is_ascii() {
        true => letter.to_string(),
        false => letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
    };
    json.chars().map(escaped).collect()
}

impl Answer {
    /// From the JSON of a recorded answer, or of one just given.
    pub fn read(json: &Value) -> Result<Answer, Fault> {
        let answer: Answer =
            serde_json::from_value(json.clone()).map_err(|error| Fault::malformed("an answer", error))?;
        if answer.query_count != answer.statements.len() as u64 {
            return Err(Fault::malformed("an answer", "its statements are not as many as it counts"));
        }
        Ok(answer)
    }

    /// A cursor of asyncpg on the server says of every statement, before it is read, that it has no rows: they are not told.
    pub fn forget_streamed_rows(&mut self, plan: &Value) {
        if matches!(plan["mode"].as_str(), Some("stream" | "stream_execute_only")) {
            self.statements.iter_mut().for_each(|statement| statement.rows = None);
        }
    }

    /// The drivers of PostgreSQL are given the values of IN lists after all others: which value stands where is not told.
    #[cfg(feature = "reference")]
    pub(super) fn sort_parameters(&mut self) {
        for values in self.statements.iter_mut().filter_map(|statement| statement.params.params.as_mut()) {
            values.sort_by_key(Value::to_string);
        }
    }

    /// The worker of the SQLAlchemy lane tells no parameters: what both sides have of them is left out.
    #[cfg(feature = "reference")]
    pub fn forget_parameters(&mut self) {
        self.statements.iter_mut().for_each(|one| one.params = Parameters { params: None, params_sha: None });
    }

    /// From a trace of ours.
    pub(super) fn of(trace: &Trace) -> Answer {
        let statements = trace.statements.iter().map(|one| Statement {
            phase: one.phase,
            path: one.path.as_deref().map(str::to_owned),
            reading: None,
            sql: plain(&one.sql.split_whitespace().collect::<Vec<_>>().join(" ")),
            params: Parameters::of(one.params.clone()),
            rows: Some(one.rows),
        });
        Answer {
            query_count: trace.query_count,
            root_count: trace.root_count,
            error: trace.error.as_ref().map(|error| Ending {
                type_name: error.type_name.name().to_owned(),
                phase: error.phase,
                path: error.path.clone(),
            }),
            hash_canonical: trace.hash_canonical.clone(),
            response: trace.response.clone(),
            statements: statements.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_digest_is_that_of_pythons_list() {
        // hashlib.sha256(json.dumps([1, "größe", None, 0.5]).encode()).hexdigest()[:16]
        assert_eq!(digest(&[json!(1), json!("größe"), json!(null), json!(0.5)]), "a522461267f89a87");
    }
}
