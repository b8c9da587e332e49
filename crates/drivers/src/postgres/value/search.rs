//! What is searched for words: `tsvector`, as the server writes it.

use super::take;
use std::fmt::Write;

/// Its words, each with the places it stands at and their weights: `'cat':3 'fat':2A,4`.
pub(super) fn vector(mut raw: &[u8], text: &mut String) -> Option<()> {
    let words = u32::from_be_bytes(take(&mut raw)?);
    for index in 0..words {
        let end = raw.iter().position(|byte| *byte == 0)?;
        let word = std::str::from_utf8(raw.get(..end)?).ok()?;
        raw = raw.get(end + 1..)?;
        text.push_str(if index == 0 { "'" } else { " '" });
        text.push_str(&word.replace('\\', "\\\\").replace('\'', "''"));
        text.push('\'');
        let places = u16::from_be_bytes(take(&mut raw)?);
        for number in 0..places {
            let place = u16::from_be_bytes(take(&mut raw)?);
            // The upper two bits are the weight, of which the lowest is not written.
            let weight = ["", "C", "B", "A"][usize::from(place >> 14)];
            write!(text, "{}{}{weight}", if number == 0 { ':' } else { ',' }, place & 0x3fff).ok()?;
        }
    }
    Some(())
}
