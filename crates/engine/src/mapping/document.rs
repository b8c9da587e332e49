//! The mapping as its JSON file says it, before anything is checked.

use serde::{Deserialize, Serialize};

/// Classes, tables and relationships: the file `fetchscope schema` prints and `--mapping` reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappingDocument {
    /// What the mapping is called.
    pub name: String,
    /// Mapped classes, in declaration order.
    pub entities: Vec<EntityDocument>,
    /// Tables that only connect two others: the `secondary` of many-to-many relationships.
    #[serde(default)]
    pub association_tables: Vec<TableDocument>,
}

/// A class and its table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntityDocument {
    /// Class name, as plans use it.
    pub name: String,
    /// Schema of the table, where it is not the one that a name without a schema stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Table name, as SQL uses it.
    pub table: String,
    /// Columns in table order.
    pub columns: Vec<ColumnDocument>,
    /// Foreign keys of the table.
    #[serde(default)]
    pub foreign_keys: Vec<ForeignKeyDocument>,
    /// Indexes, each a list of columns.
    #[serde(default)]
    pub indexes: Vec<Vec<String>>,
    /// Relationships in declaration order; the order decides the order of eager joins.
    #[serde(default)]
    pub relationships: Vec<RelationshipDocument>,
}

/// A table without a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableDocument {
    /// Schema of the table, where it is not the one that a name without a schema stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Table name.
    pub table: String,
    /// Columns in table order.
    pub columns: Vec<ColumnDocument>,
    /// Foreign keys of the table.
    #[serde(default)]
    pub foreign_keys: Vec<ForeignKeyDocument>,
    /// Indexes, each a list of columns.
    #[serde(default)]
    pub indexes: Vec<Vec<String>>,
}

impl EntityDocument {
    /// The table's name as foreign keys have it.
    #[must_use]
    pub fn full_name(&self) -> String {
        full_name(self.schema.as_deref(), &self.table)
    }
}

impl TableDocument {
    /// The table's name as foreign keys and relationships have it.
    #[must_use]
    pub fn full_name(&self) -> String {
        full_name(self.schema.as_deref(), &self.table)
    }
}

fn full_name(schema: Option<&str>, table: &str) -> String {
    match schema {
        Some(schema) => format!("{schema}.{table}"),
        None => table.to_owned(),
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnDocument {
    /// Column name.
    pub name: String,
    /// Type as SQLAlchemy names it: `integer`, `string(40)`, `boolean`, `numeric`, `datetime` …
    #[serde(rename = "type")]
    pub type_name: String,
    /// Whether `NULL` is allowed.
    #[serde(default = "yes")]
    pub nullable: bool,
    /// Whether the column is part of the primary key.
    #[serde(default)]
    pub pk: bool,
}

fn yes() -> bool {
    true
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignKeyDocument {
    /// The referring columns.
    pub columns: Vec<String>,
    /// The referred table, with its schema where it has one: `billing.invoices`.
    pub ref_table: String,
    /// The referred columns, in the order of `columns`.
    pub ref_columns: Vec<String>,
}

/// A relationship between two classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelationshipDocument {
    /// Attribute name.
    pub name: String,
    /// Direction and cardinality.
    pub kind: RelationshipKind,
    /// The class at the other end.
    pub target: String,
    /// Association table of a many-to-many relationship, with its schema where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secondary: Option<String>,
    /// Column pairs: own column and target column, or own column and association column.
    pub pairs: Vec<(String, String)>,
    /// Column pairs of a many-to-many's far side: target column and association column.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secondary_pairs: Vec<(String, String)>,
    /// Columns of the target by which the collection is sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order_by: Vec<String>,
    /// The relationship that is this one seen from the other side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_populates: Option<String>,
}

/// Direction and cardinality of a relationship.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelationshipKind {
    /// The foreign key stands on this side.
    ManyToOne,
    /// The foreign key stands on the other side; a collection.
    OneToMany,
    /// The foreign key stands on the other side and is unique; a single object.
    OneToOne,
    /// Two foreign keys in a secondary table; a collection.
    ManyToMany,
}

impl RelationshipKind {
    /// Whether the attribute is a collection (SQLAlchemy's `uselist`).
    #[must_use]
    pub fn is_collection(self) -> bool {
        match self {
            RelationshipKind::OneToMany | RelationshipKind::ManyToMany => true,
            RelationshipKind::ManyToOne | RelationshipKind::OneToOne => false,
        }
    }

    /// Short form for people: `N:1`.
    #[must_use]
    pub fn cardinality(self) -> &'static str {
        match self {
            RelationshipKind::ManyToOne => "N:1",
            RelationshipKind::OneToMany => "1:N",
            RelationshipKind::OneToOne => "1:1",
            RelationshipKind::ManyToMany => "N:N",
        }
    }
}
