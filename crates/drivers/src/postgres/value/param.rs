//! A value as a statement's parameter.

use bytes::BytesMut;
use fetchscope_engine::value::Value;
use std::error::Error;
use std::fmt::Write;
use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};

/// A value sent as text, which the server reads as whatever type the parameter has: a date, a decimal, a UUID.
#[derive(Debug, Clone, Copy)]
pub struct Param<'v>(pub &'v Value);

impl ToSql for Param<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Value::Null => return Ok(IsNull::Yes),
            Value::Boolean(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
            Value::Integer(value) => write!(out, "{value}")?,
            Value::Real(value) if value.is_infinite() => {
                out.extend_from_slice(if *value > 0.0 { b"Infinity" } else { b"-Infinity" });
            }
            Value::Real(value) => write!(out, "{value:?}")?,
            Value::Text(text) => out.extend_from_slice(text.as_bytes()),
            Value::Blob(bytes) => {
                out.extend_from_slice(b"\\x");
                for byte in bytes {
                    write!(out, "{byte:02x}")?;
                }
            }
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}
