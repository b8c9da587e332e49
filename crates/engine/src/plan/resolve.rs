//! From a plan's file to a program: every path is looked up in the mapping, and a wrong one is named.

use super::document::{AsyncWalk, BulkForm, BulkKeys, Mode, NodeDocument, PlanDocument, SessionKind, Strategy};
use super::{Between, Filter, Node, NodeId, Program, RootPlan, WalkIo};
use crate::graph::Places;
use crate::mapping::check::listed;
use crate::mapping::{ColumnId, EntityId, Mapping, RelationshipId};
use crate::sql::Dialect;
use std::sync::Arc;
use thiserror::Error;

/// Relationships and roots of one plan. Statements nest as deep as a plan names relationships below or beside each other,
/// and no database takes that many in one.
const MOST_NODES: usize = 1_000;

/// What is wrong with a plan, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// The root is not in the mapping.
    #[error("the plan's root `{root}` is not in the mapping; it has {known}")]
    UnknownRoot {
        /// The missing class.
        root: String,
        /// The classes there are.
        known: String,
    },
    /// A relationship is not in the mapping.
    #[error("`{entity}` has no relationship `{name}` (in {place}); it has {known}")]
    UnknownRelationship {
        /// The class.
        entity: String,
        /// The missing relationship.
        name: String,
        /// Which part of the plan.
        place: String,
        /// The relationships there are.
        known: String,
    },
    /// A column is not in the mapping.
    #[error("`{entity}` has no column `{name}` (in {place}); it has {known}")]
    UnknownColumn {
        /// The class.
        entity: String,
        /// The missing column.
        name: String,
        /// Which part of the plan.
        place: String,
        /// The columns there are.
        known: String,
    },
    /// More relationships than anybody means.
    #[error("the plan names more than {MOST_NODES} relationships; split it into several")]
    TooManyRelationships,
    /// One relationship named twice beside itself.
    #[error("the plan names `{0}` twice; keep one of the two")]
    NamedTwice(String),
    /// A filter that cannot be used.
    #[error("{0}")]
    Filter(String),
}

pub(crate) fn unknown_relationship(mapping: &Mapping, entity: EntityId, name: &str, place: &str) -> PlanError {
    let entity = mapping.entity(entity);
    PlanError::UnknownRelationship {
        entity: entity.name.to_string(),
        name: name.to_owned(),
        place: place.to_owned(),
        known: listed(entity.relationships.iter().map(|one| &*one.name)),
    }
}

pub(crate) fn unknown_column(mapping: &Mapping, entity: EntityId, name: &str, place: &str) -> PlanError {
    let entity = mapping.entity(entity);
    PlanError::UnknownColumn {
        entity: entity.name.to_string(),
        name: name.to_owned(),
        place: place.to_owned(),
        known: listed(entity.columns.iter().map(|column| &*column.name)),
    }
}

impl Program {
    /// Holds a plan against a mapping.
    pub fn resolve(mapping: Arc<Mapping>, plan: &PlanDocument, dialect: Dialect) -> Result<Program, PlanError> {
        let mut nodes = Vec::new();
        let before = plan.before.iter().map(|one| root_plan(&mapping, &mut nodes, one)).collect::<Result<_, _>>()?;
        let main = root_plan(&mapping, &mut nodes, plan)?;
        let direct = plan.session == SessionKind::Async && plan.async_walk == AsyncWalk::Direct;
        let walk_io = match (plan.close_before_walk, direct) {
            (true, _) => WalkIo::Detached,
            (false, true) => WalkIo::MissingGreenlet,
            (false, false) => WalkIo::Allowed,
        };
        let between = Between {
            commit: plan.commit_before_walk,
            expire: plan.commit_before_walk && plan.expire_on_commit,
            close: plan.close_before_walk,
        };
        let asynchronous = plan.session == SessionKind::Async;
        let named = nodes.iter().filter_map(|node| node.relationship);
        let places = Arc::new(Places::of(&mapping, named));
        Ok(Program {
            asynchronous,
            mapping,
            dialect,
            nodes,
            places,
            before,
            hold: plan.hold,
            main,
            between,
            walk_io,
            walks: true,
        })
    }
}

