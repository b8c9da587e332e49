//! Plans: an endpoint with a strategy on every relationship path.

pub mod document;
pub mod endpoint;
mod filter;
pub mod resolve;

use crate::graph::Places;
use crate::mapping::{ColumnId, EntityId, Mapping, Relationship, RelationshipId};
use document::{BulkForm, BulkKeys, Mode, Strategy};
pub(crate) use filter::{Comparison, Filter, Test};
use std::sync::Arc;

/// Number of a node in its program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) u32);

/// A root class, or a relationship at a path of a plan.
#[derive(Debug, Clone)]
pub struct Node {
    /// The node above; `None` for a root.
    pub parent: Option<NodeId>,
    /// The relationship that leads here from the parent's entity; `None` for a root.
    pub relationship: Option<(EntityId, RelationshipId)>,
    /// The entity found here.
    pub entity: EntityId,
    /// How it is loaded.
    pub strategy: Strategy,
    /// Whether the response reads it.
    pub accessed: bool,
    /// The columns that are loaded, with the primary key and in table order; `None` for all.
    pub columns: Option<Box<[ColumnId]>>,
    /// Keys per IN list of a selectin or bulk load, where the plan says.
    pub chunk: Option<usize>,
    /// How often a self-referential load repeats itself; -1 without end.
    pub recursion: Option<i32>,
    /// How a bulk load says which rows it wants.
    pub bulk: (BulkForm, BulkKeys),
    /// Relationships named below, in plan order: the order of the walk.
    pub children: Vec<NodeId>,
    /// The same in the mapping's declaration order: the order of eager loads.
    pub declared: Vec<NodeId>,
    /// `User.organization.tenant`.
    pub path: Arc<str>,
    /// Steps from the root.
    pub depth: u32,
    /// Whether something below is read by the response.
    pub reads_below: bool,
}

/// A plan held against a mapping, ready to be loaded any number of times.
#[derive(Debug)]
pub struct Program {
    /// The mapping it was held against.
    pub mapping: Arc<Mapping>,
    pub(crate) nodes: Vec<Node>,
    /// Which relationships its objects have a place for.
    pub(crate) places: Arc<Places>,
    /// Plans run first in the same session.
    pub(crate) before: Vec<RootPlan>,
    /// Whether the objects of those plans are kept alive.
    pub(crate) hold: bool,
    /// The plan itself.
    pub(crate) main: RootPlan,
    /// What happens between loading and reading.
    pub(crate) between: Between,
    /// Whether a lazy load in the walk fails, and with what.
    pub(crate) walk_io: WalkIo,
}

/// What happens between loading and reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Between {
    /// The session commits.
    pub(crate) commit: bool,
    /// The commit expires every object.
    pub(crate) expire: bool,
    /// The session is closed.
    pub(crate) close: bool,
}

/// What happens to a statement that the walk needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WalkIo {
    /// It is sent.
    Allowed,
    /// The session is asynchronous and the walk runs outside a greenlet.
    MissingGreenlet,
    /// The session was closed.
    Detached,
}

/// One root query of a program.
#[derive(Debug)]
pub(crate) struct RootPlan {
    pub(crate) node: NodeId,
    pub(crate) mode: Mode,
    pub(crate) filter: Filter,
    /// Whether a joined collection repeats the roots, so that the result has to be made unique.
    pub(crate) repeats_roots: bool,
    /// Whether `.unique()` is called where it has to be.
    pub(crate) unique: bool,
    /// Rows per batch of a streamed result.
    pub(crate) batch: Option<u32>,
    /// Whether batches are asked of an async session where it buffers, which is an error.
    pub(crate) async_batches: bool,
    /// Whether something of the plan needs all rows at once, and so no batches.
    pub(crate) needs_all_rows: bool,
    /// Whether the result is fetched inside `execute()`: an async session buffers.
    pub(crate) buffered: bool,
}

impl Program {
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The relationship that leads to a node; `None` for a root.
    pub(crate) fn relationship(&self, id: NodeId) -> Option<(EntityId, RelationshipId, &Relationship)> {
        let (owner, relationship) = self.node(id).relationship?;
        Some((owner, relationship, self.mapping.relationship(owner, relationship)))
    }

    /// The node itself where a recursive load finds its own relationship again below it.
    pub(crate) fn repeats(&self, id: NodeId) -> Option<NodeId> {
        let node = self.node(id);
        node.recursion.filter(|depth| *depth != 0).map(|_| id)
    }

    /// The child of a node for a relationship.
    pub(crate) fn child(&self, id: NodeId, relationship: RelationshipId) -> Option<NodeId> {
        self.node(id)
            .children
            .iter()
            .copied()
            .find(|child| self.node(*child).relationship.is_some_and(|(_, name)| name == relationship))
    }
}
