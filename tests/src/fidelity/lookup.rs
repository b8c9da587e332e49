//! Looking things up in a plan file: how a path is loaded, and whether the rows behind it have an order.

use fetchscope_engine::plan::document::{NodeDocument, PlanDocument, Strategy};
use fetchscope_engine::trace::Phase;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A plan with the places a comparison asks for.
pub(super) struct Lookup {
    plan: Option<PlanDocument>,
    /// Columns of the root's primary key.
    key: Vec<String>,
    /// The classes of the plan and of those before it.
    roots: Vec<String>,
    /// Collections that have no order of their own.
    unordered: BTreeSet<(String, String)>,
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
        let (mut targets, mut unordered) = (BTreeMap::new(), BTreeSet::new());
        for entity in entities {
            for one in entity["relationships"].as_array().into_iter().flatten() {
                let at = (text(&entity["name"]), text(&one["name"]));
                if text(&one["kind"]).ends_with("_to_many") && one.get("order_by").is_none() {
                    unordered.insert(at.clone());
                }
                targets.insert(at, text(&one["target"]));
            }
        }
        let plans = plan.iter().flat_map(|plan| std::iter::once(plan).chain(&plan.before));
        let roots = plans.map(|plan| plan.root.clone()).collect();
        Lookup { plan, key, roots, unordered, targets }
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

    /// The path of a subquery load: below a statement of its own, SQLAlchemy begins it anew, so that the relationship is
    /// all that can be compared.
    pub(super) fn of_subquery(&self, phase: Phase, path: &str) -> String {
        let strategies = self.strategies(phase, path);
        let above = strategies.split_last().map_or(&[][..], |(_, above)| above);
        let begins_anew = above.iter().any(|strategy| has_a_statement(*strategy));
        let (class, name) = self.relationship(path);
        if begins_anew || !self.roots.iter().any(|root| path.starts_with(&format!("{root}."))) {
            format!("{class}.{name}")
        } else {
            path.to_owned()
        }
    }

    /// The class and the name of the relationship a path ends with.
    pub(super) fn relationship(&self, path: &str) -> (String, String) {
        let mut names = path.split('.').map(str::to_owned);
        let mut class = names.next().unwrap_or_default();
        let mut last = names.next().unwrap_or_default();
        for name in names {
            class = self.targets.get(&(class, last)).cloned().unwrap_or_default();
            last = name;
        }
        (class, last)
    }

    /// Whether the order of the roots follows from the plan.
    pub(super) fn roots_have_an_order(&self) -> bool {
        let Some(plan) = &self.plan else { return false };
        let ordered = |key: &String| plan.filter.order_by.iter().any(|by| by.trim_start_matches('-') == key);
        !self.key.is_empty() && self.key.iter().all(ordered)
    }

    /// Whether the response reads something below roots or a collection that come in any order.
    pub(super) fn reads_rows_without_order(&self) -> bool {
        let Some(plan) = &self.plan else { return false };
        !self.roots_have_an_order() || self.unordered_with_nodes(&plan.root, &plan.relationships)
    }

    fn unordered_with_nodes(&self, class: &str, nodes: &[NodeDocument]) -> bool {
        nodes.iter().filter(|node| !node.relationships.is_empty()).any(|node| {
            let at = (class.to_owned(), node.name.clone());
            let target = self.targets.get(&at).map(String::as_str).unwrap_or_default();
            self.unordered.contains(&at) || self.unordered_with_nodes(target, &node.relationships)
        })
    }

    /// Whether the order of the parents whose keys stand in the statement of this path follows from the plan.
    pub(super) fn parents_have_an_order(&self, phase: Phase, path: &str) -> bool {
        let Some(plan) = self.plan.as_ref().filter(|_| phase != Phase::Before) else { return false };
        let (_, names) = path.split_once('.').unwrap_or_default();
        // A relationship that repeats itself has one path for all its levels.
        let once = plan.relationships.iter().any(|node| node.name == names && node.recursion_depth.is_none());
        once && self.roots_have_an_order()
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
