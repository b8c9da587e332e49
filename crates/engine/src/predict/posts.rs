//! Post-loads of a rehearsal: `selectin`, `immediate` and `bulk`, after all rows of a statement, breadth first by path.

use super::rehearsal::Rehearsal;
use super::statement::{Lead, Statement};
use crate::graph::{Key, ObjectId};
use crate::load::{IN_LIST, PARAMETERS};
use crate::mapping::document::RelationshipKind;
use crate::plan::document::{BulkForm, BulkKeys, Strategy};
use crate::plan::{NodeId, Program};
use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxBuildHasher;
use std::rc::Rc;

/// What is to be loaded after the rows, by the place of the owners.
#[derive(Debug, Default)]
pub(super) struct PostLoads(IndexMap<NodeId, PostLoad, FxBuildHasher>);

#[derive(Debug, Default)]
struct PostLoad {
    objects: IndexSet<ObjectId, FxBuildHasher>,
    /// What to load, and how many statements have asked for it.
    loaders: Vec<(NodeId, u32)>,
}

/// Owners by the key with which their targets are asked for.
type Owners = IndexMap<Key, Vec<ObjectId>, FxBuildHasher>;

impl PostLoads {
    /// Registers the post-loads of every place of a statement.
    pub(super) fn register(&mut self, program: &Program, at: Option<NodeId>, in_json: bool) {
        let Some(node) = at else { return };
        for child in &program.node(node).declared {
            if !program.node(*child).strategy.is_post_load() {
                continue;
            }
            let loaders = &mut self.0.entry(node).or_default().loaders;
            match loaders.iter_mut().find(|(known, _)| known == child) {
                Some((_, times)) => *times += 1,
                None => loaders.push((*child, 1)),
            }
        }
        for child in &program.node(node).declared {
            if program.node(*child).strategy.rides_along() && !in_json {
                self.register(program, Some(*child), false);
            }
        }
        for child in &program.node(node).declared {
            let strategy = program.node(*child).strategy;
            if strategy == Strategy::JsonAgg || (in_json && strategy.rides_along()) {
                self.register(program, Some(*child), true);
            }
        }
    }

    /// Notes an object whose relationships are to be loaded.
    pub(super) fn add(&mut self, at: Option<NodeId>, object: ObjectId) {
        if let Some(post_load) = at.and_then(|node| self.0.get_mut(&node)) {
            post_load.objects.insert(object);
        }
    }
}

impl Rehearsal<'_> {
    /// Runs post-loads until none is left.
    pub(super) fn run_post_loads(&mut self, posts: &mut PostLoads) {
        while !posts.0.is_empty() {
            for (_, PostLoad { objects, loaders }) in std::mem::take(&mut posts.0) {
                if objects.is_empty() {
                    continue;
                }
                let objects: Vec<ObjectId> = objects.into_iter().collect();
                for (node, times) in loaders {
                    let strategy = self.program.node(node).strategy;
                    if strategy == Strategy::Immediate {
                        self.immediate(node, times, &objects, posts);
                    } else if strategy == Strategy::Bulk {
                        self.bulk(node, &objects, posts);
                    } else {
                        self.selectin(node, &objects, posts);
                    }
                }
            }
        }
    }

    /// The lazy statements of all these objects. Once two statements above have asked for it, SQLAlchemy forgets to send
    /// them for a many-to-one.
    fn immediate(&mut self, node: NodeId, times: u32, objects: &[ObjectId], posts: &mut PostLoads) {
        let Some((owner, id, relationship)) = self.program.relationship(node) else { return };
        for object in objects {
            if self.related.contains_key(&(*object, id)) {
                continue;
            }
            let value = match self.without_sql(*object, (owner, id)) {
                Some(value) => value,
                None if times > 1 && relationship.targets_primary_key => continue,
                None => self.lazy(*object, id, (Some(node), node), Some(posts)),
            };
            self.related.insert((*object, id), value);
        }
    }

    /// One statement for so many keys: of the targets for a many-to-one to the primary key, otherwise of the owners.
    fn selectin(&mut self, node: NodeId, objects: &[ObjectId], posts: &mut PostLoads) {
        let Some((_, _, relationship)) = self.program.relationship(node) else { return };
        let by_target = relationship.kind == RelationshipKind::ManyToOne && relationship.targets_primary_key;
        let mut owners = Owners::default();
        if by_target {
            owners = self.by_key(node, objects);
        } else {
            let key = &self.program.mapping.entity(self.survey.graph.object(objects[0]).entity).primary_key;
            for object in objects {
                owners.entry(self.survey.key(*object, key)).or_default().push(*object);
            }
        }
        let chunk = self.program.node(node).chunk.unwrap_or(IN_LIST);
        self.fetch(node, &owners, chunk, posts);
        self.settle(node, objects);
    }

    /// One statement for all keys.
    fn bulk(&mut self, node: NodeId, objects: &[ObjectId], posts: &mut PostLoads) {
        let Some((_, _, relationship)) = self.program.relationship(node) else { return };
        let owners = self.by_key(node, objects);
        let (form, keys) = self.program.node(node).bulk;
        let chunk = match (self.program.node(node).chunk, form) {
            (Some(chunk), _) => chunk,
            (None, BulkForm::In) => PARAMETERS / relationship.local.len().max(1),
            (None, BulkForm::Any) => usize::MAX,
        };
        if (keys == BulkKeys::Repeated || form == BulkForm::Any) && objects.len() > chunk.min(PARAMETERS) {
            self.doubt(node);
        }
        self.fetch(node, &owners, chunk, posts);
        self.settle(node, objects);
    }

    /// Owners by the columns of a relationship; those without a whole key have no target.
    fn by_key(&self, node: NodeId, objects: &[ObjectId]) -> Owners {
        let mut owners = Owners::default();
        let Some((_, _, relationship)) = self.program.relationship(node) else { return owners };
        for object in objects {
            let key = self.survey.key(*object, &relationship.local);
            if !key.has_null() {
                owners.entry(key).or_default().push(*object);
            }
        }
        owners
    }

    /// The statements for these owners, so many keys at a time.
    fn fetch(&mut self, node: NodeId, owners: &Owners, chunk: usize, posts: &mut PostLoads) {
        let first: Vec<ObjectId> = owners.values().filter_map(|owners| owners.first().copied()).collect();
        for part in first.chunks(chunk) {
            let rows = part.iter().flat_map(|owner| self.surveyed(*owner, node)).collect();
            let lead = Lead { rows, node: Some(node), is_root: false };
            self.doubt_uneven(node);
            let lead = Rc::new(lead);
            self.send(Statement { path: node, lead, invoke_all: true, single: false, within: None }, Some(posts));
        }
    }

    /// Hands the owners what was found.
    fn settle(&mut self, node: NodeId, objects: &[ObjectId]) {
        let Some((_, id, _)) = self.program.relationship(node) else { return };
        for object in objects {
            let kept = self.kept(*object, id, Some(node));
            self.set_unloaded(*object, id, kept);
        }
    }
}
