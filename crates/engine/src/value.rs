//! A decoded database value, as it stands in an object's column or in a statement's parameters.

mod packed;

pub use packed::Values;

use std::hash::{Hash, Hasher};

/// One decoded value.
///
/// Dates, decimals and UUIDs travel as their text: that is also how they are written in a response.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL `NULL`.
    Null,
    /// A value of a column mapped as boolean.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A floating point number.
    Real(f64),
    /// Text, and every type that is written as text.
    Text(Box<str>),
    /// Bytes.
    Blob(Box<[u8]>),
}

/// A value where it stands: in a row, or in an object's column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ValueRef<'v> {
    /// SQL `NULL`.
    Null,
    /// A value of a column mapped as boolean.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A floating point number.
    Real(f64),
    /// Text, and every type that is written as text.
    Text(&'v str),
    /// Bytes.
    Blob(&'v [u8]),
}

impl Value {
    /// Whether this is SQL `NULL`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The value where it stands.
    #[must_use]
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Value::Null => ValueRef::Null,
            Value::Boolean(value) => ValueRef::Boolean(*value),
            Value::Integer(value) => ValueRef::Integer(*value),
            Value::Real(value) => ValueRef::Real(*value),
            Value::Text(text) => ValueRef::Text(text),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }
    }

    /// The value that a trace shows as this JSON; blobs are text there.
    #[must_use]
    pub fn of_json(json: &serde_json::Value) -> Value {
        match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(truth) => Value::Boolean(*truth),
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(whole) => Value::Integer(whole),
                None => Value::Real(number.as_f64().unwrap_or_default()),
            },
            serde_json::Value::String(text) => Value::Text(text.as_str().into()),
            serde_json::Value::Array(_) | serde_json::Value::Object(_) => Value::Text(json.to_string().into()),
        }
    }

    /// The value as JSON: blobs as hexadecimal text.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Null => serde_json::Value::Null,
            Value::Boolean(value) => (*value).into(),
            Value::Integer(value) => (*value).into(),
            Value::Real(value) => (*value).into(),
            Value::Text(text) => text.as_ref().into(),
            Value::Blob(bytes) => hex(bytes).into(),
        }
    }
}

impl<'v> ValueRef<'v> {
    /// The text, if it is one.
    pub(crate) fn as_text(self) -> Option<&'v str> {
        match self {
            ValueRef::Text(text) => Some(text),
            ValueRef::Null | ValueRef::Boolean(_) | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => {
                None
            }
        }
    }

    /// Size in bytes as the trace counts it: text and blobs their length, numbers 8, booleans 1, null 0.
    pub(crate) fn byte_count(self) -> u64 {
        match self {
            ValueRef::Null => 0,
            ValueRef::Boolean(_) => 1,
            ValueRef::Integer(_) | ValueRef::Real(_) => 8,
            ValueRef::Text(text) => text.len() as u64,
            ValueRef::Blob(bytes) => bytes.len() as u64,
        }
    }

    /// Whether this is SQL `NULL`.
    #[must_use]
    pub fn is_null(self) -> bool {
        matches!(self, ValueRef::Null)
    }

    /// A value of its own.
    #[must_use]
    pub fn to_value(self) -> Value {
        match self {
            ValueRef::Null => Value::Null,
            ValueRef::Boolean(value) => Value::Boolean(value),
            ValueRef::Integer(value) => Value::Integer(value),
            ValueRef::Real(value) => Value::Real(value),
            ValueRef::Text(text) => Value::Text(text.into()),
            ValueRef::Blob(bytes) => Value::Blob(bytes.into()),
        }
    }
}

/// Bytes as lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Hexadecimal digits as bytes; `None` for anything else.
pub(crate) fn unhex(text: &str) -> Option<Box<[u8]>> {
    let digits: Vec<u8> =
        text.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    Some(pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Integer(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Value::Text(value.into())
    }
}

// Keys of the identity map are values; a floating point key equals itself bit by bit.
impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Value::Null => {}
            Value::Boolean(value) => value.hash(state),
            Value::Integer(value) => value.hash(state),
            Value::Real(value) => value.to_bits().hash(state),
            Value::Text(text) => text.hash(state),
            Value::Blob(bytes) => bytes.hash(state),
        }
    }
}
