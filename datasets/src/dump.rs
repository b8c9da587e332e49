//! The canonical dump: the same text for the same data, whatever database it is in.

use crate::error::DatasetError;
use fetchscope_drivers::ddl::tables;
use fetchscope_drivers::sqlite::write::for_each_sorted_row;
use fetchscope_engine::mapping::document::MappingDocument;
use fetchscope_engine::value::{Value, hex};
use sha2::{Digest, Sha256};
use std::path::Path;

/// SHA-256 of a SQLite file's canonical dump: the tables of the mapping sorted by name, each a line with its name and
/// columns and a line per row, sorted by primary key, all as JSON. Indexes are no part of it.
///
/// # Errors
/// When the file is not a SQLite database with these tables.
pub fn canonical_sha256(path: &Path, mapping: &MappingDocument) -> Result<String, DatasetError> {
    let mut shapes = tables(mapping);
    shapes.sort_by(|a, b| a.table.cmp(&b.table));
    let mut hash = Sha256::new();
    for shape in &shapes {
        let columns: Vec<&str> = shape.columns.iter().map(|column| column.name.as_str()).collect();
        hash.update(line(serde_json::json!({ "table": shape.table, "columns": columns })));
        for_each_sorted_row(path, shape, &mut |row| {
            hash.update(line(row.iter().map(Value::to_json).collect()));
        })?;
    }
    Ok(hex(&hash.finalize()))
}

fn line(json: serde_json::Value) -> String {
    let mut text = json.to_string();
    text.push('\n');
    text
}
