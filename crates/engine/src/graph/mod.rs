//! The objects of one session: an arena, and the identity map over it.

pub mod response;

use crate::mapping::EntityId;
use crate::plan::NodeId;
use crate::value::Value;
use rustc_hash::FxHashMap;

/// Number of an object in its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(u32);

/// An object: its columns, and what has been loaded of its relationships.
#[derive(Debug, Clone)]
pub struct Object {
    /// Its class.
    pub entity: EntityId,
    /// Column values in table order.
    pub columns: Box<[Value]>,
    /// Relationships in declaration order.
    pub related: Box<[Related]>,
    /// The plan node whose children are this object's loader options.
    pub options: Option<NodeId>,
    /// How deep in one statement the object was found; the shallowest place decides its options.
    pub(crate) depth: u32,
    /// Which load created it.
    pub(crate) load: u32,
    /// At which place of the statement it was created.
    pub(crate) place: Option<NodeId>,
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
}

impl Graph {
    /// An object by its number.
    #[must_use]
    pub fn object(&self, id: ObjectId) -> &Object {
        &self.objects[id.0 as usize]
    }

    pub(crate) fn object_mut(&mut self, id: ObjectId) -> &mut Object {
        &mut self.objects[id.0 as usize]
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

    /// Drops every object: the identity map is weak, and nothing holds them.
    pub(crate) fn forget(&mut self) {
        self.identities.clear();
    }

    /// What is known of a relationship of an object.
    pub(crate) fn related(&self, id: ObjectId, relationship: crate::mapping::RelationshipId) -> &Related {
        &self.object(id).related[relationship.index()]
    }

    /// Sets a relationship that is not loaded yet; what is already there stays.
    pub(crate) fn set_unloaded(&mut self, id: ObjectId, relationship: crate::mapping::RelationshipId, value: Related) {
        let slot = &mut self.object_mut(id).related[relationship.index()];
        if *slot == Related::Unloaded {
            *slot = value;
        }
    }
}
