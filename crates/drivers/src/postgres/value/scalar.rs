//! Every type that is written as text.

use super::{array, calendar, fixed, geometry, hex, network, numeric, search, take};
use std::fmt::Write;
use tokio_postgres::types::{Kind, Type};

/// Whether the server sends the text itself.
pub(super) fn is_text(ty: &Type) -> bool {
    match *ty {
        Type::TEXT
        | Type::VARCHAR
        | Type::BPCHAR
        | Type::NAME
        | Type::UNKNOWN
        | Type::CHAR
        | Type::XML
        | Type::JSON
        | Type::REFCURSOR
        | Type::CSTRING => true,
        // Types that a database adds have no number of their own.
        _ => matches!(ty.kind(), Kind::Enum(_)) || ty.name() == "citext",
    }
}

/// Writes a value; `None` where the type is not known or the bytes do not fit it.
pub(super) fn write(ty: &Type, raw: &[u8], text: &mut String) -> Option<()> {
    match ty.kind() {
        Kind::Domain(base) => return write(base, raw, text),
        Kind::Array(element) => return array::write(element, raw, text),
        Kind::Range(element) => return array::write_range(element, raw, text),
        Kind::Multirange(element) => return array::write_multirange(element, raw, text),
        Kind::Simple | Kind::Enum(_) | Kind::Pseudo | Kind::Composite(_) => {}
        _ => return None,
    }
    match *ty {
        Type::NUMERIC => numeric::write(raw, text),
        Type::TIMESTAMP => calendar::timestamp(i64::from_be_bytes(fixed(raw)?), "", text),
        Type::TIMESTAMPTZ => calendar::timestamp(i64::from_be_bytes(fixed(raw)?), "+00:00", text),
        Type::DATE => calendar::date(i32::from_be_bytes(fixed(raw)?), text),
        Type::TIME => calendar::time(i64::from_be_bytes(fixed(raw)?), text),
        Type::TIMETZ => {
            let mut raw = raw;
            calendar::time(i64::from_be_bytes(take(&mut raw)?), text)?;
            calendar::offset(i32::from_be_bytes(fixed(raw)?), text)
        }
        Type::INTERVAL => {
            let mut raw = raw;
            let microseconds = i64::from_be_bytes(take(&mut raw)?);
            let days = i32::from_be_bytes(take(&mut raw)?);
            calendar::interval(i32::from_be_bytes(fixed(raw)?), days, microseconds, text)
        }
        Type::UUID => uuid(fixed(raw)?, text),
        // Its version goes before it.
        Type::JSONB | Type::JSONPATH => match raw.split_first()? {
            (1, json) => push_text(json, text),
            _ => None,
        },
        Type::INET | Type::CIDR => network::address(raw, *ty == Type::CIDR, text),
        Type::MACADDR | Type::MACADDR8 => network::hardware(raw, text),
        Type::BIT | Type::VARBIT => bits(raw, text),
        Type::MONEY => numeric::money(i64::from_be_bytes(fixed(raw)?), text),
        Type::PG_LSN => {
            let position = u64::from_be_bytes(fixed(raw)?);
            write!(text, "{:X}/{:X}", position >> 32, position as u32).ok()
        }
        Type::TID => {
            let mut raw = raw;
            let block = u32::from_be_bytes(take(&mut raw)?);
            write!(text, "({block},{})", u16::from_be_bytes(fixed(raw)?)).ok()
        }
        Type::XID8 => write!(text, "{}", u64::from_be_bytes(fixed(raw)?)).ok(),
        _ if geometry::is_geometry(ty) => geometry::write(ty, raw, text),
        Type::TS_VECTOR => search::vector(raw, text),
        Type::VOID => Some(()),
        Type::INT2 => write!(text, "{}", i16::from_be_bytes(fixed(raw)?)).ok(),
        Type::INT4 => write!(text, "{}", i32::from_be_bytes(fixed(raw)?)).ok(),
        Type::INT8 => write!(text, "{}", i64::from_be_bytes(fixed(raw)?)).ok(),
        Type::OID => write!(text, "{}", u32::from_be_bytes(fixed(raw)?)).ok(),
        Type::FLOAT4 => real(f32::from_be_bytes(fixed(raw)?).into(), text),
        Type::FLOAT8 => real(f64::from_be_bytes(fixed(raw)?), text),
        Type::BOOL => {
            let [byte] = fixed(raw)?;
            text.push_str(if byte == 0 { "false" } else { "true" });
            Some(())
        }
        Type::BYTEA => {
            hex(raw, text);
            Some(())
        }
        _ if is_text(ty) => push_text(raw, text),
        _ => None,
    }
}

/// Text as it was sent. A database without an encoding of its own may send what is no text.
fn push_text(raw: &[u8], text: &mut String) -> Option<()> {
    text.push_str(&String::from_utf8_lossy(raw));
    Some(())
}

fn real(number: f64, text: &mut String) -> Option<()> {
    if number.is_infinite() {
        text.push_str(if number > 0.0 { "Infinity" } else { "-Infinity" });
        return Some(());
    }
    write!(text, "{number:?}").ok()
}

fn uuid(bytes: [u8; 16], text: &mut String) -> Option<()> {
    for (index, part) in [&bytes[..4], &bytes[4..6], &bytes[6..8], &bytes[8..10], &bytes[10..]].into_iter().enumerate()
    {
        text.push_str(if index == 0 { "" } else { "-" });
        hex(part, text);
    }
    Some(())
}

fn bits(mut raw: &[u8], text: &mut String) -> Option<()> {
    let count = usize::try_from(i32::from_be_bytes(take(&mut raw)?)).ok()?;
    if count.div_ceil(8) != raw.len() {
        return None;
    }
    let bit = |index: usize| raw[index / 8] >> (7 - index % 8) & 1 == 1;
    text.extend((0..count).map(|index| if bit(index) { '1' } else { '0' }));
    Some(())
}
