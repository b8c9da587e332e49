//! An endpoint with the strategies of a variant, and what the mapping says of every name in it.

use super::CodeError;
use fetchscope_engine::mapping::document::{EntityDocument, MappingDocument, RelationshipDocument};
use fetchscope_engine::plan::document::{FilterDocument, Mode, Operator, Strategy};
use fetchscope_engine::plan::endpoint::{Endpoint, ReadNode};
use fetchscope_experiment::spec::Variant;
use serde_json::Value;

/// An endpoint as code has to say it.
pub(super) struct Tree<'a> {
    pub(super) mapping: &'a MappingDocument,
    pub(super) name: Option<&'a str>,
    pub(super) root: &'a EntityDocument,
    pub(super) mode: Mode,
    pub(super) filter: &'a FilterDocument,
    pub(super) nodes: Vec<Node<'a>>,
}

/// A relationship with its strategy.
pub(super) struct Node<'a> {
    pub(super) name: &'a str,
    pub(super) owner: &'a EntityDocument,
    pub(super) target: &'a EntityDocument,
    pub(super) is_collection: bool,
    pub(super) strategy: Strategy,
    pub(super) accessed: bool,
    pub(super) nodes: Vec<Node<'a>>,
}

/// A term of a filter: a path of relationships, a column at its end, and what it is compared with.
pub(super) struct Term<'a> {
    pub(super) path: Vec<&'a str>,
    pub(super) column: &'a str,
    pub(super) operator: Operator,
    pub(super) value: Value,
}

impl<'a> Tree<'a> {
    pub(super) fn of(
        endpoint: &'a Endpoint,
        variant: &Variant,
        mapping: &'a MappingDocument,
    ) -> Result<Tree<'a>, CodeError> {
        let root = entity(mapping, &endpoint.root)?;
        let nodes = nodes(mapping, root, &endpoint.relationships, "", variant)?;
        let Endpoint { name, mode, filter, .. } = endpoint;
        Ok(Tree { mapping, name: name.as_deref(), root, mode: *mode, filter, nodes })
    }

    /// Whether SQLAlchemy has an option for every strategy.
    pub(super) fn is_sqlalchemy(&self) -> bool {
        fn all(nodes: &[Node<'_>]) -> bool {
            nodes.iter().all(|node| node.strategy.is_sqlalchemy() && all(&node.nodes))
        }
        all(&self.nodes)
    }

    /// Every relationship with its dotted path, parents first.
    pub(super) fn paths(&self) -> Vec<(String, &Node<'a>)> {
        fn visit<'t, 'a>(nodes: &'t [Node<'a>], prefix: &str, found: &mut Vec<(String, &'t Node<'a>)>) {
            for node in nodes {
                let path = if prefix.is_empty() { node.name.to_owned() } else { format!("{prefix}.{}", node.name) };
                found.push((path.clone(), node));
                visit(&node.nodes, &path, found);
            }
        }
        let mut found = Vec::new();
        visit(&self.nodes, "", &mut found);
        found
    }

    /// Paths whose strategy is one of these.
    pub(super) fn paths_with(&self, wanted: fn(Strategy) -> bool) -> Vec<String> {
        self.paths().into_iter().filter(|(_, node)| wanted(node.strategy)).map(|(path, _)| path).collect()
    }

    /// Key columns of the root.
    pub(super) fn key(&self) -> Vec<&'a str> {
        self.root.columns.iter().filter(|column| column.pk).map(|column| column.name.as_str()).collect()
    }

    /// Every comparison of the filter as a path and a column; `None` for a list of composite keys, which few can say.
    pub(super) fn terms(&self) -> Option<Vec<Term<'a>>> {
        let filter = self.filter;
        let mut terms: Vec<Term<'a>> = Vec::new();
        let equal =
            |column, value: &Value| Term { path: Vec::new(), column, operator: Operator::Equal, value: value.clone() };
        terms.extend(filter.columns.iter().map(|(column, value)| equal(column.as_str(), value)));
        match (&filter.pk, self.key().as_slice()) {
            (None, _) => {}
            (Some(keys @ Value::Array(_)), [column]) => {
                terms.push(Term { path: Vec::new(), column, operator: Operator::In, value: keys.clone() });
            }
            (Some(value), [column]) => terms.push(equal(column, value)),
            (Some(Value::Array(values)), columns)
                if values.len() == columns.len() && !values.iter().any(Value::is_array) =>
            {
                terms.extend(columns.iter().zip(values).map(|(column, value)| equal(column, value)));
            }
            (Some(_), _) => return None,
        }
        for (dotted, operator, value) in filter.conditions.iter().chain(&filter.has) {
            let mut path: Vec<&str> = dotted.split('.').collect();
            let column = path.pop()?;
            terms.push(Term { path, column, operator: *operator, value: value.clone() });
        }
        Some(terms)
    }

    /// The class at the end of a path from the root.
    pub(super) fn reached(&self, path: &[&str]) -> Option<&'a EntityDocument> {
        path.iter().try_fold(self.root, |at, step| {
            let found = at.relationships.iter().find(|one| one.name == **step)?;
            self.mapping.entities.iter().find(|one| one.name == found.target)
        })
    }

    /// Whether a relationship of a class is a collection.
    pub(super) fn is_collection(entity: &EntityDocument, name: &str) -> bool {
        entity.relationships.iter().any(|one| one.name == name && one.kind.is_collection())
    }
}

