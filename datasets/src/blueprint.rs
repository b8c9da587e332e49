//! The recipe held against the mapping: every name resolved to a position, before any size or seed is known.

mod nulls;
mod resolve;
mod types;

use crate::recipe::{PerParent, Shares};
use crate::template::Template;
use crate::words::Words;
use fetchscope_engine::value::Value;
pub(crate) use resolve::{drawable, resolve};
pub(crate) use types::ColumnType;

/// Something in a recipe that does not fit the mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Where: `tables.users.columns.manager_id`.
    pub(crate) place: String,
    /// What.
    pub(crate) problem: String,
}

impl Problem {
    pub(crate) fn new(place: impl Into<String>, problem: impl Into<String>) -> Problem {
        Problem { place: place.into(), problem: problem.into() }
    }
}

/// How all tables are filled, in an order in which each comes after those it refers to.
#[derive(Debug, Clone)]
pub(crate) struct Blueprint {
    /// The mapping's name: part of every seed.
    pub(crate) name: String,
    pub(crate) tables: Vec<TablePlan>,
}

/// How a table is filled.
#[derive(Debug, Clone)]
pub(crate) struct TablePlan {
    pub(crate) name: String,
    /// Rows are made for each row of another table.
    pub(crate) each: Option<EachPlan>,
    pub(crate) columns: Vec<ColumnPlan>,
}

/// Rows for each row of a parent table.
#[derive(Debug, Clone)]
pub(crate) struct EachPlan {
    pub(crate) parent: TableIndex,
    pub(crate) rows: PerParent,
}

/// How a column is filled.
#[derive(Debug, Clone)]
pub(crate) struct ColumnPlan {
    pub(crate) name: String,
    pub(crate) type_: ColumnType,
    /// Of 100 values, how many are NULL.
    pub(crate) null: u32,
    pub(crate) source: Source,
}

/// Position of a table in the blueprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TableIndex(pub(crate) usize);

/// Position of a column in the blueprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct CellIndex {
    pub(crate) table: TableIndex,
    pub(crate) column: usize,
}

/// Columns to follow, the first in the row itself; each but the last holds the row of the next one's table.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    pub(crate) first: CellIndex,
    pub(crate) rest: Vec<CellIndex>,
}

impl Path {
    pub(crate) fn cells(&self) -> impl Iterator<Item = CellIndex> + '_ {
        std::iter::once(self.first).chain(self.rest.iter().copied())
    }
}

/// Where the values of a column come from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// The number of the row, from 1.
    Row,
    /// The row of the parent.
    Parent,
    /// A row of the target, another for each row of the same parent.
    Distinct { target: TableIndex },
    /// A row of the target.
    Reference { target: TableIndex, at_least: u64, shares: Shares },
    /// The cell at the end of a path.
    LookUp(Path),
    /// A row among those whose group column equals the end of a path.
    Member { group: CellIndex, equals: Path, earlier: bool },
    /// Invented text.
    Words(Words),
    /// One of several values; without weights all are as likely.
    Choice { of: Vec<Value>, weights: Vec<u32> },
    /// Names in order.
    List(Vec<String>),
    /// True in so many of 100 rows.
    Chance(u32),
    /// A number between two, divided by a power of ten.
    Number { from: i64, to: i64, divisor: u32 },
    /// A second, from the epoch, between two.
    Moment { from: i64, to: i64 },
    /// Text around other columns of the row.
    Template(Template),
}

impl Blueprint {
    pub(crate) fn table(&self, index: TableIndex) -> &TablePlan {
        &self.tables[index.0]
    }

    pub(crate) fn column(&self, cell: CellIndex) -> &ColumnPlan {
        &self.tables[cell.table.0].columns[cell.column]
    }
}
