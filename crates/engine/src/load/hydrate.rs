//! From rows to objects: the identity map decides what is new, and what is already there is not overwritten.

use super::Row;
use super::compiled::{Compiled, Eager, SubqueryEager};
use super::postload::PostLoads;
use super::session::Plan;
use crate::graph::{Graph, Key, Object, ObjectId, Related};
use crate::mapping::{ColumnId, Mapping, RelationshipId};
use crate::plan::NodeId;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Turning the rows of one statement into objects.
pub(crate) struct Hydration<'a> {
    mapping: &'a Mapping,
    compiled: &'a Arc<Compiled>,
    /// Number of this load: objects created by it are fresh.
    load: u32,
    /// Whether post-loads run for objects that were there before as well.
    invoke_all: bool,
    /// The object that this statement reads again after a commit.
    refreshed: Option<ObjectId>,
    /// Subquery loads that have run, by node.
    pub(crate) subqueries: FxHashMap<NodeId, Assembled>,
    /// Relationships that this load has set from a subquery load.
    assigned: FxHashSet<(ObjectId, NodeId)>,
    /// Lead objects that were found, where each counts once.
    leads: Option<FxHashSet<ObjectId>>,
    /// Collections that this load is filling, and what is in them.
    filling: FxHashSet<(ObjectId, RelationshipId)>,
    filled: FxHashSet<(ObjectId, RelationshipId, ObjectId)>,
}

/// Related objects by the owner's columns they belong to.
#[derive(Debug, Default)]
pub(crate) struct Assembled {
    pub(crate) objects: FxHashMap<Key, Vec<ObjectId>>,
}

/// The row needs a subquery load that has not run yet. Going through the row again afterwards is harmless: what it
/// has already done is found done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NeedsSubquery(pub(crate) NodeId);

impl<'a> Hydration<'a> {
    pub(super) fn new(mapping: &'a Mapping, compiled: &'a Arc<Compiled>, load: u32, plan: &Plan) -> Self {
        Hydration {
            mapping,
            compiled,
            load,
            invoke_all: plan.invoke_all,
            refreshed: plan.refreshed,
            subqueries: FxHashMap::default(),
            assigned: FxHashSet::default(),
            leads: plan.unique.then(FxHashSet::default),
            filling: FxHashSet::default(),
            filled: FxHashSet::default(),
        }
    }

    /// The statement whose rows these are.
    pub(crate) fn compiled(&self) -> &Arc<Compiled> {
        self.compiled
    }

    /// The lead object of a row.
    pub(crate) fn lead_row(
        &mut self,
        graph: &mut Graph,
        posts: &mut PostLoads,
        row: Row<'_>,
    ) -> Result<Option<ObjectId>, NeedsSubquery> {
        self.row_of(graph, posts, &self.compiled.lead, row, self.refreshed)
    }

    /// Whether a lead object counts in this row.
    pub(super) fn counts(&mut self, lead: ObjectId) -> bool {
        self.leads.as_mut().is_none_or(|leads| leads.insert(lead))
    }

    /// The object of a row at one place of the eager tree; `None` where an outer join found nothing.
    pub(super) fn row(
        &mut self,
        graph: &mut Graph,
        posts: &mut PostLoads,
        eager: &Eager,
        row: Row<'_>,
    ) -> Result<Option<ObjectId>, NeedsSubquery> {
        self.row_of(graph, posts, eager, row, None)
    }