fn root_plan(mapping: &Mapping, nodes: &mut Vec<Node>, plan: &PlanDocument) -> Result<RootPlan, PlanError> {
    let Some(entity) = mapping.find(&plan.root) else {
        return Err(PlanError::UnknownRoot {
            root: plan.root.clone(),
            known: listed(mapping.entities().map(|(_, entity)| &*entity.name)),
        });
    };
    room(nodes)?;
    let filter = Filter::check(mapping, entity, &plan.filter)?;
    if plan.mode == Mode::Get && plan.filter.pk.as_ref().is_none_or(|pk| pk.is_null()) {
        return Err(PlanError::Filter("mode `get` wants the primary key as `filter.pk`".to_owned()));
    }
    if plan.yield_per == Some(0) {
        return Err(PlanError::Filter("`yield_per` must be at least 1".to_owned()));
    }
    let root = Node {
        parent: None,
        relationship: None,
        entity,
        strategy: Strategy::Default,
        accessed: true,
        columns: load_only(mapping, entity, plan.columns.as_deref(), &plan.root)?,
        chunk: None,
        recursion: None,
        bulk: (BulkForm::In, BulkKeys::Distinct),
        children: Vec::new(),
        declared: Vec::new(),
        path: plan.root.as_str().into(),
        otherwise: otherwise(plan.wildcard)?,
        depth: 0,
        unrolled: false,
        again: None,
        reads_below: false,
    };
    let node = push(nodes, root);
    let context = Context { mapping, joins: &plan.filter.join, otherwise: nodes[node.0 as usize].otherwise };
    add_children(&context, nodes, node, &plan.relationships)?;
    let sync = plan.session == SessionKind::Sync;
    let streams = matches!(plan.mode, Mode::Stream | Mode::StreamExecuteOnly);
    let repeats_roots = joins_collection(mapping, nodes, node);
    Ok(RootPlan {
        node,
        mode: plan.mode,
        filter,
        repeats_roots,
        unique: plan.unique,
        // An async session buffers, and `session.get` has no rows to batch.
        batch: plan.yield_per.filter(|_| plan.mode != Mode::Get && (sync || streams)),
        async_batches: plan.yield_per.is_some() && !sync && !streams && plan.mode != Mode::Get,
        needs_all_rows: repeats_roots || loads_by_subquery(nodes, node),
        buffered: !sync && !streams,
    })
}

/// The strategy of relationships that the plan leaves open.
fn otherwise(wildcard: Option<Strategy>) -> Result<Strategy, PlanError> {
    match wildcard {
        None | Some(Strategy::Default | Strategy::Select) => Ok(Strategy::Default),
        Some(strategy @ (Strategy::Raise | Strategy::RaiseOnSql | Strategy::Noload)) => Ok(strategy),
        Some(
            strategy @ (Strategy::Joined
            | Strategy::JoinedInner
            | Strategy::JoinedInnerUnnested
            | Strategy::Selectin
            | Strategy::Subquery
            | Strategy::Immediate
            | Strategy::ContainsEager
            | Strategy::Bulk
            | Strategy::JsonAgg),
        ) => Err(PlanError::Filter(format!(
            "`wildcard` may be `select`, `raise`, `raise_on_sql` or `noload`, not `{}`; name the relationships instead",
            strategy.name()
        ))),
    }
}

/// The columns of a `load_only`: always with the primary key, and in table order.
fn load_only(
    mapping: &Mapping,
    entity: EntityId,
    names: Option<&[String]>,
    path: &str,
) -> Result<Option<Box<[ColumnId]>>, PlanError> {
    // An empty list says nothing.
    let Some(names) = names.filter(|names| !names.is_empty()) else { return Ok(None) };
    let of = mapping.entity(entity);
    let mut columns = of.primary_key.clone();
    for name in names {
        let place = format!("`columns` on `{path}`");
        columns.push(of.find_column(name).ok_or_else(|| unknown_column(mapping, entity, name, &place))?);
    }
    columns.sort_unstable();
    columns.dedup();
    Ok((columns.len() < of.columns.len()).then(|| columns.into()))
}

/// What holds for every node of one plan.
struct Context<'a> {
    mapping: &'a Mapping,
    /// Relationships joined explicitly, as dotted paths from the root.
    joins: &'a [String],
    /// The strategy of what the plan leaves open.
    otherwise: Strategy,
}

