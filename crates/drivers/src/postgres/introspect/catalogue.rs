//! What the catalogue says, as it says it.

use crate::postgres::error::PostgresError;
use crate::postgres::session::{Session, TextRow};
use std::collections::BTreeMap;

/// Schemas that belong to the server, and to engines that speak as it does.
const OWN: &str = "n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'crdb_internal')";

/// Number of a row in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Oid(pub(super) u32);

/// Number of a column in its table; columns that an index computes have 0.
pub(super) type Attribute = i32;

/// Everything that a mapping is made of.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    /// The schema that a name without one stands for.
    pub(super) default_schema: Option<String>,
    pub(super) relations: Vec<Relation>,
    pub(super) columns: BTreeMap<Oid, Vec<Column>>,
    pub(super) types: BTreeMap<Oid, Type>,
    pub(super) constraints: Vec<Constraint>,
    pub(super) indexes: Vec<Index>,
    /// Rows of tables that are kept in partitions.
    pub(super) partitioned: BTreeMap<Oid, u64>,
}

/// A table or a view.
#[derive(Debug)]
pub(super) struct Relation {
    pub(super) oid: Oid,
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) kind: RelationKind,
    pub(super) readable: bool,
    /// `None` where nobody has counted yet.
    pub(super) rows: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RelationKind {
    Table,
    Partitioned,
    View,
    MaterializedView,
}

#[derive(Debug)]
pub(super) struct Column {
    pub(super) number: Attribute,
    pub(super) name: String,
    pub(super) type_oid: Oid,
    /// What the type's parentheses say, in the type's own way.
    pub(super) modifier: i32,
    pub(super) not_null: bool,
}

