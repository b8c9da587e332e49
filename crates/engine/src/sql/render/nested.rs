//! Related rows as JSON: on SQLite a subquery in the SELECT list, on PostgreSQL a LATERAL one in the FROM clause.

use super::Renderer;
use crate::mapping::{ColumnKind, ColumnType};
use crate::sql::{ColumnRef, Nested};
use std::fmt::Write;

impl Renderer<'_> {
    /// `(SELECT json_group_array(json_object('id', …)) FROM …)`.
    pub(super) fn nested_subquery(&mut self, nested: &Nested, text: &mut String) {
        text.push_str("(SELECT ");
        text.push_str(if nested.many { "json_group_array(json_object(" } else { "json_object(" });
        for (index, (column, of)) in nested.columns.iter().enumerate() {
            let _ = write!(text, "{}{}, ", if index > 0 { ", " } else { "" }, literal(&of.name));
            // JSON has no bytes; they travel as hexadecimal digits.
            if of.kind == ColumnKind::Bytes {
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
            self.nested_subquery(inner, text);
            text.push(')');
        }
        text.push(')');
        if nested.many {
            self.nested_order(nested, text);
            text.push(')');
        }
        self.nested_from(nested, text);
        self.nested_where(nested, text);
        text.push_str(if nested.many { ")" } else { " \n LIMIT 1)" });
    }

    /// The value of a LATERAL subquery that stands in the FROM clause.
    pub(super) fn nested_column(&mut self, nested: &Nested, text: &mut String) {
        let derived = self.source_name(nested.derived);
        let _ = write!(text, "{derived}.{}", self.dialect.quote(&nested.name));
    }

    /// ` LEFT OUTER JOIN LATERAL (SELECT json_agg(anon_2) … FROM (SELECT … FROM …) AS anon_2) AS anon_1 ON true`. The rows
    /// stand in a subquery of their own, since a function takes no more than 100 arguments.
    pub(super) fn nested_lateral(&mut self, nested: &Nested, text: &mut String) {
        let derived = self.source_name(nested.derived);
        let rows = self.source_name(nested.rows);
        text.push_str(" LEFT OUTER JOIN LATERAL (SELECT ");
        let _ = match nested.many {
            true => write!(text, "coalesce(json_agg({rows}), '[]')"),
            false => write!(text, "row_to_json({rows})"),
        };
        let _ = write!(text, " AS {} \nFROM (SELECT ", self.dialect.quote(&nested.name));
        for (index, (column, of)) in nested.columns.iter().enumerate() {
            text.push_str(if index > 0 { ", " } else { "" });
            self.json_value(column, of.column_type, text);
            let _ = write!(text, " AS {}", self.dialect.quote(&of.name));
        }
        for inner in &nested.nested {
            text.push_str(", ");
            self.nested_column(inner, text);
        }
        self.nested_from(nested, text);
        for inner in &nested.nested {
            self.nested_lateral(inner, text);
        }
        self.nested_where(nested, text);
        self.nested_order(nested, text);
        text.push_str(if nested.many { "" } else { " \n LIMIT 1" });
        let _ = write!(text, ") AS {rows}) AS {derived} ON true");
    }

    /// A column in the form in which JSON carries its value as it is.
    fn json_value(&mut self, column: &ColumnRef, column_type: ColumnType, text: &mut String) {
        let (before, after) = match column_type {
            ColumnType::Bytes => ("encode(", ", 'hex')"),
            ColumnType::DateTime => ("to_char(", ", 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"),
            // JSON's numbers are no decimals, and JSON in JSON would be taken apart.
            ColumnType::Numeric(..) | ColumnType::Json | ColumnType::Jsonb => ("", "::TEXT"),
            ColumnType::SmallInteger
            | ColumnType::Integer
            | ColumnType::BigInteger
            | ColumnType::Float
            | ColumnType::Text
            | ColumnType::Boolean
            | ColumnType::Date
            | ColumnType::Time
            | ColumnType::Uuid
            | ColumnType::Other => ("", ""),
        };
        text.push_str(before);
        self.column(column, text);
        text.push_str(after);
    }

    fn nested_from(&mut self, nested: &Nested, text: &mut String) {
        text.push_str(" \nFROM ");
        for (index, source) in nested.secondary.iter().chain([&nested.source]).enumerate() {
            text.push_str(if index > 0 { ", " } else { "" });
            self.source(*source, text);
        }
    }

    fn nested_where(&mut self, nested: &Nested, text: &mut String) {
        for (index, (left, right)) in nested.conditions.iter().enumerate() {
            text.push_str(if index == 0 { " \nWHERE " } else { " AND " });
            self.equal(left, right, text);
        }
    }

    fn nested_order(&mut self, nested: &Nested, text: &mut String) {
        for (index, column) in nested.order_by.iter().enumerate() {
            text.push_str(if index == 0 { " ORDER BY " } else { ", " });
            self.column(column, text);
        }
    }
}

/// A text literal.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
