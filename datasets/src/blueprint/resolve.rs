//! From names to positions, with a sentence for every name that leads nowhere.

use super::nulls::{cells, circle, may_be_null};
use super::{Blueprint, CellIndex, ColumnPlan, ColumnType, EachPlan, Path, Problem, Source, TableIndex, TablePlan};
use crate::recipe::{ColumnRecipe, Fill, PerParent, Recipe, Scalar};
use crate::template::Template;
use crate::words::Words;
use fetchscope_drivers::ddl::tables;
use fetchscope_engine::mapping::document::{ColumnDocument, MappingDocument, TableDocument};
use fetchscope_engine::value::Value;

/// Holds a recipe against a mapping.
pub(crate) fn resolve(recipe: &Recipe, mapping: &MappingDocument) -> Result<Blueprint, Problem> {
    let shapes = tables(mapping);
    for name in recipe.tables.keys() {
        if !shapes.iter().any(|shape| &shape.table == name) {
            return Err(Problem::new(format!("tables.{name}"), "the mapping has no such table"));
        }
    }
    let resolver = Resolver { recipe, shapes: &shapes };
    let tables = (0..shapes.len()).map(|index| resolver.table(TableIndex(index))).collect::<Result<_, _>>()?;
    let blueprint = Blueprint { name: mapping.name.clone(), tables };
    check(&blueprint, &shapes)?;
    Ok(blueprint)
}

/// What can only be seen once everything is resolved.
fn check(blueprint: &Blueprint, shapes: &[TableDocument]) -> Result<(), Problem> {
    let place = |cell: CellIndex| {
        format!("tables.{}.columns.{}", blueprint.table(cell.table).name, blueprint.column(cell).name)
    };
    if let Some(cell) = circle(blueprint) {
        return Err(Problem::new(place(cell), "its value would depend on itself"));
    }
    for cell in cells(blueprint) {
        let column = blueprint.column(cell);
        if may_be_null(blueprint, cell) && !shapes[cell.table.0].columns[cell.column].nullable {
            return Err(Problem::new(place(cell), "may come out as NULL, and the mapping says it is never NULL"));
        }
        if let Source::Member { group, .. } = &column.source
            && !matches!(blueprint.column(*group).source, Source::Reference { .. })
        {
            return Err(Problem::new(place(cell), "`group` must be a column filled with \"reference\""));
        }
        if let Source::LookUp(path) = &column.source
            && let Some(end) = path.cells().last()
            && !blueprint.column(end).type_.is_like(column.type_)
        {
            return Err(Problem::new(place(cell), format!("is {}, which `path` is not", column.type_.description())));
        }
    }
    Ok(())
}

struct Resolver<'r> {
    recipe: &'r Recipe,
    shapes: &'r [TableDocument],
}

