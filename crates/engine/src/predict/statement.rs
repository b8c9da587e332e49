//! One statement of a rehearsal: its rows are counted, and its objects come into the session.

use super::posts::PostLoads;
use super::rehearsal::{Held, Rehearsal};
use crate::graph::{Key, ObjectId};
use crate::mapping::RelationshipId;
use crate::plan::NodeId;
use crate::plan::document::Strategy;
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// Rows of one statement that are gone through: a subquery load repeats every row above it, and so do those below it.
const MOST_ROWS: usize = 1 << 20;

/// A statement without its joins, which is what a subquery load below restates.
#[derive(Debug)]
pub(super) struct Lead {
    /// The object of each row.
    pub(super) rows: Rc<[ObjectId]>,
    /// The node whose children are the options of these objects.
    pub(super) node: Option<NodeId>,
    pub(super) is_root: bool,
}

/// A statement to be sent.
pub(super) struct Statement {
    /// Whose share it is.
    pub(super) path: NodeId,
    pub(super) lead: Rc<Lead>,
    /// Whether post-loads run for objects that were there before as well.
    pub(super) invoke_all: bool,
    /// Whether it is for one owner.
    pub(super) single: bool,
    /// The statement that a subquery load below restates; this one where it does not say.
    pub(super) within: Option<Rc<Lead>>,
}

/// What holds while the rows of one statement are gone through.
struct Going<'p> {
    load: u32,
    invoke_all: bool,
    within: Rc<Lead>,
    posts: &'p mut PostLoads,
    /// Whether the post-loads are its own.
    own: bool,
    /// Subquery loads that have run.
    run: FxHashSet<NodeId>,
    /// Relationships that it has set from a subquery load.
    assigned: FxHashSet<(ObjectId, NodeId)>,
    /// What each object that was there before had got when a statement that does not load everything anew found it first.
    partials: FxHashMap<ObjectId, Vec<RelationshipId>>,
    /// Objects that were gone through, by place.
    seen: FxHashSet<(ObjectId, Option<NodeId>)>,
}

