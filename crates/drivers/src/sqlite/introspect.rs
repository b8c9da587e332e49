//! From any SQLite schema to a mapping.

use super::error::SqliteError;
use super::open::Session;
use crate::database::Introspected;
use crate::relate::{Table, relate};
use fetchscope_engine::mapping::document::{ColumnDocument, ForeignKeyDocument, TableDocument};
use std::collections::BTreeMap;

/// Reads the schema of a database.
pub fn introspect(session: &Session, name: &str) -> Result<Introspected, SqliteError> {
    let mut notices = Vec::new();
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    let listed = "SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' \
                  ESCAPE '\\' ORDER BY name";
    for (name, kind) in rows(session, listed, &[], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))? {
        if kind == "view" {
            notices.push(format!("The view `{name}` is left out: a view has no primary key."));
            continue;
        }
        match table(session, &name) {
            Ok(table) => drop(tables.insert(name, table)),
            // A virtual table whose module is not built in.
            Err(SqliteError::Statement { schema: true, message, .. }) => {
                notices.push(format!("The table `{name}` is left out: it cannot be read ({message})."));
            }
            Err(error) => return Err(error),
        }
    }
    implied_columns(&mut tables, &mut notices);

    Ok(relate(name, tables, notices))
}

fn table(session: &Session, name: &str) -> Result<Table, SqliteError> {
    let mut key: Vec<(i64, String)> = Vec::new();
    let columns = rows(
        session,
        "SELECT name, type, \"notnull\", pk FROM pragma_table_xinfo(?1) WHERE hidden IN (0, 2, 3)",
        &[name],
        |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, bool>(2)?, row.get::<_, i64>(3)?)),
    )?
    .into_iter()
    .map(|(column, declared, not_null, position)| {
        if position > 0 {
            key.push((position, column.clone()));
        }
        ColumnDocument {
            name: column,
            type_name: type_name(&declared),
            nullable: !not_null && position == 0,
            pk: position > 0,
        }
    })
    .collect();
    key.sort();

    let mut foreign: BTreeMap<i64, ForeignKeyDocument> = BTreeMap::new();
    let parts = rows(
        session,
        "SELECT id, \"table\", \"from\", \"to\" FROM pragma_foreign_key_list(?1) ORDER BY id, seq",
        &[name],
        |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?, row.get::<_, Option<String>>(3)?)),
    )?;
    for (id, ref_table, from, to) in parts {
        let one = foreign.entry(id).or_insert_with(|| ForeignKeyDocument {
            columns: Vec::new(),
            ref_table,
            ref_columns: Vec::new(),
        });
        one.columns.push(from);
        one.ref_columns.extend(to);
    }
    let mut foreign_keys: Vec<ForeignKeyDocument> = foreign.into_values().collect();
    foreign_keys.sort_by(|left, right| left.columns.cmp(&right.columns));

    let mut indexes = Vec::new();
    let mut unique = Vec::new();
    let listed = rows(
        session,
        "SELECT name, \"unique\", origin, partial FROM pragma_index_list(?1) ORDER BY name",
        &[name],
        |row| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?, row.get::<_, String>(2)?, row.get::<_, bool>(3)?)),
    )?;
    for (index, is_unique, origin, partial) in listed {
        let of = rows(session, "SELECT name FROM pragma_index_info(?1) ORDER BY seqno", &[&index], |row| {
            row.get::<_, Option<String>>(0)
        })?;
        let Some(of) = of.into_iter().collect::<Option<Vec<String>>>() else { continue };
        if is_unique && !partial {
            unique.push(of.iter().cloned().collect());
        }
        if origin == "c" {
            indexes.push(of);
        }
    }
    indexes.sort();
    Ok(Table {
        document: TableDocument { schema: None, table: name.to_owned(), columns, foreign_keys, indexes },
        key: key.into_iter().map(|(_, column)| column).collect(),
        unique,
    })
}

