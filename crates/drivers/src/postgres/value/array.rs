//! Values of several values: arrays as JSON, ranges as the server writes them.

use super::{hex, scalar, take, take_sized};
use tokio_postgres::types::{Kind, Type};

/// An array, as JSON: lists in lists where it has several dimensions.
pub(super) fn write(element: &Type, mut raw: &[u8], text: &mut String) -> Option<()> {
    let dimensions = usize::try_from(i32::from_be_bytes(take(&mut raw)?)).ok()?;
    let _has_nulls: [u8; 4] = take(&mut raw)?;
    let _type: [u8; 4] = take(&mut raw)?;
    let mut lengths = Vec::new();
    for _ in 0..dimensions {
        lengths.push(u32::from_be_bytes(take(&mut raw)?));
        let _first_index: [u8; 4] = take(&mut raw)?;
    }
    if lengths.is_empty() || lengths.contains(&0) {
        text.push_str("[]");
        return Some(());
    }
    list(element, &lengths, &mut raw, text)
}

fn list(element: &Type, lengths: &[u32], raw: &mut &[u8], text: &mut String) -> Option<()> {
    let Some((length, inner)) = lengths.split_first() else {
        match take_sized(raw)? {
            None => text.push_str("null"),
            Some(value) => json(element, value, text),
        }
        return Some(());
    };
    text.push('[');
    for index in 0..*length {
        text.push_str(if index == 0 { "" } else { "," });
        list(element, inner, raw, text)?;
    }
    text.push(']');
    Some(())
}

/// An element as JSON: numbers and truths bare, everything else as a string.
fn json(ty: &Type, raw: &[u8], text: &mut String) {
    let ty = base(ty);
    let mut plain = String::new();
    if scalar::write(ty, raw, &mut plain).is_none() {
        plain.clear();
        hex(raw, &mut plain);
    }
    let bare = match *ty {
        Type::INT2 | Type::INT4 | Type::INT8 | Type::OID | Type::BOOL | Type::JSON | Type::JSONB => true,
        // JSON has no word for what is no number, or beyond all of them.
        Type::FLOAT4 | Type::FLOAT8 => !plain.ends_with(['N', 'y']),
        _ => false,
    };
    if bare {
        text.push_str(&plain);
    } else {
        text.push_str(&serde_json::Value::from(plain).to_string());
    }
}

fn base(ty: &Type) -> &Type {
    if let Kind::Domain(inner) = ty.kind() { base(inner) } else { ty }
}

const EMPTY: u8 = 0x01;
const LOWER_INCLUDED: u8 = 0x02;
const UPPER_INCLUDED: u8 = 0x04;
const LOWER_INFINITE: u8 = 0x08;
const UPPER_INFINITE: u8 = 0x10;

/// A range: `[1,5)`, `(,2024-01-01]`, `empty`.
pub(super) fn write_range(element: &Type, mut raw: &[u8], text: &mut String) -> Option<()> {
    let [flags] = take(&mut raw)?;
    if flags & EMPTY != 0 {
        text.push_str("empty");
        return Some(());
    }
    text.push(if flags & LOWER_INCLUDED == 0 { '(' } else { '[' });
    bound(element, flags & LOWER_INFINITE != 0, &mut raw, text)?;
    text.push(',');
    bound(element, flags & UPPER_INFINITE != 0, &mut raw, text)?;
    text.push(if flags & UPPER_INCLUDED == 0 { ')' } else { ']' });
    Some(())
}

fn bound(element: &Type, infinite: bool, raw: &mut &[u8], text: &mut String) -> Option<()> {
    if infinite {
        return Some(());
    }
    let value = take_sized(raw)??;
    let mut plain = String::new();
    scalar::write(element, value, &mut plain)?;
    let separates = |letter: char| letter.is_whitespace() || "\"\\,()[]".contains(letter);
    if plain.is_empty() || plain.contains(separates) {
        text.push('"');
        text.push_str(&plain.replace('\\', "\\\\").replace('"', "\\\""));
        text.push('"');
    } else {
        text.push_str(&plain);
    }
    Some(())
}

/// Ranges: `{[1,3),[5,8)}`.
pub(super) fn write_multirange(range: &Type, mut raw: &[u8], text: &mut String) -> Option<()> {
    // What the catalogue calls the type of its elements is the elements' own, not the range's.
    let element = if let Kind::Range(element) = range.kind() { element } else { range };
    let count = u32::from_be_bytes(take(&mut raw)?);
    text.push('{');
    for index in 0..count {
        text.push_str(if index == 0 { "" } else { "," });
        write_range(element, take_sized(&mut raw)??, text)?;
    }
    text.push('}');
    Some(())
}
