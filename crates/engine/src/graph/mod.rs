//! The objects of one session: an arena, and the identity map over it.

pub mod response;

use crate::mapping::{ColumnId, EntityId, RelationshipId};
use crate::plan::NodeId;
use crate::plan::document::Strategy;
use crate::value::Value;
use rustc_hash::{FxHashMap, FxHashSet};

/// Number of an object in its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(u32);

impl ObjectId {
    fn index(self) -> usize {
        self.0 as usize
    }
}

/// An object: its columns, and what has been loaded of its relationships.
#[derive(Debug, Clone)]
pub struct Object {
    /// Its class.
    pub entity: EntityId,
    /// Column values in table order.
    pub columns: Box<[Value]>,
    /// Which columns are not loaded, in table order; `None` where all are.
    pub(crate) missing: Option<Box<[bool]>>,
    /// A commit has expired it: the next column that is read brings all of them.
    pub(crate) expired: bool,
    /// Relationships in declaration order.
    pub related: Box<[Related]>,
    /// Relationships whose reading is an error.
    pub(crate) raises: Box<[(RelationshipId, Strategy)]>,
    /// The plan node whose children are this object's loader options.
    pub options: Option<NodeId>,
    /// How deep in one statement the object was found; the shallowest place decides its options.
    pub(crate) depth: u32,
    /// Which load created it.
    pub(crate) load: u32,
    /// At which place of the statement it was created.
    pub(crate) place: Option<NodeId>,
}

impl Object {
    /// Whether the value of a column is there.
    pub(crate) fn has(&self, column: ColumnId) -> bool {
        self.missing.as_ref().is_none_or(|missing| !missing[column.index()])
    }

    /// Puts a value where none was loaded.
    pub(crate) fn fill(&mut self, column: ColumnId, value: Value) {
        self.columns[column.index()] = value;
        if let Some(missing) = &mut self.missing {
            missing[column.index()] = false;
            if !missing.contains(&true) {
                self.missing = None;
                self.expired = false;
            }
        }
    }
}

/// What is known of a relationship.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Related {
    /// Nothing: reading it loads it.
    Unloaded,
    /// One object or none.
    One(Option<ObjectId>),
    /// A collection.
    Many(Vec<ObjectId>),
}

impl Related {
    /// The objects it refers to.
    pub(crate) fn objects(&self) -> &[ObjectId] {
        match self {
            Related::Unloaded | Related::One(None) => &[],
            Related::One(Some(target)) => std::slice::from_ref(target),
            Related::Many(targets) => targets,
        }
    }
}

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// Of one column.
    One(Value),
    /// Of several columns.
    Many(Box<[Value]>),
}

impl Key {
    /// A key from its parts.
    pub(crate) fn new(mut parts: impl ExactSizeIterator<Item = Value>) -> Key {
        match (parts.len(), parts.next()) {
            (1, Some(only)) => Key::One(only),
            (_, first) => Key::Many(first.into_iter().chain(parts).collect()),
        }
    }

    /// The key's values.
    #[must_use]
    pub fn parts(&self) -> &[Value] {
        match self {
            Key::One(value) => std::slice::from_ref(value),
            Key::Many(values) => values,
        }
    }

    /// Whether any part is `NULL`: no object has such a key.
    pub(crate) fn has_null(&self) -> bool {
        self.parts().iter().any(Value::is_null)
    }
}

/// All objects of a session, found by class and key.
#[derive(Debug, Default)]
pub struct Graph {
    objects: Vec<Object>,
    identities: FxHashMap<(EntityId, Key), ObjectId>,
    /// Whether any object was ever built without all its columns, so that reading one may need a statement.
    pub(crate) incomplete: bool,
}

impl Graph {
    /// An object by its number.
    #[must_use]
    pub fn object(&self, id: ObjectId) -> &Object {
        &self.objects[id.index()]
    }

    pub(crate) fn object_mut(&mut self, id: ObjectId) -> &mut Object {
        &mut self.objects[id.index()]
    }

    /// The object of this class and key, if the session holds it.
    pub(crate) fn find(&self, entity: EntityId, key: Key) -> Option<ObjectId> {
        self.identities.get(&(entity, key)).copied()
    }

    pub(crate) fn insert(&mut self, key: Key, object: Object) -> ObjectId {
        let id = ObjectId(self.objects.len() as u32);
        self.identities.insert((object.entity, key), id);
        self.objects.push(object);
        id
    }

    /// Drops what nothing holds any more: the identity map is weak. As in CPython references are counted, so that
    /// objects that refer to each other in a circle stay. Dropped objects keep their place in the arena for whoever
    /// still reads their values.
    pub(crate) fn sweep(&mut self, held: &[ObjectId]) {
        let mut references = vec![0_u32; self.objects.len()];
        let mut alive = vec![false; self.objects.len()];
        for id in self.identities.values() {
            alive[id.index()] = true;
            let related = self.objects[id.index()].related.iter().flat_map(Related::objects);
            related.for_each(|target| references[target.index()] += 1);
        }
        held.iter().for_each(|id| references[id.index()] += 1);
        let mut dropped: Vec<ObjectId> =
            self.identities.values().copied().filter(|id| references[id.index()] == 0).collect();
        while let Some(id) = dropped.pop() {
            alive[id.index()] = false;
            for target in self.objects[id.index()].related.iter().flat_map(Related::objects) {
                references[target.index()] -= 1;
                if references[target.index()] == 0 && alive[target.index()] {
                    dropped.push(*target);
                }
            }
        }
        self.identities.retain(|_, id| alive[id.index()]);
    }

    /// A commit: every object that is held loses what was loaded of it, and everything else is dropped.
    pub(crate) fn expire(&mut self, held: &[ObjectId]) {
        let held: FxHashSet<ObjectId> = held.iter().copied().collect();
        self.identities.retain(|_, id| held.contains(id));
        for id in self.identities.values() {
            let object = &mut self.objects[id.index()];
            object.expired = true;
            object.missing = Some(vec![true; object.columns.len()].into());
            object.related.fill(Related::Unloaded);
        }
        self.incomplete = true;
    }

    /// Number of objects that were built.
    pub(crate) fn len(&self) -> usize {
        self.objects.len()
    }

    /// An object is read again: to the statement that does so it is new.
    pub(crate) fn renew(&mut self, id: ObjectId, load: u32, place: Option<NodeId>) {
        let object = self.object_mut(id);
        (object.load, object.place, object.expired) = (load, place, false);
    }

    /// What is known of a relationship of an object.
    pub(crate) fn related(&self, id: ObjectId, relationship: RelationshipId) -> &Related {
        &self.object(id).related[relationship.index()]
    }

    /// Sets a relationship that is not loaded yet; what is already there stays.
    pub(crate) fn set_unloaded(&mut self, id: ObjectId, relationship: RelationshipId, value: Related) {
        let slot = &mut self.object_mut(id).related[relationship.index()];
        if *slot == Related::Unloaded {
            *slot = value;
        }
    }
}
