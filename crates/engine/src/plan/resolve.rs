//! From a plan's file to a program: every path is looked up in the mapping, and a wrong one is named.

use super::document::{AsyncWalk, Mode, NodeDocument, PlanDocument, SessionKind, Strategy};
use super::{Filter, Node, NodeId, Program, RootPlan, WalkIo};
use crate::mapping::check::listed;
use crate::mapping::{EntityId, Mapping};
use std::sync::Arc;
use thiserror::Error;

/// Keys per IN list of a selectin load, where the plan does not say.
const CHUNK: usize = 500;

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
    /// One relationship named twice beside itself.
    #[error("the plan names `{0}` twice; keep one of the two")]
    NamedTwice(String),
    /// A filter that cannot be used.
    #[error("{0}")]
    Filter(String),
    /// Something plan files can say and this version cannot run.
    #[error("{0} is not supported by this version; leave it out of the plan")]
    Unsupported(String),
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
    pub fn resolve(mapping: Arc<Mapping>, plan: &PlanDocument) -> Result<Program, PlanError> {
        let mut nodes = Vec::new();
        let before = plan.before.iter().map(|one| root_plan(&mapping, &mut nodes, one)).collect::<Result<_, _>>()?;
        let main = root_plan(&mapping, &mut nodes, plan)?;
        let direct = plan.session == SessionKind::Async && plan.async_walk == AsyncWalk::Direct;
        let walk_io = match (plan.close_before_walk, direct) {
            (true, _) => WalkIo::Detached,
            (false, true) => WalkIo::MissingGreenlet,
            (false, false) => WalkIo::Allowed,
        };
        Ok(Program { mapping, nodes, before, hold: plan.hold, main, walk_io })
    }
}

fn root_plan(mapping: &Mapping, nodes: &mut Vec<Node>, plan: &PlanDocument) -> Result<RootPlan, PlanError> {
    refuse(plan)?;
    let Some(entity) = mapping.find(&plan.root) else {
        return Err(PlanError::UnknownRoot {
            root: plan.root.clone(),
            known: listed(mapping.entities().map(|(_, entity)| &*entity.name)),
        });
    };
    let filter = Filter::check(mapping, entity, &plan.filter)?;
    if plan.mode == Mode::Get && plan.filter.pk.as_ref().is_none_or(|pk| pk.is_null()) {
        return Err(PlanError::Filter("mode `get` wants the primary key as `filter.pk`".to_owned()));
    }
    let root = Node {
        parent: None,
        relationship: None,
        entity,
        strategy: Strategy::Default,
        accessed: true,
        chunk: CHUNK,
        children: Vec::new(),
        declared: Vec::new(),
        path: plan.root.as_str().into(),
        depth: 0,
        reads_below: false,
    };
    let node = push(nodes, root);
    add_children(mapping, nodes, node, &plan.relationships)?;
    let lacks_unique = !plan.unique && joins_collection(mapping, nodes, node);
    Ok(RootPlan { node, mode: plan.mode, filter, lacks_unique, buffered: plan.session == SessionKind::Async })
}

/// What plan files can say and this version cannot run is refused rather than ignored.
fn refuse(plan: &PlanDocument) -> Result<(), PlanError> {
    let said = [
        (plan.columns.is_some(), "`columns` (load_only)"),
        (plan.wildcard.is_some(), "`wildcard`"),
        (plan.yield_per.is_some(), "`yield_per`"),
        (plan.commit_before_walk, "`commit_before_walk`"),
        (plan.mode == Mode::Stream, "mode `stream`"),
        (plan.mode == Mode::StreamExecuteOnly, "mode `stream_execute_only`"),
        (plan.mode == Mode::StreamDrop, "mode `stream_drop`"),
    ];
    match said.iter().find(|(is_said, _)| *is_said) {
        Some((_, what)) => Err(PlanError::Unsupported((*what).to_owned())),
        None => Ok(()),
    }
}

fn refuse_node(path: &str, node: &NodeDocument) -> Result<(), PlanError> {
    let unsupported = |what: &str| Err(PlanError::Unsupported(format!("{what} on `{path}`")));
    if node.columns.is_some() {
        return unsupported("`columns` (load_only)");
    }
    if node.recursion_depth.is_some() {
        return unsupported("`recursion_depth`");
    }
    match node.strategy {
        Strategy::ContainsEager | Strategy::Bulk | Strategy::JsonAgg => {
            unsupported(&format!("strategy `{}`", node.strategy.name()))
        }
        Strategy::Default
        | Strategy::Select
        | Strategy::Joined
        | Strategy::JoinedInner
        | Strategy::JoinedInnerUnnested
        | Strategy::Selectin
        | Strategy::Subquery
        | Strategy::Immediate
        | Strategy::Raise
        | Strategy::RaiseOnSql
        | Strategy::Noload => Ok(()),
    }
}

fn push(nodes: &mut Vec<Node>, node: Node) -> NodeId {
    nodes.push(node);
    NodeId(nodes.len() as u32 - 1)
}

fn add_children(
    mapping: &Mapping,
    nodes: &mut Vec<Node>,
    parent: NodeId,
    documents: &[NodeDocument],
) -> Result<(), PlanError> {
    let (owner, path, depth) = {
        let node = &nodes[parent.0 as usize];
        (node.entity, node.path.clone(), node.depth)
    };
    for document in documents {
        let Some(relationship) = mapping.entity(owner).find_relationship(&document.name) else {
            return Err(unknown_relationship(mapping, owner, &document.name, &format!("`{path}`")));
        };
        let path: Arc<str> = format!("{path}.{}", document.name).into();
        refuse_node(&path, document)?;
        let known = &nodes[parent.0 as usize].children;
        if known.iter().any(|other| nodes[other.0 as usize].path == path) {
            return Err(PlanError::NamedTwice(path.to_string()));
        }
        let chunk = document.chunksize.map_or(CHUNK, |chunk| chunk as usize);
        if chunk == 0 {
            return Err(PlanError::Filter(format!("`chunksize` on `{path}` must be at least 1")));
        }
        let child = push(
            nodes,
            Node {
                parent: Some(parent),
                relationship: Some((owner, relationship)),
                entity: mapping.relationship(owner, relationship).target,
                strategy: document.strategy,
                accessed: document.accessed,
                chunk,
                children: Vec::new(),
                declared: Vec::new(),
                path,
                depth: depth + 1,
                reads_below: false,
            },
        );
        add_children(mapping, nodes, child, &document.relationships)?;
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

/// Whether a joined collection is reached through joined loads only.
fn joins_collection(mapping: &Mapping, nodes: &[Node], parent: NodeId) -> bool {
    nodes[parent.0 as usize].children.iter().any(|child| {
        let node = &nodes[child.0 as usize];
        let collection =
            node.relationship.is_some_and(|(owner, id)| mapping.relationship(owner, id).kind.is_collection());
        node.strategy.is_joined() && (collection || joins_collection(mapping, nodes, *child))
    })
}
