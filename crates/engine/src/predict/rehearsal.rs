//! The session of a rehearsal: what it holds, what is loaded of it, and the order of a request.

use super::posts::PostLoads;
use super::statement::{Lead, Statement};
use super::{Survey, Tally};
use crate::graph::{Key, ObjectId};
use crate::load::Fetch;
use crate::mapping::{EntityId, RelationshipId};
use crate::plan::document::{Mode, Strategy};
use crate::plan::{NodeId, Program, WalkIo};
use crate::value::ValueRef;
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// A request without a database.
pub(super) struct Rehearsal<'a> {
    pub(super) program: &'a Program,
    pub(super) survey: &'a Survey,
    /// What the session holds.
    pub(super) held: FxHashMap<ObjectId, Held>,
    /// What is loaded of relationships.
    pub(super) related: FxHashMap<(ObjectId, RelationshipId), Rc<[ObjectId]>>,
    /// Rows by place and object.
    pub(super) rows: FxHashMap<(NodeId, ObjectId), u64>,
    /// What the walk has read, by object and node.
    pub(super) walked: FxHashSet<(ObjectId, NodeId)>,
    pub(super) loads: u32,
    tallies: Vec<Tally>,
    /// Whether nothing about it is certain.
    doubtful: bool,
    ends_at: Option<NodeId>,
}

/// An object of the session.
#[derive(Debug, Clone)]
pub(super) struct Held {
    /// Which load created it, where in the statement, and how deep.
    pub(super) load: u32,
    pub(super) place: Option<NodeId>,
    pub(super) depth: u32,
    /// The node whose children are its options.
    pub(super) options: Option<NodeId>,
    /// Relationships whose reading is an error.
    pub(super) raises: Vec<(RelationshipId, Strategy)>,
}

/// The request ends with an exception.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ended;

