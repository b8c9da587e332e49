//! From rows to objects: the identity map decides what is new, and what is already there is not overwritten.

use super::Row;
use super::compiled::{Compiled, Eager, SubqueryEager};
use super::postload::PostLoads;
use super::session::Plan;
use crate::graph::{Graph, Key, Object, ObjectId, Related};
use crate::mapping::{ColumnId, Mapping, RelationshipId};
use crate::plan::NodeId;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::hash_map::Entry;
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
    /// What each object that was there before had not got when this statement found it first, and at which place: it takes
    /// that from here.
    partials: FxHashMap<ObjectId, (Option<NodeId>, Box<[RelationshipId]>)>,
    /// Whether its options leave relationships empty, or make reading them an error.
    decides: bool,
    /// Relationships that were about to be set when a row had to wait for a subquery load.
    interrupted: FxHashSet<(ObjectId, RelationshipId)>,
    /// What was built for a place before a row had to wait for a subquery load.
    unfinished: FxHashMap<NodeId, Vec<ObjectId>>,
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
            partials: FxHashMap::default(),
            decides: compiled.lead.decides(),
            interrupted: FxHashSet::default(),
            unfinished: FxHashMap::default(),
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
        let existing = graph.object(id).load != self.load;
        let partly = existing && !self.invoke_all;
        let mut again = false;
        if existing && (self.decides || !eager.subqueries.is_empty() || !eager.joined.is_empty()) {
            match self.partials.entry(id) {
                Entry::Occupied(_) => again = true,
                Entry::Vacant(entry) => _ = entry.insert((eager.node, graph.unloaded(id).collect())),
            }
        }
        if (existing && !again) || self.refreshed == Some(id) {
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
            // An object takes what its own statement found, whatever a load below has put there meanwhile.
            let wanting = || {
                let found = self.partials.get(&id);
                found.is_some_and(|(place, unloaded)| *place == eager.node && unloaded.contains(relationship))
            };
            let first = (own || (existing && wanting())) && !self.assigned.contains(&(id, *node));
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
            // To what it has got the rows of a lazy load say nothing.
            if partly && self.partials.get(&id).is_some_and(|(_, unloaded)| !unloaded.contains(relationship)) {
                continue;
            }
            if *collection {
                // The collection begins before its first member is built, which may be this object's own place.
                self.begin(graph, id, *relationship, fresh);
            }
            let child = match collection {
                true => self.row(graph, posts, kid, row)?,
                false => self.single(graph, posts, (id, *relationship, again && self.invoke_all), kid, row)?,
            };
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

    /// The object of a row for a relationship that has one. Where it has another already, this one is built and dropped at
    /// once, with whatever came with it, unless something else refers to it: `twice` where SQLAlchemy goes through the row of
    /// an object that was there before once for what it lacked and once for what it has.
    fn single(
        &mut self,
        graph: &mut Graph,
        posts: &mut PostLoads,
        (owner, relationship, twice): (ObjectId, RelationshipId, bool),
        kid: &Eager,
        row: Row<'_>,
    ) -> Result<Option<ObjectId>, NeedsSubquery> {
        let before = graph.len();
        let unloaded = *graph.related(owner, relationship) == Related::Unloaded;
        let child = self.row(graph, posts, kid, row);
        if unloaded && child.is_err() {
            self.interrupted.insert((owner, relationship));
        }
        if let Ok(child) = child
            && !self.interrupted.is_empty()
            && self.interrupted.remove(&(owner, relationship))
        {
            // Whatever the subquery load has put there meanwhile.
            graph.set(owner, relationship, Related::One(child), true);
            return Ok(child);
        }
        let settled = match graph.related(owner, relationship) {
            Related::One(settled) => *settled,
            Related::Unloaded | Related::Many(_) => return child,
        };
        let mut new: Vec<ObjectId> = graph.since(before).filter(|id| graph.object(*id).load == self.load).collect();
        let Some(place) = kid.node else { return child };
        if child.is_err() {
            self.unfinished.entry(place).or_default().append(&mut new);
        } else if let Ok(Some(object)) = child {
            new.extend(self.unfinished.remove(&place).unwrap_or_default());
            if settled != Some(object) && new.contains(&object) {
                let mut referring = objects_of(graph, kid, row);
                referring.retain(|id| !new.contains(id));
                let kept = self.subqueries.values().flat_map(|found| found.objects.values().flatten());
                referring.extend(kept);
                graph.forget(self.mapping, &new, referring);
                let wanted = || self.partials.get(&owner).is_some_and(|(_, lacked)| lacked.contains(&relationship));
                if twice && graph.is_forgotten(object) && wanted() {
                    return self.single(graph, posts, (owner, relationship, false), kid, row);
                }
            }
        }
        child
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

/// The objects of a row at a place and below it.
fn objects_of(graph: &Graph, eager: &Eager, row: Row<'_>) -> Vec<ObjectId> {
    let below = eager.joined.iter().flat_map(|(_, _, kid)| objects_of(graph, kid, row));
    graph.find(eager.entity, &row.key(&eager.key)).into_iter().chain(below).collect()
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