impl Rehearsal<'_> {
    /// Sends a statement and runs what it brings about; says which lead objects it returns. Without post-loads to add to,
    /// it runs its own.
    pub(super) fn send(&mut self, statement: Statement, posts: Option<&mut PostLoads>) -> Vec<ObjectId> {
        let Statement { path, lead, invoke_all, single, within } = statement;
        let rows = lead.rows.iter().fold(0_u64, |sum, object| sum.saturating_add(self.rows(*object, lead.node)));
        self.count(path, rows, single);
        self.doubt_joins(path, lead.node);
        self.doubt_spliced(lead.node);
        self.loads += 1;
        let mut fresh = PostLoads::default();
        let own = posts.is_none();
        let posts = match posts {
            Some(posts) => posts,
            None => &mut fresh,
        };
        posts.register(self.program, lead.node, false);
        let mut going = Going {
            load: self.loads,
            invoke_all,
            within: within.unwrap_or_else(|| lead.clone()),
            posts,
            own,
            run: FxHashSet::default(),
            assigned: FxHashSet::default(),
            partials: FxHashMap::default(),
            seen: FxHashSet::default(),
        };
        let mut distinct = FxHashSet::default();
        let mut found = Vec::new();
        for object in lead.rows.iter().copied() {
            if self.rows(object, lead.node) > 0 && distinct.insert(object) {
                self.visit(object, lead.node, false, &mut going);
                found.push(object);
            }
        }
        if own {
            self.run_post_loads(&mut fresh);
        }
        found
    }

    /// Joined relationships whose rows are not their pairs of objects.
    fn doubt_joins(&mut self, path: NodeId, at: Option<NodeId>) {
        let program = self.program;
        for child in at.map_or(&[][..], |node| &program.node(node).children) {
            if program.node(*child).strategy.is_joined() {
                if self.survey.uneven[child.0 as usize] {
                    self.doubt(path);
                }
                self.doubt_joins(path, Some(*child));
            }
        }
    }

    /// An inner join below an outer one is put where SQLAlchemy finds its owner's class first, which is the right place for
    /// certain only where there is one such join and one such class.
    fn doubt_spliced(&mut self, at: Option<NodeId>) {
        let Some(lead) = at else { return };
        let program = self.program;
        let (mut entities, mut owners) = (vec![program.node(lead).entity], Vec::new());
        let mut places = vec![(lead, false)];
        while let Some((place, outer)) = places.pop() {
            for child in &program.node(place).children {
                let strategy = program.node(*child).strategy;
                if strategy.rides_along() {
                    if strategy == Strategy::JoinedInner && outer {
                        owners.push(program.node(place).entity);
                    }
                    entities.push(program.node(*child).entity);
                    places.push((*child, outer || strategy == Strategy::Joined));
                }
            }
        }
        let alike = owners.first().map_or(0, |owner| entities.iter().filter(|entity| *entity == owner).count());
        if owners.len() > 1 || alike > 1 {
            self.doubt_all();
        }
    }

    /// Goes through an object at one place of a statement.
    fn visit(&mut self, object: ObjectId, at: Option<NodeId>, in_json: bool, going: &mut Going<'_>) {
        if !going.seen.insert((object, at)) {
            return;
        }
        let program = self.program;
        let depth = at.map_or(0, |node| program.node(node).depth);
        let declared = at.map_or(&[][..], |node| &program.node(node).declared);
        let with = |wanted: fn(Strategy) -> bool| {
            declared.iter().copied().filter(move |child| wanted(program.node(*child).strategy))
        };
        let relationship = |child: NodeId| program.node(child).relationship.map(|(_, id)| id);
        let new = !self.held.contains_key(&object);
        let held = self.held.entry(object).or_insert_with(|| Held {
            load: going.load,
            place: at,
            depth,
            options: at,
            raises: Vec::new(),
        });
        let existing = held.load != going.load;
        let partly = existing && !going.invoke_all;
        let first = existing && !going.partials.contains_key(&object);
        if first {
            let all = (0..program.mapping.entity(self.survey.graph.object(object).entity).relationships.len() as u32)
                .map(RelationshipId);
            let related = &self.related;
            going.partials.insert(object, all.filter(|id| related.contains_key(&(object, *id))).collect());
        }
        if new || first {
            // What the object has not got yet, this statement's options decide.
            for child in with(|strategy| matches!(strategy, Strategy::Raise | Strategy::RaiseOnSql)) {
                if let Some(id) = relationship(child).filter(|id| !self.related.contains_key(&(object, *id))) {
                    held.raises.retain(|(known, _)| *known != id);
                    held.raises.push((id, program.node(child).strategy));
                }
            }
            for child in with(|strategy| strategy == Strategy::Noload) {
                if let Some(id) = relationship(child) {
                    self.related.entry((object, id)).or_default();
                }
            }
        }
        let fresh = held.load == going.load;
        if fresh && depth < held.depth {
            (held.options, held.depth) = (at, depth);
        }
        let own = fresh && held.place == at;
        let decides = |place: Option<NodeId>| {
            let children = place.map_or(&[][..], |node| &program.node(node).children);
            let strategies = children.iter().map(|child| program.node(*child).strategy);
            strategies.into_iter().any(|one| matches!(one, Strategy::Raise | Strategy::RaiseOnSql | Strategy::Noload))
        };
        // At which of its places an object is built first, the order of the rows decides.
        let undecided = fresh && !own && (decides(held.place) || decides(at));
        if fresh || going.invoke_all {
            going.posts.add(at, object);
        }
        if undecided {
            self.doubt_all();
        }
        for child in with(|strategy| strategy == Strategy::Subquery) {
            let Some(id) = relationship(child) else { continue };
            if !going.invoke_all && !fresh {
                // Whether a lazy statement has new objects, and so needs this, depends on which was sent first.
                self.doubt_all();
            }
            let unloaded = !self.related.contains_key(&(object, id));
            let first = own && !going.assigned.contains(&(object, child));
            if first || unloaded || (going.invoke_all && !fresh) {
                if going.run.insert(child) {
                    self.subquery(child, &going.within.clone(), (!going.own).then_some(&mut *going.posts));
                }
                if first || unloaded {
                    let options = going.within.is_root.then_some(child);
                    let value = self.kept(object, id, options);
                    self.related.insert((object, id), value);
                    going.assigned.insert((object, child));
                }
            }
        }
        for child in with(Strategy::rides_along).filter(|_| !in_json) {
            let Some(id) = relationship(child) else { continue };
            if partly && going.partials.get(&object).is_some_and(|loaded| loaded.contains(&id)) {
                continue;
            }
            let kept = self.kept(object, id, Some(child));
            let collection = program.relationship(child).is_some_and(|(_, _, one)| one.kind.is_collection());
            if collection {
                // A collection begins before its first member, in which the object itself may appear again.
                self.set_unloaded(object, id, kept.clone());
            }
            for target in kept.iter().copied() {
                self.visit(target, Some(child), false, going);
            }
            if own {
                self.related.insert((object, id), kept);
            } else {
                self.set_unloaded(object, id, kept);
            }
        }
        let nested = declared.iter().copied().filter(|child| {
            let strategy = program.node(*child).strategy;
            strategy == Strategy::JsonAgg || (in_json && strategy.rides_along())
        });
        for child in nested {
            let Some(id) = relationship(child) else { continue };
            let found = self.surveyed(object, child);
            for target in found.iter().copied() {
                self.visit(target, Some(child), true, going);
            }
            self.set_unloaded(object, id, found.into());
        }
    }

    /// A subquery load: the statement it belongs to as a derived table, and one join a step down to the relationship.
    fn subquery(&mut self, node: NodeId, within: &Rc<Lead>, posts: Option<&mut PostLoads>) {
        let program = self.program;
        let mut steps = Vec::new();
        let mut at = Some(node);
        while let Some(step) = at.filter(|step| Some(*step) != within.node) {
            steps.push(step);
            at = program.node(step).parent;
        }
        steps.reverse();
        let Some((owner, _, first)) = steps.first().and_then(|step| program.relationship(*step)) else { return };
        if within.rows.iter().any(|object| self.rows(*object, within.node) == 0) {
            // What it brings for owners that an inner join has dropped is dropped as well, unless something else has it.
            self.doubt_all();
        }
        let whole = program.mapping.entity(owner).primary_key.iter().all(|part| first.local.contains(part));
        let filter = &program.main.filter;
        let mut sources = within.rows.to_vec();
        if (!whole || (within.is_root && filter.distinct)) && !(within.is_root && filter.is_limited()) {
            // DISTINCT over the columns that the first step needs. With a LIMIT, the columns of the order join them.
            let mut known: FxHashSet<Key> = FxHashSet::default();
            sources.retain(|object| known.insert(self.survey.key(*object, &first.local)));
        }
        let ordered =
            within.node.and_then(|node| program.relationship(node)).is_some_and(|(_, _, one)| !one.order_by.is_empty());
        if !whole && !within.is_root && ordered {
            // Where the order is kept inside, its columns join the DISTINCT list.
            self.doubt(node);
        }
        for step in &steps {
            if self.survey.uneven[step.0 as usize] {
                self.doubt(node);
            }
            let rows: usize = sources.iter().map(|object| self.surveyed(*object, *step).len()).sum();
            if rows > MOST_ROWS {
                // Each object once is enough to know what follows; how many rows there are stays open.
                self.doubt_all();
                let mut known = FxHashSet::default();
                sources.retain(|object| known.insert(*object));
            }
            sources = sources.into_iter().flat_map(|object| self.surveyed(object, *step)).collect();
        }
        let path: Vec<_> = steps.iter().filter_map(|step| program.node(*step).relationship).collect();
        if !within.is_root && program.find(program.root_of(node), owner, &path).is_some() {
            // Options that are lost there otherwise are found again, and what they load decides what follows.
            self.doubt_all();
        }
        let options = within.is_root.then_some(node);
        let lead = Lead { rows: sources.into(), node: options, is_root: false };
        let statement = Statement {
            path: node,
            lead: Rc::new(lead),
            invoke_all: true,
            single: false,
            within: Some(within.clone()),
        };
        self.send(statement, posts);
    }
}