/// Whether a plan may have another node.
fn room(nodes: &[Node]) -> Result<(), PlanError> {
    if nodes.len() < MOST_NODES { Ok(()) } else { Err(PlanError::TooManyRelationships) }
}

fn push(nodes: &mut Vec<Node>, node: Node) -> NodeId {
    nodes.push(node);
    NodeId(nodes.len() as u32 - 1)
}

fn add_children(
    context: &Context<'_>,
    nodes: &mut Vec<Node>,
    parent: NodeId,
    documents: &[NodeDocument],
) -> Result<(), PlanError> {
    let mapping = context.mapping;
    let (owner, path, depth) = {
        let node = &nodes[parent.0 as usize];
        (node.entity, node.path.clone(), node.depth)
    };
    for document in documents {
        room(nodes)?;
        let Some(relationship) = mapping.entity(owner).find_relationship(&document.name) else {
            return Err(unknown_relationship(mapping, owner, &document.name, &format!("`{path}`")));
        };
        let path: Arc<str> = format!("{path}.{}", document.name).into();
        let known = &nodes[parent.0 as usize].children;
        if known.iter().any(|other| nodes[other.0 as usize].path == path) {
            return Err(PlanError::NamedTwice(path.to_string()));
        }
        let target = mapping.relationship(owner, relationship).target;
        let node = Node {
            parent: Some(parent),
            relationship: Some((owner, relationship)),
            entity: target,
            strategy: document.strategy,
            accessed: document.accessed,
            columns: load_only(mapping, target, document.columns.as_deref(), &path)?,
            chunk: document.chunksize.map(|chunk| chunk as usize),
            recursion: document.recursion_depth,
            bulk: (document.form, document.keys),
            children: Vec::new(),
            declared: Vec::new(),
            path,
            otherwise: context.otherwise,
            depth: depth + 1,
            unrolled: false,
            again: None,
            reads_below: false,
        };
        check_node(context, nodes, parent, &node)?;
        let child = push(nodes, node);
        add_children(context, nodes, child, &document.relationships)?;
        unroll(nodes, child);
        nodes[parent.0 as usize].children.push(child);
    }
    let children = nodes[parent.0 as usize].children.clone();
    let reads_below = children.iter().any(|child| nodes[child.0 as usize].accessed);
    let mut declared = children;
    declared.sort_by_key(|child| nodes[child.0 as usize].relationship);
    let node = &mut nodes[parent.0 as usize];
    node.declared = declared;
    node.reads_below = reads_below;
    Ok(())
}

/// Whether a node's options fit its strategy and its place.
fn check_node(context: &Context<'_>, nodes: &[Node], parent: NodeId, node: &Node) -> Result<(), PlanError> {
    let path = &node.path;
    let wrong = |text: String| Err(PlanError::Filter(text));
    if node.chunk == Some(0) {
        return wrong(format!("`chunksize` on `{path}` must be at least 1"));
    }
    if node.recursion.is_some() {
        if node.relationship.is_none_or(|(owner, _)| owner != node.entity) {
            return wrong(format!("`recursion_depth` on `{path}` wants a relationship of a class to itself"));
        }
        if !matches!(node.strategy, Strategy::Selectin | Strategy::Immediate) {
            return wrong(format!("`recursion_depth` on `{path}` wants the strategy `selectin` or `immediate`"));
        }
    }
    if let Some((_, relationship)) = node.relationship
        && repeats_above(nodes, parent, relationship)
        && node.strategy != Strategy::Default
    {
        return wrong(format!("`{path}` is loaded by the `recursion_depth` above it; leave its own strategy out"));
    }
    if node.strategy == Strategy::ContainsEager {
        let above = &nodes[parent.0 as usize];
        let from_root = above.parent.is_none() || above.strategy == Strategy::ContainsEager;
        let dotted = path.split_once('.').map_or("", |(_, dotted)| dotted);
        if !from_root || !context.joins.iter().any(|join| join == dotted) {
            return wrong(format!("`contains_eager` on `{path}` wants `{dotted}` in the filter's `join`"));
        }
    }
    Ok(())
}

/// Whether the node above loads this relationship recursively.
fn repeats_above(nodes: &[Node], above: NodeId, relationship: RelationshipId) -> bool {
    let above = &nodes[above.0 as usize];
    above.recursion.is_some() && above.relationship.is_some_and(|(_, id)| id == relationship)
}

