//! A test that holds the number of queries: SQLAlchemy's code again, and the reading of a response, counted.

use super::Expected;
use super::python::{attribute, modules, text};
use super::sqlalchemy::{imports, load, notes, roots};
use super::tree::{Node, Tree, snake};
use fetchscope_engine::plan::document::Strategy;

pub(super) fn write(tree: &Tree<'_>, variant: &str, expected: Option<&Expected>) -> (String, Vec<String>) {
    let (load, read) = (load(tree), read(tree));
    let mut code = format!("{}\n\n", text(&about(tree, variant, expected)).replacen('"', "\"\"\"", 1));
    // A docstring ends as it begins.
    code = code.trim_end().trim_end_matches('"').to_owned() + "\"\"\"\n\n";
    for module in modules(&load) {
        code.push_str(&format!("import {module}\n"));
    }
    let imported = imports(tree, &load);
    let imported = match imported.split_once("from sqlalchemy import ") {
        Some((before, after)) => format!("{before}from sqlalchemy import event, {after}"),
        None => format!("from sqlalchemy import event\n{imported}"),
    };
    let queries = expected.map_or_else(
        || "...  # what `fetchscope code` predicts with the data at hand".to_owned(),
        |one| one.queries.to_string(),
    );
    let test = snake(tree.name.unwrap_or(&tree.root.name));
    code.push_str(&imported);
    code.push_str(&format!("\nQUERIES = {queries}\n\n\n{load}\n\n{read}\n\n"));
    code.push_str(&format!(
        "def test_queries_of_{test}(session: Session):\n    statements = []\n    engine = session.get_bind()\n\n    \
         @event.listens_for(engine, \"before_cursor_execute\")\n    \
         def record(connection, cursor, statement, parameters, context, executemany):\n        \
         statements.append(statement)\n\n    \
         session.expunge_all()\n    \
         try:\n        read(load(session))\n    \
         finally:\n        event.remove(engine, \"before_cursor_execute\", record)\n    \
         assert len(statements) == QUERIES, \"\\n\\n\".join(statements)\n"
    ));
    (code, of_data(tree, notes(tree)))
}

fn about(tree: &Tree<'_>, variant: &str, expected: Option<&Expected>) -> String {
    let data = expected.map_or_else(String::new, |one| format!(" on {}", one.data));
    format!("The queries of {}, loaded as {variant}{data}.", tree.name.unwrap_or(&tree.root.name))
}

/// What makes the number depend on the data.
fn of_data(tree: &Tree<'_>, mut notes: Vec<String>) -> Vec<String> {
    let depends = |strategy: Strategy| matches!(strategy, Strategy::Default | Strategy::Select | Strategy::Immediate);
    if tree.paths().iter().any(|(_, node)| depends(node.strategy) && node.accessed) {
        notes.push(
            "The number depends on the data: a lazy relationship takes a statement for every distinct object that is not \
             loaded yet."
                .to_owned(),
        );
    }
    notes.push("It wants a fixture `session`: a Session on a database that has the data.".to_owned());
    notes
}

/// `def read(users): …`: every relationship that the response reads, depth first.
fn read(tree: &Tree<'_>) -> String {
    let (all, one) = (roots(tree), snake(&tree.root.name));
    let one = if one == all { format!("one_{one}") } else { one };
    let mut lines = vec![format!("def read({all}):"), format!("    for {one} in {all}:")];
    let before = lines.len();
    reads(&tree.nodes, &one, &[&all, &one], &mut lines);
    if lines.len() == before {
        lines.push("        pass".to_owned());
    }
    lines.join("\n") + "\n"
}

/// `taken` are the names of what stands around it, the innermost last: none of them is hidden, since its owner is read on.
fn reads(nodes: &[Node<'_>], owner: &str, taken: &[&str], lines: &mut Vec<String>) {
    let indent = "    ".repeat(taken.len());
    for node in nodes.iter().filter(|node| node.accessed) {
        let path = attribute(owner, node.name);
        let below = node.nodes.iter().any(|node| node.accessed);
        let name = fresh(&snake(if node.is_collection { &node.target.name } else { node.name }), taken);
        let inside: Vec<&str> = taken.iter().copied().chain([name.as_str()]).collect();
        match (node.is_collection, below) {
            (true, false) => lines.push(format!("{indent}list({path})")),
            (true, true) => lines.push(format!("{indent}for {name} in {path}:")),
            (false, false) => lines.push(format!("{indent}{path}")),
            (false, true) => {
                lines.extend([format!("{indent}{name} = {path}"), format!("{indent}if {name} is not None:")])
            }
        }
        reads(&node.nodes, &name, &inside, lines);
    }
}

/// The name, with a number where something around it is called so.
fn fresh(name: &str, taken: &[&str]) -> String {
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken.contains(&name.as_str())).unwrap_or_default()
}
