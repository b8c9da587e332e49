//! From what the catalogue says to tables under the names of their entities.

use super::catalogue::{Attribute, Catalogue, ConstraintKind, Oid, Relation, RelationKind};
use super::types::type_name;
use crate::database::Introspected;
use crate::relate::{Table, relate};
use fetchscope_engine::mapping::document::{ColumnDocument, ForeignKeyDocument, TableDocument};
use std::collections::{BTreeMap, BTreeSet};

/// A mapping of every table.
pub(super) fn assemble(catalogue: &Catalogue, name: &str) -> Introspected {
    let mut notices = Vec::new();
    let mut tables: BTreeMap<Oid, (String, Table)> = BTreeMap::new();
    let mut estimates = BTreeMap::new();
    for relation in &catalogue.relations {
        let schema = Some(&relation.schema).filter(|schema| Some(*schema) != catalogue.default_schema.as_ref());
        let document = TableDocument {
            schema: schema.cloned(),
            table: relation.name.clone(),
            columns: Vec::new(),
            foreign_keys: Vec::new(),
            indexes: Vec::new(),
        };
        let listed = document.full_name();
        if let Some(notice) = left_out(relation, &listed) {
            notices.push(notice);
            continue;
        }
        let rows = match relation.kind {
            RelationKind::Partitioned => catalogue.partitioned.get(&relation.oid).copied(),
            RelationKind::Table | RelationKind::View | RelationKind::MaterializedView => relation.rows,
        };
        estimates.extend(rows.map(|rows| (listed.clone(), rows)));
        let table = Table { document, key: Vec::new(), unique: Vec::new() };
        tables.insert(relation.oid, (listed, table));
    }
    constraints(catalogue, &mut tables);
    columns(catalogue, &mut tables);
    indexes(catalogue, &mut tables);
    foreign_keys(catalogue, &mut tables);
    let mut found = relate(name, tables.into_values().collect(), notices);
    estimates.retain(|name, _| found.mapping.entities.iter().any(|entity| &entity.name == name));
    found.estimates = estimates;
    found
}

fn left_out(relation: &Relation, listed: &str) -> Option<String> {
    match relation.kind {
        RelationKind::View => Some(format!("The view `{listed}` is left out: a view has no primary key.")),
        RelationKind::MaterializedView => {
            Some(format!("The materialized view `{listed}` is left out: a view has no primary key."))
        }
        RelationKind::Table | RelationKind::Partitioned if !relation.readable => {
            Some(format!("The table `{listed}` is left out: this role may not read it."))
        }
        RelationKind::Table | RelationKind::Partitioned => None,
    }
}

/// The names of columns by their numbers; `None` if one of them is no column.
fn names(catalogue: &Catalogue, table: Oid, numbers: &[Attribute]) -> Option<Vec<String>> {
    let columns = catalogue.columns.get(&table)?;
    let name = |number: &Attribute| columns.iter().find(|column| column.number == *number).map(|one| one.name.clone());
    numbers.iter().map(name).collect()
}

fn constraints(catalogue: &Catalogue, tables: &mut BTreeMap<Oid, (String, Table)>) {
    for constraint in &catalogue.constraints {
        let Some((_, table)) = tables.get_mut(&constraint.table) else { continue };
        let Some(columns) = names(catalogue, constraint.table, &constraint.columns) else { continue };
        match constraint.kind {
            ConstraintKind::PrimaryKey => table.key = columns,
            ConstraintKind::Unique => table.unique.push(columns.into_iter().collect()),
            ConstraintKind::ForeignKey { .. } => {}
        }
    }
}

fn columns(catalogue: &Catalogue, tables: &mut BTreeMap<Oid, (String, Table)>) {
    for (oid, (_, table)) in tables {
        let columns = catalogue.columns.get(oid).into_iter().flatten();
        table.document.columns = columns
            .map(|column| ColumnDocument {
                name: column.name.clone(),
                type_name: type_name(&catalogue.types, column.type_oid, column.modifier),
                nullable: !column.not_null,
                pk: table.key.contains(&column.name),
            })
            .collect();
    }
}

fn indexes(catalogue: &Catalogue, tables: &mut BTreeMap<Oid, (String, Table)>) {
    for index in &catalogue.indexes {
        let Some((_, table)) = tables.get_mut(&index.table) else { continue };
        // One that computes something has no name for it.
        let Some(columns) = names(catalogue, index.table, &index.columns) else { continue };
        if index.unique {
            table.unique.push(columns.iter().cloned().collect::<BTreeSet<_>>());
        }
        if index.own {
            table.document.indexes.push(columns);
        }
    }
    for (_, table) in tables.values_mut() {
        table.document.indexes.sort();
    }
}

fn foreign_keys(catalogue: &Catalogue, tables: &mut BTreeMap<Oid, (String, Table)>) {
    let listed: BTreeMap<Oid, String> = tables.iter().map(|(oid, (listed, _))| (*oid, listed.clone())).collect();
    for constraint in &catalogue.constraints {
        let ConstraintKind::ForeignKey { table: target, columns: referred } = &constraint.kind else { continue };
        let Some((_, table)) = tables.get_mut(&constraint.table) else { continue };
        // One that refers to a table which is left out leads nowhere.
        let key = listed.get(target).and_then(|ref_table| {
            Some(ForeignKeyDocument {
                columns: names(catalogue, constraint.table, &constraint.columns)?,
                ref_table: ref_table.clone(),
                ref_columns: names(catalogue, *target, referred)?,
            })
        });
        table.document.foreign_keys.extend(key);
    }
    for (_, table) in tables.values_mut() {
        table.document.foreign_keys.sort_by(|left, right| left.columns.cmp(&right.columns));
        // Two constraints may say the same.
        table.document.foreign_keys.dedup();
    }
}

#[cfg(test)]
mod tests;
