//! Names and values as Python writes them.

use fetchscope_engine::mapping::document::EntityDocument;
use serde_json::Value;

const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
        && !KEYWORDS.contains(&text)
}

/// A class by a name that Python can have: what is no letter becomes `_`.
pub(super) fn class(entity: &EntityDocument) -> String {
    let plain: String = entity.name.chars().map(|one| if one.is_alphanumeric() { one } else { '_' }).collect();
    if is_name(&plain) { plain } else { format!("_{plain}") }
}

/// `User.organization`, or `getattr(User, "from")` where the name is a word of Python's.
pub(super) fn attribute(of: &str, name: &str) -> String {
    if is_name(name) { format!("{of}.{name}") } else { format!("getattr({of}, {})", text(name)) }
}

/// A text in quotes.
pub(super) fn text(value: &str) -> String {
    // JSON's escapes are Python's as well, but for what lies beyond the first plane, which neither has to escape.
    Value::from(value).to_string()
}

/// A value of a column, as its type wants it, and the modules it needs.
pub(super) fn value(entity: &EntityDocument, column: &str, value: &Value) -> String {
    let type_name = entity.columns.iter().find(|one| one.name == column).map_or("", |one| one.type_name.as_str());
    let kind = type_name.split(['(', ' ']).next().unwrap_or("").to_lowercase();
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => match kind.as_str() {
            "datetime" | "timestamp" => format!("datetime.datetime.fromisoformat({})", self::text(text)),
            "date" => format!("datetime.date.fromisoformat({})", self::text(text)),
            "numeric" | "decimal" => format!("decimal.Decimal({})", self::text(text)),
            "largebinary" | "bytea" | "blob" => format!("bytes.fromhex({})", self::text(text)),
            _ => self::text(text),
        },
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(|one| self::value(entity, column, one)).collect();
            format!("[{}]", values.join(", "))
        }
        Value::Object(_) => "None".to_owned(),
    }
}

/// The modules that a text of values needs.
pub(super) fn modules(code: &str) -> Vec<&'static str> {
    ["datetime", "decimal"].into_iter().filter(|module| code.contains(&format!("{module}."))).collect()
}
