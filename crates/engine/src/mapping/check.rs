//! From the mapping's file to the checked mapping: every name is looked up once, and a wrong one is named.

use super::document::{
    ColumnDocument, EntityDocument, MappingDocument, RelationshipDocument, RelationshipKind, TableDocument,
};
use super::{Column, ColumnId, ColumnKind, ColumnType, Entity, EntityId, Mapping, Relationship, Remote, TableName};
use rustc_hash::{FxHashMap, FxHashSet};
use thiserror::Error;

/// Columns of a key: which of them are `NULL` is kept in 64 bits.
const MOST_KEY_COLUMNS: usize = 64;

/// What is wrong with a mapping, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MappingError {
    /// Two classes of one name.
    #[error("the mapping declares the entity `{0}` twice; give one of them another name")]
    EntityTwice(String),
    /// Two columns or relationships of one name.
    #[error("`{entity}` has two attributes called `{attribute}`; rename one of them in the mapping")]
    AttributeTwice {
        /// The class.
        entity: String,
        /// The name used twice.
        attribute: String,
    },
    /// Objects cannot be told apart.
    #[error("`{0}` has no primary key column; mark one with `\"pk\": true`, or leave the entity out of the mapping")]
    NoPrimaryKey(String),
    /// A key of more columns than any database takes.
    #[error("`{path}` has a key of {columns} columns; a key has at most {MOST_KEY_COLUMNS}")]
    KeyTooWide {
        /// Class, or class and relationship.
        path: String,
        /// Columns or pairs of columns.
        columns: usize,
    },
    /// A relationship leads nowhere.
    #[error("`{path}` targets `{target}`, which the mapping does not declare; it declares {known}")]
    UnknownTarget {
        /// Class and relationship.
        path: String,
        /// The missing class.
        target: String,
        /// The classes there are.
        known: String,
    },
    /// A relationship names a column that is not there.
    #[error(
        "`{path}` uses the column `{column}`, which `{table}` does not have in this mapping; its columns are {known}"
    )]
    UnknownColumn {
        /// Class and relationship.
        path: String,
        /// The missing column.
        column: String,
        /// The table it was looked for in.
        table: String,
        /// The columns there are.
        known: String,
    },
    /// A many-to-many relationship without its association table.
    #[error("`{path}` is many_to_many and needs `secondary`, the name of a table listed under `association_tables`")]
    NoSecondary {
        /// Class and relationship.
        path: String,
    },
    /// A relationship without column pairs.
    #[error("`{path}` has no column `pairs`; name at least one pair of columns that connects the two tables")]
    NoPairs {
        /// Class and relationship.
        path: String,
    },
}

impl Mapping {
    /// Checks a mapping document.
    pub fn check(document: &MappingDocument) -> Result<Mapping, MappingError> {
        let mut places = Places::default();
        for (index, entity) in document.entities.iter().enumerate() {
            if places.insert(&entity.name, index).is_some() {
                return Err(MappingError::EntityTwice(entity.name.clone()));
            }
        }
        let entities =
            document.entities.iter().map(|entity| check_entity(document, &places, entity)).collect::<Result<_, _>>()?;
        Ok(Mapping { name: document.name.clone(), entities })
    }
}

/// Where each entity stands, by its name.
type Places<'d> = FxHashMap<&'d str, usize>;

fn check_entity(
    document: &MappingDocument,
    places: &Places<'_>,
    entity: &EntityDocument,
) -> Result<Entity, MappingError> {
    let mut names: FxHashSet<&str> = FxHashSet::default();
    let attributes =
        entity.columns.iter().map(|column| &column.name).chain(entity.relationships.iter().map(|one| &one.name));
    for name in attributes {
        if !names.insert(name) {
            return Err(MappingError::AttributeTwice { entity: entity.name.clone(), attribute: name.clone() });
        }
    }
    let primary_key = key_of(entity);
    if primary_key.is_empty() {
        return Err(MappingError::NoPrimaryKey(entity.name.clone()));
    }
    narrow(&entity.name, primary_key.len())?;
    Ok(Entity {
        name: entity.name.as_str().into(),
        table: TableName::new(entity.schema.as_deref(), &entity.table),
        columns: entity.columns.iter().map(Column::of).collect(),
        primary_key,
        relationships: entity
            .relationships
            .iter()
            .map(|one| check_relationship(document, places, entity, one))
            .collect::<Result<_, _>>()?,
    })
}

/// Whether a key has no more columns than it may.
fn narrow(path: &str, columns: usize) -> Result<(), MappingError> {
    if columns <= MOST_KEY_COLUMNS { Ok(()) } else { Err(MappingError::KeyTooWide { path: path.to_owned(), columns }) }
}

