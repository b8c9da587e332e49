//! Which lookups of a plan an index can answer.

use super::error::SqliteError;
use super::introspect::rows;
use super::open::Session;
use fetchscope_engine::advisor::evidence::LoadedRelationship;

/// Says of each relationship whether an index begins with the columns its rows are looked up by. Of what is no table
/// nothing is said.
pub fn check(session: &Session, relationships: &mut [LoadedRelationship]) -> Result<(), SqliteError> {
    for lookup in relationships.iter_mut().filter_map(|one| one.lookup.as_mut()) {
        let indexes = indexes(session, &lookup.table)?;
        lookup.indexed = indexes.map(|all| all.iter().any(|index| begins_with(index, &lookup.columns)));
    }
    Ok(())
}

/// Whether the first columns of an index are these, in whatever order.
fn begins_with(index: &[String], columns: &[String]) -> bool {
    let Some(first) = index.get(..columns.len()) else { return false };
    columns.iter().all(|column| first.iter().any(|other| other.eq_ignore_ascii_case(column)))
}

/// The columns of each index of a table, up to one that is an expression. An integer primary key is an index of its own;
/// partial indexes know only some rows. `None` where there is no such table.
fn indexes(session: &Session, table: &str) -> Result<Option<Vec<Vec<String>>>, SqliteError> {
    const TABLE: &str = "SELECT name FROM pragma_table_list(?1) WHERE type = 'table'";
    const KEY: &str = "SELECT name FROM pragma_table_xinfo(?1) WHERE pk > 0 ORDER BY pk";
    const INDEXES: &str = "SELECT name FROM pragma_index_list(?1) WHERE partial = 0";
    const COLUMNS: &str = "SELECT coalesce(name, '') FROM pragma_index_info(?1) ORDER BY seqno";
    let read = |sql: &str, of: &str| rows(session, sql, &[of], |row| row.get::<_, String>(0));
    if read(TABLE, table)?.is_empty() {
        return Ok(None);
    }
    let mut indexes = vec![read(KEY, table)?];
    for index in read(INDEXES, table)? {
        let columns = read(COLUMNS, &index)?;
        indexes.push(columns.into_iter().take_while(|column| !column.is_empty()).collect());
    }
    Ok(Some(indexes))
}

#[cfg(test)]
mod tests {
    use super::super::{Database, create_from_script};
    use super::*;

    #[test]
    fn an_index_answers_a_lookup_by_the_columns_it_begins_with() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("indexes.db");
        let script = "CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER, a INTEGER, b INTEGER, c INTEGER);
            CREATE INDEX by_ab ON child (a, b);
            CREATE INDEX partly ON child (c) WHERE c > 0;
            CREATE INDEX computed ON child (abs(parent_id), parent_id);
            CREATE TABLE link (left_id INTEGER, right_id INTEGER, PRIMARY KEY (left_id, right_id));
            CREATE VIEW seen AS SELECT * FROM child;";
        create_from_script(&path, script).unwrap();
        let session = Database::open(&path).unwrap().connect().unwrap();
        let indexed = |table: &str, columns: &[&str]| {
            let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
            indexes(&session, table).unwrap().map(|all| all.iter().any(|index| begins_with(index, &columns)))
        };
        assert_eq!(indexed("child", &["id"]), Some(true));
        assert_eq!([indexed("child", &["b", "A"]), indexed("child", &["a"])], [Some(true); 2]);
        assert_eq!([indexed("child", &["b"]), indexed("child", &["c"])], [Some(false); 2]);
        assert_eq!(indexed("child", &["parent_id"]), Some(false));
        assert_eq!([indexed("link", &["left_id"]), indexed("link", &["right_id"])], [Some(true), Some(false)]);
        assert_eq!([indexed("seen", &["a"]), indexed("nowhere", &["a"])], [None, None]);
    }
}
