//! A script for SQLite as one for PostgreSQL: tables with the types that the mapping names, and the same rows.

use fetchscope_engine::mapping::ColumnType;
use fetchscope_engine::mapping::document::{ColumnDocument, MappingDocument};
use fetchscope_engine::sql::Dialect;
use std::collections::BTreeMap;
use std::fmt::Write;
use thiserror::Error;

/// A statement of a script that should bring rows of a table of the mapping, and does not.
#[derive(Debug, Error)]
#[error("these are no rows of a table in the mapping: {0}")]
pub struct NoRows(String);

/// Rows of one INSERT.
const ROWS: usize = 500;

/// The script for PostgreSQL. Foreign keys are left out: rows may point nowhere, which SQLite is told to let pass.
///
/// # Errors
/// When a statement that begins with `INSERT INTO` does not bring whole rows of a table in the mapping.
pub fn from_sqlite(mapping: &MappingDocument, script: &str) -> Result<String, NoRows> {
    let entities = mapping.entities.iter().map(|entity| (entity.table.as_str(), entity.columns.as_slice()));
    let between = mapping.association_tables.iter().map(|table| (table.table.as_str(), table.columns.as_slice()));
    let tables: BTreeMap<&str, &[ColumnDocument]> = entities.chain(between).collect();
    let mut text = "BEGIN;\n".to_owned();
    for (table, columns) in &tables {
        create(table, columns, &mut text);
    }
    let mut rows: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let script: String = script.lines().filter(|line| !line.starts_with("--")).flat_map(|line| [line, "\n"]).collect();
    for statement in statements(&script).filter(|statement| statement.starts_with("INSERT INTO ")) {
        let wrong = || NoRows(statement.to_owned());
        let insert = Insert::read(statement).ok_or_else(wrong)?;
        let (table, columns) = tables.get_key_value(insert.table.as_str()).ok_or_else(wrong)?;
        for values in insert.rows {
            if values.len() != columns.len() {
                return Err(wrong());
            }
            let values = values.iter().zip(*columns).map(|(value, column)| literal(value, column));
            rows.entry(table).or_default().push(format!("({})", values.collect::<Vec<_>>().join(", ")));
        }
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
        (_, value) => match value.strip_prefix("X'").or_else(|| value.strip_prefix("x'")) {
            Some(digits) => format!("'\\x{digits}"),
            None => value.to_owned(),
        },
    }
}

/// The statements of a script without comments, and without their semicolons.
fn statements(script: &str) -> impl Iterator<Item = &str> {
    split(script, ';').map(str::trim)
}

/// The parts between these letters where they stand neither in quotes nor in parentheses.
fn split(text: &str, at: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut depth) = (false, 0_u32);
    text.split(move |letter: char| {
        match letter {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == at && !quoted && depth == 0
    })
}

/// Rows as a script has them.
#[derive(Debug, PartialEq, Eq)]
struct Insert {
    table: String,
    rows: Vec<Vec<String>>,
}

impl Insert {
    /// From `INSERT INTO table VALUES (value, …), …`.
    fn read(statement: &str) -> Option<Insert> {
        let (table, rest) = name(statement.strip_prefix("INSERT INTO ")?)?;
        let list = rest.trim_start().strip_prefix("VALUES")?;
        let row = |row: &str| {
            let values = row.trim().strip_prefix('(')?.strip_suffix(')')?;
            Some(split(values, ',').map(|value| value.trim().to_owned()).collect())
        };
        Some(Insert { table, rows: split(list, ',').map(row).collect::<Option<_>>()? })
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
    fn rows_are_read_whatever_they_say() {
        let script = "INSERT INTO \"a \"\"b\" VALUES (1, 'it''s (so); x'),\n (NULL, X'00ff');\n";
        let read: Vec<_> = statements(script).filter_map(Insert::read).collect();
        let rows = [["1", "'it''s (so); x'"], ["NULL", "X'00ff'"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(read, [Insert { table: "a \"b".to_owned(), rows: rows.to_vec() }]);
    }

    #[test]
    fn tables_have_the_types_of_the_mapping() {
        let mapping = serde_json::json!({"name": "one", "entities": [{"name": "User", "table": "user", "columns": [
            {"name": "id", "type": "integer", "pk": true, "nullable": false}, {"name": "name", "type": "string(40)"},
            {"name": "on", "type": "boolean"}, {"name": "photo", "type": "largebinary"}]}]});
        let script = "-- Nobody's; PRAGMA;\nPRAGMA foreign_keys = OFF;\nINSERT INTO user VALUES (1, 'a', 1, X'00');\n";
        let script = from_sqlite(&serde_json::from_value(mapping).unwrap(), script).unwrap();
        assert_eq!(
            script,
            "BEGIN;\nCREATE TABLE \"user\" (id INTEGER NOT NULL, name VARCHAR(40), \"on\" BOOLEAN, photo BYTEA, \
             PRIMARY KEY (id));\nINSERT INTO \"user\" VALUES (1, 'a', true, '\\x00');\nCOMMIT;\nANALYZE;\n"
        );
    }
}
