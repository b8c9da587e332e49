//! The rows of a table as a stream: one row in memory at a time.

use super::Generator;
use super::values::At;
use crate::blueprint::{CellIndex, Source, TableIndex};
use fetchscope_engine::value::Value;

/// The rows of a table, one after the other.
#[derive(Debug)]
pub(crate) struct RowStream<'g> {
    generator: &'g Generator<'g>,
    table: TableIndex,
    at: At,
    /// Rows the current parent still has.
    left: u64,
    row: Vec<Value>,
}

impl<'g> RowStream<'g> {
    pub(super) fn new(generator: &'g Generator<'g>, table: TableIndex) -> Self {
        let columns = generator.tables[table.0].columns.len();
        let at = At { row: 0, parent: 0, nth: 0 };
        RowStream { generator, table, at, left: 0, row: vec![Value::Null; columns] }
    }

    /// The next row: its values in the order of the table's columns.
    pub(crate) fn next_row(&mut self) -> Option<&[Value]> {
        self.advance()?;
        let plan = self.generator.blueprint.table(self.table);
        let cell = |column| CellIndex { table: self.table, column };
        let is_template = |column: usize| matches!(plan.columns[column].source, Source::Template(_));
        for column in (0..self.row.len()).filter(|column| !is_template(*column)) {
            self.row[column] = self.generator.value(cell(column), self.at);
        }
        // Templates last: most of what they name has just been computed.
        for (column, column_plan) in plan.columns.iter().enumerate() {
            let Source::Template(template) = &column_plan.source else { continue };
            let known = |named: usize| match is_template(named) {
                true => self.generator.value(cell(named), self.at),
                false => self.row[named].clone(),
            };
            let value = self.generator.templated(cell(column), template, known, self.at);
            self.row[column] = value;
        }
        Some(&self.row)
    }

    fn advance(&mut self) -> Option<()> {
        let table = &self.generator.tables[self.table.0];
        if self.at.row >= table.rows {
            return None;
        }
        self.at.row += 1;
        if let Some(each) = &table.each {
            self.at.nth += 1;
            while self.left == 0 {
                self.at.parent += 1;
                self.at.nth = 0;
                self.left = each.of(self.at.parent);
            }
            self.left -= 1;
        }
        Some(())
    }
}
