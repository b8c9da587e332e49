//! From tables and their keys to a mapping, relationships named from foreign keys, whichever database they come from.
//!
//! `organization_id` gives the many-to-one `organization`; the reverse side is called as its table, told apart by the
//! column where two clash. A table that only connects two others becomes a many-to-many in both directions.

use crate::database::Introspected;
use fetchscope_engine::mapping::document::{
    EntityDocument, MappingDocument, RelationshipDocument, RelationshipKind, TableDocument,
};
use std::collections::{BTreeMap, BTreeSet};

/// A table as a database has it.
#[derive(Debug)]
pub(crate) struct Table {
    /// Its columns, foreign keys and indexes. A foreign key refers to a table by the name it is listed under.
    pub(crate) document: TableDocument,
    /// The columns of its primary key, in the order of the key.
    pub(crate) key: Vec<String>,
    /// Columns of which no two rows have the same values.
    pub(crate) unique: Vec<BTreeSet<String>>,
}

/// Entities while relationships are added to them, each found by its name.
struct Entities {
    list: Vec<EntityDocument>,
    places: BTreeMap<String, usize>,
}

/// Makes a mapping called `name` of tables, which are listed under the names that their entities get.
pub(crate) fn relate(name: &str, tables: BTreeMap<String, Table>, mut notices: Vec<String>) -> Introspected {
    let association: BTreeSet<String> =
        tables.iter().filter(|(_, table)| connects_two(table)).map(|(name, _)| name.clone()).collect();
    let mut list: Vec<EntityDocument> = Vec::new();
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
        list.push(EntityDocument {
            name: name.clone(),
            schema: table.document.schema.clone(),
            table: table.document.table.clone(),
            columns: table.document.columns.clone(),
            foreign_keys: table.document.foreign_keys.clone(),
            indexes: table.document.indexes.clone(),
            relationships: Vec::new(),
        });
    }
    let places = list.iter().enumerate().map(|(index, entity)| (entity.name.clone(), index)).collect();
    let mut entities = Entities { list, places };
    for (name, table) in &tables {
        if association.contains(name) {
            many_to_many(&mut entities, table);
        } else if !table.key.is_empty() {
            foreign_keys(&mut entities, name, table);
        }
    }
    let association_tables =
        tables.into_iter().filter(|(name, _)| association.contains(name)).map(|(_, table)| table.document).collect();
    let mapping = MappingDocument { name: name.to_owned(), entities: entities.list, association_tables };
    Introspected { mapping, notices, estimates: BTreeMap::new() }
}

/// Whether a table has nothing but two foreign keys, which are its primary key.
fn connects_two(table: &Table) -> bool {
    let [first, second] = table.document.foreign_keys.as_slice() else { return false };
    let keys: BTreeSet<&String> = first.columns.iter().chain(&second.columns).collect();
    let all: BTreeSet<&String> = table.document.columns.iter().map(|column| &column.name).collect();
    let key: BTreeSet<&String> = table.key.iter().collect();
    keys == all && key == all
}

fn foreign_keys(entities: &mut Entities, name: &str, table: &Table) {
    for one in &table.document.foreign_keys {
        let Some(target) = entities.table_of(&one.ref_table) else { continue };
        let to_same = table.document.foreign_keys.iter().filter(|other| other.ref_table == one.ref_table).count();
        let near = match one.columns.as_slice() {
            [column] => match column.strip_suffix("_id").filter(|stem| !stem.is_empty()) {
                Some(stem) => stem.to_owned(),
                None => format!("{column}_ref"),
            },
            _ => target,
        };
        let own: BTreeSet<String> = one.columns.iter().cloned().collect();
        let key: BTreeSet<String> = table.key.iter().cloned().collect();
        let single = own == key || table.unique.contains(&own);
        let far = if to_same > 1 || one.ref_table == name {
            format!("{}_by_{}", table.document.table, one.columns.join("_"))
        } else {
            table.document.table.clone()
        };
        let pairs: Vec<(String, String)> = one.columns.iter().cloned().zip(one.ref_columns.iter().cloned()).collect();
        let near = entities.free_name(name, near);
        entities.push(name, relationship(near.clone(), RelationshipKind::ManyToOne, &one.ref_table, pairs.clone()));
        let far = entities.free_name(&one.ref_table, far);
        let kind = if single { RelationshipKind::OneToOne } else { RelationshipKind::OneToMany };
        let back = pairs.into_iter().map(|(left, right)| (right, left)).collect();
        entities.push(&one.ref_table, relationship(far.clone(), kind, name, back));
        entities.pair((name, &near), (&one.ref_table, &far));
    }
}

fn many_to_many(entities: &mut Entities, table: &Table) {
    let [first, second] = table.document.foreign_keys.as_slice() else { return };
    let (Some(first_table), Some(second_table)) =
        (entities.table_of(&first.ref_table), entities.table_of(&second.ref_table))
    else {
        return;
    };
    let mut names = Vec::new();
    for (near, far, far_table) in [(first, second, second_table), (second, first, first_table)] {
        let name_here = entities.free_name(&near.ref_table, far_table);
        let pairs = near.ref_columns.iter().cloned().zip(near.columns.iter().cloned()).collect();
        let mut one = relationship(name_here.clone(), RelationshipKind::ManyToMany, &far.ref_table, pairs);
        one.secondary = Some(table.document.full_name());
        one.secondary_pairs = far.ref_columns.iter().cloned().zip(far.columns.iter().cloned()).collect();
        entities.push(&near.ref_table, one);
        names.push((near.ref_table.clone(), name_here));
    }
    if let [(left, one), (right, other)] = names.as_slice() {
        entities.pair((left, one), (right, other));
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

impl Entities {
    fn get(&self, name: &str) -> Option<&EntityDocument> {
        self.places.get(name).and_then(|index| self.list.get(*index))
    }

    fn get_mut(&mut self, name: &str) -> Option<&mut EntityDocument> {
        self.places.get(name).and_then(|index| self.list.get_mut(*index))
    }

    /// The table of an entity, if there is one.
    fn table_of(&self, name: &str) -> Option<String> {
        self.get(name).map(|entity| entity.table.clone())
    }

    /// The name, with a number where the entity already has an attribute of that name.
    fn free_name(&self, entity: &str, wanted: String) -> String {
        let taken = |name: &str| {
            self.get(entity).is_some_and(|entity| {
                entity.columns.iter().any(|column| column.name == name)
                    || entity.relationships.iter().any(|other| other.name == name)
            })
        };
        if !taken(&wanted) {
            return wanted;
        }
        (2..).map(|number| format!("{wanted}_{number}")).find(|name| !taken(name)).unwrap_or(wanted)
    }

    fn push(&mut self, entity: &str, one: RelationshipDocument) {
        if let Some(entity) = self.get_mut(entity) {
            entity.relationships.push(one);
        }
    }

    fn pair(&mut self, left: (&str, &str), right: (&str, &str)) {
        for ((entity, name), (_, other)) in [(left, right), (right, left)] {
            let relationships = self.get_mut(entity).into_iter().flat_map(|entity| &mut entity.relationships);
            for one in relationships.filter(|one| one.name == name) {
                one.back_populates = Some(other.to_owned());
            }
        }
    }
}