fn nodes<'a>(
    mapping: &'a MappingDocument,
    owner: &'a EntityDocument,
    reads: &'a [ReadNode],
    prefix: &str,
    variant: &Variant,
) -> Result<Vec<Node<'a>>, CodeError> {
    let one = |read: &'a ReadNode| {
        let path = if prefix.is_empty() { read.name.clone() } else { format!("{prefix}.{}", read.name) };
        let found: Option<&RelationshipDocument> = owner.relationships.iter().find(|one| one.name == read.name);
        let missing = || CodeError::Missing(format!("relationship `{}` of `{}`", read.name, owner.name));
        let relationship = found.ok_or_else(missing)?;
        let target = entity(mapping, &relationship.target)?;
        Ok(Node {
            name: &read.name,
            owner,
            target,
            is_collection: relationship.kind.is_collection(),
            strategy: variant.strategies.get(&path).copied().unwrap_or(Strategy::Select),
            accessed: read.accessed,
            nodes: nodes(mapping, target, &read.relationships, &path, variant)?,
        })
    };
    reads.iter().map(one).collect()
}

fn entity<'a>(mapping: &'a MappingDocument, name: &str) -> Result<&'a EntityDocument, CodeError> {
    let found = mapping.entities.iter().find(|one| one.name == name);
    found.ok_or_else(|| CodeError::Missing(format!("class `{name}`")))
}

/// `user_roles` as `userRoles`.
pub(super) fn camel(name: &str) -> String {
    let upper = pascal(name);
    let mut letters = upper.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// `user_roles` as `UserRoles`.
pub(super) fn pascal(name: &str) -> String {
    let parts = name.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let mut letters = part.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect::<String>())
        })
        .collect()
}

/// `OrderLine` as `order_line`.
pub(super) fn snake(name: &str) -> String {
    let mut snake = String::new();
    let mut after_small = false;
    for letter in name.chars() {
        if letter.is_alphanumeric() {
            if letter.is_uppercase() && after_small {
                snake.push('_');
            }
            after_small = !letter.is_uppercase();
            snake.extend(letter.to_lowercase());
        } else if !snake.ends_with('_') {
            snake.push('_');
            after_small = false;
        }
    }
    snake
}

/// A word for several of a class, near enough for a variable.
pub(super) fn plural(name: &str) -> String {
    match name {
        word if word.ends_with('y') && !word.ends_with("ey") => format!("{}ies", word.trim_end_matches('y')),
        word if word.ends_with('s') => word.to_owned(),
        word => format!("{word}s"),
    }
}

/// `organization` and `organization.tenant` as `` `organization`, `organization.tenant` ``.
pub(super) fn listed(paths: &[String]) -> String {
    paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ")
}
