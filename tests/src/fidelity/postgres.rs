//! A script for SQLite as one for PostgreSQL: tables with the types that the mapping names, and the same rows.

use super::Fault;
use fetchscope_engine::mapping::ColumnType;
use fetchscope_engine::mapping::document::{ColumnDocument, MappingDocument};
use fetchscope_engine::sql::Dialect;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Rows of one INSERT.
const ROWS: usize = 500;

/// The script. Foreign keys are left out: some of the rows point nowhere, which SQLite is told to let pass.
pub(super) fn script_of(mapping: &MappingDocument, script: &str) -> Result<String, Fault> {
    let entities = mapping.entities.iter().map(|entity| (entity.table.as_str(), entity.columns.as_slice()));
    let between = mapping.association_tables.iter().map(|table| (table.table.as_str(), table.columns.as_slice()));
    let tables: BTreeMap<&str, &[ColumnDocument]> = entities.chain(between).collect();
    let mut text = "BEGIN;\n".to_owned();
    for (table, columns) in &tables {
        create(table, columns, &mut text);
    }
    let mut rows: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for line in script.lines().filter(|line| line.starts_with("INSERT INTO ")) {
        let wrong = || Fault::malformed("a script", format!("this is no row of a table: {line}"));
        let insert = Insert::read(line).ok_or_else(wrong)?;
        let (table, columns) = tables.get_key_value(insert.table.as_str()).ok_or_else(wrong)?;
        if insert.values.len() != columns.len() {
            return Err(wrong());
        }
        let values = insert.values.iter().zip(*columns).map(|(value, column)| literal(value, column));
        rows.entry(table).or_default().push(format!("({})", values.collect::<Vec<_>>().join(", ")));
    }
    for (table, rows) in rows {
        for rows in rows.chunks(ROWS) {
            let _ = writeln!(text, "INSERT INTO {} VALUES {};", Dialect::Postgres.quote(table), rows.join(",\n"));
        }
    }
    // Statistics are gathered now, so that they do not change plans, and with them the order of rows, during a test.
    text.push_str("COMMIT;\nANALYZE;\n");
    Ok(text)
}

fn create(table: &str, columns: &[ColumnDocument], text: &mut String) {
    let quote = |name: &str| Dialect::Postgres.quote(name).into_owned();
    let mut lines: Vec<String> = Vec::new();
    for column in columns {
        let null = if column.nullable { "" } else { " NOT NULL" };
        lines.push(format!("{} {}{null}", quote(&column.name), type_of(&column.type_name)));
    }
    let key: Vec<String> = columns.iter().filter(|column| column.pk).map(|column| quote(&column.name)).collect();
    if !key.is_empty() {
        lines.push(format!("PRIMARY KEY ({})", key.join(", ")));
    }
    let _ = writeln!(text, "CREATE TABLE {} ({});", quote(table), lines.join(", "));
}

/// A type as SQLAlchemy creates it: only text is declared otherwise than cast to.
fn type_of(type_name: &str) -> String {
    match (type_name.split_once('('), ColumnType::of(type_name)) {
        (Some((_, length)), ColumnType::Text) => format!("VARCHAR({length}"),
        (None, ColumnType::Text) if type_name == "text" => "TEXT".to_owned(),
        (_, column_type) => column_type.name().map_or_else(|| "VARCHAR".to_owned(), Into::into),
    }
}

/// SQLite keeps truth as a number, and writes bytes in a way of its own.
fn literal(value: &str, column: &ColumnDocument) -> String {
    match (ColumnType::of(&column.type_name), value) {
        (ColumnType::Boolean, "0") => "false".to_owned(),
        (ColumnType::Boolean, "1") => "true".to_owned(),
        (_, value) => match value.strip_prefix("X'") {
            Some(digits) => format!("'\\x{digits}"),
            None => value.to_owned(),
        },
    }
}

/// One row as a script has it.
#[derive(Debug, PartialEq, Eq)]
struct Insert {
    table: String,
    values: Vec<String>,
}

impl Insert {
    /// From `INSERT INTO table VALUES (value, …);` in one line.
    fn read(line: &str) -> Option<Insert> {
        let (table, rest) = name(line.strip_prefix("INSERT INTO ")?)?;
        let list = rest.trim_start().strip_prefix("VALUES")?.trim_start().strip_prefix('(')?;
        let list = list.trim_end().strip_suffix(';')?.strip_suffix(')')?;
        let (mut values, mut quoted, mut start) = (Vec::new(), false, 0);
        for (at, letter) in list.char_indices() {
            match letter {
                '\'' => quoted = !quoted,
                ',' if !quoted => {
                    values.push(list[start..at].trim().to_owned());
                    start = at + 1;
                }
                _ => {}
            }
        }
        values.push(list[start..].trim().to_owned());
        Some(Insert { table, values })
    }
}

/// A name, in quotes or not, and what follows it.
fn name(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (name, rest) = text.split_once(' ')?;
        return Some((name.to_owned(), rest));
    };
    let mut name = String::new();
    let mut letters = quoted.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match (letter, letters.peek()) {
            ('"', Some((_, '"'))) => {
                letters.next();
                name.push('"');
            }
            ('"', _) => return Some((name, &quoted[at + 1..])),
            (letter, _) => name.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_whatever_it_says() {
        let row = Insert::read("INSERT INTO \"a \"\"b\" VALUES (1, 'it''s, so', NULL, X'00ff');").unwrap();
        assert_eq!(
            (row.table.as_str(), row.values),
            ("a \"b", vec!["1".to_owned(), "'it''s, so'".to_owned(), "NULL".to_owned(), "X'00ff'".to_owned()])
        );
        assert_eq!(Insert::read("INSERT INTO t VALUES(1);").map(|row| row.table), Some("t".to_owned()));
    }

    #[test]
    fn tables_have_the_types_of_the_mapping() {
        let mapping = serde_json::json!({"name": "one", "entities": [{"name": "User", "table": "user", "columns": [
            {"name": "id", "type": "integer", "pk": true, "nullable": false}, {"name": "name", "type": "string(40)"},
            {"name": "on", "type": "boolean"}, {"name": "photo", "type": "largebinary"}]}]});
        let script = "PRAGMA foreign_keys = OFF;\nINSERT INTO user VALUES (1, 'a', 1, X'00');\n";
        let script = script_of(&serde_json::from_value(mapping).unwrap(), script).unwrap();
        assert_eq!(
            script,
            "BEGIN;\nCREATE TABLE \"user\" (id INTEGER NOT NULL, name VARCHAR(40), \"on\" BOOLEAN, photo BYTEA, \
             PRIMARY KEY (id));\nINSERT INTO \"user\" VALUES (1, 'a', true, '\\x00');\nCOMMIT;\nANALYZE;\n"
        );
    }
}