/// A foreign key that names no columns refers to the other table's primary key; one that leads nowhere is dropped.
fn implied_columns(tables: &mut BTreeMap<String, Table>, notices: &mut Vec<String>) {
    let keys: BTreeMap<String, (Vec<String>, Vec<String>)> = tables
        .iter()
        .map(|(name, table)| {
            (
                name.clone(),
                (table.key.clone(), table.document.columns.iter().map(|column| column.name.clone()).collect()),
            )
        })
        .collect();
    for (name, table) in tables {
        table.document.foreign_keys.retain_mut(|one| {
            let complete = complete(one, &keys);
            if complete.is_none() {
                notices.push(format!(
                    "The foreign key of `{name}` on {} is left out: it refers to `{}`, which does not fit.",
                    one.columns.join(", "),
                    one.ref_table
                ));
            }
            complete.is_some()
        });
    }
}

/// Gives a foreign key the names as the other table writes them; SQLite compares them without regard to case.
fn complete(one: &mut ForeignKeyDocument, keys: &BTreeMap<String, (Vec<String>, Vec<String>)>) -> Option<()> {
    let (name, (key, columns)) = keys.iter().find(|(name, _)| name.eq_ignore_ascii_case(&one.ref_table))?;
    one.ref_table.clone_from(name);
    if one.ref_columns.is_empty() {
        one.ref_columns.clone_from(key);
    }
    for column in &mut one.ref_columns {
        column.clone_from(columns.iter().find(|known| known.eq_ignore_ascii_case(column))?);
    }
    (one.ref_columns.len() == one.columns.len()).then_some(())
}

/// A declared type by SQLAlchemy's name for it.
fn type_name(declared: &str) -> String {
    let upper = declared.trim().to_ascii_uppercase();
    let (base, argument) = match upper.split_once('(') {
        Some((base, rest)) => (base.trim(), rest.trim_end_matches(')').trim()),
        None => (upper.as_str(), ""),
    };
    let with_length = |name: &str| if argument.is_empty() { name.to_owned() } else { format!("{name}({argument})") };
    match base {
        "VARCHAR" | "NVARCHAR" | "CHARACTER VARYING" | "CHAR" | "CHARACTER" | "NCHAR" | "STRING" => {
            with_length("string")
        }
        "TEXT" | "CLOB" => "text".to_owned(),
        "INTEGER" | "INT" => "integer".to_owned(),
        "BIGINT" => "biginteger".to_owned(),
        "SMALLINT" => "smallinteger".to_owned(),
        "BOOLEAN" | "BOOL" => "boolean".to_owned(),
        "REAL" | "FLOAT" | "DOUBLE" | "DOUBLE PRECISION" => "float".to_owned(),
        "NUMERIC" | "DECIMAL" => "numeric".to_owned(),
        "DATETIME" | "TIMESTAMP" => "datetime".to_owned(),
        "DATE" => "date".to_owned(),
        "TIME" => "time".to_owned(),
        "JSON" => "json".to_owned(),
        "UUID" => "uuid".to_owned(),
        "BLOB" => "largebinary".to_owned(),
        // As SQLite's own affinity rules do with a type they do not know.
        other if other.contains("INT") => "integer".to_owned(),
        other if other.contains("CHAR") || other.contains("TEXT") => "text".to_owned(),
        other if other.contains("REAL") || other.contains("FLOA") || other.contains("DOUB") => "float".to_owned(),
        "" => "largebinary".to_owned(),
        _ => "numeric".to_owned(),
    }
}

/// What a statement about the schema returns.
pub(super) fn rows<T>(
    session: &Session,
    sql: &str,
    params: &[&str],
    read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, SqliteError> {
    let run = || {
        let mut statement = session.connection.prepare(sql)?;
        let rows = statement.query_map(rusqlite::params_from_iter(params), read)?;
        rows.collect::<rusqlite::Result<Vec<T>>>()
    };
    run().map_err(|error| SqliteError::from_rusqlite(&error, &session.path, Some(sql)))
}