impl Resolver<'_> {
    fn table(&self, index: TableIndex) -> Result<TablePlan, Problem> {
        let shape = &self.shapes[index.0];
        let place = format!("tables.{}", shape.table);
        let recipe = self
            .recipe
            .tables
            .get(&shape.table)
            .ok_or_else(|| Problem::new("tables", format!("the table {} is missing", shape.table)))?;
        for name in recipe.columns.keys() {
            if column_of(shape, name).is_none() {
                return Err(Problem::new(format!("{place}.columns.{name}"), "the mapping has no such column"));
            }
        }
        let each = match &recipe.each {
            None => None,
            Some(each) => Some(EachPlan {
                parent: self
                    .target(shape, &each.parent)
                    .map_err(|problem| Problem::new(format!("{place}.each.parent"), problem))?,
                rows: drawable(&each.rows, &place)?.clone(),
            }),
        };
        let columns = shape
            .columns
            .iter()
            .map(|column| {
                self.column(index, column)
                    .map_err(|problem| Problem::new(format!("{place}.columns.{}", column.name), problem))
            })
            .collect::<Result<_, _>>()?;
        Ok(TablePlan { name: shape.table.clone(), each, columns })
    }

    fn column(&self, table: TableIndex, column: &ColumnDocument) -> Result<ColumnPlan, String> {
        let type_ = ColumnType::of(&column.type_name)
            .ok_or_else(|| format!("columns of type `{}` cannot be filled", column.type_name))?;
        let recipe = self.recipe_of(table, column)?;
        let source = self.source(table, column, type_, &recipe.fill)?;
        if let Some(given) = type_given(&source, type_)
            && !given.is_like(type_)
        {
            return Err(format!("the column is {}, the fill gives {}", type_.description(), given.description()));
        }
        Ok(ColumnPlan { name: column.name.clone(), type_, null: recipe.null, source })
    }

    /// What the recipe says of a column, or what goes without saying: a key counts, and `each.parent` is the parent.
    fn recipe_of(&self, table: TableIndex, column: &ColumnDocument) -> Result<ColumnRecipe, String> {
        let shape = &self.shapes[table.0];
        let recipe = self.recipe.tables.get(&shape.table);
        if let Some(said) = recipe.and_then(|recipe| recipe.columns.get(&column.name)) {
            return Ok(said.clone());
        }
        let is_parent = recipe.and_then(|recipe| recipe.each.as_ref()).is_some_and(|each| each.parent == column.name);
        let is_only_key = column.pk && shape.columns.iter().filter(|column| column.pk).count() == 1;
        let fill = match (is_parent, is_only_key) {
            (true, _) => Fill::Parent {},
            (false, true) => Fill::Row {},
            (false, false) => return Err("nothing says how it is filled".to_owned()),
        };
        Ok(ColumnRecipe { null: 0, fill })
    }

    fn source(
        &self,
        table: TableIndex,
        column: &ColumnDocument,
        type_: ColumnType,
        fill: &Fill,
    ) -> Result<Source, String> {
        let shape = &self.shapes[table.0];
        let each = self.recipe.tables.get(&shape.table).and_then(|recipe| recipe.each.as_ref());
        Ok(match fill {
            Fill::Row {} => Source::Row,
            Fill::Parent {} => match each {
                Some(each) if each.parent == column.name => Source::Parent,
                Some(each) => return Err(format!("only {} can be filled with \"parent\"", each.parent)),
                None => return Err("\"parent\" needs a table with `each`".to_owned()),
            },
            Fill::Distinct {} if each.is_none() => return Err("\"distinct\" needs a table with `each`".to_owned()),
            Fill::Distinct {} => Source::Distinct { target: self.target(shape, &column.name)? },
            Fill::Reference { at_least, shares } => {
                Source::Reference { target: self.target(shape, &column.name)?, at_least: *at_least, shares: *shares }
            }
            Fill::LookUp { path } => Source::LookUp(self.path(table, path)?),
            Fill::Member { group, equals, earlier } => {
                let target = self.target(shape, &column.name)?;
                if *earlier && target != table {
                    return Err("`earlier` needs a reference to the same table".to_owned());
                }
                Source::Member {
                    group: self.cell(target, group)?,
                    equals: self.path(table, equals)?,
                    earlier: *earlier,
                }
            }
            Fill::Person {} => Source::Words(Words::Person),
            Fill::FirstName {} => Source::Words(Words::FirstName),
            Fill::LastName {} => Source::Words(Words::LastName),
            Fill::Company {} => Source::Words(Words::Company),
            Fill::Job {} => Source::Words(Words::Job),
            Fill::CatchPhrase {} => Source::Words(Words::CatchPhrase),
            Fill::Activity {} => Source::Words(Words::Activity),
            Fill::City {} => Source::Words(Words::City),
            Fill::Country {} => Source::Words(Words::Country),
            Fill::Sentence { words: (least, most) } if least > most || *most > 1_000 => {
                return Err("`words` is the least and the greatest number of words, up to 1000".to_owned());
            }
            Fill::Sentence { words: (least, most) } => Source::Words(Words::Sentence(*least, *most)),
            Fill::Choice { of, weights } => choice(of, weights, type_)?,
            Fill::List { of } if of.is_empty() => return Err("`of` is empty".to_owned()),
            Fill::List { of } => Source::List(of.clone()),
            Fill::Chance { percent } if *percent > 100 => return Err("`percent` is at most 100".to_owned()),
            Fill::Chance { percent } => Source::Chance(*percent),
            Fill::Number { from, to, decimals } => match 10_u32.checked_pow(*decimals) {
                Some(divisor) if from <= to => Source::Number { from: *from, to: *to, divisor },
                Some(_) => return Err("`from` is greater than `to`".to_owned()),
                None => return Err("`decimals` is at most 9".to_owned()),
            },
            Fill::Moment { from, to } if from.0 > to.0 => return Err("`from` is later than `to`".to_owned()),
            Fill::Moment { from, to } => {
                let start = |day: chrono::NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
                Source::Moment { from: start(from.0), to: start(to.0) + 86_399 }
            }
            Fill::Template { text } => Source::Template(Template::parse(text, |name| column_of(shape, name))?),
        })
    }

    /// The counted table whose rows a column refers to.
    fn target(&self, shape: &TableDocument, column: &str) -> Result<TableIndex, String> {
        let key = shape
            .foreign_keys
            .iter()
            .find(|key| key.columns.len() == 1 && key.columns[0] == column)
            .ok_or_else(|| format!("{column} is not a foreign key of {} in the mapping", shape.table))?;
        let index = self
            .shapes
            .iter()
            .position(|other| other.table == key.ref_table)
            .ok_or_else(|| format!("the mapping has no table {}", key.ref_table))?;
        if self.recipe.tables.get(&key.ref_table).is_some_and(|recipe| recipe.each.is_some()) {
            return Err(format!("{} has `each`: only tables with a number of rows can be referred to", key.ref_table));
        }
        let referred = &self.shapes[index];
        let counts = |column: &ColumnDocument| {
            key.ref_columns == [column.name.as_str()]
                && self.recipe_of(TableIndex(index), column).is_ok_and(|recipe| recipe.fill == Fill::Row {})
        };
        match referred.columns.iter().any(counts) {
            true => Ok(TableIndex(index)),
            false => Err(format!("{column} does not refer to a column of {} that counts its rows", key.ref_table)),
        }
    }

    fn cell(&self, table: TableIndex, column: &str) -> Result<CellIndex, String> {
        let shape = &self.shapes[table.0];
        let column = column_of(shape, column).ok_or_else(|| format!("{} has no column `{column}`", shape.table))?;
        Ok(CellIndex { table, column })
    }

    fn path(&self, table: TableIndex, path: &str) -> Result<Path, String> {
        let mut names = path.split('.');
        let mut name = names.next().unwrap_or_default();
        let first = self.cell(table, name)?;
        let (mut table, mut rest) = (table, Vec::new());
        for next in names {
            table = self.target(&self.shapes[table.0], name)?;
            rest.push(self.cell(table, next)?);
            name = next;
        }
        Ok(Path { first, rest })
    }
}

