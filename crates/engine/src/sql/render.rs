//! From a statement to its text, alias numbers assigned in the order of first appearance.

use super::quote::quote;
use super::{
    Bind, ColumnName, ColumnRef, Condition, From, Item, JoinKind, Labels, Nested, Query, Select, Source, SourceId,
};
use crate::mapping::ColumnKind;
use rustc_hash::{FxHashMap, FxHashSet};
use std::fmt::Write;

/// The text of a statement, with `?` for every parameter.
#[must_use]
pub fn render(query: &Query) -> String {
    let mut renderer = Renderer { query, numbers: FxHashMap::default(), last: FxHashMap::default() };
    let mut text = String::new();
    renderer.select(&query.select, &mut text);
    text
}

struct Renderer<'a> {
    query: &'a Query,
    /// The number of each anonymous name that has appeared.
    numbers: FxHashMap<Anonymous, u32>,
    /// The last number given, by what is numbered: aliases and labels share it.
    last: FxHashMap<String, u32>,
}

/// What has an anonymous name: a name and a number.
#[derive(PartialEq, Eq, Hash)]
enum Anonymous {
    /// An alias.
    Source(SourceId),
    /// A column whose name is taken in its SELECT list.
    Column(ColumnRef),
    /// A column whose label `table_column` is taken there.
    Label(ColumnRef),
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
                    Some(if taken { self.anonymous(Anonymous::Label(column.clone()), &label) } else { label })
                }
                Labels::Disambiguate | Labels::Name => {
                    let name = self.name(&column.name);
                    // A number that was given here clashes with nothing.
                    let given = matches!(column.name, ColumnName::Numbered(..));
                    if !given && !used.insert(name.clone()) {
                        Some(self.anonymous(Anonymous::Column(column.clone()), &name))
                    } else {
                        (select.labels == Labels::Name).then_some(name)
                    }
                }
            };
            self.column(column, text);
            if let Some(label) = label {
                text.push_str(" AS ");
                text.push_str(&quote(&label));
            }
        }
        for nested in &select.nested {
            text.push_str(", ");
            self.nested(nested, text);
            let _ = write!(text, " AS {}", quote(&nested.name));
        }
        text.push_str(" \nFROM ");
        self.from(&select.from, text);
        self.conditions(&select.conditions, " \nWHERE ", text);
        for (index, order) in select.order_by.iter().enumerate() {
            text.push_str(if index == 0 { " ORDER BY " } else { ", " });
            self.column(&order.column, text);
            if order.descending {
                text.push_str(" DESC");
            }
        }
        if select.limit {
            text.push_str("\n LIMIT ? OFFSET ?");
            self.bind(Bind::Param, &[]);
            self.bind(Bind::Param, &[]);
        }
    }

    fn conditions(&mut self, conditions: &[Condition], keyword: &str, text: &mut String) {
        for (index, condition) in conditions.iter().enumerate() {
            text.push_str(if index == 0 { keyword } else { " AND " });
            let grouped = conditions.len() > 1 && matches!(condition, Condition::Exists(..));
            text.push_str(if grouped { "(" } else { "" });
            self.condition(condition, text);
            text.push_str(if grouped { ")" } else { "" });
        }
    }

    fn condition(&mut self, condition: &Condition, text: &mut String) {
        match condition {
            Condition::Compare(column, operator, bind) => {
                self.column(column, text);
                self.bind(*bind, std::slice::from_ref(column));
                let _ = write!(text, " {operator} ?");
            }
            Condition::BindEquals(column) => {
                text.push_str("? = ");
                self.bind(Bind::Param, &[]);
                self.column(column, text);
            }
            Condition::Equal(left, right) => self.equal(left, right, text),
            Condition::IsNull(column) => {
                self.column(column, text);
                text.push_str(" IS NULL");
            }
            Condition::IsNotNull(column) => {
                self.column(column, text);
                text.push_str(" IS NOT NULL");
            }
            Condition::IsTruth(column, operator, value) => {
                self.column(column, text);
                let _ = write!(text, " {operator} {}", u8::from(*value));
            }
            Condition::Any(columns) => self.any(columns, text),
            Condition::In(columns, count, bind) => {
                self.in_list(columns, *count, text);
                self.bind(*bind, columns);
            }
            Condition::Exists(sources, conditions) => {
                text.push_str("EXISTS (SELECT 1 \nFROM ");
                for (index, source) in sources.iter().enumerate() {
                    if index > 0 {
                        text.push_str(", ");
                    }
                    self.source(*source, text);
                }
                self.conditions(conditions, " \nWHERE ", text);
                text.push(')');
            }
        }
    }

    fn in_list(&mut self, columns: &[ColumnRef], count: usize, text: &mut String) {
        if count == 0 {
            return self.in_nothing(columns, text);
        }
        if let [column] = columns {
            self.column(column, text);
            text.push_str(" IN (");
            places(count, text);
        } else {
            text.push('(');
            for (index, column) in columns.iter().enumerate() {
                if index > 0 {
                    text.push_str(", ");
                }
                self.column(column, text);
            }
            text.push_str(") IN (VALUES ");
            for index in 0..count {
                text.push_str(if index > 0 { ", (" } else { "(" });
                places(columns.len(), text);
                text.push(')');
            }
        }
        text.push(')');
    }

    /// One JSON array as parameter, whatever the number of keys.
    fn any(&mut self, columns: &[ColumnRef], text: &mut String) {
        let several = columns.len() > 1;
        text.push_str(if several { "(" } else { "" });
        for (index, column) in columns.iter().enumerate() {
            text.push_str(if index > 0 { ", " } else { "" });
            self.column(column, text);
        }
        text.push_str(if several { ")" } else { "" });
        let parts: Vec<String> = (0..columns.len()).map(|index| format!("value ->> {index}")).collect();
        let values = if several { parts.join(", ") } else { "value".to_owned() };
        let _ = write!(text, " IN (SELECT {values} FROM json_each(?))");
    }

    /// Related rows as JSON.
    fn nested(&mut self, nested: &Nested, text: &mut String) {
        text.push_str("(SELECT ");
        text.push_str(if nested.many { "json_group_array(json_object(" } else { "json_object(" });
        for (index, (column, kind)) in nested.columns.iter().enumerate() {
            let _ = write!(text, "{}{}, ", if index > 0 { ", " } else { "" }, literal(&self.name(&column.name)));
            // JSON has no bytes; they travel as hexadecimal digits.
            if *kind == ColumnKind::Bytes {
                text.push_str("CASE WHEN ");
                self.column(column, text);
                text.push_str(" IS NOT NULL THEN hex(");
                self.column(column, text);
                text.push_str(") END");
            } else {
                self.column(column, text);
            }
        }
        for inner in &nested.nested {
            let _ = write!(text, ", {}, json(", literal(&inner.name));
            self.nested(inner, text);
            text.push(')');
        }
        text.push(')');
        if nested.many {
            for (index, column) in nested.order_by.iter().enumerate() {
                text.push_str(if index == 0 { " ORDER BY " } else { ", " });
                self.column(column, text);
            }
            text.push(')');
        }
        text.push_str(" \nFROM ");
        for (index, source) in nested.secondary.iter().chain([&nested.source]).enumerate() {
            text.push_str(if index > 0 { ", " } else { "" });
            self.source(*source, text);
        }
        for (index, (left, right)) in nested.conditions.iter().enumerate() {
            text.push_str(if index == 0 { " \nWHERE " } else { " AND " });
            self.equal(left, right, text);
        }
        text.push_str(if nested.many { ")" } else { " \n LIMIT 1)" });
    }

    /// IN with an empty list: SQL has no such thing, so a SELECT without rows stands in its place.
    fn in_nothing(&mut self, columns: &[ColumnRef], text: &mut String) {
        let ones = vec!["1"; columns.len()].join(", ");
        text.push_str(if columns.len() > 1 { "(" } else { "" });
        for (index, column) in columns.iter().enumerate() {
            text.push_str(if index > 0 { ", " } else { "" });
            self.column(column, text);
        }
        text.push_str(if columns.len() > 1 { ")" } else { "" });
        let _ = write!(text, " IN (SELECT {ones} FROM (SELECT {ones}) WHERE 1!=1)");
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

    fn equal(&mut self, left: &ColumnRef, right: &ColumnRef, text: &mut String) {
        self.column(left, text);
        text.push_str(" = ");
        self.column(right, text);
    }

    /// A FROM element where it is introduced.
    fn source(&mut self, id: SourceId, text: &mut String) {
        let query = self.query;
        match &query.sources[id.0 as usize] {
            Source::Table(table) => text.push_str(&quote(table)),
            Source::Alias(table) => {
                let alias = self.alias(id, table);
                let _ = write!(text, "{} AS {}", quote(table), quote(&alias));
            }
            Source::Derived(select) => {
                text.push('(');
                self.select(select, text);
                let _ = write!(text, ") AS {}", self.source_name(id));
            }
        }
    }

    fn column(&mut self, column: &ColumnRef, text: &mut String) {
        let source = self.source_name(column.source);
        let name = self.name(&column.name);
        let _ = write!(text, "{}.{}", quote(&source), quote(&name));
    }

    /// The name by which a FROM element's columns are qualified.
    fn source_name(&mut self, id: SourceId) -> String {
        let query = self.query;
        match &query.sources[id.0 as usize] {
            Source::Table(table) => table.to_string(),
            Source::Alias(table) => self.alias(id, table),
            Source::Derived(_) => self.alias(id, "anon"),
        }
    }

    fn alias(&mut self, id: SourceId, table: &str) -> String {
        self.anonymous(Anonymous::Source(id), table)
    }

    /// Takes the number that the name of a parameter has.
    fn bind(&mut self, bind: Bind, columns: &[ColumnRef]) {
        let name = match (bind, columns) {
            (Bind::Fixed, _) => return,
            (Bind::Column, [column, ..]) => self.name(&column.name),
            (Bind::Column, []) | (Bind::Param, _) => "param".to_owned(),
        };
        let plain = with_one_underscore(&name, "%() $.[]:");
        self.next_number(plain.trim_matches('_').to_owned());
    }

    fn next_number(&mut self, plain: String) -> u32 {
        let last = self.last.entry(plain).or_insert(0);
        *last += 1;
        *last
    }

    /// A name with a number. What would disturb SQLAlchemy's own placeholders becomes an underscore.
    fn anonymous(&mut self, what: Anonymous, name: &str) -> String {
        let plain = with_one_underscore(name, "%() $");
        let number = match self.numbers.get(&what) {
            Some(number) => *number,
            None => {
                let number = self.next_number(plain.clone());
                self.numbers.insert(what, number);
                number
            }
        };
        format!("{plain}_{number}")
    }

    fn name(&mut self, name: &ColumnName) -> String {
        match name {
            ColumnName::Plain(name) => name.to_string(),
            ColumnName::Derived(source, name) => self.table_column(&ColumnRef::new(*source, name)),
            ColumnName::Numbered(source, name) => {
                self.anonymous(Anonymous::Column(ColumnRef::new(*source, name)), name)
            }
        }
    }

    fn table_column(&mut self, column: &ColumnRef) -> String {
        if let ColumnName::Plain(name) = &column.name
            && let Some(label) = self.query.labels.get(&(column.source, name.clone()))
        {
            return label.clone();
        }
        let source = self.source_name(column.source);
        let name = self.name(&column.name);
        format!("{source}_{name}")
    }
}

/// The name with an underscore in place of these letters, one for as many as follow each other.
fn with_one_underscore(name: &str, letters: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut replaced = false;
    for letter in name.chars() {
        let replaces = letters.contains(letter);
        if !(replaces && replaced) {
            plain.push(if replaces { '_' } else { letter });
        }
        replaced = replaces;
    }
    plain
}

/// A text literal.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn places(count: usize, text: &mut String) {
    for index in 0..count {
        text.push_str(if index > 0 { ", ?" } else { "?" });
    }
}
