//! Looking things up in a plan file: how a path is loaded, and whether the rows behind it have an order.

use fetchscope_engine::plan::document::{NodeDocument, PlanDocument, Strategy};
use fetchscope_engine::trace::Phase;
use serde_json::Value;
use std::collections::BTreeMap;

/// A plan with the places a comparison asks for.
pub(super) struct Lookup {
    plan: Option<PlanDocument>,
    /// Columns of the root's primary key.
    key: Vec<String>,
    /// The target of each relationship, by the names of its class and its own.
    targets: BTreeMap<(String, String), String>,
}

impl Lookup {
    pub(super) fn new(mapping: &Value, plan: &Value) -> Lookup {
        let plan: Option<PlanDocument> = serde_json::from_value(plan.clone()).ok();
        let root = plan.as_ref().map_or("", |plan| plan.root.as_str());
        let entities = mapping["entities"].as_array().map(Vec::as_slice).unwrap_or_default();
        let columns = entities.iter().filter(|entity| entity["name"] == root).flat_map(|entity| {
            let columns = entity["columns"].as_array().map(Vec::as_slice).unwrap_or_default();
            columns.iter().filter(|column| column["pk"] == true)
        });
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let key = columns.map(|column| text(&column["name"])).collect();
        let targets = entities.iter().flat_map(|entity| {
            let relationships = entity["relationships"].as_array().map(Vec::as_slice).unwrap_or_default();
            relationships.iter().map(|one| ((text(&entity["name"]), text(&one["name"])), text(&one["target"])))
        });
        Lookup { plan, key, targets: targets.collect() }
    }

    /// The strategies along a path, as far as the plan names its relationships.
    pub(super) fn strategies(&self, phase: Phase, path: &str) -> Vec<Strategy> {
        let Some(plan) = &self.plan else { return Vec::new() };
        let (root, names) = path.split_once('.').unwrap_or((path, ""));
        let plans: Vec<&PlanDocument> = match phase {
            Phase::Before => plan.before.iter().filter(|before| before.root == root).collect(),
            Phase::Load | Phase::Walk => vec![plan],
        };
        let found = plans.iter().map(|plan| along(&plan.relationships, names));
        found.max_by_key(Vec::len).unwrap_or_default()
    }

    /// The path of a subquery load as SQLAlchemy has it: below a statement of its own, it begins with what that one loads.
    pub(super) fn within_statement(&self, phase: Phase, path: &str) -> String {
        let mut names = path.split('.');
        let mut begin = names.next().unwrap_or_default().to_owned();
        let mut class = begin.clone();
        let mut kept = Vec::new();
        let strategies = self.strategies(phase, path);
        let last = strategies.len().saturating_sub(1);
        for (place, name) in names.enumerate() {
            class = self.targets.get(&(class, name.to_owned())).cloned().unwrap_or_default();
            kept.push(name);
            if place < last && strategies.get(place).is_some_and(|strategy| has_a_statement(*strategy)) {
                begin.clone_from(&class);
                kept.clear();
            }
        }
        kept.insert(0, &begin);
        kept.join(".")
    }

    /// Whether the order of the parents whose keys stand in the statement of this path follows from the plan.
    pub(super) fn parents_have_an_order(&self, phase: Phase, path: &str) -> bool {
        let Some(plan) = self.plan.as_ref().filter(|_| phase != Phase::Before) else { return false };
        let ordered = |key: &String| plan.filter.order_by.iter().any(|by| by.trim_start_matches('-') == key);
        path.split('.').count() == 2 && !self.key.is_empty() && self.key.iter().all(ordered)
    }
}

/// Whether relationships below this one are loaded from a statement that is neither the root's nor made of it.
fn has_a_statement(strategy: Strategy) -> bool {
    match strategy {
        Strategy::Selectin | Strategy::Immediate | Strategy::Default | Strategy::Select | Strategy::RaiseOnSql => true,
        Strategy::Subquery
        | Strategy::Joined
        | Strategy::JoinedInner
        | Strategy::JoinedInnerUnnested
        | Strategy::Raise
        | Strategy::Noload
        | Strategy::ContainsEager
        | Strategy::Bulk
        | Strategy::JsonAgg => false,
    }
}

fn along(nodes: &[NodeDocument], names: &str) -> Vec<Strategy> {
    let mut strategies = Vec::new();
    let mut nodes = nodes;
    for name in names.split('.') {
        let Some(node) = nodes.iter().find(|node| node.name == name) else { break };
        strategies.push(node.strategy);
        nodes = &node.relationships;
    }
    strategies
}