impl<'a> Rehearsal<'a> {
    pub(super) fn new(program: &'a Program, survey: &'a Survey) -> Rehearsal<'a> {
        Rehearsal {
            program,
            survey,
            held: FxHashMap::default(),
            related: FxHashMap::default(),
            rows: FxHashMap::default(),
            walked: FxHashSet::default(),
            loads: 0,
            tallies: vec![Tally::default(); program.nodes.len()],
            doubtful: is_out_of_reach(program, survey),
            ends_at: None,
        }
    }

    pub(super) fn doubtful(&self) -> bool {
        self.doubtful
    }

    pub(super) fn tally(&self, node: NodeId) -> Tally {
        self.tallies[node.0 as usize]
    }

    pub(super) fn ends_at(&self) -> Option<NodeId> {
        self.ends_at
    }

    pub(super) fn ends(&mut self, at: NodeId) -> Ended {
        self.ends_at = Some(at);
        Ended
    }

    /// The whole request.
    pub(super) fn run(&mut self) {
        let plan = &self.program.main;
        let survey = self.survey;
        if matches!(plan.mode, Mode::ExecuteOnly | Mode::StreamExecuteOnly) && !plan.buffered {
            let rows = match (plan.mode, self.program.executed()) {
                (Mode::ExecuteOnly, Fetch::All) => {
                    survey.roots.iter().fold(0_u64, |sum, root| sum.saturating_add(self.rows(*root, Some(plan.node))))
                }
                (_, Fetch::All | Fetch::Batch(_) | Fetch::Nothing) => 0,
            };
            self.count(plan.node, rows, false);
            return;
        }
        // Where the root is not wrapped, a LIMIT counts after an inner join has dropped roots.
        let wrapped = plan.repeats_roots || plan.filter.distinct;
        let dropped = survey.roots.iter().any(|root| self.rows(*root, Some(plan.node)) == 0);
        if plan.filter.is_limited() && !wrapped && (dropped || (plan.filter.offset.is_some() && self.has_inner())) {
            self.doubt_all();
        }
        let lead = Lead { rows: survey.roots.clone().into(), node: Some(plan.node), is_root: true };
        let statement =
            Statement { path: plan.node, lead: Rc::new(lead), invoke_all: true, single: false, within: None };
        let mut roots = self.send(statement, None);
        if !plan.repeats_roots && plan.mode != Mode::Get {
            roots = survey.roots.clone();
            roots.retain(|root| self.rows(*root, Some(plan.node)) > 0);
        }
        let lacks_unique = plan.repeats_roots && !plan.unique && !roots.is_empty();
        match plan.mode {
            Mode::First => {
                // What the other roots brought along may be dropped or not.
                self.doubtful |= roots.len() > 1 && self.has_lazy(plan.node);
                roots.truncate(1);
            }
            Mode::ExecuteOnly | Mode::StreamExecuteOnly => roots.clear(),
            Mode::One if lacks_unique || roots.len() != 1 => return self.ends_at = Some(plan.node),
            Mode::List | Mode::Stream | Mode::StreamDrop if lacks_unique => return self.ends_at = Some(plan.node),
            Mode::One | Mode::List | Mode::Get | Mode::Stream | Mode::StreamDrop => {}
        }
        // Where it ends early is noted, and what it has cost until then stands.
        let _ended = self.walk(plan.node, &roots);
    }

    fn has_inner(&self) -> bool {
        self.program.nodes.iter().any(|node| node.strategy.is_joined() && node.strategy != Strategy::Joined)
    }

    fn has_lazy(&self, node: NodeId) -> bool {
        let children = &self.program.node(node).children;
        children.iter().any(|child| {
            let strategy = self.program.node(*child).strategy;
            matches!(strategy, Strategy::Default | Strategy::Select | Strategy::RaiseOnSql | Strategy::Immediate)
                || self.has_lazy(*child)
        })
    }

    /// Counts a statement.
    pub(super) fn count(&mut self, path: NodeId, rows: u64, single: bool) {
        let tally = &mut self.tallies[path.0 as usize];
        if single {
            tally.single += 1;
        } else {
            tally.shared += 1;
        }
        tally.rows = tally.rows.saturating_add(rows);
    }

    /// Notes that the share of a path is not certain.
    pub(super) fn doubt(&mut self, path: NodeId) {
        self.tallies[path.0 as usize].doubtful = true;
    }

    /// Notes that nothing is certain any more: what is loaded decides what follows.
    pub(super) fn doubt_all(&mut self) {
        self.doubtful = true;
    }

    /// The targets of an object at a node, as the survey has found them.
    pub(super) fn surveyed(&self, object: ObjectId, node: NodeId) -> Vec<ObjectId> {
        let Some((_, id, _)) = self.program.relationship(node) else { return Vec::new() };
        self.survey.graph.related(object, id).objects().to_vec()
    }

    /// Those targets that a statement with a node's options returns: its inner joins may drop some.
    pub(super) fn kept(&mut self, object: ObjectId, id: RelationshipId, options: Option<NodeId>) -> Rc<[ObjectId]> {
        let found = self.survey.graph.related(object, id).objects();
        found.iter().copied().filter(|target| self.rows(*target, options) > 0).collect()
    }

    /// Sets a relationship that is not loaded yet.
    pub(super) fn set_unloaded(&mut self, object: ObjectId, id: RelationshipId, value: Rc<[ObjectId]>) {
        self.related.entry((object, id)).or_insert(value);
    }

    /// What a relationship is, if no statement is needed to know it.
    pub(super) fn without_sql(
        &self,
        object: ObjectId,
        (owner, id): (EntityId, RelationshipId),
    ) -> Option<Rc<[ObjectId]>> {
        let relationship = self.program.mapping.relationship(owner, id);
        if !relationship.targets_primary_key {
            return None;
        }
        let key: Key = self.survey.key(object, &relationship.local);
        if key.parts().all(ValueRef::is_null) {
            return Some(Rc::default());
        }
        let found = self.survey.graph.related(object, id).objects();
        found.iter().any(|target| self.held.contains_key(target)).then(|| found.into())
    }

    /// Sends the lazy statement of a relationship.
    pub(super) fn lazy(
        &mut self,
        object: ObjectId,
        id: RelationshipId,
        (options, path): (Option<NodeId>, NodeId),
        posts: Option<&mut PostLoads>,
    ) -> Rc<[ObjectId]> {
        let found = self.survey.graph.related(object, id).objects();
        let lead = Lead { rows: found.into(), node: options, is_root: false };
        self.doubt_uneven(path);
        let statement = Statement { path, lead: Rc::new(lead), invoke_all: false, single: true, within: None };
        self.send(statement, posts).into()
    }

    /// A relationship whose rows are not its pairs of objects makes every count of rows with it uncertain.
    pub(super) fn doubt_uneven(&mut self, node: NodeId) {
        if self.survey.uneven[node.0 as usize] {
            self.doubt(node);
        }
    }
}

/// Whether something about a plan is beyond a rehearsal.
fn is_out_of_reach(program: &Program, survey: &Survey) -> bool {
    let plan = &program.main;
    let entity = program.mapping.entity(program.node(plan.node).entity);
    let ordered =
        |part| plan.filter.order_by.iter().any(|(of, by, _)| *of == program.node(plan.node).entity && *by == part);
    // Which roots a LIMIT picks is only certain in a total order.
    let picked = plan.filter.is_limited() && !entity.primary_key.iter().copied().all(ordered);
    let mut roots = FxHashSet::default();
    let repeated = !survey.roots.iter().all(|root| roots.insert(*root));
    let of_main = |id: u32| is_below(program, NodeId(id), plan.node);
    let nodes = (0..program.nodes.len() as u32).filter(|id| of_main(*id)).map(|id| program.node(NodeId(id)));
    let mut odd = nodes.map(|node| {
        // Columns that are left out are read one by one; what a repeated load finds is not surveyed; what an explicit join
        // fills is what its conditions have left.
        node.columns.is_some() || node.recursion.is_some() || node.strategy == Strategy::ContainsEager
    });
    picked
        || odd.any(|odd| odd)
        || (repeated && plan.filter.is_limited())
        || plan.batch.is_some()
        || plan.async_batches
        || plan.mode == Mode::StreamDrop
        || !program.before.is_empty()
        || program.between.expire
}

fn is_below(program: &Program, node: NodeId, root: NodeId) -> bool {
    std::iter::successors(Some(node), |at| program.node(*at).parent).any(|at| at == root)
}

/// Whether a statement can be sent in the walk.
pub(super) fn may_send(program: &Program) -> bool {
    program.walk_io == WalkIo::Allowed
}
