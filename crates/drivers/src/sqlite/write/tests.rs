use super::*;
use std::fs;

fn citizen() -> MappingDocument {
    serde_json::from_str(include_str!("../../../../../tests/fidelity/citizen.schema.json")).expect("mapping")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("folder")
}

fn names_in(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).expect("folder").flatten().map(|entry| entry.file_name().to_string_lossy().into()).collect()
}

/// What `sqlite_schema` keeps of a file: table and index statements, sorted.
fn schema(path: &Path) -> Vec<String> {
    let connection = Connection::open(path).expect("open");
    let mut statement =
        connection.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY sql").expect("prepare");
    statement.query_map([], |row| row.get(0)).expect("query").collect::<Result<_, _>>().expect("rows")
}

#[test]
fn tables_and_indexes_are_declared_as_sqlalchemy_declares_them() {
    let script = include_str!("../../../../../tests/fidelity/citizen.sql");
    let mut expected: Vec<String> = script
        .split(";\n")
        .map(str::trim)
        .filter(|statement| statement.starts_with("CREATE "))
        .map(str::to_owned)
        .collect();
    expected.sort();
    let folder = folder();
    let writer = Writer::create(&folder.path().join("a.sqlite3"), &citizen()).expect("create");
    for table in writer.tables() {
        writer.create_indexes(&table.table, true, &AtomicBool::new(false)).expect("indexes");
    }
    let path = writer.finish().expect("finish");
    assert_eq!(expected.len(), 22);
    assert_eq!(schema(&path), expected);
}

#[test]
fn without_foreign_key_indexes_there_are_none() {
    let folder = folder();
    let writer = Writer::create(&folder.path().join("a.sqlite3"), &citizen()).expect("create");
    for table in writer.tables() {
        writer.create_indexes(&table.table, false, &AtomicBool::new(false)).expect("indexes");
    }
    let path = writer.finish().expect("finish");
    assert!(schema(&path).iter().all(|statement| statement.starts_with("CREATE TABLE")));
}

#[test]
fn rows_come_back_sorted_and_typed() {
    let folder = folder();
    let mapping = citizen();
    let writer = Writer::create(&folder.path().join("a.sqlite3"), &mapping).expect("create");
    let mut rows = writer.rows_of("tasks").expect("tasks");
    rows.write(&[2.into(), 1.into(), Value::Null, "b".into(), Value::Boolean(false)]).expect("row");
    rows.write(&[1.into(), 1.into(), 7.into(), "a".into(), Value::Boolean(true)]).expect("row");
    drop(rows);
    let path = writer.finish().expect("finish");
    let shape = crate::ddl::tables(&mapping).into_iter().find(|table| table.table == "tasks").expect("tasks");
    let mut read = Vec::new();
    for_each_sorted_row(&path, &shape, &mut |row| read.push(row.to_vec())).expect("read");
    assert_eq!(
        read,
        [
            vec![1.into(), 1.into(), 7.into(), "a".into(), Value::Boolean(true)],
            vec![2.into(), 1.into(), Value::Null, "b".into(), Value::Boolean(false)],
        ]
    );
    assert!(is_complete(&path));
}

#[test]
fn creating_an_index_can_be_given_up() {
    let folder = folder();
    let writer = Writer::create(&folder.path().join("a.sqlite3"), &citizen()).expect("create");
    // A statement that would never end.
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
    let cancel = AtomicBool::new(true);
    let error = writer
        .until(&cancel, || writer.connection.query_row(endless, [], |row| row.get::<_, i64>(0)))
        .expect_err("interrupted");
    assert_eq!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::OperationInterrupted));
}

#[test]
fn a_file_given_up_leaves_nothing_and_keeps_what_stood_there() {
    let folder = folder();
    let target = folder.path().join("a.sqlite3");
    fs::write(&target, "before").expect("write");
    let writer = Writer::create(&target, &citizen()).expect("create");
    assert_eq!(names_in(folder.path()).len(), 2, "the partial file stands beside its target");
    drop(writer);
    assert_eq!(names_in(folder.path()), ["a.sqlite3"]);
    assert_eq!(fs::read(&target).expect("read"), b"before");
}

#[test]
fn a_partial_file_is_swept_once_its_writer_is_gone() {
    let folder = folder();
    let target = folder.path().join("a.sqlite3");
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    let age = |path: &Path| {
        fs::File::options().write(true).open(path).and_then(|file| file.set_modified(long_ago)).expect("age");
    };
    let left_behind = folder.path().join(".a.sqlite3.1-1.partial");
    fs::write(&left_behind, "").expect("write");
    age(&left_behind);
    let at_work = Writer::create(&target, &citizen()).expect("create");
    assert!(!left_behind.exists(), "a partial file of a dead process is swept away");
    let partial = at_work.partial.path().to_owned();
    age(&partial);
    drop(Writer::create(&target, &citizen()).expect("create"));
    assert!(partial.exists(), "one that is being written stays, however old");
    at_work.finish().expect("finish");
    assert_eq!(names_in(folder.path()), ["a.sqlite3"]);
}

#[test]
fn a_file_cut_short_is_not_complete() {
    let folder = folder();
    let path = Writer::create(&folder.path().join("a.sqlite3"), &citizen()).and_then(Writer::finish).expect("finish");
    assert!(is_complete(&path));
    let length = fs::metadata(&path).expect("metadata").len();
    fs::File::options().write(true).open(&path).and_then(|file| file.set_len(length - 4096)).expect("cut");
    assert!(!is_complete(&path));
    assert!(!is_complete(folder.path()), "a folder is no database");
}

#[test]
fn an_unknown_type_is_named_with_its_column() {
    let mut mapping = citizen();
    mapping.entities[0].columns[1].type_name = "colour".to_owned();
    let error = Writer::create(&folder().path().join("a.sqlite3"), &mapping).expect_err("unknown");
    assert_eq!(
        error.to_string(),
        "column roles.name has the type `colour`, which is not one a table can be created with"
    );
}
