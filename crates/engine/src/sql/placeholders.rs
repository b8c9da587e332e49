//! Placeholders: where statements of several drivers are compared, each has `?` for one, whatever its way of writing it.

use crate::mapping::ColumnType;

/// Types that stand in casts, longer names before those they begin with.
const TYPES: [ColumnType; 14] = [
    ColumnType::SmallInteger,
    ColumnType::Integer,
    ColumnType::BigInteger,
    ColumnType::Float,
    ColumnType::Numeric(None, None),
    ColumnType::Text,
    ColumnType::Boolean,
    ColumnType::Date,
    ColumnType::Time,
    ColumnType::DateTime,
    ColumnType::Uuid,
    ColumnType::Jsonb,
    ColumnType::Json,
    ColumnType::Bytes,
];

/// The text with `?` in place of `$1` and `$1::INTEGER`.
#[must_use]
pub fn plain(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        // A name may have a dollar in it, but does not begin with one.
        if digits == 0 || before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_') {
            text.push('$');
            rest = after;
        } else {
            text.push('?');
            rest = without_cast(&after[digits..]);
        }
    }
    text.push_str(rest);
    text
}

fn without_cast(text: &str) -> &str {
    let Some(cast) = text.strip_prefix("::") else { return text };
    let names = TYPES.iter().filter_map(|one| one.name());
    let Some(rest) = names.into_iter().find_map(|name| cast.strip_prefix(&*name)) else { return text };
    match rest.strip_prefix('(').and_then(|digits| digits.split_once(')')) {
        Some((digits, rest)) if digits.chars().all(|one| one.is_ascii_digit() || ", ".contains(one)) => rest,
        Some(_) | None => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_casts_are_left_out() {
        let sql = "a = $1::TIMESTAMP WITHOUT TIME ZONE AND $12 = b$1 AND c IN ($2::NUMERIC(10, 2), $3::JSONB)";
        assert_eq!(plain(sql), "a = ? AND ? = b$1 AND c IN (?, ?)");
    }
}
