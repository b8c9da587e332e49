//! The tables of a mapping, in an order in which they can be created and filled.

use fetchscope_engine::mapping::document::{MappingDocument, TableDocument};

/// Every table of a mapping, entities and association tables alike; each after the tables it refers to, as far as
/// they do not refer to each other in a circle, and otherwise in the mapping's order.
#[must_use]
pub fn tables(mapping: &MappingDocument) -> Vec<TableDocument> {
    let entities = mapping.entities.iter().map(|entity| TableDocument {
        schema: entity.schema.clone(),
        table: entity.table.clone(),
        columns: entity.columns.clone(),
        foreign_keys: entity.foreign_keys.clone(),
        indexes: entity.indexes.clone(),
    });
    let mut waiting: Vec<TableDocument> = entities.chain(mapping.association_tables.iter().cloned()).collect();
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        // In a circle of references there is no right order; the first one breaks it.
        let next = waiting.iter().position(|table| !refers_to_any(table, &waiting)).unwrap_or(0);
        ordered.push(waiting.remove(next));
    }
    ordered
}

fn refers_to_any(table: &TableDocument, waiting: &[TableDocument]) -> bool {
    table
        .foreign_keys
        .iter()
        .any(|key| key.ref_table != table.table && waiting.iter().any(|other| other.table == key.ref_table))
}