fn key_of(entity: &EntityDocument) -> Vec<ColumnId> {
    (0u32..).zip(&entity.columns).filter(|(_, column)| column.pk).map(|(index, _)| ColumnId(index)).collect()
}

fn check_relationship(
    document: &MappingDocument,
    places: &Places<'_>,
    entity: &EntityDocument,
    one: &RelationshipDocument,
) -> Result<Relationship, MappingError> {
    let path = format!("{}.{}", entity.name, one.name);
    let Some(target_index) = places.get(one.target.as_str()).copied() else {
        return Err(MappingError::UnknownTarget {
            path,
            target: one.target.clone(),
            known: listed(document.entities.iter().map(|other| other.name.as_str())),
        });
    };
    let target = &document.entities[target_index];
    if one.pairs.is_empty() {
        return Err(MappingError::NoPairs { path });
    }
    narrow(&path, one.pairs.len().max(one.secondary_pairs.len()))?;
    let own = |name: &str| column_of(&path, entity, name);
    let far = |name: &str| column_of(&path, target, name);
    let pairs = in_order(entity, target, one);
    let local = pairs.iter().map(|(near, _)| own(near)).collect::<Result<Vec<_>, _>>()?;
    let remote = match one.kind {
        RelationshipKind::ManyToMany => {
            let secondary = one
                .secondary
                .as_ref()
                .and_then(|name| document.association_tables.iter().find(|table| &table.full_name() == name))
                .filter(|_| !one.secondary_pairs.is_empty())
                .ok_or_else(|| MappingError::NoSecondary { path: path.clone() })?;
            let association = |name: &String| association_column(&path, secondary, name);
            Remote::Secondary {
                table: TableName::new(secondary.schema.as_deref(), &secondary.table),
                near: pairs.iter().map(|(_, column)| association(column)).collect::<Result<_, _>>()?,
                far: one
                    .secondary_pairs
                    .iter()
                    .map(|(column, other)| Ok((far(column)?, association(other)?.name)))
                    .collect::<Result<_, MappingError>>()?,
            }
        }
        RelationshipKind::ManyToOne | RelationshipKind::OneToMany | RelationshipKind::OneToOne => {
            Remote::Target(pairs.iter().map(|(_, column)| far(column)).collect::<Result<_, _>>()?)
        }
    };
    let targets_primary_key = match &remote {
        Remote::Target(columns) if !one.kind.is_collection() => {
            let key = key_of(target);
            key.len() == columns.len() && key.iter().all(|column| columns.contains(column))
        }
        Remote::Target(_) | Remote::Secondary { .. } => false,
    };
    Ok(Relationship {
        name: one.name.as_str().into(),
        kind: one.kind,
        target: EntityId(target_index as u32),
        local,
        remote,
        order_by: one.order_by.iter().map(|name| far(name)).collect::<Result<_, _>>()?,
        targets_primary_key,
    })
}

/// The column pairs of a relationship. Where the table has the foreign key, SQLAlchemy compares in the order in which
/// the referring columns stand in the table; otherwise, and through an association table, as the mapping says.
fn in_order<'a>(
    entity: &EntityDocument,
    target: &EntityDocument,
    one: &'a RelationshipDocument,
) -> Vec<&'a (String, String)> {
    let mut pairs: Vec<&(String, String)> = one.pairs.iter().collect();
    let (referring, referred) = match one.kind {
        RelationshipKind::ManyToMany => return pairs,
        RelationshipKind::ManyToOne => (entity, target),
        RelationshipKind::OneToMany | RelationshipKind::OneToOne => (target, entity),
    };
    let sides = |(near, far): &'a (String, String)| match one.kind {
        RelationshipKind::ManyToOne => (near, far),
        RelationshipKind::OneToMany | RelationshipKind::OneToOne | RelationshipKind::ManyToMany => (far, near),
    };
    let declared = referring.foreign_keys.iter().any(|key| {
        key.ref_table == referred.full_name()
            && key.columns.len() == pairs.len()
            && pairs.iter().all(|pair| key.columns.iter().zip(&key.ref_columns).any(|named| named == sides(pair)))
    });
    if declared {
        let position = |name: &String| referring.columns.iter().position(|column| &column.name == name);
        pairs.sort_by_key(|pair| position(sides(pair).0));
    }
    pairs
}

