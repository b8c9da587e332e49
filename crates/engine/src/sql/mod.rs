//! SELECT statements as data, and their text as SQLAlchemy 2.1 writes it.
//!
//! Aliases carry no number here: SQLAlchemy numbers them in the order in which they first appear in the text, so only
//! rendering can know it (`render`).

mod dialect;
mod from;
pub mod placeholders;
mod quote;
mod render;

use crate::mapping::{Column, ColumnType, Entity, TableName};
pub use dialect::Dialect;
pub(crate) use from::{EagerJoin, From, Item};
pub(crate) use render::render;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Number of a FROM element within its [`Query`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SourceId(pub(crate) u32);

/// A statement: its FROM elements, and the SELECT that uses them.
#[derive(Debug, Clone)]
pub struct Query {
    pub(crate) sources: Vec<Source>,
    /// Columns whose label `table_column` is taken by a column of their table, and what they are called instead.
    pub(crate) labels: FxHashMap<(SourceId, Arc<str>), String>,
    pub(crate) select: Select,
}

/// A table, an alias of one, or a derived table.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// A table under its own name.
    Table(TableName),
    /// `table AS table_1`.
    Alias(TableName),
    /// `(SELECT …) AS anon_1`.
    Derived(Box<Select>),
    /// A derived table that related rows as JSON are made of, where a database has them in its FROM clause.
    Nested,
}

impl Source {
    pub(crate) fn is_alias_of(&self, name: &TableName) -> bool {
        matches!(self, Source::Alias(table) if table == name)
    }
}

/// A SELECT.
#[derive(Debug, Clone)]
pub(crate) struct Select {
    pub(crate) distinct: bool,
    pub(crate) columns: Vec<ColumnRef>,
    /// Related rows as JSON, after the columns.
    pub(crate) nested: Vec<Nested>,
    pub(crate) labels: Labels,
    pub(crate) from: From,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) order_by: Vec<Order>,
    pub(crate) limit: Option<Limit>,
}

/// Which of LIMIT and OFFSET a SELECT is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    Rows,
    Offset,
    Both,
}

/// How the columns of a SELECT are labelled; which style applies depends on who issues the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Labels {
    /// The first use of a name is bare, the k-th later one `AS name_k`.
    Disambiguate,
    /// None, even when names collide.
    Bare,
    /// `AS table_column` on everything.
    TableColumn,
    /// `AS name` on everything: the inside of a wrapped root.
    Name,
}

/// A column of a FROM element; of a derived table, the label it has there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ColumnRef {
    pub(crate) source: SourceId,
    pub(crate) name: ColumnName,
}

/// The name of a column.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum ColumnName {
    /// As the table has it.
    Plain(Arc<str>),
    /// What a derived table calls a column of its own FROM elements.
    Derived(SourceId, Arc<str>),
    /// The same for one that has the name of a column before it, and so a number.
    Numbered(SourceId, Arc<str>),
}

/// One ORDER BY term.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) column: ColumnRef,
    pub(crate) descending: bool,
}

/// One term of a WHERE clause; the terms are joined by AND. `Parameter` stands for one.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    /// `column = ?`, `column LIKE ?` …
    Compare(ColumnRef, &'static str, Parameter),
    /// `? = column`: the lazy load of a collection.
    BindEquals(ColumnRef, ColumnType),
    /// `column = column`.
    Equal(ColumnRef, ColumnRef),
    /// `column IS NULL`.
    IsNull(ColumnRef),
    /// `column IS NOT NULL`.
    IsNotNull(ColumnRef),
    /// `column = true`, or `column = 1` on a database without a boolean type.
    IsTruth(ColumnRef, &'static str, bool),
    /// `column IN (?, ?)`, or `(a, b) IN ((?, ?), …)`.
    In(Vec<ColumnRef>, usize, Parameter),
    /// `column = ANY (?)`, or `column IN (SELECT value FROM json_each(?))`: the keys in a parameter however many they are.
    Any(Vec<(ColumnRef, ColumnType)>),
    /// `EXISTS (SELECT 1 FROM … WHERE …)`.
    Exists(Vec<SourceId>, Vec<Condition>),
}

/// A parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub(crate) name: Bind,
    pub(crate) column_type: ColumnType,
}

