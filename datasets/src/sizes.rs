//! Whether a recipe's sizes fit its tables.

use crate::blueprint::{Blueprint, ColumnPlan, Problem, Source, TablePlan, drawable};
use crate::endpoints::NamedEndpoint;
use crate::recipe::{PerParent, Recipe, Size};

/// More would be a slip of the keyboard: days of writing, and more memory than most machines have.
const MOST_ROWS: u64 = 100_000_000;

/// Whether every size counts every counted table, and has rows enough for what the columns ask.
pub(crate) fn check(recipe: &Recipe, blueprint: &Blueprint, endpoints: &[NamedEndpoint]) -> Result<(), Problem> {
    if recipe.sizes.is_empty() {
        return Err(Problem::new("sizes", "there must be at least one"));
    }
    for (name, size) in &recipe.sizes {
        let place = format!("sizes.{name}");
        if !endpoints.iter().any(|endpoint| endpoint.name == size.endpoint) {
            let problem = format!("endpoints.toml has no endpoint `{}`", size.endpoint);
            return Err(Problem::new(format!("{place}.endpoint"), problem));
        }
        known_tables(size, &place, blueprint)?;
        for table in &blueprint.tables {
            if table.each.is_none() && size.rows.get(&table.name).is_none_or(|rows| *rows == 0) {
                return Err(Problem::new(format!("{place}.rows"), format!("{} needs at least one row", table.name)));
            }
        }
        for table in &blueprint.tables {
            for column in &table.columns {
                enough_rows(size, &place, blueprint, table, column)?;
            }
        }
    }
    Ok(())
}

fn known_tables(size: &Size, place: &str, blueprint: &Blueprint) -> Result<(), Problem> {
    let has_each =
        |table: &str| blueprint.tables.iter().find(|plan| plan.name == table).map(|plan| plan.each.is_some());
    for (name, rows) in &size.rows {
        match has_each(name) {
            Some(false) if *rows > MOST_ROWS => {
                let problem = format!("{rows} rows are more than the {MOST_ROWS} a table may have");
                return Err(Problem::new(format!("{place}.rows.{name}"), problem));
            }
            Some(false) => {}
            Some(true) => {
                return Err(Problem::new(format!("{place}.rows.{name}"), "the table has `each`: it is not counted"));
            }
            None => return Err(Problem::new(format!("{place}.rows.{name}"), "the mapping has no such table")),
        }
    }
    for (name, rows) in &size.each {
        match has_each(name) {
            Some(true) => drawable(rows, &format!("{place}.each.{name}")).map(|_| ())?,
            Some(false) => {
                return Err(Problem::new(format!("{place}.each.{name}"), "the table has no `each` to be replaced"));
            }
            None => return Err(Problem::new(format!("{place}.each.{name}"), "the mapping has no such table")),
        }
    }
    Ok(())
}

fn enough_rows(
    size: &Size,
    place: &str,
    blueprint: &Blueprint,
    table: &TablePlan,
    column: &ColumnPlan,
) -> Result<(), Problem> {
    let count = |name: &str| size.rows.get(name).copied().unwrap_or(0);
    match (&column.source, &table.each) {
        (Source::Reference { target, at_least, .. }, None) => {
            let (rows, needed) = (count(&table.name), at_least.saturating_mul(count(&blueprint.table(*target).name)));
            if rows < needed {
                let target = &blueprint.table(*target).name;
                let problem =
                    format!("{} has {rows} rows, and `at_least` for each of {target} needs {needed}", table.name);
                return Err(Problem::new(format!("{place}.rows"), problem));
            }
        }
        (Source::Reference { at_least: 1.., .. }, Some(_)) => {
            let place = format!("tables.{}.columns.{}", table.name, column.name);
            return Err(Problem::new(place, "`at_least` needs a table with a number of rows, this one has `each`"));
        }
        (Source::Distinct { target }, Some(each)) => {
            let most = match size.each.get(&table.name).unwrap_or(&each.rows) {
                PerParent::Exactly(rows) => *rows,
                PerParent::Weights(weights) => (weights.len() as u64).saturating_sub(1),
            };
            let target = &blueprint.table(*target).name;
            if most > count(target) {
                let problem =
                    format!("{} takes up to {most} distinct rows of {target}, which has {}", table.name, count(target));
                return Err(Problem::new(format!("{place}.rows"), problem));
            }
        }
        _ => {}
    }
    Ok(())
}
