//! Endpoints to choose from: those that ship with a sample, or one for each class of somebody's own database.

use crate::source::Opened;
use fetchscope_engine::mapping::document::{EntityDocument, RelationshipDocument, RelationshipKind};
use fetchscope_engine::plan::document::{FilterDocument, Mode};
use fetchscope_engine::plan::endpoint::{Endpoint, ReadNode};

/// Roots that an endpoint made for somebody's own table returns at most.
const LIMIT: u64 = 100;

/// Relationships that such an endpoint reads at most.
const READS: usize = 3;

/// An endpoint with the words for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Offered {
    /// Title.
    pub title: String,
    /// One sentence.
    pub description: String,
    /// The endpoint itself.
    pub endpoint: Endpoint,
}

/// The endpoints of a source, the one to begin with first.
#[must_use]
pub fn of(opened: &Opened) -> Vec<Offered> {
    if opened.endpoints.is_empty() {
        return opened.document.entities.iter().map(for_entity).collect();
    }
    let mut offered: Vec<Offered> = opened
        .endpoints
        .iter()
        .map(|one| Offered {
            title: one.title.clone(),
            description: one.description.clone(),
            endpoint: one.endpoint.clone(),
        })
        .collect();
    if let Some(first) = offered.iter().position(|one| one.endpoint.name == opened.first_endpoint) {
        offered[..=first].rotate_right(1);
    }
    offered
}

fn for_entity(entity: &EntityDocument) -> Offered {
    let to_one =
        |one: &&RelationshipDocument| matches!(one.kind, RelationshipKind::ManyToOne | RelationshipKind::OneToOne);
    let mut reads: Vec<&RelationshipDocument> = entity.relationships.iter().filter(to_one).take(READS).collect();
    if reads.is_empty() {
        reads.extend(entity.relationships.first());
    }
    let key = entity.columns.iter().filter(|column| column.pk).map(|column| column.name.clone()).collect();
    let names: Vec<&str> = reads.iter().map(|one| one.name.as_str()).collect();
    let with = if names.is_empty() { String::new() } else { format!(", with {}", names.join(", ")) };
    Offered {
        title: format!("List of {}", entity.name),
        description: format!("The first {LIMIT} {} by primary key{with}.", entity.name),
        endpoint: Endpoint {
            name: None,
            root: entity.name.clone(),
            mode: Mode::List,
            filter: FilterDocument { order_by: key, limit: Some(LIMIT), ..FilterDocument::default() },
            relationships: reads
                .iter()
                .map(|one| ReadNode { name: one.name.clone(), accessed: true, relationships: Vec::new() })
                .collect(),
        },
    }
}
