//! What kinds of values a column takes.

/// A column's type, as far as filling it is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnType {
    Integer,
    Real,
    Boolean,
    /// Text of at most so many characters.
    Text(Option<usize>),
    Date,
    DateTime,
}

impl ColumnType {
    /// The kind of a mapping's type; `None` for one that samples cannot fill.
    pub(crate) fn of(type_name: &str) -> Option<ColumnType> {
        let (base, arguments) = match type_name.split_once('(') {
            Some((base, rest)) => (base, rest.strip_suffix(')')),
            None => (type_name, None),
        };
        Some(match base {
            "integer" | "big_integer" | "biginteger" | "small_integer" | "smallinteger" => ColumnType::Integer,
            "numeric" | "float" => ColumnType::Real,
            "boolean" => ColumnType::Boolean,
            "string" => ColumnType::Text(arguments.and_then(|length| length.trim().parse().ok())),
            "text" => ColumnType::Text(None),
            "date" => ColumnType::Date,
            "datetime" => ColumnType::DateTime,
            _ => return None,
        })
    }

    /// Whether a value of this type can be one of the other, lengths aside.
    pub(crate) fn is_like(self, other: ColumnType) -> bool {
        match (self, other) {
            (ColumnType::Text(_), ColumnType::Text(_)) => true,
            _ => self == other,
        }
    }

    /// For people.
    pub(crate) fn description(self) -> &'static str {
        match self {
            ColumnType::Integer => "a whole number",
            ColumnType::Real => "a number with decimals",
            ColumnType::Boolean => "a boolean",
            ColumnType::Text(_) => "text",
            ColumnType::Date => "a date",
            ColumnType::DateTime => "a date and time",
        }
    }
}
