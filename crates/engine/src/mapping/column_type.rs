//! Types of columns, where a statement has to name one: PostgreSQL is told what each parameter is.

use crate::value::Value;
use std::borrow::Cow;

/// The type of a column, as far as SQLAlchemy tells types of parameters apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnType {
    /// 16 bits.
    SmallInteger,
    /// 32 bits.
    Integer,
    /// 64 bits.
    BigInteger,
    /// A floating point number.
    Float,
    /// A decimal number, with its precision and scale where the mapping gives them.
    Numeric(Option<u32>, Option<u32>),
    /// Text of any length.
    Text,
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A day and a time, in no time zone.
    DateTime,
    /// A universally unique identifier.
    Uuid,
    /// JSON as text.
    Json,
    /// JSON taken apart.
    Jsonb,
    /// Bytes.
    Bytes,
    /// Any other: the database knows it from the column that a parameter is compared with.
    Other,
}

impl ColumnType {
    /// From the name that SQLAlchemy, and so a mapping, gives it.
    #[must_use]
    pub fn of(type_name: &str) -> ColumnType {
        let (name, digits) = type_name.split_once('(').unwrap_or((type_name, ""));
        let mut digits = digits.trim_end_matches(')').split(',').map(|digits| digits.trim().parse().ok());
        match name {
            "smallinteger" | "smallint" => ColumnType::SmallInteger,
            "integer" => ColumnType::Integer,
            "biginteger" | "bigint" => ColumnType::BigInteger,
            "float" | "double" | "double_precision" | "real" => ColumnType::Float,
            "numeric" | "decimal" => {
                ColumnType::Numeric(digits.next().unwrap_or_default(), digits.next().unwrap_or_default())
            }
            "string" | "varchar" | "text" | "char" => ColumnType::Text,
            "boolean" => ColumnType::Boolean,
            "date" => ColumnType::Date,
            "time" => ColumnType::Time,
            "datetime" | "timestamp" => ColumnType::DateTime,
            "uuid" => ColumnType::Uuid,
            "json" => ColumnType::Json,
            "jsonb" => ColumnType::Jsonb,
            "largebinary" | "blob" | "bytea" => ColumnType::Bytes,
            _ => ColumnType::Other,
        }
    }

    /// What SQLAlchemy takes a value for that is compared with a column of this type: of the same type where it is of
    /// the same sort, otherwise of its own.
    #[must_use]
    pub fn of_value(self, value: &Value) -> ColumnType {
        match (value, self) {
            (_, ColumnType::Other) | (Value::Null, _) => self,
            (Value::Boolean(_), _) => ColumnType::Boolean,
            (Value::Integer(_), ColumnType::SmallInteger | ColumnType::Integer | ColumnType::BigInteger) => self,
            (Value::Integer(number), _) if i32::try_from(*number).is_err() => ColumnType::BigInteger,
            (Value::Integer(_), _) => ColumnType::Integer,
            (Value::Real(_), _) => ColumnType::Float,
            (
                Value::Text(_),
                ColumnType::SmallInteger
                | ColumnType::Integer
                | ColumnType::BigInteger
                | ColumnType::Float
                | ColumnType::Boolean,
            ) => ColumnType::Text,
            // A mapping's application has the right type in hand where JSON has only text.
            (
                Value::Text(_),
                ColumnType::Numeric(..)
                | ColumnType::Text
                | ColumnType::Date
                | ColumnType::Time
                | ColumnType::DateTime
                | ColumnType::Uuid
                | ColumnType::Json
                | ColumnType::Jsonb
                | ColumnType::Bytes,
            ) => self,
            (Value::Blob(_), _) => ColumnType::Bytes,
        }
    }

    /// As a cast names it on PostgreSQL; `None` where there is nothing to name.
    #[must_use]
    pub fn name(self) -> Option<Cow<'static, str>> {
        Some(Cow::Borrowed(match self {
            ColumnType::SmallInteger => "SMALLINT",
            ColumnType::Integer => "INTEGER",
            ColumnType::BigInteger => "BIGINT",
            ColumnType::Float => "FLOAT",
            ColumnType::Numeric(Some(precision), Some(scale)) => {
                return Some(Cow::Owned(format!("NUMERIC({precision}, {scale})")));
            }
            ColumnType::Numeric(Some(precision), None) => return Some(Cow::Owned(format!("NUMERIC({precision})"))),
            ColumnType::Numeric(None, _) => "NUMERIC",
            ColumnType::Text => "VARCHAR",
            ColumnType::Boolean => "BOOLEAN",
            ColumnType::Date => "DATE",
            ColumnType::Time => "TIME WITHOUT TIME ZONE",
            ColumnType::DateTime => "TIMESTAMP WITHOUT TIME ZONE",
            ColumnType::Uuid => "UUID",
            ColumnType::Json => "JSON",
            ColumnType::Jsonb => "JSONB",
            ColumnType::Bytes => "BYTEA",
            ColumnType::Other => return None,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_named_as_sqlalchemy_names_them_in_a_cast() {
        let names = ["string(40)", "bigint", "numeric(10, 2)", "numeric(10)", "numeric", "double", "datetime", "mood"];
        let casts = names.map(|name| ColumnType::of(name).name());
        let wanted = [
            Some("VARCHAR"),
            Some("BIGINT"),
            Some("NUMERIC(10, 2)"),
            Some("NUMERIC(10)"),
            Some("NUMERIC"),
            Some("FLOAT"),
            Some("TIMESTAMP WITHOUT TIME ZONE"),
            None,
        ];
        assert_eq!(casts.each_ref().map(Option::as_deref), wanted);
    }

    #[test]
    fn a_value_of_another_sort_keeps_its_own_type() {
        let of = |column: &str, value: Value| ColumnType::of(column).of_value(&value);
        assert_eq!(of("bigint", 3.into()), ColumnType::BigInteger);
        assert_eq!(of("string(3)", 3.into()), ColumnType::Integer);
        assert_eq!(of("numeric", (1 << 31).into()), ColumnType::BigInteger);
        assert_eq!(of("integer", Value::Real(2.5)), ColumnType::Float);
        assert_eq!(of("integer", "three".into()), ColumnType::Text);
        assert_eq!(of("date", "2024-02-29".into()), ColumnType::Date);
        assert_eq!(of("mood", "calm".into()), ColumnType::Other);
    }
}
