//! A mapping of one's own: what somebody changed of the introspected one, in order, and what follows from a change for the
//! work that names relationships.

mod follow;

pub(crate) use follow::{followed, undone};

use crate::error::AppError;
use crate::wire::{MappingEdit, RelationshipDoc, WireCardinality};
use fetchscope_engine::mapping::document::{
    EntityDocument, MappingDocument, RelationshipDocument, RelationshipKind, TableDocument,
};

/// The mapping with every edit made. Whether it holds together is for [`fetchscope_engine::mapping::Mapping::check`].
///
/// # Errors
/// When an edit names what is not there.
pub fn applied(mapping: &MappingDocument, edits: &[MappingEdit]) -> Result<MappingDocument, AppError> {
    let mut mapping = mapping.clone();
    for edit in edits {
        apply(&mut mapping, edit)?;
    }
    Ok(mapping)
}

fn apply(mapping: &mut MappingDocument, edit: &MappingEdit) -> Result<(), AppError> {
    match edit {
        MappingEdit::Rename { entity, relationship, name } => {
            let name = name.trim();
            if name.is_empty() || name.contains('.') {
                return Err(AppError::Input("a relationship needs a name, without a dot in it".to_owned()));
            }
            let renamed = relationship_of(mapping, entity, relationship)?;
            name.clone_into(&mut renamed.name);
            let target = renamed.target.clone();
            for other in seen_from(mapping, &target, entity, relationship) {
                other.back_populates = Some(name.to_owned());
            }
        }
        MappingEdit::Drop { entity, relationship } => {
            let target = relationship_of(mapping, entity, relationship)?.target.clone();
            entity_of(mapping, entity)?.relationships.retain(|one| one.name != *relationship);
            for other in seen_from(mapping, &target, entity, relationship) {
                other.back_populates = None;
            }
        }
        MappingEdit::Add { entity, relationship } => {
            if let Some(secondary) = &relationship.secondary {
                list_as_secondary(mapping, secondary);
            }
            entity_of(mapping, entity)?.relationships.push(document(relationship));
        }
    }
    Ok(())
}

/// The relationships of `target` that are `relationship` of `entity` seen from the other side.
fn seen_from<'m>(
    mapping: &'m mut MappingDocument,
    target: &str,
    entity: &str,
    relationship: &str,
) -> impl Iterator<Item = &'m mut RelationshipDocument> {
    let others = mapping.entities.iter_mut().filter(move |one| one.name == target);
    others
        .flat_map(|other| &mut other.relationships)
        .filter(move |one| one.target == entity && one.back_populates.as_deref() == Some(relationship))
}

/// A table that has objects of its own may connect two others as well.
fn list_as_secondary(mapping: &mut MappingDocument, name: &str) {
    if mapping.association_tables.iter().any(|table| table.full_name() == name) {
        return;
    }
    let Some(entity) = mapping.entities.iter().find(|entity| entity.full_name() == name) else { return };
    let EntityDocument { schema, table, columns, foreign_keys, indexes, .. } = entity.clone();
    mapping.association_tables.push(TableDocument { schema, table, columns, foreign_keys, indexes });
}

fn entity_of<'m>(mapping: &'m mut MappingDocument, name: &str) -> Result<&'m mut EntityDocument, AppError> {
    let found = mapping.entities.iter_mut().find(|entity| entity.name == name);
    found.ok_or_else(|| AppError::Input(format!("the mapping was changed at `{name}`, which is no longer there")))
}

fn relationship_of<'m>(
    mapping: &'m mut MappingDocument,
    entity: &str,
    name: &str,
) -> Result<&'m mut RelationshipDocument, AppError> {
    let found = entity_of(mapping, entity)?.relationships.iter_mut().find(|one| one.name == name);
    found.ok_or_else(|| {
        AppError::Input(format!("the mapping was changed at `{entity}.{name}`, which is no longer there"))
    })
}

fn document(doc: &RelationshipDoc) -> RelationshipDocument {
    let RelationshipDoc { name, kind, target, secondary, pairs, secondary_pairs } = doc;
    RelationshipDocument {
        name: name.trim().to_owned(),
        kind: match kind {
            WireCardinality::ManyToOne => RelationshipKind::ManyToOne,
            WireCardinality::OneToMany => RelationshipKind::OneToMany,
            WireCardinality::OneToOne => RelationshipKind::OneToOne,
            WireCardinality::ManyToMany => RelationshipKind::ManyToMany,
        },
        target: target.clone(),
        secondary: secondary.clone(),
        pairs: pairs.clone(),
        secondary_pairs: secondary_pairs.clone(),
        order_by: Vec::new(),
        back_populates: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> MappingDocument {
        serde_json::from_value(serde_json::json!({
            "name": "two",
            "entities": [
                {"name": "user", "table": "users",
                 "columns": [{"name": "id", "type": "integer", "pk": true}, {"name": "org_id", "type": "integer"}],
                 "relationships": [{"name": "org", "kind": "many_to_one", "target": "org", "pairs": [["org_id", "id"]],
                                    "back_populates": "users"}]},
                {"name": "org", "table": "orgs", "columns": [{"name": "id", "type": "integer", "pk": true}],
                 "relationships": [{"name": "users", "kind": "one_to_many", "target": "user", "pairs": [["id", "org_id"]],
                                    "back_populates": "org"}]}
            ]
        }))
        .unwrap()
    }

    fn rename(name: &str) -> MappingEdit {
        MappingEdit::Rename { entity: "user".into(), relationship: "org".into(), name: name.into() }
    }

    #[test]
    fn the_other_side_follows_a_rename_and_a_drop() {
        let renamed = applied(&two(), &[rename("employer")]).unwrap();
        assert_eq!(renamed.entities[0].relationships[0].name, "employer");
        assert_eq!(renamed.entities[1].relationships[0].back_populates.as_deref(), Some("employer"));
        let dropped = MappingEdit::Drop { entity: "user".into(), relationship: "employer".into() };
        let dropped = applied(&two(), &[rename("employer"), dropped]).unwrap();
        assert!(dropped.entities[0].relationships.is_empty());
        assert_eq!(dropped.entities[1].relationships[0].back_populates, None);
    }

    #[test]
    fn a_table_with_objects_of_its_own_may_connect_two_others() {
        let relationship = RelationshipDoc {
            name: "peers".into(),
            kind: WireCardinality::ManyToMany,
            target: "org".into(),
            secondary: Some("users".into()),
            pairs: vec![("id".into(), "org_id".into())],
            secondary_pairs: vec![("id".into(), "org_id".into())],
        };
        let added = applied(&two(), &[MappingEdit::Add { entity: "org".into(), relationship }]).unwrap();
        assert_eq!(added.association_tables[0].full_name(), "users");
        fetchscope_engine::mapping::Mapping::check(&added).unwrap();
    }

    #[test]
    fn what_is_no_longer_there_is_named() {
        let gone = MappingEdit::Drop { entity: "user".into(), relationship: "team".into() };
        let error = applied(&two(), &[gone]).unwrap_err().to_string();
        assert_eq!(error, "the mapping was changed at `user.team`, which is no longer there");
        applied(&two(), &[rename("a.b")]).unwrap_err();
    }
}
