//! Dates and times in ISO 8601, as Python's `isoformat` writes them: microseconds only where there are any.

use std::fmt::Write;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Days from the first of March of the year 0 to the first day of the year 2000, from which the server counts.
const EPOCH: i64 = 730_425;

/// A moment, in microseconds since the year 2000.
pub(super) fn timestamp(microseconds: i64, zone: &str, text: &mut String) -> Option<()> {
    match microseconds {
        i64::MAX => return text.write_str("infinity").ok(),
        i64::MIN => return text.write_str("-infinity").ok(),
        _ => {}
    }
    let before_christ = write_day(microseconds.div_euclid(DAY), text)?;
    text.push('T');
    time(microseconds.rem_euclid(DAY), text)?;
    text.push_str(zone);
    text.push_str(before_christ);
    Some(())
}

/// A day, counted from the first of the year 2000.
pub(super) fn date(days: i32, text: &mut String) -> Option<()> {
    match days {
        i32::MAX => return text.write_str("infinity").ok(),
        i32::MIN => return text.write_str("-infinity").ok(),
        _ => {}
    }
    let before_christ = write_day(days.into(), text)?;
    text.push_str(before_christ);
    Some(())
}

/// Writes a day and returns what follows the whole value: years before the first are counted back, as the server reads
/// them. The rule of the Gregorian calendar: 400 years of 146 097 days, in years that begin in March, so that the day that
/// is not always there is the last.
fn write_day(days: i64, text: &mut String) -> Option<&'static str> {
    let days = days + EPOCH;
    let era = days.div_euclid(146_097);
    let day = days.rem_euclid(146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = year + 400 * era + next;
    let (year, suffix) = if year > 0 { (year, "") } else { (1 - year, " BC") };
    write!(text, "{year:04}-{month:02}-{day:02}").ok()?;
    Some(suffix)
}

/// A time of day in microseconds.
pub(super) fn time(microseconds: i64, text: &mut String) -> Option<()> {
    let seconds = microseconds / SECOND;
    write!(text, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60).ok()?;
    match microseconds % SECOND {
        0 => Some(()),
        rest => write!(text, ".{rest:06}").ok(),
    }
}

/// How far a zone is from Greenwich, in seconds to the west.
pub(super) fn offset(west: i32, text: &mut String) -> Option<()> {
    let sign = if west > 0 { '-' } else { '+' };
    let seconds = west.unsigned_abs();
    write!(text, "{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60).ok()?;
    match seconds % 60 {
        0 => Some(()),
        rest => write!(text, ":{rest:02}").ok(),
    }
}

/// A span of time, in the server's own words.
pub(super) fn interval(months: i32, days: i32, microseconds: i64, text: &mut String) -> Option<()> {
    let parts = [(months / 12, "year", "years"), (months % 12, "mon", "mons"), (days, "day", "days")];
    let start = text.len();
    for (count, one, many) in parts.into_iter().filter(|(count, ..)| *count != 0) {
        let space = if text.len() > start { " " } else { "" };
        write!(text, "{space}{count} {}", if count == 1 { one } else { many }).ok()?;
    }
    if microseconds == 0 && text.len() > start {
        return Some(());
    }
    text.push_str(if text.len() > start { " " } else { "" });
    text.push_str(if microseconds < 0 { "-" } else { "" });
    let microseconds = microseconds.unsigned_abs();
    let (seconds, rest) = (microseconds / SECOND.unsigned_abs(), microseconds % SECOND.unsigned_abs());
    write!(text, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60).ok()?;
    if rest > 0 {
        let digits = format!("{rest:06}");
        write!(text, ".{}", digits.trim_end_matches('0')).ok()?;
    }
    Some(())
}
