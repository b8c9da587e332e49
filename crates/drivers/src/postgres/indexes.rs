//! Which lookups of a plan an index can answer.

use super::error::PostgresError;
use super::session::Session;
use super::verify::quoted;
use fetchscope_engine::advisor::evidence::LoadedRelationship;
use tokio_postgres::types::Type;

/// The columns of each usable index of a table, up to one that is an expression; partial indexes know only some rows. One
/// row, of nothing, where there is a table without an index.
const INDEXES: &str = "SELECT i.indexrelid::bigint, a.attname::text FROM pg_catalog.pg_class AS c \
    LEFT JOIN pg_catalog.pg_index AS i ON i.indrelid = c.oid AND i.indpred IS NULL AND i.indisvalid \
    LEFT JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place) ON k.place <= i.indnkeyatts \
    LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum AND k.attnum > 0 \
    WHERE c.oid = to_regclass($1) AND c.relkind IN ('r', 'p') ORDER BY 1, k.place";

/// Says of each relationship whether an index begins with the columns its rows are looked up by. Of what is no table
/// nothing is said.
///
/// # Errors
/// When the connection is lost.
pub fn check(session: &Session, relationships: &mut [LoadedRelationship]) -> Result<(), PostgresError> {
    for lookup in relationships.iter_mut().filter_map(|one| one.lookup.as_mut()) {
        let indexes = indexes(session, &quoted(lookup.schema.as_deref(), &lookup.table))?;
        lookup.indexed = indexes.map(|all| all.iter().any(|index| begins_with(index, &lookup.columns)));
    }
    Ok(())
}

/// Whether the first columns of an index are these, in whatever order.
fn begins_with(index: &[Option<String>], columns: &[String]) -> bool {
    let Some(first) = index.get(..columns.len()) else { return false };
    columns.iter().all(|column| first.iter().any(|other| other.as_ref() == Some(column)))
}

type Index = Vec<Option<String>>;

fn indexes(session: &Session, name: &str) -> Result<Option<Vec<Index>>, PostgresError> {
    let failed = |error: tokio_postgres::Error| PostgresError::from_tokio(&error, session.settings(), Some(INDEXES));
    let rows = session.block_on(session.client().query_typed(INDEXES, &[(&name, Type::TEXT)])).map_err(failed)?;
    if rows.is_empty() {
        return Ok(None);
    }
    let mut indexes: Vec<(i64, Index)> = Vec::new();
    for row in rows {
        let Some(of) = row.try_get::<_, Option<i64>>(0).map_err(failed)? else { continue };
        let column = row.try_get(1).map_err(failed)?;
        match indexes.last_mut() {
            Some((last, columns)) if *last == of => columns.push(column),
            Some(_) | None => indexes.push((of, vec![column])),
        }
    }
    Ok(Some(indexes.into_iter().map(|(_, columns)| columns).collect()))
}
