//! How numbers are written: three significant digits, a unit, a thin space for thousands.
//!
//! Exact counts are written exactly. A number that cannot be known is [`UNKNOWN`], never 0.

/// What stands where a number cannot be known.
pub const UNKNOWN: &str = "–";

/// The thin space between thousands.
const THIN: char = '\u{2009}';

const DURATIONS: [(f64, &str); 4] = [(1.0, "ns"), (1e3, "µs"), (1e6, "ms"), (1e9, "s")];
const SIZES: [(f64, &str); 5] = [(1.0, "B"), (1e3, "kB"), (1e6, "MB"), (1e9, "GB"), (1e12, "TB")];

/// An exact count: `25 200`.
#[must_use]
pub fn count(value: u64) -> String {
    grouped(&value.to_string())
}

/// A measured number with three significant digits: `1.24`, `86.2`, `1 230`.
#[must_use]
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return UNKNOWN.to_owned();
    }
    let rounded = three_digits(value);
    let decimals = if rounded == 0.0 { 0 } else { (2 - exponent(rounded)).clamp(0, 12) };
    fixed(rounded, decimals as usize)
}

/// A duration in nanoseconds: `870 µs`, `86.2 ms`, `1.24 s`.
#[must_use]
pub fn duration(nanos: f64) -> String {
    with_unit(nanos, &DURATIONS)
}

/// Two ends of an interval in nanoseconds: `20.9 to 21.8 ms`, `870 µs to 1.02 ms`.
#[must_use]
pub fn interval(low: f64, high: f64) -> String {
    let (low, high) = (duration(low), duration(high));
    match (low.split_once(' '), high.split_once(' ')) {
        (Some((figure, unit)), Some((_, other))) if unit == other => format!("{figure} to {high}"),
        _ => format!("{low} to {high}"),
    }
}

/// A size in bytes, in powers of ten: `312 B`, `412 kB`, `4.10 MB`.
#[must_use]
pub fn bytes(value: u64) -> String {
    if value < 1000 { format!("{value} B") } else { with_unit(value as f64, &SIZES) }
}

/// Requests a second: `412 /s`.
#[must_use]
pub fn rate(per_second: f64) -> String {
    if per_second.is_finite() { format!("{} /s", number(per_second)) } else { UNKNOWN.to_owned() }
}

/// A ratio to the baseline: two significant digits, and two decimals near one, where they are what differs:
/// `×3.1`, `×0.24`, `×1.04`, `×37`.
#[must_use]
pub fn ratio(value: f64) -> String {
    if value.is_finite() && value >= 0.0 { format!("×{}", factor(value)) } else { UNKNOWN.to_owned() }
}

/// The figure of [`ratio`] without its sign, for sentences: `4.1 times as fast`.
#[must_use]
pub fn factor(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let near_one = (0.95..1.05).contains(&value);
    let decimals = if near_one { 2 } else { (1 - exponent(rounded_to(value, 2))).clamp(0, 9) };
    fixed(value, decimals as usize)
}

/// A share of a whole, as whole percent: `62 %`; `<1 %` where rounding would say that there is nothing.
#[must_use]
pub fn percent(share: f64) -> String {
    if !share.is_finite() {
        UNKNOWN.to_owned()
    } else if share > 0.0 && share < 0.005 {
        "<1 %".to_owned()
    } else {
        format!("{:.0} %", share * 100.0)
    }
}

/// A round position on an axis in the unit that suits its end, without digits that say nothing: `25 ms`.
#[must_use]
pub fn duration_tick(nanos: f64, end: f64) -> String {
    let (size, unit) = unit_for(end, &DURATIONS);
    if nanos == 0.0 { "0".to_owned() } else { format!("{} {unit}", grouped(&trimmed(nanos / size))) }
}

/// A round position on an axis of counts: `1 000`.
#[must_use]
pub fn count_tick(value: f64) -> String {
    grouped(&trimmed(value))
}

