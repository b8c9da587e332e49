//! A sample in a folder of its own, and what is in it.
#![allow(dead_code, unreachable_pub, missing_docs)]

use fetchscope_datasets::{Dataset, SampleSpec, canonical_sha256, create};
use fetchscope_drivers::ddl::tables;
use fetchscope_drivers::sqlite::write::for_each_sorted_row;
use fetchscope_engine::mapping::document::{ColumnDocument, TableDocument};
use fetchscope_engine::value::Value;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

/// A sample in a folder of its own.
pub struct Sample {
    _folder: tempfile::TempDir,
    pub dataset: Dataset,
    pub path: PathBuf,
}

/// Makes a sample of a built-in dataset.
pub fn sample(source: &str) -> Sample {
    let spec: SampleSpec = source.parse().expect("spec");
    sample_of(Dataset::open(&spec).expect("dataset"), &spec)
}

/// Makes a sample.
pub fn sample_of(dataset: Dataset, spec: &SampleSpec) -> Sample {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("sample.sqlite3");
    create(&dataset, spec, &path, &mut |_| {}, &AtomicBool::new(false)).expect("create");
    Sample { _folder: folder, dataset, path }
}

impl Sample {
    pub fn hash(&self) -> String {
        canonical_sha256(&self.path, &self.dataset.mapping).expect("hash")
    }

    pub fn tables(&self) -> Vec<TableDocument> {
        tables(&self.dataset.mapping)
    }

    pub fn count(&self, table: &str) -> usize {
        self.rows(table).len()
    }

    /// A column of whole numbers, in the order of the key.
    pub fn column(&self, table: &str, column: &str) -> Vec<Option<i64>> {
        let number = |value| match value {
            Value::Integer(number) => Some(number),
            Value::Null | Value::Boolean(_) | Value::Real(_) | Value::Text(_) | Value::Blob(_) => None,
        };
        self.values(table, column).into_iter().map(number).collect()
    }

    /// A column as text, NULL as nothing.
    pub fn texts(&self, table: &str, column: &str) -> Vec<String> {
        let text = |value| match value {
            Value::Text(text) => text.into(),
            Value::Integer(number) => number.to_string(),
            Value::Real(number) => number.to_string(),
            Value::Boolean(value) => value.to_string(),
            Value::Null | Value::Blob(_) => String::new(),
        };
        self.values(table, column).into_iter().map(text).collect()
    }

    /// The names of the indexes that were declared, sorted.
    pub fn indexes(&self) -> Vec<String> {
        let column = |name: &str| ColumnDocument {
            name: name.to_owned(),
            type_name: "text".to_owned(),
            nullable: true,
            pk: false,
        };
        let schema = TableDocument {
            schema: None,
            table: "sqlite_schema".to_owned(),
            columns: ["type", "name", "sql"].map(column).into(),
            foreign_keys: Vec::new(),
            indexes: Vec::new(),
        };
        let mut names = Vec::new();
        for_each_sorted_row(&self.path, &schema, &mut |row| {
            if let [Value::Text(kind), Value::Text(name), Value::Text(_)] = row
                && &**kind == "index"
            {
                names.push(name.to_string());
            }
        })
        .expect("schema");
        names
    }

    fn values(&self, table: &str, column: &str) -> Vec<Value> {
        let shape = self.shape(table);
        let position = shape.columns.iter().position(|other| other.name == column).expect("column");
        self.rows(table).into_iter().map(|mut row| row.swap_remove(position)).collect()
    }

    fn rows(&self, table: &str) -> Vec<Vec<Value>> {
        let mut rows = Vec::new();
        for_each_sorted_row(&self.path, &self.shape(table), &mut |row| rows.push(row.to_vec())).expect("rows");
        rows
    }

    fn shape(&self, table: &str) -> TableDocument {
        self.tables().into_iter().find(|shape| shape.table == table).expect("table")
    }
}
