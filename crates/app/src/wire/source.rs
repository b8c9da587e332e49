//! What is opened: a database, its classes and tables, and what somebody changes of the mapping.

use super::experiment::{EndpointDoc, ExperimentDoc};
use super::run::RunView;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where a PostgreSQL server is, as a form says it; what is empty is as libpq's defaults and environment have it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ServerFields {
    /// A host, the folder of a socket, or a whole `postgres://` address.
    pub address: String,
    /// Port.
    pub port: String,
    /// Database.
    pub database: String,
    /// Role.
    pub user: String,
    /// Its password.
    pub password: String,
    /// libpq's word for how much encryption: `prefer`, `verify-full`.
    pub ssl_mode: String,
    /// A file of certificates to trust.
    pub ssl_root: String,
    /// Settings of the server for its sessions: `-c search_path=app`.
    pub options: String,
    /// Whether the password that is written here is kept in the keyring.
    pub remember: bool,
}

/// A server that answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ServerView {
    /// Product and version: `PostgreSQL 15.18`.
    pub database: String,
    /// Whether the connection is encrypted.
    pub encrypted: bool,
    /// Connections that may still be opened, where the server says so.
    pub free_connections: Option<f64>,
}

/// An opened source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SourceView {
    /// The source, as the experiment keeps it.
    pub source: String,
    /// For the title: `CitizenApp s` or the file's name.
    pub title: String,
    /// Database and version: `SQLite 3.51.0`.
    pub database: String,
    /// What the data is: `seed 1, foreign-key indexes on`.
    pub data: String,
    /// Mapped classes.
    pub entities: Vec<EntityView>,
    /// Tables that connect two others.
    pub association_tables: Vec<TableView>,
    /// Endpoints that ship with the source, or one per class for a user's own database.
    pub endpoints: Vec<EndpointView>,
    /// What a user should know: tables left out, and why.
    pub notices: Vec<String>,
    /// The experiment to begin with.
    pub experiment: ExperimentDoc,
}

/// A class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EntityView {
    /// Class name.
    pub name: String,
    /// Table name.
    pub table: String,
    /// About how many rows the table has, where the database knows without counting: `about 1 000 rows`.
    pub rows: Option<String>,
    /// Columns in table order.
    pub columns: Vec<ColumnView>,
    /// Relationships in declaration order.
    pub relationships: Vec<RelationshipView>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ColumnView {
    /// Column name.
    pub name: String,
    /// Type as SQLAlchemy names it.
    pub type_name: String,
    /// Whether it is part of the primary key.
    pub primary: bool,
    /// Whether it is part of a foreign key.
    pub foreign: bool,
    /// Whether `NULL` is allowed.
    pub nullable: bool,
}

/// A table without objects of its own, which connects two others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TableView {
    /// Table name.
    pub name: String,
    /// Columns in table order.
    pub columns: Vec<ColumnView>,
}

/// A relationship.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RelationshipView {
    /// Attribute name.
    pub name: String,
    /// `N:1`, `1:N`, `1:1` or `N:N`.
    pub cardinality: String,
    /// The class at the other end.
    pub target: String,
    /// Whether the attribute is a collection.
    pub collection: bool,
    /// Which columns it connects: `organization_id = organizations.id`.
    pub columns: String,
    /// Own column and column of the target, or of the table between.
    pub pairs: Vec<(String, String)>,
    /// The table between the two of a many-to-many relationship.
    pub secondary: Option<String>,
}

/// A change of the introspected mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum MappingEdit {
    /// A relationship gets another name.
    Rename {
        /// The class.
        entity: String,
        /// Its relationship.
        relationship: String,
        /// The new name.
        name: String,
    },
    /// A relationship is left out.
    Drop {
        /// The class.
        entity: String,
        /// Its relationship.
        relationship: String,
    },
    /// A class gets one more relationship.
    Add {
        /// The class.
        entity: String,
        /// The relationship.
        relationship: RelationshipDoc,
    },
}

/// A relationship that somebody adds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RelationshipDoc {
    /// Attribute name.
    pub name: String,
    /// Direction and cardinality.
    pub kind: WireCardinality,
    /// The class at the other end.
    pub target: String,
    /// The table between the two of a many-to-many relationship.
    pub secondary: Option<String>,
    /// Own column and target column, or own column and column of the table between.
    pub pairs: Vec<(String, String)>,
    /// Target column and column of the table between.
    pub secondary_pairs: Vec<(String, String)>,
}

/// Direction and cardinality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum WireCardinality {
    /// N:1.
    ManyToOne,
    /// 1:N.
    OneToMany,
    /// 1:1.
    OneToOne,
    /// N:N.
    ManyToMany,
}

/// An endpoint that can be chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EndpointView {
    /// Title: `List of users`.
    pub title: String,
    /// One sentence: what it returns.
    pub description: String,
    /// The endpoint itself.
    pub endpoint: EndpointDoc,
}

/// How far a sample that is generated before it opens has come, sent over a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OpenProgress {
    /// What is being done, in words: `Writing users, 20 480 of 817 590 rows`.
    pub what: String,
    /// Rows written, of all tables.
    pub done: f64,
    /// Rows there will be, of all tables.
    pub total: f64,
}

/// A file that somebody opened or dropped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum FileView {
    /// A database.
    Source {
        /// It.
        source: String,
    },
    /// An experiment.
    Experiment {
        /// The work it describes.
        experiment: Box<ExperimentDoc>,
    },
    /// The result of a run, which is in the history now.
    Run {
        /// It.
        run: Box<RunView>,
    },
}