fn trimmed(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn with_unit(value: f64, units: &[(f64, &str)]) -> String {
    if !value.is_finite() {
        return UNKNOWN.to_owned();
    }
    let (size, unit) = unit_for(three_digits(value), units);
    format!("{} {unit}", number(value / size))
}

/// The largest unit that is not larger than the value; the smallest one for anything smaller.
fn unit_for<'a>(value: f64, units: &[(f64, &'a str)]) -> (f64, &'a str) {
    let fitting = units.iter().rev().find(|(size, _)| value.abs() >= *size);
    fitting.or(units.first()).copied().unwrap_or((1.0, ""))
}

fn three_digits(value: f64) -> f64 {
    rounded_to(value, 3)
}

fn rounded_to(value: f64, digits: i32) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let shift = digits - 1 - exponent(value);
    // Dividing by a positive power of ten is exact where multiplying by a negative one is not.
    if shift >= 0 {
        (value * 10f64.powi(shift)).round() / 10f64.powi(shift)
    } else {
        (value / 10f64.powi(-shift)).round() * 10f64.powi(-shift)
    }
}

fn exponent(value: f64) -> i32 {
    value.abs().log10().floor() as i32
}

fn fixed(value: f64, decimals: usize) -> String {
    grouped(&format!("{value:.decimals$}"))
}

/// Sets a thin space between groups of three digits before the decimal point.
fn grouped(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, rest) = digits.find('.').map_or((digits, ""), |point| digits.split_at(point));
    let mut grouped = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(THIN);
        }
        grouped.push(digit);
    }
    grouped.push_str(rest);
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_digits_and_the_unit_that_suits_them() {
        let written: Vec<String> =
            [0.0, 12.0, 870_000.0, 999_960.0, 86_234_000.0, 1.2444e9, 1_240e9].map(duration).to_vec();
        assert_eq!(written, ["0 ns", "12.0 ns", "870 µs", "1.00 ms", "86.2 ms", "1.24 s", "1\u{2009}240 s"]);
        assert_eq!(duration(f64::NAN), UNKNOWN);
    }

    #[test]
    fn intervals_share_a_unit_where_they_can() {
        assert_eq!(interval(20.9e6, 21.84e6), "20.9 to 21.8 ms");
        assert_eq!(interval(870e3, 1.02e6), "870 µs to 1.02 ms");
    }

    #[test]
    fn counts_are_exact_and_grouped() {
        assert_eq!(
            [111, 1000, 25_200, 1_234_567].map(count),
            ["111", "1\u{2009}000", "25\u{2009}200", "1\u{2009}234\u{2009}567"]
        );
    }

    #[test]
    fn sizes_are_in_powers_of_ten() {
        assert_eq!([0, 999, 412_300, 999_999, 4_100_000].map(bytes), ["0 B", "999 B", "412 kB", "1.00 MB", "4.10 MB"]);
    }

    #[test]
    fn ratios_show_what_differs() {
        let written = [3.114, 0.2413, 1.041, 37.2, 0.02702, 9.96, 0.0, 1234.0].map(ratio);
        assert_eq!(written, ["×3.1", "×0.24", "×1.04", "×37", "×0.027", "×10", "×0", "×1\u{2009}234"]);
        assert_eq!(ratio(f64::INFINITY), UNKNOWN);
    }

    #[test]
    fn ticks_carry_no_empty_digits() {
        assert_eq!([0.0, 25e6, 100e6].map(|nanos| duration_tick(nanos, 90e6)), ["0", "25 ms", "100 ms"]);
        assert_eq!(duration_tick(500e6, 2e9), "0.5 s");
        assert_eq!(count_tick(1000.0), "1\u{2009}000");
    }

    #[test]
    fn shares_do_not_round_to_nothing() {
        assert_eq!([0.0, 0.001, 0.618, 1.0].map(percent), ["0 %", "<1 %", "62 %", "100 %"]);
    }
}