fn column_of(shape: &TableDocument, name: &str) -> Option<usize> {
    shape.columns.iter().position(|column| column.name == name)
}

/// Whether rows per parent can be drawn at all.
pub(crate) fn drawable<'p>(rows: &'p PerParent, place: &str) -> Result<&'p PerParent, Problem> {
    match rows {
        PerParent::Weights(weights) if weights.iter().all(|weight| *weight == 0) => {
            Err(Problem::new(place, "the weights of the rows per parent are all 0"))
        }
        PerParent::Exactly(1_000_001..) => Err(Problem::new(place, "a parent may have at most 1000000 rows")),
        PerParent::Weights(_) | PerParent::Exactly(_) => Ok(rows),
    }
}

fn choice(of: &[Scalar], weights: &[u32], type_: ColumnType) -> Result<Source, String> {
    if of.is_empty() {
        return Err("`of` is empty".to_owned());
    }
    if !weights.is_empty() && (weights.len() != of.len() || weights.iter().all(|weight| *weight == 0)) {
        return Err("`weights` needs one number for each value of `of`, not all 0".to_owned());
    }
    let values = of.iter().map(|scalar| match (scalar, type_) {
        (Scalar::Text(text), ColumnType::Text(_)) => Ok(Value::from(text.as_str())),
        (Scalar::Integer(number), ColumnType::Integer) => Ok(Value::Integer(*number)),
        (Scalar::Boolean(value), ColumnType::Boolean) => Ok(Value::Boolean(*value)),
        (Scalar::Text(_) | Scalar::Integer(_) | Scalar::Boolean(_), _) => {
            Err(format!("the column is {}, and not all values of `of` are", type_.description()))
        }
    });
    Ok(Source::Choice { of: values.collect::<Result<_, _>>()?, weights: weights.to_vec() })
}

/// The type of the values a source gives; `None` where that is checked elsewhere.
fn type_given(source: &Source, wanted: ColumnType) -> Option<ColumnType> {
    match source {
        Source::Row
        | Source::Parent
        | Source::Distinct { .. }
        | Source::Reference { .. }
        | Source::Member { .. }
        | Source::Number { divisor: 1, .. } => Some(ColumnType::Integer),
        Source::Number { .. } => Some(ColumnType::Real),
        Source::Words(_) | Source::List(_) | Source::Template(_) => Some(ColumnType::Text(None)),
        Source::Chance(_) => Some(ColumnType::Boolean),
        Source::Moment { .. } if wanted == ColumnType::Date => Some(ColumnType::Date),
        Source::Moment { .. } => Some(ColumnType::DateTime),
        Source::LookUp(_) | Source::Choice { .. } => None,
    }
}
