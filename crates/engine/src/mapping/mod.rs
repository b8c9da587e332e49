//! Mappings: entities, columns, keys and relationships, checked once and then referred to by number.

pub mod check;
mod column_type;
pub mod document;
mod table_name;

pub use column_type::ColumnType;
use document::RelationshipKind;
use std::sync::Arc;
pub use table_name::TableName;

/// Number of an entity in its mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityId(pub(crate) u32);

/// Number of a relationship among those of its entity, in declaration order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RelationshipId(pub(crate) u32);

/// Number of a column among those of its entity, in table order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnId(pub(crate) u32);

impl EntityId {
    /// Position in the mapping.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl RelationshipId {
    /// Position in the entity.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl ColumnId {
    /// Position in the entity.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A checked mapping: every name in it is resolved.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// What the mapping is called.
    pub name: String,
    entities: Vec<Entity>,
}

/// A class and its table.
#[derive(Debug, Clone)]
pub struct Entity {
    /// Class name.
    pub name: Arc<str>,
    /// Table name.
    pub table: TableName,
    /// Columns in table order.
    pub columns: Vec<Column>,
    /// Primary key columns, in table order.
    pub primary_key: Vec<ColumnId>,
    /// Relationships in declaration order.
    pub relationships: Vec<Relationship>,
}

impl Entity {
    /// The label `table_column` of a column; numbered where the table has a column of that name.
    pub(crate) fn label(&self, column: &Column) -> String {
        let label = format!("{}_{}", self.table.label(), column.name);
        let taken = |label: &String| self.columns.iter().any(|other| *other.name == **label);
        let numbered = (1..).map(|number| format!("{label}_{number}"));
        std::iter::once(label.clone()).chain(numbered).find(|label| !taken(label)).unwrap_or(label)
    }
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Column name.
    pub name: Arc<str>,
    /// How its values are decoded.
    pub kind: ColumnKind,
    /// What it is, where a statement has to say so.
    pub column_type: ColumnType,
}

/// How the values of a column are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnKind {
    /// As the database gives it.
    Plain,
    /// 0 and 1 become false and true.
    Boolean,
    /// `YYYY-MM-DD HH:MM:SS` becomes ISO 8601.
    DateTime,
    /// Numbers become decimal text.
    Numeric,
    /// Bytes become hexadecimal text.
    Bytes,
}

/// A relationship.
#[derive(Debug, Clone)]
pub struct Relationship {
    /// Attribute name.
    pub name: Arc<str>,
    /// Direction and cardinality.
    pub kind: RelationshipKind,
    /// The entity at the other end.
    pub target: EntityId,
    /// Own columns that take part.
    pub local: Vec<ColumnId>,
    /// The other side of each own column.
    pub remote: Remote,
    /// Columns of the target by which a collection is sorted.
    pub order_by: Vec<ColumnId>,
    /// To one, by columns that are the target's whole primary key: the identity map can answer it.
    pub targets_primary_key: bool,
}

/// The other side of a relationship's own columns.
#[derive(Debug, Clone)]
pub enum Remote {
    /// Columns of the target, one for each own column.
    Target(Vec<ColumnId>),
    /// A secondary table.
    Secondary {
        /// The association table.
        table: TableName,
        /// Its columns that refer to the own columns, one for each.
        near: Vec<Column>,
        /// Target column and association column of the far side.
        far: Vec<(ColumnId, Arc<str>)>,
    },
}

impl Mapping {
    /// Every entity, in declaration order.
    pub fn entities(&self) -> impl Iterator<Item = (EntityId, &Entity)> {
        self.entities.iter().enumerate().map(|(index, entity)| (EntityId(index as u32), entity))
    }

    /// An entity by its number.
    #[must_use]
    pub fn entity(&self, id: EntityId) -> &Entity {
        &self.entities[id.index()]
    }

    /// An entity by its class name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<EntityId> {
        self.entities.iter().position(|entity| &*entity.name == name).map(|index| EntityId(index as u32))
    }

    /// A relationship by its numbers.
    #[must_use]
    pub fn relationship(&self, entity: EntityId, id: RelationshipId) -> &Relationship {
        &self.entity(entity).relationships[id.index()]
    }
}

impl Entity {
    /// A column by its number.
    #[must_use]
    pub fn column(&self, id: ColumnId) -> &Column {
        &self.columns[id.index()]
    }

    /// A column by its name.
    #[must_use]
    pub fn find_column(&self, name: &str) -> Option<ColumnId> {
        self.columns.iter().position(|column| &*column.name == name).map(|index| ColumnId(index as u32))
    }

    /// A relationship by its name.
    #[must_use]
    pub fn find_relationship(&self, name: &str) -> Option<RelationshipId> {
        self.relationships.iter().position(|one| &*one.name == name).map(|index| RelationshipId(index as u32))
    }

    /// Every column's number, in table order.
    pub fn column_ids(&self) -> impl Iterator<Item = ColumnId> + use<> {
        (0..self.columns.len() as u32).map(ColumnId)
    }
}
