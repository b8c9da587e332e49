//! Points and what is made of them, as the server writes them.

use super::{fixed, take};
use std::fmt::Write;
use tokio_postgres::types::Type;

/// Whether a type is one of these.
pub(super) fn is_geometry(ty: &Type) -> bool {
    matches!(*ty, Type::POINT | Type::LSEG | Type::BOX | Type::LINE | Type::CIRCLE | Type::PATH | Type::POLYGON)
}

/// Writes one of these types.
pub(super) fn write(ty: &Type, mut raw: &[u8], text: &mut String) -> Option<()> {
    let (open, close, count) = match *ty {
        Type::POINT => ("", "", 1),
        Type::LSEG => ("[", "]", 2),
        Type::BOX => ("", "", 2),
        Type::LINE => {
            let [a, b, c] = [number(&mut raw)?, number(&mut raw)?, number(&mut raw)?];
            return write!(text, "{{{a},{b},{c}}}").ok();
        }
        Type::CIRCLE => {
            text.push('<');
            points(1, &mut raw, text)?;
            return write!(text, ",{}>", f64::from_be_bytes(fixed(raw)?)).ok();
        }
        Type::PATH => {
            let [closed] = take(&mut raw)?;
            let count = u32::from_be_bytes(take(&mut raw)?);
            if closed == 0 { ("[", "]", count) } else { ("(", ")", count) }
        }
        Type::POLYGON => ("(", ")", u32::from_be_bytes(take(&mut raw)?)),
        _ => return None,
    };
    text.push_str(open);
    points(count, &mut raw, text)?;
    text.push_str(close);
    raw.is_empty().then_some(())
}

fn points(count: u32, raw: &mut &[u8], text: &mut String) -> Option<()> {
    for index in 0..count {
        let comma = if index == 0 { "" } else { "," };
        write!(text, "{comma}({},{})", number(raw)?, number(raw)?).ok()?;
    }
    Some(())
}

fn number(raw: &mut &[u8]) -> Option<f64> {
    take(raw).map(f64::from_be_bytes)
}
