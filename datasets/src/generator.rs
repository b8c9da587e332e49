//! A blueprint with a size and a seed: every cell of the sample can be computed from here, in any order.

mod rows;
mod values;

use crate::blueprint::{Blueprint, CellIndex, EachPlan, Source, TableIndex};
use crate::groups::{Groups, zipf};
use crate::random::{CellStream, below, keys, weighted};
use crate::recipe::{PerParent, Shares, Size};
use crate::spec::TenantSizes;
pub(crate) use rows::RowStream;

/// Changes whenever the same recipe, size and seed give other data than before, so that no old sample is taken for a
/// new one. A new version of the `fake` crate may be such a change: the recorded words and hashes tell.
pub(crate) const VERSION: u32 = 1;

/// Everything that is needed to compute a cell.
#[derive(Debug)]
pub(crate) struct Generator<'b> {
    blueprint: &'b Blueprint,
    tables: Vec<Table>,
}

#[derive(Debug)]
struct Table {
    rows: u64,
    each: Option<RowsPerParent>,
    columns: Vec<Column>,
}

#[derive(Debug)]
struct Column {
    stream: CellStream,
    /// Who refers to whom, for a column filled with `reference`.
    groups: Option<Groups>,
}

/// How many rows each row of the parent table has.
#[derive(Debug)]
struct RowsPerParent {
    parent: TableIndex,
    rows: PerParent,
    stream: CellStream,
}

impl RowsPerParent {
    fn of(&self, parent: u64) -> u64 {
        match &self.rows {
            PerParent::Exactly(rows) => *rows,
            PerParent::Weights(weights) => weighted(&mut self.stream.at(parent), weights) as u64,
        }
    }

    fn total(&self, parents: u64) -> u64 {
        match &self.rows {
            PerParent::Exactly(rows) => rows * parents,
            PerParent::Weights(_) => (1..=parents).map(|parent| self.of(parent)).sum(),
        }
    }
}

impl<'b> Generator<'b> {
    /// Makes ready for one sample. The size has been checked against the blueprint.
    pub(crate) fn new(blueprint: &'b Blueprint, size: &Size, seed: u64, tenants: TenantSizes) -> Generator<'b> {
        let mut generator = Generator { blueprint, tables: Vec::with_capacity(blueprint.tables.len()) };
        for plan in &blueprint.tables {
            let stream = |purpose: &str| CellStream::new(&blueprint.name, seed, &plan.name, purpose);
            let each = plan.each.as_ref().map(|EachPlan { parent, rows }| RowsPerParent {
                parent: *parent,
                rows: size.each.get(&plan.name).unwrap_or(rows).clone(),
                stream: stream("each"),
            });
            let rows = match &each {
                Some(each) => each.total(generator.count(each.parent, size)),
                None => size.rows.get(&plan.name).copied().unwrap_or(0),
            };
            let columns = plan
                .columns
                .iter()
                .map(|column| {
                    let name = format!("column {}", column.name);
                    let groups = match &column.source {
                        Source::Reference { target, at_least, shares } => {
                            let parents = generator.count(*target, size);
                            let weights = weights(*shares, tenants, parents, &stream(&format!("{name} shares")));
                            let mut rng = stream(&format!("{name} order")).at(0);
                            Some(Groups::new(rows, *at_least, weights.iter().copied(), keys(&mut rng)))
                        }
                        Source::Row
                        | Source::Parent
                        | Source::Distinct { .. }
                        | Source::LookUp(_)
                        | Source::Member { .. }
                        | Source::Words(_)
                        | Source::Choice { .. }
                        | Source::List(_)
                        | Source::Chance(_)
                        | Source::Number { .. }
                        | Source::Moment { .. }
                        | Source::Template(_) => None,
                    };
                    Column { stream: stream(&name), groups }
                })
                .collect();
            generator.tables.push(Table { rows, each, columns });
        }
        generator
    }

    /// Rows of a counted table.
    fn count(&self, table: TableIndex, size: &Size) -> u64 {
        size.rows.get(&self.blueprint.table(table).name).copied().unwrap_or(0)
    }

    /// Rows of a table.
    pub(crate) fn rows(&self, table: TableIndex) -> u64 {
        self.tables[table.0].rows
    }

    /// The rows of a table, one after the other.
    pub(crate) fn stream(&self, table: TableIndex) -> RowStream<'_> {
        RowStream::new(self, table)
    }

    fn column(&self, cell: CellIndex) -> &Column {
        &self.tables[cell.table.0].columns[cell.column]
    }
}

/// How large each parent's share is.
fn weights(shares: Shares, tenants: TenantSizes, parents: u64, stream: &CellStream) -> Vec<u64> {
    match (shares, tenants) {
        (Shares::Even, _) | (Shares::Tenants, TenantSizes::Uniform) => vec![1; usize::try_from(parents).unwrap_or(0)],
        (Shares::Tenants, TenantSizes::Zipf) => zipf(parents).collect(),
        (Shares::Varied, _) => (1..=parents).map(|parent| 20 + below(&mut stream.at(parent), 81)).collect(),
    }
}