    /// The same where the object is known.
    fn row_of(
        &mut self,
        graph: &mut Graph,
        posts: &mut PostLoads,
        eager: &Eager,
        row: Row<'_>,
        known: Option<ObjectId>,
    ) -> Result<Option<ObjectId>, NeedsSubquery> {
        let key = row.key(&eager.key);
        if known.is_none() && key.has_null() {
            return Ok(None);
        }
        let id = match known.or_else(|| graph.find(eager.entity, &key)) {
            Some(id) => id,
            None => self.create(graph, eager, key, row),
        };
        if graph.incomplete {
            fill(graph, eager, id, row);
        }
        if graph.object(id).load != self.load || self.refreshed == Some(id) {
            // What the object has not got yet, this statement's options decide.
            self.initialize(graph, eager, id);
        }
        let (fresh, own) = {
            let object = graph.object_mut(id);
            let fresh = object.load == self.load;
            if fresh && eager.depth < object.depth {
                // Found at several places of one statement, an object keeps the options of the shallowest.
                object.options = eager.node;
                object.depth = eager.depth;
            }
            (fresh, fresh && object.place == eager.node)
        };
        if fresh || self.invoke_all {
            posts.add(eager, id, fresh);
        }
        for SubqueryEager { node, relationship, key } in &eager.subqueries {
            let unloaded = *graph.related(id, *relationship) == Related::Unloaded;
            // Where an object is new, it takes what its own statement found, whatever a load below has put there meanwhile.
            let first = own && !self.assigned.contains(&(id, *node));
            if first || unloaded || (self.invoke_all && !fresh) {
                let Some(found) = self.subqueries.get(node) else { return Err(NeedsSubquery(*node)) };
                if first || unloaded {
                    let key = row.key(key.as_deref().unwrap_or_default());
                    let value = found.of(self.mapping, eager, &key, *relationship);
                    graph.set(id, *relationship, value, true);
                    self.assigned.insert((id, *node));
                }
            }
        }
        for (relationship, collection, kid) in &eager.joined {
            if *collection {
                // The collection begins before its first member is built, which may be this object's own place.
                self.begin(graph, id, *relationship, fresh);
            }
            let child = self.row(graph, posts, kid, row)?;
            match child {
                _ if !collection => graph.set_unloaded(id, *relationship, Related::One(child)),
                Some(child) => self.collect(graph, id, *relationship, child),
                None => {}
            }
        }
        for nested in &eager.nested {
            if let Some(position) = nested.position {
                let json = row.get(position).as_text().and_then(|text| serde_json::from_str(text).ok());
                self.take_nested(graph, posts, id, nested, &json.unwrap_or_default())?;
            }
        }
        Ok(Some(id))
    }

    fn create(&self, graph: &mut Graph, eager: &Eager, key: Key, row: Row<'_>) -> ObjectId {
        let object = Object {
            entity: eager.entity,
            expired: false,
            options: eager.node,
            depth: eager.depth,
            load: self.load,
            place: eager.node,
            first_value: 0,
            first_related: 0,
        };
        let id = graph.insert(key, object, &eager.columns, row);
        if eager.columns.iter().any(Option::is_none) {
            graph.lacks(id, eager.columns.iter().map(Option::is_none).collect());
        }
        for (relationship, strategy) in &eager.raises {
            graph.raise(id, *relationship, *strategy);
        }
        for relationship in &eager.noloads {
            graph.set(id, *relationship, empty(self.mapping, eager, *relationship), true);
        }
        id
    }

    /// Relationships that are not loaded become empty or raise, as the options say.
    fn initialize(&self, graph: &mut Graph, eager: &Eager, id: ObjectId) {
        for relationship in &eager.noloads {
            graph.set_unloaded(id, *relationship, empty(self.mapping, eager, *relationship));
        }
        for (relationship, strategy) in &eager.raises {
            if *graph.related(id, *relationship) == Related::Unloaded {
                graph.raise(id, *relationship, *strategy);
            }
        }
    }

    /// Begins a joined collection of an object that is new here, or of one that has not got it; what was loaded before stays.
    fn begin(&mut self, graph: &mut Graph, id: ObjectId, relationship: RelationshipId, fresh: bool) {
        let unloaded = *graph.related(id, relationship) == Related::Unloaded;
        if (unloaded || fresh) && self.filling.insert((id, relationship)) {
            graph.set(id, relationship, Related::Many(Vec::new()), true);
        }
    }

    /// Adds an object to a collection that this load is filling.
    fn collect(&mut self, graph: &mut Graph, id: ObjectId, relationship: RelationshipId, child: ObjectId) {
        if self.filling.contains(&(id, relationship))
            && self.filled.insert((id, relationship, child))
            && let Some(Related::Many(objects)) = graph.related_mut(id, relationship)
        {
            objects.push(child);
        }
    }
}

/// Takes what an object that was there before had left out, where the row has it.
fn fill(graph: &mut Graph, eager: &Eager, id: ObjectId, row: Row<'_>) {
    if graph.missing(id).is_none() {
        return;
    }
    for (index, position) in (0..).zip(&eager.columns) {
        if let Some(position) = position
            && !graph.has(id, ColumnId(index))
        {
            graph.fill(id, ColumnId(index), row.get(*position));
        }
    }
}

fn empty(mapping: &Mapping, eager: &Eager, relationship: RelationshipId) -> Related {
    if mapping.relationship(eager.entity, relationship).kind.is_collection() {
        Related::Many(Vec::new())
    } else {
        Related::One(None)
    }
}

impl Assembled {
    fn of(&self, mapping: &Mapping, eager: &Eager, key: &Key, relationship: RelationshipId) -> Related {
        let found = self.objects.get(key);
        if mapping.relationship(eager.entity, relationship).kind.is_collection() {
            Related::Many(found.cloned().unwrap_or_default())
        } else {
            Related::One(found.and_then(|objects| objects.first().copied()))
        }
    }
}
