//! The statements that create tables, in the form SQLAlchemy gives them.

mod tables;

pub use tables::tables;

use fetchscope_engine::mapping::document::{
    ColumnDocument, ForeignKeyDocument, MappingDocument, RelationshipKind, TableDocument,
};
use fetchscope_engine::sql::Dialect;
use thiserror::Error;

/// The mapping names a column type that a database has no declaration for.
#[derive(Debug, Error)]
#[error("column {table}.{column} has the type `{type_name}`, which is not one a table can be created with")]
pub struct UnknownType {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// Its type.
    pub type_name: String,
}

/// CREATE TABLE with its keys.
pub(crate) fn create_table(
    table: &TableDocument,
    mapping: &MappingDocument,
    dialect: Dialect,
) -> Result<String, UnknownType> {
    let mut lines = columns(table, dialect)?;
    lines.extend(keys(table, mapping, dialect));
    lines.extend(foreign_keys(table, dialect));
    Ok(create(table, &lines, dialect))
}

/// CREATE TABLE without a key: rows come faster into a table where none has to be looked up for each of them.
pub(crate) fn create_table_without_keys(table: &TableDocument, dialect: Dialect) -> Result<String, UnknownType> {
    Ok(create(table, &columns(table, dialect)?, dialect))
}

fn create(table: &TableDocument, lines: &[String], dialect: Dialect) -> String {
    format!("CREATE TABLE {} (\n\t{}\n)", dialect.quote(&table.table), lines.join(", \n\t"))
}

fn columns(table: &TableDocument, dialect: Dialect) -> Result<Vec<String>, UnknownType> {
    let column = |column: &ColumnDocument| {
        let type_name = sql_type(&column.type_name, dialect).ok_or_else(|| UnknownType {
            table: table.table.clone(),
            column: column.name.clone(),
            type_name: column.type_name.clone(),
        })?;
        let null = if column.nullable { "" } else { " NOT NULL" };
        Ok(format!("{} {type_name}{null}", dialect.quote(&column.name)))
    };
    table.columns.iter().map(column).collect()
}

/// The primary key and what else is unique, as parts of CREATE TABLE or after ALTER TABLE ADD.
pub(crate) fn keys(table: &TableDocument, mapping: &MappingDocument, dialect: Dialect) -> Vec<String> {
    let mut lines = Vec::new();
    let key: Vec<&str> = table.columns.iter().filter(|column| column.pk).map(|column| column.name.as_str()).collect();
    if !key.is_empty() {
        lines.push(format!("PRIMARY KEY ({})", list(&key, dialect)));
    }
    for columns in unique_columns(&table.table, mapping) {
        if columns != key {
            lines.push(format!("UNIQUE ({})", list(&columns, dialect)));
        }
    }
    lines
}

/// What refers to other tables, in the order of its columns.
pub(crate) fn foreign_keys(table: &TableDocument, dialect: Dialect) -> Vec<String> {
    let mut foreign_keys: Vec<_> = table.foreign_keys.iter().collect();
    foreign_keys.sort_by_key(|key| key.columns.first().map(|name| position(&table.columns, name)));
    let line = |key: &ForeignKeyDocument| {
        format!(
            "FOREIGN KEY({}) REFERENCES {} ({})",
            list(&key.columns, dialect),
            dialect.quote(&key.ref_table),
            list(&key.ref_columns, dialect)
        )
    };
    foreign_keys.into_iter().map(line).collect()
}

/// What adds such a part to a table that is there.
pub(crate) fn add(table: &str, part: &str, dialect: Dialect) -> String {
    format!("ALTER TABLE {} ADD {part}", dialect.quote(table))
}

/// CREATE INDEX, named as SQLAlchemy names it.
pub(crate) fn create_index(table: &str, columns: &[String], dialect: Dialect) -> String {
    let quote = |name| dialect.quote(name);
    let name = format!("ix_{table}_{}", columns.join("_"));
    format!("CREATE INDEX {} ON {} ({})", quote(&name), quote(table), list(columns, dialect))
}

/// Names joined by commas.
pub(crate) fn list<S: AsRef<str>>(names: &[S], dialect: Dialect) -> String {
    names.iter().map(|name| dialect.quote(name.as_ref())).collect::<Vec<_>>().join(", ")
}

fn position(columns: &[ColumnDocument], name: &str) -> usize {
    columns.iter().position(|column| column.name == name).unwrap_or(columns.len())
}

/// A one-to-one relationship says that the columns it arrives at are unique.
fn unique_columns<'m>(table: &str, mapping: &'m MappingDocument) -> Vec<Vec<&'m str>> {
    let is_table = |class: &str| mapping.entities.iter().any(|entity| entity.name == class && entity.table == table);
    let mut unique: Vec<Vec<&str>> = Vec::new();
    for relationship in mapping.entities.iter().flat_map(|entity| &entity.relationships) {
        if relationship.kind == RelationshipKind::OneToOne && is_table(&relationship.target) {
            let columns: Vec<&str> = relationship.pairs.iter().map(|(_, far)| far.as_str()).collect();
            if !unique.contains(&columns) {
                unique.push(columns);
            }
        }
    }
    unique
}

fn sql_type(name: &str, dialect: Dialect) -> Option<String> {
    let (base, arguments) = match name.split_once('(') {
        Some((base, rest)) => (base, Some(rest.strip_suffix(')')?)),
        None => (name, None),
    };
    let declared = match (base, dialect) {
        ("float", Dialect::Postgres) => "DOUBLE PRECISION",
        ("datetime", Dialect::Postgres) => "TIMESTAMP WITHOUT TIME ZONE",
        ("uuid", Dialect::Postgres) => "UUID",
        ("large_binary" | "largebinary" | "blob", Dialect::Postgres) => "BYTEA",
        (name, _) => declared(name)?,
    };
    Some(match arguments {
        Some(arguments) if arguments.chars().all(|c| c.is_ascii_digit() || c == ',' || c == ' ') => {
            let numbers: Vec<&str> = arguments.split(',').map(str::trim).collect();
            format!("{declared}({})", numbers.join(", "))
        }
        Some(_) => return None,
        None => declared.to_owned(),
    })
}

/// What most databases call a type.
fn declared(name: &str) -> Option<&'static str> {
    Some(match name {
        "integer" => "INTEGER",
        "big_integer" | "biginteger" => "BIGINT",
        "small_integer" | "smallinteger" => "SMALLINT",
        "string" => "VARCHAR",
        "text" => "TEXT",
        "boolean" => "BOOLEAN",
        "numeric" => "NUMERIC",
        "float" => "FLOAT",
        "date" => "DATE",
        "datetime" => "DATETIME",
        "time" => "TIME",
        "json" => "JSON",
        "uuid" => "CHAR(32)",
        "large_binary" | "largebinary" | "blob" => "BLOB",
        _ => return None,
    })
}
