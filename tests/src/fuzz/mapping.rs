//! Bytes as a mapping: every entity is loaded with every strategy for its relationships and theirs.

use super::made_up;
use fetchscope_engine::mapping::document::MappingDocument;
use fetchscope_engine::mapping::{EntityId, Mapping};
use fetchscope_engine::plan::Program;
use fetchscope_engine::plan::document::{FilterDocument, NodeDocument, PlanDocument, Strategy};
use fetchscope_engine::sql::Dialect;
use std::sync::Arc;

/// Entities, and relationships of each, that are tried: a larger mapping says nothing more.
const TRIED: usize = 4;

const STRATEGIES: [Strategy; 14] = [
    Strategy::Default,
    Strategy::Select,
    Strategy::Joined,
    Strategy::JoinedInner,
    Strategy::JoinedInnerUnnested,
    Strategy::Selectin,
    Strategy::Subquery,
    Strategy::Immediate,
    Strategy::Raise,
    Strategy::RaiseOnSql,
    Strategy::Noload,
    Strategy::ContainsEager,
    Strategy::Bulk,
    Strategy::JsonAgg,
];

/// A mapping file.
pub fn mapping(bytes: &[u8]) {
    let Ok(document) = serde_json::from_slice::<MappingDocument>(bytes) else { return };
    let written = serde_json::to_vec(&document).expect("a mapping can be written");
    let read: MappingDocument = serde_json::from_slice(&written).expect("a written mapping can be read");
    assert_eq!(read, document);
    let checked = match Mapping::check(&document) {
        Ok(checked) => Arc::new(checked),
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    for (id, entity) in checked.entities().take(TRIED) {
        for strategy in STRATEGIES {
            let names = entity.relationships.iter().take(TRIED).map(|one| one.name.to_string());
            let join = if strategy == Strategy::ContainsEager { names.collect() } else { Vec::new() };
            let plan = PlanDocument {
                relationships: relationships(&checked, id, strategy, 2),
                filter: FilterDocument { join, limit: Some(3), ..FilterDocument::default() },
                ..PlanDocument::of(&entity.name)
            };
            match Program::resolve(checked.clone(), &plan, Dialect::Sqlite) {
                Ok(program) => made_up::serve(program),
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
    }
}

fn relationships(mapping: &Mapping, of: EntityId, strategy: Strategy, levels: u32) -> Vec<NodeDocument> {
    let tried = mapping.entity(of).relationships.iter().take(if levels == 0 { 0 } else { TRIED });
    tried
        .map(|one| NodeDocument {
            // An explicit join goes one step from the root.
            strategy: if strategy == Strategy::ContainsEager && levels < 2 { Strategy::Joined } else { strategy },
            relationships: relationships(mapping, one.target, strategy, levels - 1),
            ..NodeDocument::of(&one.name)
        })
        .collect()
}