#[derive(Debug)]
pub(super) struct Type {
    pub(super) name: String,
    pub(super) kind: TypeKind,
    pub(super) built_in: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TypeKind {
    Plain,
    Enum,
    /// Of elements of this type.
    Array(Oid),
    /// Over this type, with what its parentheses say.
    Domain(Oid, i32),
}

#[derive(Debug)]
pub(super) struct Constraint {
    pub(super) table: Oid,
    pub(super) kind: ConstraintKind,
    pub(super) columns: Vec<Attribute>,
}

#[derive(Debug)]
pub(super) enum ConstraintKind {
    PrimaryKey,
    Unique,
    ForeignKey { table: Oid, columns: Vec<Attribute> },
}

#[derive(Debug)]
pub(super) struct Index {
    pub(super) table: Oid,
    pub(super) columns: Vec<Attribute>,
    pub(super) unique: bool,
    /// Not made for a constraint.
    pub(super) own: bool,
}

/// Asks for everything.
pub(super) fn read(session: &Session) -> Result<Catalogue, PostgresError> {
    let default_schema =
        session.ask("SELECT pg_catalog.current_schema()")?.first().and_then(|row| row.get(0)).map(str::to_owned);
    let relations = relations(session)?;
    let partitioned = if relations.iter().any(|one| one.kind == RelationKind::Partitioned) {
        // Without these a mapping is as good as with them.
        unless_lost(partitioned(session))?
    } else {
        BTreeMap::new()
    };
    Ok(Catalogue {
        default_schema,
        relations,
        columns: columns(session)?,
        types: types(session)?,
        constraints: constraints(session)?,
        indexes: unless_lost(indexes(session))?,
        partitioned,
    })
}

/// An answer that an engine may not have.
fn unless_lost<T: Default>(answer: Result<T, PostgresError>) -> Result<T, PostgresError> {
    match answer {
        Err(PostgresError::Statement { .. } | PostgresError::NotSupported { .. }) => Ok(T::default()),
        answer => answer,
    }
}

fn relations(session: &Session) -> Result<Vec<Relation>, PostgresError> {
    // What an extension brought is its own, and a partition is a part of the table whose rows it keeps.
    let rows = session.ask(&format!(
        "SELECT c.oid, n.nspname, c.relname, c.relkind, \
         has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'), c.reltuples \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND NOT c.relispartition AND {OWN} AND NOT EXISTS (\
         SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass \
         AND d.objid = c.oid AND d.deptype = 'e') \
         ORDER BY n.nspname, c.relname"
    ))?;
    let read = |row: &TextRow| {
        Some(Relation {
            oid: oid(row, 0)?,
            schema: text(row, 1)?,
            name: text(row, 2)?,
            kind: match row.get(3)? {
                "p" => RelationKind::Partitioned,
                "v" => RelationKind::View,
                "m" => RelationKind::MaterializedView,
                _ => RelationKind::Table,
            },
            readable: truth(row, 4),
            rows: row.get(5).and_then(rows_of),
        })
    };
    Ok(rows.iter().filter_map(read).collect())
}

fn columns(session: &Session) -> Result<BTreeMap<Oid, Vec<Column>>, PostgresError> {
    let rows = session.ask(&format!(
        "SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull \
         FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND {OWN} AND a.attnum > 0 \
         AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum"
    ))?;
    let mut columns: BTreeMap<Oid, Vec<Column>> = BTreeMap::new();
    for row in &rows {
        let read = || {
            let column = Column {
                number: number(row, 1)?,
                name: text(row, 2)?,
                type_oid: oid(row, 3)?,
                modifier: number(row, 4)?,
                not_null: truth(row, 5),
            };
            Some((oid(row, 0)?, column))
        };
        if let Some((table, column)) = read() {
            columns.entry(table).or_default().push(column);
        }
    }
    Ok(columns)
}

fn types(session: &Session) -> Result<BTreeMap<Oid, Type>, PostgresError> {
    // Every table is a type of its own, and so is every array of its rows: they would double the answer.
    let rows = session.ask(
        "SELECT t.oid, t.typname, t.typtype, t.typcategory, t.typelem, t.typbasetype, t.typtypmod, \
         n.nspname = 'pg_catalog' \
         FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace \
         LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A' \
         WHERE t.typtype <> 'c' AND e.typtype IS DISTINCT FROM 'c'",
    )?;
    let read = |row: &TextRow| {
        let kind = match (row.get(2)?, row.get(3)?) {
            ("e", _) => TypeKind::Enum,
            ("d", _) => TypeKind::Domain(oid(row, 5)?, number(row, 6)?),
            (_, "A") => TypeKind::Array(oid(row, 4)?),
            _ => TypeKind::Plain,
        };
        Some((oid(row, 0)?, Type { name: text(row, 1)?, kind, built_in: truth(row, 7) }))
    };
    Ok(rows.iter().filter_map(read).collect())
}

fn constraints(session: &Session) -> Result<Vec<Constraint>, PostgresError> {
    // A foreign key to a table kept in partitions has a constraint for each of them under its own.
    let rows = session.ask(&format!(
        "SELECT k.conrelid, k.contype, k.conkey, k.confrelid, k.confkey \
         FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE k.contype IN ('p', 'u', 'f') AND k.conparentid = 0 AND NOT c.relispartition AND {OWN} \
         ORDER BY k.conrelid, k.conname"
    ))?;
    let read = |row: &TextRow| {
        let kind = match row.get(1)? {
            "p" => ConstraintKind::PrimaryKey,
            "u" => ConstraintKind::Unique,
            _ => ConstraintKind::ForeignKey { table: oid(row, 3)?, columns: numbers(row.get(4)?) },
        };
        Some(Constraint { table: oid(row, 0)?, kind, columns: numbers(row.get(2)?) })
    };
    Ok(rows.iter().filter_map(read).collect())
}

fn indexes(session: &Session) -> Result<Vec<Index>, PostgresError> {
    // An index with a condition knows only some rows, and one that is being built none yet.
    let rows = session.ask(&format!(
        "SELECT i.indrelid, i.indkey, i.indnkeyatts, i.indisunique, NOT EXISTS (\
         SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')) \
         FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE i.indpred IS NULL AND i.indisvalid AND NOT c.relispartition AND {OWN} \
         ORDER BY i.indrelid, i.indexrelid"
    ))?;
    let read = |row: &TextRow| {
        let mut columns = numbers(row.get(1)?);
        // What follows the key is only carried along.
        columns.truncate(usize::try_from(number(row, 2)?).ok()?);
        Some(Index { table: oid(row, 0)?, columns, unique: truth(row, 3), own: truth(row, 4) })
    };
    Ok(rows.iter().filter_map(read).collect())
}

fn partitioned(session: &Session) -> Result<BTreeMap<Oid, u64>, PostgresError> {
    let rows = session.ask(
        "WITH RECURSIVE part (root, oid) AS (\
         SELECT c.oid, c.oid FROM pg_catalog.pg_class c WHERE c.relkind = 'p' AND NOT c.relispartition \
         UNION ALL SELECT part.root, i.inhrelid FROM part JOIN pg_catalog.pg_inherits i ON i.inhparent = part.oid) \
         SELECT part.root, sum(c.reltuples) FROM part JOIN pg_catalog.pg_class c ON c.oid = part.oid \
         WHERE c.relkind <> 'p' AND c.reltuples >= 0 GROUP BY part.root",
    )?;
    Ok(rows.iter().filter_map(|row| Some((oid(row, 0)?, row.get(1).and_then(rows_of)?))).collect())
}

fn oid(row: &TextRow, index: usize) -> Option<Oid> {
    row.get(index)?.parse().ok().map(Oid)
}

fn text(row: &TextRow, index: usize) -> Option<String> {
    row.get(index).map(str::to_owned)
}

fn number(row: &TextRow, index: usize) -> Option<i32> {
    row.get(index)?.parse().ok()
}

fn truth(row: &TextRow, index: usize) -> bool {
    matches!(row.get(index), Some("t" | "true"))
}

/// A count of rows, which the catalogue keeps as a number with a point; -1 stands for a table nobody looked at.
fn rows_of(text: &str) -> Option<u64> {
    let rows: f64 = text.parse().ok()?;
    (rows >= 0.0).then_some(rows as u64)
}

/// The numbers of `{1,2}`, or of `1 2`.
fn numbers(text: &str) -> Vec<Attribute> {
    text.split(['{', '}', ',', ' ']).filter_map(|number| number.parse().ok()).collect()
}
