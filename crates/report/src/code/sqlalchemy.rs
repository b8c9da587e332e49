//! SQLAlchemy 2.1: the statement with the options that were measured.

use super::python::{attribute, class, modules, value};
use super::tree::{Node, Tree, listed, plural, snake};
use fetchscope_engine::mapping::document::EntityDocument;
use fetchscope_engine::plan::document::{Mode, Operator, Strategy};
use serde_json::Value;
use std::collections::BTreeSet;

/// The module from which the classes come, to be changed by whoever pastes it.
pub(super) const MODELS: &str = "app.models";

pub(super) fn write(tree: &Tree<'_>) -> (String, Vec<String>) {
    let body = load(tree);
    let mut code = String::new();
    for module in modules(&body) {
        code.push_str(&format!("import {module}\n"));
    }
    if !code.is_empty() {
        code.push('\n');
    }
    code.push_str(&imports(tree, &body));
    code.push_str(&format!("\n\n{body}"));
    (code, notes(tree))
}

/// Where the code does something else than the variant.
pub(super) fn notes(tree: &Tree<'_>) -> Vec<String> {
    let by_hand = tree.paths_with(|strategy| !strategy.is_sqlalchemy());
    let mut notes = Vec::new();
    if !by_hand.is_empty() {
        notes.push(format!(
            "SQLAlchemy has no option that loads {} as this variant does; there the option is selectinload, which sends the \
             same keys in as many statements or more.",
            listed(&by_hand)
        ));
    }
    if matches!(tree.mode, Mode::ExecuteOnly | Mode::Stream | Mode::StreamExecuteOnly | Mode::StreamDrop) {
        notes.push("The endpoint is streamed or not fetched at all; the code fetches it as a list.".to_owned());
    }
    notes
}

/// The import lines, only of what is used.
pub(super) fn imports(tree: &Tree<'_>, body: &str) -> String {
    let used = |names: &[&'static str]| -> Vec<&'static str> {
        names.iter().copied().filter(|name| body.contains(&format!("{name}("))).collect()
    };
    let mut lines = String::new();
    let core = used(&["select", "tuple_"]);
    if !core.is_empty() {
        lines.push_str(&format!("from sqlalchemy import {}\n", core.join(", ")));
    }
    let mut orm = used(&[
        "defaultload",
        "immediateload",
        "joinedload",
        "lazyload",
        "noload",
        "raiseload",
        "selectinload",
        "subqueryload",
    ]);
    orm.insert(0, "Session");
    lines.push_str(&format!("from sqlalchemy.orm import {}\n", orm.join(", ")));
    let classes = classes(tree).into_iter().collect::<Vec<_>>().join(", ");
    lines.push_str(&format!("\nfrom {MODELS} import {classes}\n"));
    lines
}

fn classes(tree: &Tree<'_>) -> BTreeSet<String> {
    let mut classes = BTreeSet::from([class(tree.root)]);
    // Only what an option or a comparison names: the class at the end of a path is not.
    let owners = tree.paths().into_iter().map(|(_, node)| class(node.owner));
    classes.extend(owners);
    for term in tree.terms().unwrap_or_default() {
        classes.extend((0..=term.path.len()).filter_map(|steps| tree.reached(&term.path[..steps])).map(class));
    }
    for name in &tree.filter.order_by {
        let steps: Vec<&str> = name.trim_start_matches('-').split('.').collect();
        let steps = &steps[..steps.len().saturating_sub(1)];
        classes.extend((0..=steps.len()).filter_map(|count| tree.reached(&steps[..count])).map(class));
    }
    classes
}

/// `def load(session): …`, which returns the roots.
pub(super) fn load(tree: &Tree<'_>) -> String {
    let options: Vec<String> = tree.nodes.iter().map(|node| option(node, 3)).collect();
    match (tree.mode, &tree.filter.pk) {
        (Mode::Get, Some(key)) => got(tree, key, &options),
        _ => selected(tree, &options),
    }
}

/// By `session.get`.
fn got(tree: &Tree<'_>, key: &Value, options: &[String]) -> String {
    let (root, name, columns) = (class(tree.root), snake(&tree.root.name), tree.key());
    let part = |column: Option<&&str>, part: &Value| value(tree.root, column.copied().unwrap_or_default(), part);
    let key = match key {
        Value::Array(parts) => {
            let parts: Vec<String> = parts.iter().zip(&columns).map(|(one, column)| part(Some(column), one)).collect();
            format!("({},)", parts.join(", "))
        }
        one @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
            part(columns.first(), one)
        }
    };
    let options = match options {
        [] => String::new(),
        several => format!("\n        options=[\n            {},\n        ],", several.join(",\n            ")),
    };
    format!(
        "def load(session: Session) -> list[{root}]:\n    {name} = session.get(\n        {root},\n        {key},{options}\n    )\n    \
         return [] if {name} is None else [{name}]\n"
    )
}

