//! From the binary form in which a server sends values to the engine's, and from the engine's to parameters.
//!
//! Text is written straight to where it stays. Whatever is of a type unknown here, or not as its type should be, is
//! carried as hexadecimal digits: it can be shown and compared, and nothing fails on it.

mod array;
mod calendar;
mod geometry;
mod network;
mod numeric;
mod param;
mod scalar;
mod search;

use fetchscope_engine::value::{ValueRef, Values};
use std::error::Error;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Kind, Type};

pub use param::Param;

/// The bytes of a column, whatever its type.
#[derive(Debug)]
struct Raw<'r>(&'r [u8]);

impl<'r> FromSql<'r> for Raw<'r> {
    fn from_sql(_: &Type, raw: &'r [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Raw(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// Adds every column of a row.
///
/// # Errors
/// When the row is cut off.
pub fn push_row(row: &Row, values: &mut Values) -> Result<(), tokio_postgres::Error> {
    for (index, column) in row.columns().iter().enumerate() {
        let raw: Option<Raw<'_>> = row.try_get(index)?;
        push(column.type_(), raw.map(|raw| raw.0), values);
    }
    Ok(())
}

/// Adds one value, of which these are the bytes.
pub fn push(ty: &Type, raw: Option<&[u8]>, values: &mut Values) {
    let Some(raw) = raw else { return values.push(ValueRef::Null) };
    if let Kind::Domain(base) = ty.kind() {
        return push(base, Some(raw), values);
    }
    let value = match *ty {
        Type::INT4 => fixed(raw).map(|bytes| ValueRef::Integer(i32::from_be_bytes(bytes).into())),
        Type::INT8 => fixed(raw).map(|bytes| ValueRef::Integer(i64::from_be_bytes(bytes))),
        Type::INT2 => fixed(raw).map(|bytes| ValueRef::Integer(i16::from_be_bytes(bytes).into())),
        Type::OID
        | Type::XID
        | Type::CID
        | Type::REGCLASS
        | Type::REGTYPE
        | Type::REGPROC
        | Type::REGPROCEDURE
        | Type::REGOPER
        | Type::REGOPERATOR
        | Type::REGROLE
        | Type::REGNAMESPACE
        | Type::REGCONFIG
        | Type::REGDICTIONARY => fixed(raw).map(|bytes| ValueRef::Integer(u32::from_be_bytes(bytes).into())),
        Type::BOOL => fixed(raw).map(|[byte]| ValueRef::Boolean(byte != 0)),
        Type::FLOAT8 => fixed(raw).map(|bytes| ValueRef::Real(f64::from_be_bytes(bytes))),
        Type::FLOAT4 => fixed(raw).map(|bytes| ValueRef::Real(f32::from_be_bytes(bytes).into())),
        Type::BYTEA => Some(ValueRef::Blob(raw)),
        _ if scalar::is_text(ty) => std::str::from_utf8(raw).ok().map(ValueRef::Text),
        _ => None,
    };
    match value {
        Some(value) => values.push(value),
        None => values.push_written(|text| written(ty, raw, text)),
    }
}

/// Writes a value as text, or as hexadecimal digits where that does not go.
fn written(ty: &Type, raw: &[u8], text: &mut String) {
    let start = text.len();
    if scalar::write(ty, raw, text).is_none() {
        text.truncate(start);
        hex(raw, text);
    }
}

fn hex(raw: &[u8], text: &mut String) {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    for byte in raw {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
}

/// Exactly so many bytes.
fn fixed<const N: usize>(raw: &[u8]) -> Option<[u8; N]> {
    raw.try_into().ok()
}

/// The first so many bytes, and what follows.
fn take<const N: usize>(raw: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = raw.split_first_chunk::<N>()?;
    *raw = rest;
    Some(*first)
}

/// What stands behind its length; `None` inside for a NULL.
#[expect(clippy::option_option)]
fn take_sized<'r>(raw: &mut &'r [u8]) -> Option<Option<&'r [u8]>> {
    let length = i32::from_be_bytes(take(raw)?);
    let Ok(length) = usize::try_from(length) else { return Some(None) };
    let (value, rest) = raw.split_at_checked(length)?;
    *raw = rest;
    Some(Some(value))
}

#[cfg(test)]
mod tests;
