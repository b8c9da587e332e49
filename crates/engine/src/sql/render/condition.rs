//! Terms of a WHERE clause, and their parameters.

use super::Renderer;
use crate::mapping::ColumnType;
use crate::sql::{Bind, ColumnRef, Condition, Dialect, Parameter};
use std::fmt::Write;

impl Renderer<'_> {
    pub(super) fn conditions(&mut self, conditions: &[Condition], keyword: &str, text: &mut String) {
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
            Condition::Compare(column, operator, Parameter { name, column_type }) => {
                self.column(column, text);
                self.bind(*name, std::slice::from_ref(column));
                let _ = write!(text, " {operator} ");
                self.place(*column_type, text);
            }
            Condition::BindEquals(column, column_type) => {
                self.place(*column_type, text);
                text.push_str(" = ");
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
                let _ = match self.dialect {
                    Dialect::Sqlite => write!(text, " {operator} {}", u8::from(*value)),
                    Dialect::Postgres => write!(text, " {operator} {value}"),
                };
            }
            Condition::Any(columns) => self.any(columns, text),
            Condition::In(columns, count, Parameter { name, column_type }) => {
                self.in_list(columns, *count, *column_type, text);
                self.bind(*name, columns);
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

    fn in_list(&mut self, columns: &[ColumnRef], count: usize, column_type: ColumnType, text: &mut String) {
        self.column_or_several(columns, text);
        if count == 0 {
            return self.in_nothing(columns.len(), text);
        }
        if columns.len() == 1 {
            text.push_str(" IN (");
            self.places(count, column_type, text);
        } else {
            text.push_str(match self.dialect {
                Dialect::Sqlite => " IN (VALUES ",
                Dialect::Postgres => " IN (",
            });
            for index in 0..count {
                text.push_str(if index > 0 { ", (" } else { "(" });
                // SQLAlchemy casts none of them.
                self.places(columns.len(), ColumnType::Other, text);
                text.push(')');
            }
        }
        text.push(')');
    }

    /// IN with an empty list, which SQL does not have.
    fn in_nothing(&mut self, columns: usize, text: &mut String) {
        let list = |one: &str| vec![one; columns].join(", ");
        let _ = match self.dialect {
            Dialect::Sqlite => write!(text, " IN (SELECT {0} FROM (SELECT {0}) WHERE 1!=1)", list("1")),
            Dialect::Postgres if columns == 1 => write!(text, " IN (NULL) AND (1 != 1)"),
            Dialect::Postgres => write!(text, " IN (({})) AND (1 != 1)", list("NULL")),
        };
    }

    /// One parameter, or one a column, whatever the number of keys: a JSON array on SQLite, an array on PostgreSQL.
    fn any(&mut self, columns: &[(ColumnRef, ColumnType)], text: &mut String) {
        let names: Vec<ColumnRef> = columns.iter().map(|(column, _)| column.clone()).collect();
        self.column_or_several(&names, text);
        match (self.dialect, columns) {
            (Dialect::Sqlite, [_]) => text.push_str(" IN (SELECT value FROM json_each(?))"),
            (Dialect::Sqlite, several) => {
                let parts: Vec<String> = (0..several.len()).map(|index| format!("value ->> {index}")).collect();
                let _ = write!(text, " IN (SELECT {} FROM json_each(?))", parts.join(", "));
            }
            (Dialect::Postgres, [(_, column_type)]) => {
                text.push_str(" = ANY (");
                self.place_of_array(*column_type, text);
                text.push(')');
            }
            (Dialect::Postgres, several) => {
                text.push_str(" IN (SELECT * FROM unnest(");
                for (index, (_, column_type)) in several.iter().enumerate() {
                    text.push_str(if index > 0 { ", " } else { "" });
                    self.place_of_array(*column_type, text);
                }
                text.push_str("))");
            }
        }
    }

    fn column_or_several(&mut self, columns: &[ColumnRef], text: &mut String) {
        text.push_str(if columns.len() > 1 { "(" } else { "" });
        for (index, column) in columns.iter().enumerate() {
            text.push_str(if index > 0 { ", " } else { "" });
            self.column(column, text);
        }
        text.push_str(if columns.len() > 1 { ")" } else { "" });
    }

    pub(super) fn equal(&mut self, left: &ColumnRef, right: &ColumnRef, text: &mut String) {
        self.column(left, text);
        text.push_str(" = ");
        self.column(right, text);
    }

    fn places(&mut self, count: usize, column_type: ColumnType, text: &mut String) {
        for index in 0..count {
            text.push_str(if index > 0 { ", " } else { "" });
            self.place(column_type, text);
        }
    }

    fn place_of_array(&mut self, column_type: ColumnType, text: &mut String) {
        self.place(column_type, text);
        text.push_str(if column_type == ColumnType::Other { "" } else { "[]" });
    }

    /// The place of the next parameter: `?`, or `$1::INTEGER`.
    pub(super) fn place(&mut self, column_type: ColumnType, text: &mut String) {
        match self.dialect {
            Dialect::Sqlite => text.push('?'),
            Dialect::Postgres => {
                self.placed += 1;
                let _ = write!(text, "${}", self.placed);
                if let Some(name) = column_type.name() {
                    let _ = write!(text, "::{name}");
                }
            }
        }
    }
}