/// Below a recursive load the plan goes on with the same, without the other options of the first: for `immediate` always,
/// for `selectin` where an object is read again.
fn unroll(nodes: &mut Vec<Node>, id: NodeId) {
    let node = nodes[id.0 as usize].clone();
    if node.recursion.is_none_or(|depth| depth == 0) {
        return;
    }
    let named = node.children.iter().copied().find(|child| nodes[child.0 as usize].relationship == node.relationship);
    if let Some(named) = named.filter(|_| node.strategy == Strategy::Immediate) {
        let below = &mut nodes[named.0 as usize];
        (below.strategy, below.recursion, below.unrolled) = (Strategy::Immediate, node.recursion, true);
        return;
    }
    let named = named.map(|named| nodes[named.0 as usize].clone());
    let name = node.path.rsplit('.').next().unwrap_or_default();
    let below = Node {
        parent: Some(id),
        accessed: false,
        columns: named.as_ref().and_then(|named| named.columns.clone()),
        children: named.as_ref().map(|named| named.children.clone()).unwrap_or_default(),
        declared: named.map(|named| named.declared).unwrap_or_default(),
        path: format!("{}.{name}", node.path).into(),
        unrolled: true,
        depth: node.depth + 1,
        reads_below: false,
        ..node
    };
    let below = push(nodes, below);
    let node = &mut nodes[id.0 as usize];
    if node.strategy == Strategy::Immediate {
        node.children.push(below);
        node.declared.push(below);
    } else {
        node.again = Some(below);
    }
}

/// Whether a collection in the root statement is reached through joins only.
fn joins_collection(mapping: &Mapping, nodes: &[Node], parent: NodeId) -> bool {
    nodes[parent.0 as usize].children.iter().any(|child| {
        let node = &nodes[child.0 as usize];
        let collection =
            node.relationship.is_some_and(|(owner, id)| mapping.relationship(owner, id).kind.is_collection());
        node.strategy.rides_along() && (collection || joins_collection(mapping, nodes, *child))
    })
}

/// Whether the root statement has a subquery load.
fn loads_by_subquery(nodes: &[Node], parent: NodeId) -> bool {
    nodes[parent.0 as usize].children.iter().any(|child| {
        let strategy = nodes[child.0 as usize].strategy;
        strategy == Strategy::Subquery || (strategy.rides_along() && loads_by_subquery(nodes, *child))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn resolve(plan: Value) -> Result<Program, PlanError> {
        let mapping = json!({"name": "one", "entities": [
            {"name": "Task", "table": "tasks",
             "columns": [{"name": "id", "type": "integer", "pk": true}, {"name": "above_id", "type": "integer"}],
             "relationships": [
                {"name": "above", "kind": "many_to_one", "target": "Task", "pairs": [["above_id", "id"]]}]}]});
        let mapping = Arc::new(Mapping::check(&serde_json::from_value(mapping).unwrap()).unwrap());
        Program::resolve(mapping, &serde_json::from_value(plan).unwrap(), Dialect::Sqlite)
    }

    #[test]
    fn a_plan_has_an_end() {
        let before = |times| vec![json!({"root": "Task", "relationships": [{"name": "above"}]}); times];
        resolve(json!({"root": "Task", "before": before(499)})).unwrap();
        let error = resolve(json!({"root": "Task", "before": before(500)})).unwrap_err();
        assert_eq!(error.to_string(), "the plan names more than 1000 relationships; split it into several");
    }

    #[test]
    fn a_dotted_path_has_an_end() {
        let has = |steps| json!({"root": "Task", "filter": {"has": [["above.".repeat(steps) + "id", "==", 1]]}});
        resolve(has(64)).unwrap();
        let error = resolve(has(65)).unwrap_err().to_string();
        assert!(error.ends_with("goes through more than 64 relationships; shorten it"), "{error}");
        let error = resolve(has(100_000)).unwrap_err().to_string();
        assert!(error.len() < 200, "{} bytes", error.len());
    }

    #[test]
    fn explicit_joins_have_an_end() {
        let join = |times| json!({"root": "Task", "filter": {"join": vec!["above"; times]}});
        resolve(join(64)).unwrap();
        let error = resolve(join(65)).unwrap_err();
        assert_eq!(error.to_string(), "the filter's `join` names 65 relationships; a statement joins at most 64");
    }
}
