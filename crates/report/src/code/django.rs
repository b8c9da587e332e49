//! Django: `select_related` for joined to-one relationships, `prefetch_related` for everything else that is eager.

use super::tree::{Node, Tree, listed};
use super::{python, tree};
use fetchscope_engine::plan::document::{Mode, Operator, Strategy};
use serde_json::Value;

pub(super) fn write(tree: &Tree<'_>) -> (String, Vec<String>) {
    let related = related(&tree.nodes, "", &python::class(tree.root));
    let mut lines = vec![format!("{}.objects", python::class(tree.root))];
    let (filters, unsaid) = filters(tree);
    lines.extend(filters);
    lines.extend(related.calls());
    let order: Vec<String> = tree.filter.order_by.iter().map(|name| python::text(&name.replace('.', "__"))).collect();
    if !order.is_empty() {
        lines.push(format!(".order_by({})", order.join(", ")));
    }
    if tree.filter.distinct {
        lines.push(".distinct()".to_owned());
    }
    let end = match (tree.mode, tree.filter.offset, tree.filter.limit) {
        (Mode::One | Mode::Get, ..) => ".get()".to_owned(),
        (Mode::First, ..) => ".first()".to_owned(),
        (_, None, None) => String::new(),
        (_, offset, limit) => {
            let from = offset.unwrap_or(0);
            let start = if from == 0 { String::new() } else { from.to_string() };
            format!("[{start}:{}]", limit.map_or_else(String::new, |limit| (from + limit).to_string()))
        }
    };
    let body = format!("{} = (\n    {}\n){end}\n", super::sqlalchemy::roots(tree), lines.join("\n    "));
    let prefetch = if body.contains("Prefetch(") { "from django.db.models import Prefetch\n\n" } else { "" };
    (format!("{prefetch}{body}"), notes(tree, unsaid))
}

fn notes(tree: &Tree<'_>, unsaid: Vec<String>) -> Vec<String> {
    let mut notes = unsaid;
    let joined: Vec<String> = tree
        .paths()
        .into_iter()
        .filter(|(_, node)| is_joined(node.strategy) && node.is_collection)
        .map(|(path, _)| path)
        .collect();
    if !joined.is_empty() {
        notes.push(format!(
            "Django joins no collections: {} is prefetched with a statement of its own.",
            listed(&joined)
        ));
    }
    let refused = tree.paths_with(|one| matches!(one, Strategy::Raise | Strategy::RaiseOnSql | Strategy::Noload));
    if !refused.is_empty() {
        notes.push(format!("Django cannot forbid reading: {} stays lazy.", listed(&refused)));
    }
    let json = tree.paths_with(|one| one == Strategy::JsonAgg);
    if !json.is_empty() {
        notes.push(format!("{} is prefetched: nested JSON has no option in Django.", listed(&json)));
    }
    notes.push(
        "select_related follows a foreign key that may be null with LEFT OUTER JOIN, and any other with JOIN."
            .to_owned(),
    );
    notes
}

fn is_joined(strategy: Strategy) -> bool {
    strategy.rides_along() || strategy == Strategy::JsonAgg
}

fn is_eager(strategy: Strategy) -> bool {
    match strategy {
        Strategy::Default | Strategy::Select | Strategy::Raise | Strategy::RaiseOnSql | Strategy::Noload => false,
        Strategy::Joined
        | Strategy::JoinedInner
        | Strategy::JoinedInnerUnnested
        | Strategy::Selectin
        | Strategy::Subquery
        | Strategy::Immediate
        | Strategy::ContainsEager
        | Strategy::Bulk
        | Strategy::JsonAgg => true,
    }
}

/// What a query set loads with its objects.
#[derive(Default)]
struct Related {
    select: Vec<String>,
    prefetch: Vec<String>,
}

impl Related {
    fn calls(&self) -> Vec<String> {
        let call = |name: &str, all: &[String]| format!(".{name}({})", all.join(", "));
        let mut calls = Vec::new();
        if !self.select.is_empty() {
            calls.push(call("select_related", &self.select));
        }
        if !self.prefetch.is_empty() {
            calls.push(call("prefetch_related", &self.prefetch));
        }
        calls
    }
}

fn related(nodes: &[Node<'_>], prefix: &str, _class: &str) -> Related {
    let mut all = Related::default();
    for node in nodes.iter().filter(|node| is_eager(node.strategy)) {
        let path = if prefix.is_empty() { node.name.to_owned() } else { format!("{prefix}__{}", node.name) };
        if node.strategy.rides_along() && !node.is_collection {
            all.select.push(python::text(&path));
            // Still the same statement.
            let below = related(&node.nodes, &path, "");
            all.select.extend(below.select);
            all.prefetch.extend(below.prefetch);
        } else {
            let class = python::class(node.target);
            let below = related(&node.nodes, "", &class).calls();
            all.prefetch.push(if below.is_empty() {
                python::text(&path)
            } else {
                format!("Prefetch({}, queryset={class}.objects{})", python::text(&path), below.concat())
            });
        }
    }
    all
}

/// The filter as calls, and what of it is not said.
fn filters(tree: &Tree<'_>) -> (Vec<String>, Vec<String>) {
    let Some(terms) = tree.terms() else {
        return (
            Vec::new(),
            vec!["The list of composite keys is left out: Django has no comparison for it.".to_owned()],
        );
    };
    let (mut calls, mut unsaid) = (Vec::new(), Vec::new());
    for tree::Term { path, column, operator, value } in terms {
        let entity = tree.reached(&path).unwrap_or(tree.root);
        let name = path.iter().chain([&column]).copied().collect::<Vec<_>>().join("__");
        let right = python::value(entity, column, &value);
        let (verb, lookup) = match (operator, &value) {
            (Operator::Equal | Operator::Is, Value::Null) => ("filter", "__isnull=True".to_owned()),
            (Operator::NotEqual, Value::Null) => ("filter", "__isnull=False".to_owned()),
            (Operator::Equal | Operator::Is, _) => ("filter", format!("={right}")),
            (Operator::NotEqual, _) => ("exclude", format!("={right}")),
            (Operator::Less, _) => ("filter", format!("__lt={right}")),
            (Operator::LessOrEqual, _) => ("filter", format!("__lte={right}")),
            (Operator::Greater, _) => ("filter", format!("__gt={right}")),
            (Operator::GreaterOrEqual, _) => ("filter", format!("__gte={right}")),
            (Operator::In, _) => ("filter", format!("__in={right}")),
            (Operator::Like, _) => {
                unsaid.push(format!("`{name}` LIKE {right} is left out: use __contains, __startswith or __endswith."));
                continue;
            }
        };
        calls.push(format!(".{verb}({name}{lookup})"));
    }
    (calls, unsaid)
}
