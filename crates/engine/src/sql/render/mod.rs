//! From a statement to its text, alias numbers assigned in the order of first appearance.

mod condition;
mod names;
mod nested;

use super::Bind;
use super::{ColumnName, ColumnRef, Dialect, From, Item, JoinKind, Labels, Limit, Query, Select, Source, SourceId};
use crate::mapping::ColumnType;
use names::{Anonymous, Names};
use rustc_hash::FxHashSet;
use std::fmt::Write;

/// The text of a statement, its parameters in the order of their places.
#[must_use]
pub(crate) fn render(query: &Query, dialect: Dialect) -> String {
    let mut renderer = Renderer { query, dialect, names: Names::default(), placed: 0 };
    let mut text = String::new();
    renderer.select(&query.select, &mut text);
    text
}

struct Renderer<'a> {
    query: &'a Query,
    dialect: Dialect,
    names: Names,
    /// Parameters that have their place.
    placed: u32,
}

impl Renderer<'_> {
    fn select(&mut self, select: &Select, text: &mut String) {
        text.push_str(if select.distinct { "SELECT DISTINCT " } else { "SELECT " });
        let mut used: FxHashSet<String> = FxHashSet::default();
        for (index, column) in select.columns.iter().enumerate() {
            if index > 0 {
                text.push_str(", ");
            }
            // The label takes its number before the column's own alias does.
            let label = match select.labels {
                Labels::Bare => None,
                Labels::TableColumn => {
                    let label = self.table_column(column);
                    let taken = !used.insert(label.clone());
                    let anonymous = Anonymous::Label(column.clone());
                    let label = if taken { self.names.anonymous(anonymous, &label) } else { label };
                    Some(self.label(label))
                }
                Labels::Disambiguate | Labels::Name => {
                    let name = self.name(&column.name);
                    // A number that was given here clashes with nothing.
                    let given = matches!(column.name, ColumnName::Numbered(..));
                    if !given && !used.insert(name.clone()) {
                        let label = self.names.anonymous(Anonymous::Column(column.clone()), &name);
                        Some(self.label(label))
                    } else {
                        (select.labels == Labels::Name).then(|| self.column_name(&column.name))
                    }
                }
            };
            self.column(column, text);
            if let Some(label) = label {
                let _ = write!(text, " AS {}", self.dialect.quote(&label));
            }
        }
        for nested in &select.nested {
            text.push_str(", ");
            match self.dialect {
                Dialect::Sqlite => {
                    self.nested_subquery(nested, text);
                    let _ = write!(text, " AS {}", self.dialect.quote(&nested.name));
                }
                Dialect::Postgres => self.nested_column(nested, text),
            }
        }
        text.push_str(" \nFROM ");
        self.from(&select.from, text);
        if self.dialect == Dialect::Postgres {
            for nested in &select.nested {
                self.nested_lateral(nested, text);
            }
        }
        self.conditions(&select.conditions, " \nWHERE ", text);
        for (index, order) in select.order_by.iter().enumerate() {
            text.push_str(if index == 0 { " ORDER BY " } else { ", " });
            self.column(&order.column, text);
            if order.descending {
                text.push_str(" DESC");
            }
        }
        if let Some(limit) = select.limit {
            self.limit(limit, text);
        }
    }

    /// SQLite is always given both; PostgreSQL what was asked for.
    fn limit(&mut self, limit: Limit, text: &mut String) {
        let (rows, offset) = match (self.dialect, limit) {
            (Dialect::Sqlite, Limit::Rows | Limit::Offset | Limit::Both) => ("\n LIMIT ", " OFFSET "),
            (Dialect::Postgres, Limit::Rows) => (" \n LIMIT ", ""),
            (Dialect::Postgres, Limit::Both) => (" \n LIMIT ", " OFFSET "),
            (Dialect::Postgres, Limit::Offset) => ("", "\n LIMIT ALL OFFSET "),
        };
        for clause in [rows, offset].into_iter().filter(|clause| !clause.is_empty()) {
            text.push_str(clause);
            self.place(ColumnType::Integer, text);
            self.bind(Bind::Param, &[]);
        }
    }

    fn from(&mut self, from: &From, text: &mut String) {
        for (index, item) in from.items.iter().enumerate() {
            if index > 0 {
                text.push_str(", ");
            }
            self.item(item, text);
        }
    }

    fn item(&mut self, item: &Item, text: &mut String) {
        let join = match item {
            Item::Source(source) => return self.source(*source, text),
            Item::Join(join) => join,
        };
        self.item(&join.left, text);
        text.push_str(match join.kind {
            JoinKind::Inner => " JOIN ",
            JoinKind::LeftOuter => " LEFT OUTER JOIN ",
        });
        let nested = matches!(join.right, Item::Join(_));
        text.push_str(if nested { "(" } else { "" });
        self.item(&join.right, text);
        text.push_str(if nested { ")" } else { "" });
        for (index, (left, right)) in join.on.iter().enumerate() {
            text.push_str(if index == 0 { " ON " } else { " AND " });
            self.equal(left, right, text);
        }
    }

    /// A FROM element where it is introduced.
    fn source(&mut self, id: SourceId, text: &mut String) {
        let query = self.query;
        match &query.sources[id.0 as usize] {
            Source::Table(table) => text.push_str(&self.dialect.quote_table(table)),
            Source::Alias(table) => {
                let alias = self.source_name(id);
                let _ = write!(text, "{} AS {}", self.dialect.quote_table(table), self.dialect.quote(&alias));
            }
            Source::Derived(select) => {
                text.push('(');
                self.select(select, text);
                let _ = write!(text, ") AS {}", self.source_name(id));
            }
            // It is written with what it is made of.
            Source::Nested => {}
        }
    }

    fn column(&mut self, column: &ColumnRef, text: &mut String) {
        let query = self.query;
        match &query.sources[column.source.0 as usize] {
            Source::Table(table) => text.push_str(&self.dialect.quote_table(table)),
            Source::Alias(_) | Source::Derived(_) | Source::Nested => {
                let source = self.source_name(column.source);
                text.push_str(&self.dialect.quote(&source));
            }
        }
        let name = self.column_name(&column.name);
        let _ = write!(text, ".{}", self.dialect.quote(&name));
    }
}
