//! Active Record: `eager_load` joins, `preload` sends a statement a relationship.

use super::tree::{Node, Tree, listed, pascal, plural, snake};
use fetchscope_engine::plan::document::{Mode, Operator, Strategy};
use serde_json::Value;

pub(super) fn write(tree: &Tree<'_>) -> (String, Vec<String>) {
    let mut lines = vec![pascal(&tree.root.name)];
    let mut notes = filters(tree, &mut lines);
    let (mut joined, mut preloaded) = (Vec::new(), Vec::new());
    for node in &tree.nodes {
        match node.strategy {
            Strategy::Joined | Strategy::JoinedInner | Strategy::JoinedInnerUnnested | Strategy::ContainsEager => {
                joined.push(said(node));
            }
            Strategy::Selectin | Strategy::Subquery | Strategy::Immediate | Strategy::Bulk | Strategy::JsonAgg => {
                preloaded.push(said(node));
            }
            Strategy::Default | Strategy::Select | Strategy::Raise | Strategy::RaiseOnSql | Strategy::Noload => {}
        }
    }
    if !joined.is_empty() {
        lines.push(format!(".eager_load({})", joined.join(", ")));
    }
    if !preloaded.is_empty() {
        lines.push(format!(".preload({})", preloaded.join(", ")));
    }
    lines.extend(order(tree));
    lines.extend(tree.filter.limit.map(|limit| format!(".limit({limit})")));
    lines.extend(tree.filter.offset.map(|offset| format!(".offset({offset})")));
    if tree.filter.distinct {
        lines.push(".distinct".to_owned());
    }
    lines.push(match tree.mode {
        Mode::One | Mode::Get => ".sole".to_owned(),
        Mode::First => ".first".to_owned(),
        Mode::List | Mode::ExecuteOnly | Mode::Stream | Mode::StreamExecuteOnly | Mode::StreamDrop => {
            ".to_a".to_owned()
        }
    });
    notes.extend(differences(tree));
    (format!("{} =\n  {}\n", plural(&snake(&tree.root.name)), lines.join("\n    ")), notes)
}

fn differences(tree: &Tree<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    fn mixed(nodes: &[Node<'_>]) -> bool {
        nodes.iter().any(|node| {
            node.nodes
                .iter()
                .any(|below| eager(below.strategy) && below.strategy.rides_along() != node.strategy.rides_along())
                || mixed(&node.nodes)
        })
    }
    if mixed(&tree.nodes) {
        notes.push(
            "Active Record loads what is below a relationship in the same way as the relationship itself.".to_owned(),
        );
    }
    let refused = tree.paths_with(|one| matches!(one, Strategy::Raise | Strategy::RaiseOnSql));
    if !refused.is_empty() {
        notes
            .push(format!("For {} the nearest is `.strict_loading`, which forbids every lazy load.", listed(&refused)));
    }
    let inner = tree.paths_with(|one| matches!(one, Strategy::JoinedInner | Strategy::JoinedInnerUnnested));
    if !inner.is_empty() {
        notes.push(format!("eager_load joins {} with LEFT OUTER JOIN.", listed(&inner)));
    }
    if tree.filter.limit.is_some()
        && tree.paths().iter().any(|(_, node)| node.strategy.rides_along() && node.is_collection)
    {
        notes.push(
            "With a limit and a joined collection Active Record first asks for the keys, in a statement more."
                .to_owned(),
        );
    }
    notes
}

fn eager(strategy: Strategy) -> bool {
    !matches!(
        strategy,
        Strategy::Default | Strategy::Select | Strategy::Raise | Strategy::RaiseOnSql | Strategy::Noload
    )
}

/// `:organization`, `{ organization: :tenant }`, `{ organization: [:tenant, :plan] }`.
fn said(node: &Node<'_>) -> String {
    let below: Vec<String> = node.nodes.iter().filter(|node| eager(node.strategy)).map(said).collect();
    let name = snake(node.name);
    match below.as_slice() {
        [] => format!(":{name}"),
        [one] => format!("{{ {name}: {one} }}"),
        several => format!("{{ {name}: [{}] }}", several.join(", ")),
    }
}

fn order(tree: &Tree<'_>) -> Vec<String> {
    let one = |name: &String| {
        let column = name.trim_start_matches('-');
        let direction = if name.starts_with('-') { ":desc" } else { ":asc" };
        match column.rsplit_once('.') {
            Some((path, column)) => {
                let steps: Vec<&str> = path.split('.').collect();
                let table = tree.reached(&steps).map_or("", |entity| entity.table.as_str());
                format!("{{ \"{table}.{column}\" => {direction} }}")
            }
            None => format!("{column}: {direction}"),
        }
    };
    let all: Vec<String> = tree.filter.order_by.iter().map(one).collect();
    if all.is_empty() { Vec::new() } else { vec![format!(".order({})", all.join(", "))] }
}

/// Adds the filter's calls; what of it is not said.
fn filters(tree: &Tree<'_>, lines: &mut Vec<String>) -> Vec<String> {
    let Some(terms) = tree.terms() else {
        return vec!["The list of composite keys is left out.".to_owned()];
    };
    for term in terms {
        let entity = tree.reached(&term.path).unwrap_or(tree.root);
        if let Some(joins) = joins(&term.path) {
            lines.push(format!(".joins({joins})"));
        }
        let right = value(&term.value);
        let hash = if term.path.is_empty() {
            format!("{}: {right}", term.column)
        } else {
            format!("{}: {{ {}: {right} }}", entity.table, term.column)
        };
        let compared = |operator: &str| format!(".where(\"{}.{} {operator} ?\", {right})", entity.table, term.column);
        lines.push(match term.operator {
            Operator::Equal | Operator::Is | Operator::In => format!(".where({hash})"),
            Operator::NotEqual => format!(".where.not({hash})"),
            Operator::Less => compared("<"),
            Operator::LessOrEqual => compared("<="),
            Operator::Greater => compared(">"),
            Operator::GreaterOrEqual => compared(">="),
            Operator::Like => compared("LIKE"),
        });
    }
    if lines.iter().any(|line| line.starts_with(".joins(")) {
        return vec![
            "Where SQLAlchemy asks EXISTS, this joins: through a collection it returns an object more than once."
                .to_owned(),
        ];
    }
    Vec::new()
}

/// `:organization`, `organization: :tenant`.
fn joins(path: &[&str]) -> Option<String> {
    let (last, first) = path.split_last()?;
    Some(first.iter().rev().fold(format!(":{last}"), |inner, step| format!("{{ {step}: {inner} }}")))
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "nil".to_owned(),
        Value::Array(values) => format!("[{}]", values.iter().map(self::value).collect::<Vec<_>>().join(", ")),
        // A quoted text of Ruby's takes what stands in #{} for code.
        Value::String(_) => value.to_string().replace('#', "\\#"),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}