/// By a SELECT.
fn selected(tree: &Tree<'_>, options: &[String]) -> String {
    let (root, name) = (class(tree.root), snake(&tree.root.name));
    let mut lines = vec![format!("select({root})")];
    lines.extend(filtered(tree));
    if !options.is_empty() {
        lines.push(format!(".options(\n            {},\n        )", options.join(",\n            ")));
    }
    let unique = if needs_unique(&tree.nodes) { ".unique()" } else { "" };
    let fetched = match tree.mode {
        Mode::One => format!("    return [session.scalars(statement){unique}.one()]\n"),
        Mode::First => format!(
            "    {name} = session.scalars(statement){unique}.first()\n    return [] if {name} is None else [{name}]\n"
        ),
        Mode::List | Mode::Get | Mode::ExecuteOnly | Mode::Stream | Mode::StreamExecuteOnly | Mode::StreamDrop => {
            format!("    return list(session.scalars(statement){unique}.all())\n")
        }
    };
    format!(
        "def load(session: Session) -> list[{root}]:\n    statement = (\n        {}\n    )\n{fetched}",
        lines.join("\n        ")
    )
}

/// The name of what `load` returns.
pub(super) fn roots(tree: &Tree<'_>) -> String {
    plural(&snake(&tree.root.name))
}

