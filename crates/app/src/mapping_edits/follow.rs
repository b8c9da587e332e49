//! What an edit of the mapping means for the work that names relationships: its endpoint, its strategies, its filter.

use crate::document;
use crate::error::AppError;
use crate::wire::{ExperimentDoc, MappingEdit, ReadDoc};
use fetchscope_engine::mapping::document::MappingDocument;
use indexmap::IndexMap;

/// The work after an edit; `before` is the mapping without it.
///
/// # Errors
/// When the endpoint's filter goes through a relationship that is dropped.
pub(crate) fn followed(
    doc: &ExperimentDoc,
    before: &MappingDocument,
    edit: &MappingEdit,
) -> Result<ExperimentDoc, AppError> {
    let change = match edit {
        MappingEdit::Rename { entity, relationship, name } => Change { entity, relationship, name: Some(name.trim()) },
        MappingEdit::Drop { entity, relationship } => Change { entity, relationship, name: None },
        MappingEdit::Add { .. } => return Ok(doc.clone()),
    };
    change.of(doc, before)
}

/// The work after an edit is taken back; `after` is the mapping with it.
///
/// # Errors
/// When the endpoint's filter goes through a relationship that is taken away.
pub(crate) fn undone(
    doc: &ExperimentDoc,
    after: &MappingDocument,
    edit: &MappingEdit,
) -> Result<ExperimentDoc, AppError> {
    let change = match edit {
        MappingEdit::Rename { entity, relationship, name } => {
            Change { entity, relationship: name.trim(), name: Some(relationship) }
        }
        MappingEdit::Add { entity, relationship } => {
            Change { entity, relationship: relationship.name.trim(), name: None }
        }
        MappingEdit::Drop { .. } => return Ok(doc.clone()),
    };
    change.of(doc, after)
}

/// A relationship that gets another name, or none.
struct Change<'a> {
    entity: &'a str,
    relationship: &'a str,
    name: Option<&'a str>,
}

impl Change<'_> {
    fn of(&self, doc: &ExperimentDoc, mapping: &MappingDocument) -> Result<ExperimentDoc, AppError> {
        let root = doc.endpoint.root.as_str();
        let mut doc_after = doc.clone();
        doc_after.endpoint.relationships = self.reads(&doc.endpoint.relationships, mapping, root);
        for variant in &mut doc_after.variants {
            let kept = variant
                .strategies
                .iter()
                .filter_map(|(path, strategy)| Some((self.path(path, mapping, root)?, *strategy)));
            variant.strategies = kept.collect();
        }
        doc_after.endpoint.filter = self.filter(&doc.endpoint.filter, mapping, root)?;
        if let Some(column) = &doc.workload.tenant_column {
            doc_after.workload.tenant_column = Some(self.needed(column, mapping, root)?);
        }
        Ok(doc_after)
    }

    fn reads(&self, reads: &[ReadDoc], mapping: &MappingDocument, entity: &str) -> Vec<ReadDoc> {
        let one = |read: &ReadDoc| {
            let name = self.step(entity, &read.name)?;
            let relationships = match target(mapping, entity, &read.name) {
                Some(target) => self.reads(&read.relationships, mapping, target),
                None => read.relationships.clone(),
            };
            Some(ReadDoc { name: name.to_owned(), accessed: read.accessed, relationships })
        };
        reads.iter().filter_map(one).collect()
    }

    fn filter(
        &self,
        filter: &IndexMap<String, serde_json::Value>,
        mapping: &MappingDocument,
        root: &str,
    ) -> Result<IndexMap<String, serde_json::Value>, AppError> {
        let mut filter = document::filter(filter)?;
        for (path, _, _) in filter.conditions.iter_mut().chain(&mut filter.has) {
            *path = self.needed(path, mapping, root)?;
        }
        for path in &mut filter.join {
            *path = self.needed(path, mapping, root)?;
        }
        for name in &mut filter.order_by {
            *name = match name.strip_prefix('-') {
                Some(path) => format!("-{}", self.needed(path, mapping, root)?),
                None => self.needed(name, mapping, root)?,
            };
        }
        document::filter_doc(&filter)
    }

    fn needed(&self, path: &str, mapping: &MappingDocument, root: &str) -> Result<String, AppError> {
        self.path(path, mapping, root).ok_or_else(|| {
            AppError::Input(format!(
                "`{}.{}` is needed by `{path}` in the endpoint's filter; change that first",
                self.entity, self.relationship
            ))
        })
    }

    /// A path after the change; nothing where it goes through a relationship that is dropped.
    fn path(&self, path: &str, mapping: &MappingDocument, root: &str) -> Option<String> {
        let mut at = Some(root);
        let mut steps = Vec::new();
        for step in path.split('.') {
            steps.push(match at {
                Some(entity) => self.step(entity, step)?,
                None => step,
            });
            at = at.and_then(|entity| target(mapping, entity, step));
        }
        Some(steps.join("."))
    }

    fn step<'s>(&'s self, entity: &str, name: &'s str) -> Option<&'s str> {
        if entity == self.entity && name == self.relationship { self.name } else { Some(name) }
    }
}

fn target<'m>(mapping: &'m MappingDocument, entity: &str, relationship: &str) -> Option<&'m str> {
    let entity = mapping.entities.iter().find(|one| one.name == entity)?;
    Some(entity.relationships.iter().find(|one| one.name == relationship)?.target.as_str())
}
