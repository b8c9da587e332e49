//! Bytes as a plan, held against the two recorded mappings.

use super::{made_up, seeds};
use fetchscope_engine::mapping::Mapping;
use fetchscope_engine::plan::Program;
use fetchscope_engine::plan::document::PlanDocument;
use fetchscope_engine::sql::Dialect;
use std::sync::{Arc, LazyLock};

static MAPPINGS: LazyLock<Vec<Arc<Mapping>>> = LazyLock::new(|| {
    let check = |text: &String| Arc::new(Mapping::check(&serde_json::from_str(text).unwrap()).unwrap());
    seeds::recorded_mappings().iter().map(check).collect()
});

/// A plan file.
pub fn plan(bytes: &[u8]) {
    let Ok(document) = serde_json::from_slice::<PlanDocument>(bytes) else { return };
    let written = serde_json::to_vec(&document).expect("a plan can be written");
    let read: PlanDocument = serde_json::from_slice(&written).expect("a written plan can be read");
    assert_eq!(read, document);
    requests(&document);
}

/// Goes through the requests of a plan on every mapping that has what it names.
pub(super) fn requests(document: &PlanDocument) {
    for mapping in MAPPINGS.iter() {
        match Program::resolve(mapping.clone(), document, Dialect::Sqlite) {
            Ok(program) => made_up::serve(program),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}