fn column_of(path: &str, entity: &EntityDocument, name: &str) -> Result<ColumnId, MappingError> {
    entity.columns.iter().position(|column| column.name == name).map(|index| ColumnId(index as u32)).ok_or_else(|| {
        MappingError::UnknownColumn {
            path: path.to_owned(),
            column: name.to_owned(),
            table: entity.table.clone(),
            known: listed(entity.columns.iter().map(|column| column.name.as_str())),
        }
    })
}

fn association_column(path: &str, table: &TableDocument, name: &str) -> Result<Column, MappingError> {
    if let Some(column) = table.columns.iter().find(|column| column.name == name) {
        return Ok(Column::of(column));
    }
    Err(MappingError::UnknownColumn {
        path: path.to_owned(),
        column: name.to_owned(),
        table: table.table.clone(),
        known: listed(table.columns.iter().map(|column| column.name.as_str())),
    })
}

/// Names as an error lists them.
pub(crate) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

impl Column {
    fn of(document: &ColumnDocument) -> Column {
        Column {
            name: document.name.as_str().into(),
            kind: ColumnKind::of(&document.type_name),
            column_type: ColumnType::of(&document.type_name),
        }
    }
}

impl ColumnKind {
    /// How a type, as SQLAlchemy names it, is decoded.
    #[must_use]
    pub fn of(type_name: &str) -> ColumnKind {
        match type_name.split('(').next().unwrap_or_default() {
            "boolean" => ColumnKind::Boolean,
            "datetime" | "timestamp" => ColumnKind::DateTime,
            "numeric" | "decimal" => ColumnKind::Numeric,
            "largebinary" | "blob" | "bytea" => ColumnKind::Bytes,
            _ => ColumnKind::Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(edit: impl FnOnce(&mut serde_json::Value)) -> Result<Mapping, MappingError> {
        let mut json = serde_json::json!({
            "name": "two",
            "entities": [
                {"name": "User", "table": "users",
                 "columns": [{"name": "id", "type": "integer", "pk": true}, {"name": "org_id", "type": "integer"}],
                 "relationships": [{"name": "org", "kind": "many_to_one", "target": "Org", "pairs": [["org_id", "id"]]}]},
                {"name": "Org", "table": "orgs", "columns": [{"name": "id", "type": "integer", "pk": true}]}
            ]
        });
        edit(&mut json);
        Mapping::check(&serde_json::from_value(json).unwrap())
    }

    #[test]
    fn a_many_to_one_to_the_whole_key_is_answered_by_the_identity_map() {
        let mapping = document(|_| {}).unwrap();
        let user = mapping.find("User").unwrap();
        assert!(mapping.entity(user).relationships[0].targets_primary_key);
    }

    #[test]
    fn a_missing_column_is_named_with_its_place() {
        let error =
            document(|json| json["entities"][0]["relationships"][0]["pairs"] = serde_json::json!([["org", "id"]]))
                .unwrap_err();
        assert_eq!(
            error.to_string(),
            "`User.org` uses the column `org`, which `users` does not have in this mapping; its columns are `id`, `org_id`"
        );
    }

    #[test]
    fn unknown_targets_keys_and_doubles_are_refused() {
        let target = document(|json| json["entities"][0]["relationships"][0]["target"] = "Team".into()).unwrap_err();
        assert!(matches!(target, MappingError::UnknownTarget { .. }), "{target}");
        let key = document(|json| json["entities"][1]["columns"][0]["pk"] = false.into()).unwrap_err();
        assert_eq!(key, MappingError::NoPrimaryKey("Org".into()));
        let twice = document(|json| json["entities"][1]["name"] = "User".into()).unwrap_err();
        assert_eq!(twice, MappingError::EntityTwice("User".into()));
        let attribute = document(|json| json["entities"][0]["relationships"][0]["name"] = "id".into()).unwrap_err();
        assert!(matches!(attribute, MappingError::AttributeTwice { .. }), "{attribute}");
    }

    #[test]
    fn a_key_is_as_wide_as_a_database_takes_it() {
        let pairs = |count| {
            document(|json| {
                json["entities"][0]["relationships"][0]["pairs"] = serde_json::json!(vec![["org_id", "id"]; count]);
            })
        };
        pairs(64).unwrap();
        let error = pairs(65).unwrap_err().to_string();
        assert_eq!(error, "`User.org` has a key of 65 columns; a key has at most 64");
        let key = document(|json| {
            let column = |at| serde_json::json!({"name": format!("k{at}"), "type": "integer", "pk": true});
            json["entities"][0]["columns"].as_array_mut().unwrap().extend((0..64).map(column));
        });
        assert!(matches!(key, Err(MappingError::KeyTooWide { columns: 65, .. })), "{key:?}");
    }
}
