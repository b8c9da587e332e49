//! Plans: an endpoint with a strategy on every relationship path.

pub mod document;
pub mod endpoint;
mod filter;
pub mod resolve;

use crate::graph::Places;
use crate::load::Fetch;
use crate::mapping::{ColumnId, EntityId, Mapping, Relationship, RelationshipId};
use crate::sql::Dialect;
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
    /// The strategy of relationships of this entity that the plan does not name.
    pub otherwise: Strategy,
    /// Steps from the root.
    pub depth: u32,
    /// Whether it stands for the second and every later round of a recursive `immediate`.
    pub unrolled: bool,
    /// Where a recursive `selectin` goes on when an object that it has found is read again: one round further down, without
    /// the options of the first.
    pub again: Option<NodeId>,
    /// Whether something below is read by the response.
    pub reads_below: bool,
}

/// A plan held against a mapping, ready to be loaded any number of times.
#[derive(Debug)]
pub struct Program {
    /// The mapping it was held against.
    pub mapping: Arc<Mapping>,
    /// The database that its statements are written for.
    pub(crate) dialect: Dialect,
    pub(crate) nodes: Vec<Node>,
    /// Which relationships its objects have a place for.
    pub(crate) places: Arc<Places>,
    /// Plans run first in the same session.
    pub(crate) before: Vec<RootPlan>,
    /// Whether the objects of those plans are kept alive.
    pub(crate) hold: bool,
    /// The plan itself.
    pub(crate) main: RootPlan,
    /// Whether the session is asynchronous: its drivers fetch all rows as they execute.
    pub(crate) asynchronous: bool,
    /// What happens between loading and reading.
    pub(crate) between: Between,
    /// Whether a lazy load in the walk fails, and with what.
    pub(crate) walk_io: WalkIo,
    /// Whether a response is read at all; a survey only loads.
    pub(crate) walks: bool,
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
    /// What a synchronous driver has fetched once it has executed a statement: SQLite's nothing, PostgreSQL's everything.
    pub(crate) fn executed(&self) -> Fetch {
        match self.dialect {
            Dialect::Sqlite => Fetch::Nothing,
            Dialect::Postgres => Fetch::All,
        }
    }

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
        let again = node.strategy != Strategy::Immediate || node.unrolled;
        node.recursion.filter(|depth| *depth != 0 && again).map(|_| id)
    }

    /// The nodes of the plan itself, parents before their children.
    pub(crate) fn main_nodes(&self) -> Vec<NodeId> {
        let mut nodes = vec![self.main.node];
        let mut next = 0;
        while let Some(id) = nodes.get(next).copied() {
            nodes.splice(next + 1..next + 1, self.node(id).children.iter().copied());
            next += 1;
        }
        nodes
    }

    /// The root above a node.
    pub(crate) fn root_of(&self, id: NodeId) -> NodeId {
        std::iter::successors(Some(id), |id| self.node(*id).parent).last().unwrap_or(id)
    }

    /// The node at the end of these relationships from a root, if the root is of this entity and the plan names them.
    pub(crate) fn find(&self, root: NodeId, entity: EntityId, steps: &[(EntityId, RelationshipId)]) -> Option<NodeId> {
        let start = Some(root).filter(|root| self.node(*root).entity == entity);
        steps.iter().fold(start, |at, (_, relationship)| self.child(at?, *relationship))
    }

    /// The node of the same path in the plan by which an object was loaded: its options, not those of the statement
    /// at hand, apply to what is loaded for it.
    pub(crate) fn same_path(&self, id: NodeId, loaded_with: Option<NodeId>) -> Option<NodeId> {
        let (here, there) = (self.root_of(id), loaded_with.map(|other| self.root_of(other)));
        let Some(there) = there.filter(|there| *there != here) else { return Some(id) };
        let above = std::iter::successors(Some(id), |id| self.node(*id).parent);
        let mut steps: Vec<_> = above.filter_map(|id| self.node(id).relationship).collect();
        steps.reverse();
        self.find(there, self.node(here).entity, &steps)
    }

    /// Whether lazy loads know this option: what stands below a `contains_eager` is only for its own statement.
    pub(crate) fn propagates(&self, id: NodeId) -> bool {
        let above = std::iter::successors(Some(id), |id| self.node(*id).parent);
        !above.into_iter().any(|id| self.node(id).depth == 1 && self.node(id).strategy == Strategy::ContainsEager)
    }

    /// The first node on the way to this one that has the same relationship: a recursive load stands there.
    pub(crate) fn first_of_kind(&self, id: NodeId) -> NodeId {
        let above = std::iter::successors(Some(id), |id| self.node(*id).parent);
        above.filter(|other| self.node(*other).relationship == self.node(id).relationship).last().unwrap_or(id)
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
