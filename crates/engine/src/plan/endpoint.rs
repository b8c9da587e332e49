//! The endpoint: a plan that does not say yet how anything is loaded.

use super::document::{FilterDocument, Mode, NodeDocument, PlanDocument, Strategy};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// A plan without strategies.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// What the endpoint is called, where it has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The class the endpoint returns.
    pub root: String,
    /// How the roots are fetched.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mode: Mode,
    /// Which roots.
    #[serde(default, skip_serializing_if = "is_default")]
    pub filter: FilterDocument,
    /// What the response reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relationships: Vec<ReadNode>,
}

/// A relationship of an endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadNode {
    /// Relationship name.
    pub name: String,
    /// Whether the response reads it.
    #[serde(default = "yes")]
    pub accessed: bool,
    /// Relationships of the target.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relationships: Vec<ReadNode>,
}

fn yes() -> bool {
    true
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Endpoint {
    /// The plan that loads this endpoint with a strategy per dotted path; a path not named gets `otherwise`.
    #[must_use]
    pub fn plan(&self, strategies: &IndexMap<String, Strategy>, otherwise: Strategy) -> PlanDocument {
        PlanDocument {
            mode: self.mode,
            filter: self.filter.clone(),
            relationships: nodes(&self.relationships, "", strategies, otherwise),
            ..PlanDocument::of(&self.root)
        }
    }

    /// Every dotted path of the endpoint, parents first.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        fn visit(nodes: &[ReadNode], prefix: &str, paths: &mut Vec<String>) {
            for node in nodes {
                let path = dotted(prefix, &node.name);
                paths.push(path.clone());
                visit(&node.relationships, &path, paths);
            }
        }
        let mut paths = Vec::new();
        visit(&self.relationships, "", &mut paths);
        paths
    }
}

fn dotted(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

fn nodes(
    reads: &[ReadNode],
    prefix: &str,
    strategies: &IndexMap<String, Strategy>,
    otherwise: Strategy,
) -> Vec<NodeDocument> {
    reads
        .iter()
        .map(|read| {
            let path = dotted(prefix, &read.name);
            NodeDocument {
                strategy: strategies.get(&path).copied().unwrap_or(otherwise),
                accessed: read.accessed,
                relationships: nodes(&read.relationships, &path, strategies, otherwise),
                ..NodeDocument::of(&read.name)
            }
        })
        .collect()
}
