//! Entity Framework Core: `Include`, in one statement or split into one for each collection.

use super::tree::{Node, Term, Tree, camel, listed, pascal, plural};
use fetchscope_engine::plan::document::{Mode, Operator, Strategy};
use serde_json::Value;

pub(super) fn write(tree: &Tree<'_>) -> (String, Vec<String>) {
    let mut lines = vec![format!("await db.{}", pascal(&plural(&tree.root.name)))];
    let mut notes = Vec::new();
    match tree.terms() {
        Some(terms) => {
            for term in &terms {
                match condition(tree, term) {
                    Some(condition) => lines.push(format!(".Where(one => {condition})")),
                    None => notes.push(format!("A comparison of `{}` is left out.", term.column)),
                }
            }
        }
        None => notes.push("The list of composite keys is left out.".to_owned()),
    }
    for (index, name) in tree.filter.order_by.iter().enumerate() {
        let verb = match (index, name.starts_with('-')) {
            (0, false) => "OrderBy",
            (0, true) => "OrderByDescending",
            (_, false) => "ThenBy",
            (_, true) => "ThenByDescending",
        };
        lines.push(format!(".{verb}(one => one.{})", dotted(name.trim_start_matches('-').split('.'))));
    }
    lines.extend(tree.filter.offset.map(|offset| format!(".Skip({offset})")));
    lines.extend(tree.filter.limit.map(|limit| format!(".Take({limit})")));
    if tree.filter.distinct {
        lines.push(".Distinct()".to_owned());
    }
    for node in tree.nodes.iter().filter(|node| eager(node.strategy)) {
        includes(node, &[], &mut lines);
    }
    let collections: Vec<_> =
        tree.paths().into_iter().filter(|(_, node)| node.is_collection && eager(node.strategy)).collect();
    let joined = collections.iter().filter(|(_, node)| node.strategy.rides_along()).count();
    if !collections.is_empty() {
        let split = joined * 2 <= collections.len();
        lines.push(if split { ".AsSplitQuery()" } else { ".AsSingleQuery()" }.to_owned());
        if joined > 0 && joined < collections.len() {
            notes.push("EF Core splits all collections or none.".to_owned());
        }
    }
    let single = tree
        .paths()
        .into_iter()
        .filter(|(_, node)| !node.is_collection && eager(node.strategy) && !node.strategy.rides_along());
    let single: Vec<String> = single.map(|(path, _)| path).collect();
    if !single.is_empty() {
        notes.push(format!("EF Core always joins what is to-one: {} is not a statement of its own.", listed(&single)));
    }
    let lazy = tree.paths_with(|one| !eager(one));
    if !lazy.is_empty() {
        notes.push(format!("{} is not included: it is null unless lazy-loading proxies are used.", listed(&lazy)));
    }
    let (end, name) = match tree.mode {
        Mode::One | Mode::Get => (".SingleAsync()", camel(&tree.root.name)),
        Mode::First => (".FirstOrDefaultAsync()", camel(&tree.root.name)),
        Mode::List | Mode::ExecuteOnly | Mode::Stream | Mode::StreamExecuteOnly | Mode::StreamDrop => {
            (".ToListAsync()", plural(&camel(&tree.root.name)))
        }
    };
    lines.push(end.to_owned());
    (format!("var {name} = {};\n", lines.join("\n    ")), notes)
}

fn eager(strategy: Strategy) -> bool {
    strategy.rides_along() || strategy.is_post_load() || matches!(strategy, Strategy::Subquery | Strategy::JsonAgg)
}

/// A chain for every leaf: EF Core goes down again from the root.
fn includes(node: &Node<'_>, above: &[&Node<'_>], lines: &mut Vec<String>) {
    let below: Vec<&Node<'_>> = node.nodes.iter().filter(|node| eager(node.strategy)).collect();
    let chain: Vec<&Node<'_>> = above.iter().copied().chain([node]).collect();
    if below.is_empty() {
        let calls = chain.iter().enumerate().map(|(index, node)| {
            let verb = if index == 0 { "Include" } else { "ThenInclude" };
            format!(".{verb}(one => one.{})", pascal(node.name))
        });
        lines.push(calls.collect::<Vec<_>>().join(""));
    }
    for node in below {
        includes(node, &chain, lines);
    }
}

fn dotted<'a>(steps: impl Iterator<Item = &'a str>) -> String {
    steps.map(pascal).collect::<Vec<_>>().join(".")
}

/// `one.Organization.TenantId == 1`; `None` for what goes through a collection twice, and for patterns.
fn condition(tree: &Tree<'_>, term: &Term<'_>) -> Option<String> {
    let right = term.value.to_string();
    let compare = |left: String| {
        Some(match (term.operator, &term.value) {
            (Operator::Equal | Operator::Is, _) => format!("{left} == {right}"),
            (Operator::NotEqual, _) => format!("{left} != {right}"),
            (Operator::Less, _) => format!("{left} < {right}"),
            (Operator::LessOrEqual, _) => format!("{left} <= {right}"),
            (Operator::Greater, _) => format!("{left} > {right}"),
            (Operator::GreaterOrEqual, _) => format!("{left} >= {right}"),
            (Operator::In, Value::Array(values)) => {
                let values: Vec<String> = values.iter().map(Value::to_string).collect();
                format!("new[] {{ {} }}.Contains({left})", values.join(", "))
            }
            (Operator::Like, _) => format!("EF.Functions.Like({left}, {right})"),
            (Operator::In, _) => return None,
        })
    };
    let many = (0..term.path.len())
        .find(|at| tree.reached(&term.path[..*at]).is_some_and(|owner| Tree::is_collection(owner, term.path[*at])));
    match many {
        None => compare(format!("one.{}", dotted(term.path.iter().copied().chain([term.column])))),
        Some(at) => {
            let inner = compare(format!("each.{}", dotted(term.path[at + 1..].iter().copied().chain([term.column]))))?;
            Some(format!("one.{}.Any(each => {inner})", dotted(term.path[..=at].iter().copied())))
        }
    }
}
