//! Two things that must not be: a column that needs itself, and NULL where the mapping forbids it.

use super::{Blueprint, CellIndex, Source, TableIndex};
use std::collections::HashSet;

/// A column whose value would depend on itself.
pub(super) fn circle(blueprint: &Blueprint) -> Option<CellIndex> {
    let mut done = HashSet::new();
    cells(blueprint).find(|cell| needs_itself(blueprint, *cell, &mut Vec::new(), &mut done))
}

/// All columns of all tables.
pub(super) fn cells(blueprint: &Blueprint) -> impl Iterator<Item = CellIndex> + '_ {
    blueprint.tables.iter().enumerate().flat_map(|(table, plan)| {
        (0..plan.columns.len()).map(move |column| CellIndex { table: TableIndex(table), column })
    })
}

fn needs_itself(
    blueprint: &Blueprint,
    cell: CellIndex,
    above: &mut Vec<CellIndex>,
    done: &mut HashSet<CellIndex>,
) -> bool {
    if above.contains(&cell) {
        return true;
    }
    if !done.insert(cell) {
        return false;
    }
    above.push(cell);
    let found = needs(blueprint, cell).into_iter().any(|next| needs_itself(blueprint, next, above, done));
    above.pop();
    found
}

fn needs(blueprint: &Blueprint, cell: CellIndex) -> Vec<CellIndex> {
    match &blueprint.column(cell).source {
        Source::LookUp(path) => path.cells().collect(),
        Source::Member { group, equals, earlier: _ } => equals.cells().chain([*group]).collect(),
        Source::Template(template) => {
            template.columns().map(|column| CellIndex { table: cell.table, column }).collect()
        }
        Source::Row
        | Source::Parent
        | Source::Distinct { .. }
        | Source::Reference { .. }
        | Source::Words(_)
        | Source::Choice { .. }
        | Source::List(_)
        | Source::Chance(_)
        | Source::Number { .. }
        | Source::Moment { .. } => Vec::new(),
    }
}

/// Whether a column may come out as NULL. The blueprint has no circle.
pub(super) fn may_be_null(blueprint: &Blueprint, cell: CellIndex) -> bool {
    let column = blueprint.column(cell);
    let null_on = |path: &super::Path| path.cells().any(|cell| may_be_null(blueprint, cell));
    column.null > 0
        || match &column.source {
            Source::LookUp(path) => null_on(path),
            Source::Member { group, equals, earlier } => {
                let at_least_one = matches!(blueprint.column(*group).source, Source::Reference { at_least: 1.., .. });
                *earlier || !at_least_one || null_on(equals)
            }
            Source::Row
            | Source::Parent
            | Source::Distinct { .. }
            | Source::Reference { .. }
            | Source::Words(_)
            | Source::Choice { .. }
            | Source::List(_)
            | Source::Chance(_)
            | Source::Number { .. }
            | Source::Moment { .. }
            | Source::Template(_) => false,
        }
}
