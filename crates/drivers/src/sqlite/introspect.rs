//! From any SQLite schema to a mapping, relationships named from foreign keys.
//!
//! `organization_id` gives the many-to-one `organization`; the reverse side is called as its table, told apart by the
//! column where two clash. A table that only connects two others becomes a many-to-many in both directions.

use super::error::SqliteError;
use super::open::Session;
use crate::database::Introspected;
use fetchscope_engine::mapping::document::{
    ColumnDocument, EntityDocument, ForeignKeyDocument, MappingDocument, RelationshipDocument, RelationshipKind,
    TableDocument,
};
use std::collections::{BTreeMap, BTreeSet};

struct Table {
    document: TableDocument,
    key: Vec<String>,
    unique: Vec<BTreeSet<String>>,
}

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

    let association: BTreeSet<String> =
        tables.iter().filter(|(_, table)| connects_two(table)).map(|(name, _)| name.clone()).collect();
    let mut entities: Vec<EntityDocument> = Vec::new();
    for (name, table) in &tables {
        if association.contains(name) {
            continue;
        }
        if table.key.is_empty() {
            notices.push(format!(
                "The table `{name}` is left out: it has no primary key, so its rows cannot be told apart as objects."
            ));
            continue;
        }
        entities.push(EntityDocument {
            name: name.clone(),
            table: name.clone(),
            columns: table.document.columns.clone(),
            foreign_keys: table.document.foreign_keys.clone(),
            indexes: table.document.indexes.clone(),
            relationships: Vec::new(),
        });
    }
    for (name, table) in &tables {
        if association.contains(name) {
            many_to_many(&mut entities, name, table);
        } else if !table.key.is_empty() {
            foreign_keys(&mut entities, name, table);
        }
    }
    let association_tables =
        tables.into_iter().filter(|(name, _)| association.contains(name)).map(|(_, table)| table.document).collect();
    Ok(Introspected { mapping: MappingDocument { name: name.to_owned(), entities, association_tables }, notices })
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
        document: TableDocument { table: name.to_owned(), columns, foreign_keys, indexes },
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

/// Whether a table has nothing but two foreign keys, which are its primary key.
fn connects_two(table: &Table) -> bool {
    let [first, second] = table.document.foreign_keys.as_slice() else { return false };
    let keys: BTreeSet<&String> = first.columns.iter().chain(&second.columns).collect();
    let all: BTreeSet<&String> = table.document.columns.iter().map(|column| &column.name).collect();
    let key: BTreeSet<&String> = table.key.iter().collect();
    keys == all && key == all
}

fn foreign_keys(entities: &mut [EntityDocument], name: &str, table: &Table) {
    for one in &table.document.foreign_keys {
        if !entities.iter().any(|entity| entity.name == one.ref_table) {
            continue;
        }
        let to_same = table.document.foreign_keys.iter().filter(|other| other.ref_table == one.ref_table).count();
        let near = match one.columns.as_slice() {
            [column] => match column.strip_suffix("_id").filter(|stem| !stem.is_empty()) {
                Some(stem) => stem.to_owned(),
                None => format!("{column}_ref"),
            },
            _ => one.ref_table.clone(),
        };
        let own: BTreeSet<String> = one.columns.iter().cloned().collect();
        let key: BTreeSet<String> = table.key.iter().cloned().collect();
        let single = own == key || table.unique.contains(&own);
        let far = if to_same > 1 || one.ref_table == name {
            format!("{name}_by_{}", one.columns.join("_"))
        } else {
            name.to_owned()
        };
        let pairs: Vec<(String, String)> = one.columns.iter().cloned().zip(one.ref_columns.iter().cloned()).collect();
        let near = free_name(entities, name, near);
        push(entities, name, relationship(near.clone(), RelationshipKind::ManyToOne, &one.ref_table, pairs.clone()));
        let far = free_name(entities, &one.ref_table, far);
        let kind = if single { RelationshipKind::OneToOne } else { RelationshipKind::OneToMany };
        let back = pairs.into_iter().map(|(left, right)| (right, left)).collect();
        push(entities, &one.ref_table, relationship(far.clone(), kind, name, back));
        pair(entities, (name, &near), (&one.ref_table, &far));
    }
}

fn many_to_many(entities: &mut [EntityDocument], name: &str, table: &Table) {
    let [first, second] = table.document.foreign_keys.as_slice() else { return };
    let known = |one: &ForeignKeyDocument| entities.iter().any(|entity| entity.name == one.ref_table);
    if !known(first) || !known(second) {
        return;
    }
    let mut names = Vec::new();
    for (near, far) in [(first, second), (second, first)] {
        let name_here = free_name(entities, &near.ref_table, far.ref_table.clone());
        let pairs = near.ref_columns.iter().cloned().zip(near.columns.iter().cloned()).collect();
        let mut one = relationship(name_here.clone(), RelationshipKind::ManyToMany, &far.ref_table, pairs);
        one.secondary = Some(name.to_owned());
        one.secondary_pairs = far.ref_columns.iter().cloned().zip(far.columns.iter().cloned()).collect();
        push(entities, &near.ref_table, one);
        names.push((near.ref_table.clone(), name_here));
    }
    if let [(left, one), (right, other)] = names.as_slice() {
        pair(entities, (left, one), (right, other));
    }
}

fn relationship(
    name: String,
    kind: RelationshipKind,
    target: &str,
    pairs: Vec<(String, String)>,
) -> RelationshipDocument {
    RelationshipDocument {
        name,
        kind,
        target: target.to_owned(),
        secondary: None,
        pairs,
        secondary_pairs: Vec::new(),
        order_by: Vec::new(),
        back_populates: None,
    }
}

/// The name, with a number where the entity already has an attribute of that name.
fn free_name(entities: &[EntityDocument], entity: &str, wanted: String) -> String {
    let taken = |name: &str| {
        entities.iter().filter(|one| one.name == entity).any(|one| {
            one.columns.iter().any(|column| column.name == name)
                || one.relationships.iter().any(|other| other.name == name)
        })
    };
    if !taken(&wanted) {
        return wanted;
    }
    (2..).map(|number| format!("{wanted}_{number}")).find(|name| !taken(name)).unwrap_or(wanted)
}

fn push(entities: &mut [EntityDocument], entity: &str, one: RelationshipDocument) {
    if let Some(entity) = entities.iter_mut().find(|candidate| candidate.name == entity) {
        entity.relationships.push(one);
    }
}

fn pair(entities: &mut [EntityDocument], left: (&str, &str), right: (&str, &str)) {
    for ((entity, name), (_, other)) in [(left, right), (right, left)] {
        let relationships = entities.iter_mut().filter(|one| one.name == entity).flat_map(|one| &mut one.relationships);
        for one in relationships.filter(|one| one.name == name) {
            one.back_populates = Some(other.to_owned());
        }
    }
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
