//! `endpoints.toml`: what the sample's application answers.

use crate::blueprint::Problem;
use fetchscope_engine::mapping::document::{EntityDocument, MappingDocument, RelationshipDocument};
use fetchscope_engine::plan::document::{FilterDocument, Mode};
use fetchscope_engine::plan::endpoint::{Endpoint, ReadNode};
use indexmap::IndexMap;
use serde::Deserialize;

/// An endpoint that ships with a dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedEndpoint {
    /// What experiments call it: `tenant_users`. The endpoint itself carries the same name.
    pub name: String,
    /// What people call it: `Users of one tenant`.
    pub title: String,
    /// One sentence: what it returns.
    pub description: String,
    /// The endpoint itself.
    pub endpoint: Endpoint,
}

/// An endpoint as its file says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    title: String,
    description: String,
    root: String,
    #[serde(default)]
    mode: Mode,
    #[serde(default)]
    filter: FilterDocument,
    #[serde(default)]
    relationships: Vec<ReadNode>,
}

/// Reads the file.
pub(crate) fn parse(text: &str) -> Result<Vec<NamedEndpoint>, toml::de::Error> {
    let entries: IndexMap<String, Entry> = toml::from_str(text)?;
    let named = |(name, entry): (String, Entry)| {
        let Entry { title, description, root, mode, filter, relationships } = entry;
        let endpoint = Endpoint { name: Some(name.clone()), root, mode, filter, relationships };
        NamedEndpoint { name, title, description, endpoint }
    };
    Ok(entries.into_iter().map(named).collect())
}

/// Whether every name an endpoint uses exists in the mapping.
pub(crate) fn check(endpoint: &NamedEndpoint, mapping: &MappingDocument) -> Result<(), Problem> {
    let problem = |problem: String| Problem::new(&endpoint.name, problem);
    let Endpoint { name: _, root, mode: _, filter, relationships } = &endpoint.endpoint;
    let root = entity(mapping, root).map_err(problem)?;
    read_nodes(mapping, root, relationships).map_err(problem)?;
    for path in &filter.join {
        follow(mapping, root, path.split('.')).map_err(problem)?;
    }
    let columns = filter.columns.keys().map(String::as_str);
    let sorted = filter.order_by.iter().map(|column| column.trim_start_matches('-'));
    let compared = filter.conditions.iter().chain(&filter.has).map(|(path, _, _)| path.as_str());
    for path in columns.chain(sorted).chain(compared) {
        column(mapping, root, path).map_err(problem)?;
    }
    Ok(())
}

fn entity<'m>(mapping: &'m MappingDocument, name: &str) -> Result<&'m EntityDocument, String> {
    mapping.entities.iter().find(|entity| entity.name == name).ok_or_else(|| format!("the mapping has no class {name}"))
}

fn relationship<'m>(entity: &'m EntityDocument, name: &str) -> Result<&'m RelationshipDocument, String> {
    entity
        .relationships
        .iter()
        .find(|relationship| relationship.name == name)
        .ok_or_else(|| format!("{} has no relationship `{name}`", entity.name))
}

fn read_nodes(mapping: &MappingDocument, root: &EntityDocument, nodes: &[ReadNode]) -> Result<(), String> {
    for node in nodes {
        let target = entity(mapping, &relationship(root, &node.name)?.target)?;
        read_nodes(mapping, target, &node.relationships)?;
    }
    Ok(())
}

fn follow<'m, 'n>(
    mapping: &'m MappingDocument,
    root: &'m EntityDocument,
    names: impl IntoIterator<Item = &'n str>,
) -> Result<&'m EntityDocument, String> {
    names.into_iter().try_fold(root, |at, name| entity(mapping, &relationship(at, name)?.target))
}

fn column(mapping: &MappingDocument, root: &EntityDocument, path: &str) -> Result<(), String> {
    let (entity, name) = match path.rsplit_once('.') {
        Some((relationships, name)) => (follow(mapping, root, relationships.split('.'))?, name),
        None => (root, path),
    };
    match entity.columns.iter().any(|column| column.name == name) {
        true => Ok(()),
        false => Err(format!("{} has no column `{name}`", entity.name)),
    }
}
