//! Prisma: `include`, and one `relationLoadStrategy` for the whole query.

use super::tree::{Node, Tree, camel, listed, plural};
use fetchscope_engine::plan::document::{Mode, Operator, Strategy};
use serde_json::Value;

pub(super) fn write(tree: &Tree<'_>) -> (String, Vec<String>) {
    let (conditions, mut notes) = conditions(tree);
    let mut lines = Vec::new();
    let joins = tree.paths_with(|one| one.rides_along() || one == Strategy::JsonAgg);
    let queries = tree.paths_with(|one| one.is_post_load() || one == Strategy::Subquery);
    if !joins.is_empty() || !queries.is_empty() {
        let strategy = if joins.len() >= queries.len() { "join" } else { "query" };
        lines.push(format!("relationLoadStrategy: \"{strategy}\","));
        if !joins.is_empty() && !queries.is_empty() {
            notes.push(format!("Prisma has one strategy for the whole query; here it is `{strategy}`."));
        }
        if strategy == "join" {
            notes.push(
                "`join` is a LATERAL JOIN with JSON built by the database, and a preview feature (relationJoins)."
                    .to_owned(),
            );
        }
    }
    if !conditions.is_empty() {
        lines.push(format!("where: {{ {} }},", conditions.join(", ")));
    }
    let order: Vec<String> = tree.filter.order_by.iter().map(|name| order(name)).collect();
    if !order.is_empty() {
        lines.push(format!("orderBy: [{}],", order.join(", ")));
    }
    lines.extend(tree.filter.limit.map(|limit| format!("take: {limit},")));
    lines.extend(tree.filter.offset.map(|offset| format!("skip: {offset},")));
    if let Some(include) = include(&tree.nodes, 1) {
        lines.push(format!("include: {include},"));
    }
    let lazy = tree.paths_with(|one| !eager(one));
    if !lazy.is_empty() {
        notes.push(format!(
            "Prisma loads nothing lazily: {} is left out, and is asked for in a query of its own.",
            listed(&lazy)
        ));
    }
    let (verb, name) = match tree.mode {
        Mode::One | Mode::Get => ("findFirstOrThrow", camel(&tree.root.name)),
        Mode::First => ("findFirst", camel(&tree.root.name)),
        Mode::List | Mode::ExecuteOnly | Mode::Stream | Mode::StreamExecuteOnly | Mode::StreamDrop => {
            ("findMany", plural(&camel(&tree.root.name)))
        }
    };
    let arguments = if lines.is_empty() { String::new() } else { format!("{{\n  {}\n}}", lines.join("\n  ")) };
    (format!("const {name} = await prisma.{}.{verb}({arguments});\n", camel(&tree.root.name)), notes)
}

fn eager(strategy: Strategy) -> bool {
    strategy.rides_along() || strategy.is_post_load() || matches!(strategy, Strategy::Subquery | Strategy::JsonAgg)
}

/// `{ organization: { include: { tenant: true } } }`.
fn include(nodes: &[Node<'_>], depth: usize) -> Option<String> {
    let indent = "  ".repeat(depth + 1);
    let one = |node: &Node<'_>| {
        let below = include(&node.nodes, depth + 1);
        let said = below.map_or_else(|| "true".to_owned(), |below| format!("{{ include: {below} }}"));
        format!("{indent}{}: {said},", camel(node.name))
    };
    let all: Vec<String> = nodes.iter().filter(|node| eager(node.strategy)).map(one).collect();
    (!all.is_empty()).then(|| format!("{{\n{}\n{}}}", all.join("\n"), "  ".repeat(depth)))
}

fn order(name: &str) -> String {
    let direction = if name.starts_with('-') { "\"desc\"" } else { "\"asc\"" };
    let steps: Vec<String> = name.trim_start_matches('-').split('.').map(camel).collect();
    steps.iter().rev().fold(direction.to_owned(), |inner, step| format!("{{ {step}: {inner} }}"))
}

/// The filter as properties, and what of it is not said.
fn conditions(tree: &Tree<'_>) -> (Vec<String>, Vec<String>) {
    let Some(terms) = tree.terms() else {
        return (Vec::new(), vec!["The list of composite keys is left out.".to_owned()]);
    };
    let (mut conditions, mut unsaid) = (Vec::new(), Vec::new());
    for term in terms {
        let right = term.value.to_string();
        let compared = match (term.operator, &term.value) {
            (Operator::Equal | Operator::Is, _) => right,
            (Operator::NotEqual, _) => format!("{{ not: {right} }}"),
            (Operator::Less, _) => format!("{{ lt: {right} }}"),
            (Operator::LessOrEqual, _) => format!("{{ lte: {right} }}"),
            (Operator::Greater, _) => format!("{{ gt: {right} }}"),
            (Operator::GreaterOrEqual, _) => format!("{{ gte: {right} }}"),
            (Operator::In, Value::Array(_)) => format!("{{ in: {right} }}"),
            (Operator::In | Operator::Like, _) => {
                unsaid.push(format!(
                    "A comparison of `{}` is left out: use contains, startsWith or endsWith.",
                    term.column
                ));
                continue;
            }
        };
        let mut inner = format!("{}: {compared}", camel(term.column));
        for steps in (1..=term.path.len()).rev() {
            let owner = tree.reached(&term.path[..steps - 1]).unwrap_or(tree.root);
            let step = term.path[steps - 1];
            let some = Tree::is_collection(owner, step);
            inner = if some {
                format!("{}: {{ some: {{ {inner} }} }}", camel(step))
            } else {
                format!("{}: {{ {inner} }}", camel(step))
            };
        }
        conditions.push(inner);
    }
    (conditions, unsaid)
}
