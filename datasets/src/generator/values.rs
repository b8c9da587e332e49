//! The value of one cell.

use super::Generator;
use crate::blueprint::{CellIndex, ColumnType, Path, Source};
use crate::random::{below, chance, keys, weighted};
use crate::shuffle::Shuffle;
use crate::template::Template;
use fetchscope_engine::value::Value;
use rand_chacha::ChaCha8Rng;

/// Where a cell stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    /// The row, from 1.
    pub(super) row: u64,
    /// The row of the parent, in a table with `each`.
    pub(super) parent: u64,
    /// Position among the rows of that parent, from 0.
    pub(super) nth: u64,
}

impl At {
    /// A row of a counted table.
    fn row(row: u64) -> At {
        At { row, parent: 0, nth: 0 }
    }
}

impl Generator<'_> {
    /// The value of a cell.
    pub(super) fn value(&self, cell: CellIndex, at: At) -> Value {
        let plan = self.blueprint.column(cell);
        if plan.null == 0
            && let Some(value) = self.without_chance(cell, &plan.source, at)
        {
            return value;
        }
        let mut rng = self.column(cell).stream.at(at.row);
        if chance(&mut rng, plan.null) {
            return Value::Null;
        }
        match self.without_chance(cell, &plan.source, at) {
            Some(value) => value,
            None => self.by_chance(cell, &mut rng, at),
        }
    }

    /// Values that need no randomness of their own; `None` for the others.
    fn without_chance(&self, cell: CellIndex, source: &Source, at: At) -> Option<Value> {
        Some(match source {
            Source::Row => integer(at.row),
            Source::Parent => integer(at.parent),
            Source::Reference { .. } => self
                .column(cell)
                .groups
                .as_ref()
                .map_or(Value::Null, |groups| integer(groups.parent_of(at.row - 1) + 1)),
            Source::LookUp(path) => self.end_of(path, at),
            Source::List(of) => {
                let (lap, index) = ((at.row - 1) / of.len() as u64, (at.row - 1) % of.len() as u64);
                let name = &of[usize::try_from(index).unwrap_or(0)];
                let text = if lap == 0 { name.clone() } else { format!("{name} {}", lap + 1) };
                self.text(cell, text)
            }
            Source::Template(template) => {
                self.text(cell, template.render(|column| self.value(CellIndex { table: cell.table, column }, at)))
            }
            Source::Distinct { .. }
            | Source::Member { .. }
            | Source::Words(_)
            | Source::Choice { .. }
            | Source::Chance(_)
            | Source::Number { .. }
            | Source::Moment { .. } => return None,
        })
    }

    fn by_chance(&self, cell: CellIndex, rng: &mut ChaCha8Rng, at: At) -> Value {
        match &self.blueprint.column(cell).source {
            Source::Distinct { target } => {
                // One order of the target's rows per parent; each of the parent's rows takes the next.
                let mut rng = self.column(cell).stream.at(at.parent);
                integer(Shuffle::new(self.rows(*target), keys(&mut rng)).place(at.nth) + 1)
            }
            Source::Member { group, equals, earlier } => self.member(*group, equals, *earlier, rng, at),
            Source::Words(words) => self.text(cell, words.invent(rng)),
            Source::Choice { of, weights } => {
                let index =
                    if weights.is_empty() { below(rng, of.len() as u64) as usize } else { weighted(rng, weights) };
                if let Value::Text(text) = &of[index] { self.text(cell, text.to_string()) } else { of[index].clone() }
            }
            Source::Chance(percent) => Value::Boolean(chance(rng, *percent)),
            Source::Number { from, to, divisor } => {
                let number = between(rng, *from, *to);
                if *divisor == 1 { Value::Integer(number) } else { Value::Real(number as f64 / f64::from(*divisor)) }
            }
            Source::Moment { from, to } => {
                moment(between(rng, *from, *to), self.blueprint.column(cell).type_ == ColumnType::Date)
            }
            Source::Row
            | Source::Parent
            | Source::Reference { .. }
            | Source::LookUp(_)
            | Source::List(_)
            | Source::Template(_) => Value::Null,
        }
    }

    /// The value of a column filled with a template, given the other columns of the row.
    pub(super) fn templated(
        &self,
        cell: CellIndex,
        template: &Template,
        known: impl Fn(usize) -> Value,
        at: At,
    ) -> Value {
        let null = self.blueprint.column(cell).null;
        if null > 0 && chance(&mut self.column(cell).stream.at(at.row), null) {
            return Value::Null;
        }
        self.text(cell, template.render(known))
    }

    /// A row among those that refer to the same row as the end of the path.
    fn member(&self, group: CellIndex, equals: &Path, earlier: bool, rng: &mut ChaCha8Rng, at: At) -> Value {
        let (Some(parent), Some(groups)) = (row_of(&self.end_of(equals, at)), &self.column(group).groups) else {
            return Value::Null;
        };
        let parent = parent - 1;
        let choices = if earlier { groups.position_of(at.row - 1) } else { groups.size_of(parent) };
        if choices == 0 { Value::Null } else { integer(groups.child_of(parent, below(rng, choices)) + 1) }
    }

    /// The cell at the end of a path.
    fn end_of(&self, path: &Path, at: At) -> Value {
        let mut value = self.value(path.first, at);
        for cell in &path.rest {
            let Some(row) = row_of(&value) else { return Value::Null };
            value = self.value(*cell, At::row(row));
        }
        value
    }

    fn text(&self, cell: CellIndex, text: String) -> Value {
        match self.blueprint.column(cell).type_ {
            ColumnType::Text(Some(longest)) => match text.char_indices().nth(longest) {
                Some((end, _)) => text[..end].trim_end().into(),
                None => Value::Text(text.into()),
            },
            ColumnType::Text(None)
            | ColumnType::Integer
            | ColumnType::Real
            | ColumnType::Boolean
            | ColumnType::Date
            | ColumnType::DateTime => Value::Text(text.into()),
        }
    }
}

fn integer(number: u64) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

fn row_of(value: &Value) -> Option<u64> {
    match value {
        Value::Integer(number) => u64::try_from(*number).ok(),
        Value::Null | Value::Boolean(_) | Value::Real(_) | Value::Text(_) | Value::Blob(_) => None,
    }
}

fn between(rng: &mut ChaCha8Rng, from: i64, to: i64) -> i64 {
    from.wrapping_add_unsigned(below(rng, to.abs_diff(from).saturating_add(1)))
}

/// A moment as SQLAlchemy stores it in SQLite.
fn moment(second: i64, date_only: bool) -> Value {
    let Some(time) = chrono::DateTime::from_timestamp(second, 0) else { return Value::Null };
    Value::Text(time.format(if date_only { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M:%S.000000" }).to_string().into())
}