/// Whether a collection is joined to the root, directly or through other joins.
fn needs_unique(nodes: &[Node<'_>]) -> bool {
    nodes.iter().any(|node| node.strategy.rides_along() && (node.is_collection || needs_unique(&node.nodes)))
}

fn option(node: &Node<'_>, depth: usize) -> String {
    let path = attribute(&class(node.owner), node.name);
    let call = match node.strategy {
        Strategy::Default => format!("defaultload({path})"),
        Strategy::Select => format!("lazyload({path})"),
        Strategy::Joined | Strategy::ContainsEager => format!("joinedload({path})"),
        Strategy::JoinedInner => format!("joinedload({path}, innerjoin=True)"),
        Strategy::JoinedInnerUnnested => format!("joinedload({path}, innerjoin=\"unnested\")"),
        Strategy::Selectin | Strategy::Bulk | Strategy::JsonAgg => format!("selectinload({path})"),
        Strategy::Subquery => format!("subqueryload({path})"),
        Strategy::Immediate => format!("immediateload({path})"),
        Strategy::Raise => format!("raiseload({path})"),
        Strategy::RaiseOnSql => format!("raiseload({path}, sql_only=True)"),
        Strategy::Noload => format!("noload({path})"),
    };
    if node.nodes.is_empty() {
        return call;
    }
    let (indent, end) = ("    ".repeat(depth + 1), "    ".repeat(depth));
    let below: Vec<String> = node.nodes.iter().map(|node| option(node, depth + 1)).collect();
    format!("{call}.options(\n{indent}{},\n{end})", below.join(&format!(",\n{indent}")))
}

/// `.join`, `.where`, `.distinct`, `.order_by`, `.limit` and `.offset`, in the order in which the program that was measured
/// says them.
fn filtered(tree: &Tree<'_>) -> Vec<String> {
    let filter = tree.filter;
    let mut lines = Vec::new();
    for dotted in &filter.join {
        lines.push(format!(".join({})", dotted_attribute(tree, dotted)));
    }
    for (column, one) in &filter.columns {
        lines.push(format!(".where({})", compared(tree.root, column, Operator::Equal, one)));
    }
    if let Some(key) = &filter.pk {
        lines.push(format!(".where({})", by_key(tree, key)));
    }
    for (dotted, operator, one) in &filter.conditions {
        let steps: Vec<&str> = dotted.split('.').collect();
        let (column, path) = steps.split_last().unwrap_or((&"", &[]));
        let entity = tree.reached(path).unwrap_or(tree.root);
        lines.push(format!(".where({})", compared(entity, column, *operator, one)));
    }
    for (dotted, operator, one) in &filter.has {
        let steps: Vec<&str> = dotted.split('.').collect();
        lines.push(format!(".where({})", exists(tree, tree.root, &steps, *operator, one)));
    }
    if filter.distinct {
        lines.push(".distinct()".to_owned());
    }
    for name in &filter.order_by {
        let column = dotted_attribute(tree, name.trim_start_matches('-'));
        let descending = if name.starts_with('-') { ".desc()" } else { "" };
        lines.push(format!(".order_by({column}{descending})"));
    }
    lines.extend(filter.limit.map(|limit| format!(".limit({limit})")));
    lines.extend(filter.offset.map(|offset| format!(".offset({offset})")));
    lines
}

fn dotted_attribute(tree: &Tree<'_>, dotted: &str) -> String {
    let steps: Vec<&str> = dotted.split('.').collect();
    let (name, path) = steps.split_last().unwrap_or((&"", &[]));
    attribute(&class(tree.reached(path).unwrap_or(tree.root)), name)
}

fn by_key(tree: &Tree<'_>, key: &Value) -> String {
    let (root, columns) = (class(tree.root), tree.key());
    match (key, columns.as_slice()) {
        (Value::Array(keys), [column]) => {
            format!("{}.in_({})", attribute(&root, column), value(tree.root, column, &Value::Array(keys.clone())))
        }
        (Value::Array(keys), several) if keys.first().is_some_and(Value::is_array) => {
            let names: Vec<String> = several.iter().map(|column| attribute(&root, column)).collect();
            let one = |key: &Value| {
                let parts = key.as_array().into_iter().flatten().zip(several);
                let parts: Vec<String> = parts.map(|(part, column)| value(tree.root, column, part)).collect();
                format!("({})", parts.join(", "))
            };
            let keys: Vec<String> = keys.iter().map(one).collect();
            format!("tuple_({}).in_([{}])", names.join(", "), keys.join(", "))
        }
        (Value::Array(parts), several) => {
            let terms =
                several.iter().zip(parts).map(|(column, part)| compared(tree.root, column, Operator::Equal, part));
            terms.collect::<Vec<_>>().join(", ")
        }
        (one, several) => compared(tree.root, several.first().copied().unwrap_or_default(), Operator::Equal, one),
    }
}

fn compared(entity: &EntityDocument, column: &str, operator: Operator, one: &Value) -> String {
    let (left, right) = (attribute(&class(entity), column), value(entity, column, one));
    match operator {
        Operator::Equal => format!("{left} == {right}"),
        Operator::NotEqual => format!("{left} != {right}"),
        Operator::Less => format!("{left} < {right}"),
        Operator::LessOrEqual => format!("{left} <= {right}"),
        Operator::Greater => format!("{left} > {right}"),
        Operator::GreaterOrEqual => format!("{left} >= {right}"),
        Operator::Like => format!("{left}.like({right})"),
        Operator::In => format!("{left}.in_({right})"),
        Operator::Is => format!("{left}.is_({right})"),
    }
}

fn exists(tree: &Tree<'_>, entity: &EntityDocument, steps: &[&str], operator: Operator, one: &Value) -> String {
    match steps {
        [] => String::new(),
        [column] => compared(entity, column, operator, one),
        [step, rest @ ..] => {
            let found = entity.relationships.iter().find(|relationship| relationship.name == *step);
            let target = found.and_then(|found| tree.mapping.entities.iter().find(|one| one.name == found.target));
            let verb = if Tree::is_collection(entity, step) { "any" } else { "has" };
            let inner = target.map_or_else(String::new, |target| exists(tree, target, rest, operator, one));
            format!("{}.{verb}({inner})", attribute(&class(entity), step))
        }
    }
}
