//! Exact decimal numbers, written as Python writes its `Decimal`: that is what an application shows of them.

use super::take;
use std::fmt::Write;

const NEGATIVE: u16 = 0x4000;
const NOT_A_NUMBER: u16 = 0xc000;
const INFINITE: u16 = 0xd000;
const NEGATIVE_INFINITE: u16 = 0xf000;

/// Digits of each group that the server sends.
const GROUP: usize = 4;

/// Writes a number as exactly as it was sent, with the digits after the point that its column has.
pub(super) fn write(mut raw: &[u8], text: &mut String) -> Option<()> {
    let groups = usize::from(u16::from_be_bytes(take(&mut raw)?));
    // Of how many thousands of ten thousand the first group is.
    let weight = i64::from(i16::from_be_bytes(take(&mut raw)?));
    let sign = u16::from_be_bytes(take(&mut raw)?);
    let scale = usize::from(u16::from_be_bytes(take(&mut raw)?));
    match sign {
        NOT_A_NUMBER => return text.write_str("NaN").ok(),
        INFINITE => return text.write_str("Infinity").ok(),
        NEGATIVE_INFINITE => return text.write_str("-Infinity").ok(),
        NEGATIVE => text.push('-'),
        0 => {}
        _ => return None,
    }
    let (pairs, []) = raw.as_chunks::<2>() else { return None };
    if pairs.len() != groups {
        return None;
    }
    let group = |index: i64| {
        let found = usize::try_from(index).ok().and_then(|index| pairs.get(index));
        found.map_or(0, |pair| u16::from_be_bytes(*pair))
    };
    // A small number is written with an exponent. How small it is, its first digit that is not zero says.
    if let Some(exponent) = exponent(pairs, weight, scale) {
        return scientific(&group, weight, scale, exponent, text);
    }
    if weight < 0 {
        text.push('0');
    } else {
        write!(text, "{}", group(0)).ok()?;
        for index in 1..=weight {
            write!(text, "{:04}", group(index)).ok()?;
        }
    }
    if scale > 0 {
        text.push('.');
        digits_after_the_point(&group, weight, scale, text)?;
    }
    Some(())
}

fn digits_after_the_point(group: &dyn Fn(i64) -> u16, weight: i64, scale: usize, text: &mut String) -> Option<()> {
    let end = text.len() + scale;
    for index in 0..scale.div_ceil(GROUP) {
        write!(text, "{:04}", group(weight + 1 + index as i64)).ok()?;
    }
    text.truncate(end);
    Some(())
}

/// The exponent of a number that Python writes with one: below 0.000001, and of a zero the digits that it has.
fn exponent(pairs: &[[u8; 2]], weight: i64, scale: usize) -> Option<i64> {
    let first = pairs.iter().position(|pair| *pair != [0, 0]);
    let exponent = match first {
        None => -i64::try_from(scale).ok()?,
        Some(index) => {
            let group = u16::from_be_bytes(pairs[index]);
            GROUP as i64 * (weight - index as i64) + i64::from(group.ilog10())
        }
    };
    (exponent < -6).then_some(exponent)
}

fn scientific(group: &dyn Fn(i64) -> u16, weight: i64, scale: usize, exponent: i64, text: &mut String) -> Option<()> {
    let mut plain = String::new();
    digits_after_the_point(group, weight, scale, &mut plain)?;
    let digits = plain.trim_start_matches('0');
    let (first, rest) = digits.split_at_checked(1).unwrap_or(("0", ""));
    let point = if rest.is_empty() { "" } else { "." };
    write!(text, "{first}{point}{rest}E{exponent}").ok()
}

/// An amount of money. How many digits stand after its point is the server's locale to say; two are what most have.
pub(super) fn money(cents: i64, text: &mut String) -> Option<()> {
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    write!(text, "{sign}{}.{:02}", cents / 100, cents % 100).ok()
}