/// What SQLAlchemy calls a parameter. The names it numbers take their numbers from those of aliases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bind {
    /// A name without a number.
    Fixed,
    /// That of the column it is compared with.
    Column,
    /// `param`.
    Param,
}

/// Related rows as one JSON value: a correlated subquery, in the SELECT list or beside it.
#[derive(Debug, Clone)]
pub(crate) struct Nested {
    /// The relationship, and the label of the column.
    pub(crate) name: Arc<str>,
    /// An array, or one object or null.
    pub(crate) many: bool,
    pub(crate) source: SourceId,
    pub(crate) secondary: Option<SourceId>,
    /// The subquery, and its rows before they are JSON, where it stands in the FROM clause.
    pub(crate) derived: SourceId,
    pub(crate) rows: SourceId,
    pub(crate) columns: Vec<(ColumnRef, Column)>,
    pub(crate) nested: Vec<Nested>,
    pub(crate) conditions: Vec<(ColumnRef, ColumnRef)>,
    pub(crate) order_by: Vec<ColumnRef>,
}

impl Nested {
    /// Gives the columns of the enclosing statement the names they have outside a wrapped root.
    pub(crate) fn rename(&mut self, out: &dyn Fn(ColumnRef) -> ColumnRef) {
        for (left, right) in &mut self.conditions {
            *left = out(left.clone());
            *right = out(right.clone());
        }
    }
}

/// Inner or outer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JoinKind {
    Inner,
    LeftOuter,
}

impl Query {
    /// A statement of nothing yet.
    pub(crate) fn new(labels: Labels) -> Query {
        Query { sources: Vec::new(), labels: FxHashMap::default(), select: Select::new(labels) }
    }

    /// A statement without columns yet, over a table under its own name.
    pub(crate) fn over(table: &TableName, labels: Labels) -> (Query, SourceId) {
        let mut query = Query::new(labels);
        let source = query.add(Source::Table(table.clone()));
        query.select.from.comma(source);
        (query, source)
    }

    /// Notes what those columns of a table are called whose label `table_column` is taken.
    pub(crate) fn label(&mut self, source: SourceId, entity: &Entity) {
        for column in &entity.columns {
            let label = entity.label(column);
            if label.len() > entity.table.label().len() + 1 + column.name.len() {
                self.labels.insert((source, column.name.clone()), label);
            }
        }
    }

    /// Adds a FROM element; where it stands is said in a [`From`].
    pub(crate) fn add(&mut self, source: Source) -> SourceId {
        self.sources.push(source);
        SourceId(self.sources.len() as u32 - 1)
    }

    /// The element that is the table of this name, not an alias of it; added when it is not there.
    pub(crate) fn table(&mut self, name: &TableName) -> SourceId {
        let found = self.sources.iter().position(|source| matches!(source, Source::Table(table) if table == name));
        match found {
            Some(index) => SourceId(index as u32),
            None => self.add(Source::Table(name.clone())),
        }
    }
}

impl Select {
    pub(crate) fn new(labels: Labels) -> Select {
        Select {
            distinct: false,
            columns: Vec::new(),
            nested: Vec::new(),
            labels,
            from: From::default(),
            conditions: Vec::new(),
            order_by: Vec::new(),
            limit: None,
        }
    }
}

impl ColumnRef {
    /// A column of a table or alias.
    pub(crate) fn new(source: SourceId, name: &Arc<str>) -> ColumnRef {
        ColumnRef { source, name: ColumnName::Plain(name.clone()) }
    }
}
