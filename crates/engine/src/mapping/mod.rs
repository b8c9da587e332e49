//! Mappings: entities, columns, keys and relationships.

pub mod document;
