//! Identifiers: which of them SQLAlchemy quotes on SQLite.

use std::borrow::Cow;

/// Reserved words of SQLite, as SQLAlchemy's dialect lists them; ascending.
const RESERVED: &[&str] = &[
    "add",
    "after",
    "all",
    "alter",
    "analyze",
    "and",
    "as",
    "asc",
    "attach",
    "autoincrement",
    "before",
    "begin",
    "between",
    "by",
    "cascade",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "commit",
    "conflict",
    "constraint",
    "create",
    "cross",
    "current_date",
    "current_time",
    "current_timestamp",
    "database",
    "default",
    "deferrable",
    "deferred",
    "delete",
    "desc",
    "detach",
    "distinct",
    "drop",
    "each",
    "else",
    "end",
    "escape",
    "except",
    "exclusive",
    "exists",
    "explain",
    "fail",
    "false",
    "for",
    "foreign",
    "from",
    "full",
    "glob",
    "group",
    "having",
    "if",
    "ignore",
    "immediate",
    "in",
    "index",
    "indexed",
    "initially",
    "inner",
    "insert",
    "instead",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "key",
    "left",
    "like",
    "limit",
    "match",
    "natural",
    "not",
    "notnull",
    "null",
    "of",
    "offset",
    "on",
    "or",
    "order",
    "outer",
    "plan",
    "pragma",
    "primary",
    "query",
    "raise",
    "references",
    "reindex",
    "rename",
    "replace",
    "restrict",
    "right",
    "rollback",
    "row",
    "select",
    "set",
    "table",
    "temp",
    "temporary",
    "then",
    "to",
    "transaction",
    "trigger",
    "true",
    "union",
    "unique",
    "update",
    "using",
    "vacuum",
    "values",
    "view",
    "virtual",
    "when",
    "where",
];

/// The identifier as it stands in SQL: quoted when it is reserved or not plain lower case.
pub fn quote(name: &str) -> Cow<'_, str> {
    let plain = name.bytes().enumerate().all(|(index, byte)| match byte {
        b'a'..=b'z' | b'_' => true,
        b'0'..=b'9' | b'$' => index > 0,
        _ => false,
    });
    if plain && !name.is_empty() && RESERVED.binary_search(&name).is_err() {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(format!("\"{}\"", name.replace('"', "\"\"")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_mixed_case_and_odd_names_are_quoted() {
        let quoted: Vec<_> = ["name", "plan", "userName", "1st", "a b", "straße", "say \"hi\"", ""].map(quote).into();
        assert_eq!(
            quoted,
            ["name", "\"plan\"", "\"userName\"", "\"1st\"", "\"a b\"", "\"straße\"", "\"say \"\"hi\"\"\"", "\"\""]
        );
        assert!(RESERVED.is_sorted());
    }
}
