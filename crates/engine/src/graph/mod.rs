//! The objects of one session: an arena, and the identity map over it.

mod identities;
pub mod response;

use crate::load::Row;
use crate::mapping::{ColumnId, Entity, EntityId, Mapping, RelationshipId};
use crate::plan::NodeId;
use crate::plan::document::Strategy;
use crate::value::{Value, ValueRef, Values};
use identities::Identities;
use rustc_hash::{FxHashMap, FxHashSet};
use std::num::NonZeroU32;
use std::ops::Range;
use std::sync::Arc;

/// Number of an object in its session, counted from one: so `Option<ObjectId>` takes no more memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(NonZeroU32);

impl ObjectId {
    fn at(index: usize) -> ObjectId {
        ObjectId(NonZeroU32::MIN.saturating_add(index as u32))
    }

    pub(crate) fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// An object: where its columns are, and what has been loaded of its relationships.
#[derive(Debug, Clone, Copy)]
pub struct Object {
    /// Its class.
    pub entity: EntityId,
    /// A commit has expired it: the next column that is read brings all of them.
    pub(crate) expired: bool,
    /// The plan node whose children are this object's loader options.
    pub options: Option<NodeId>,
    /// How deep in one statement the object was found; the shallowest place decides its options.
    pub(crate) depth: u32,
    /// Which load created it.
    pub(crate) load: u32,
    /// At which place of the statement it was created.
    pub(crate) place: Option<NodeId>,
    /// Where its columns begin among the values of the graph.
    pub(crate) first_value: u32,
    /// Where its relationships begin among those of the graph.
    pub(crate) first_related: u32,
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

/// A key: of an object, or of what rows and objects have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// One whole number, as most keys are.
    Number(i64),
    /// Any other values.
    Values(Box<[Value]>),
}

impl Key {
    /// A key from its parts.
    pub(crate) fn new<'v>(mut parts: impl ExactSizeIterator<Item = ValueRef<'v>>) -> Key {
        match (parts.len(), parts.next()) {
            (1, Some(ValueRef::Integer(number))) => Key::Number(number),
            (_, first) => Key::Values(first.into_iter().chain(parts).map(ValueRef::to_value).collect()),
        }
    }

    /// The key's values.
    pub fn parts(&self) -> impl Iterator<Item = ValueRef<'_>> {
        let (number, values) = match self {
            Key::Number(number) => (Some(ValueRef::Integer(*number)), &[][..]),
            Key::Values(values) => (None, &**values),
        };
        number.into_iter().chain(values.iter().map(Value::as_ref))
    }

    /// Whether any part is `NULL`: no object has such a key.
    pub(crate) fn has_null(&self) -> bool {
        matches!(self, Key::Values(values) if values.iter().any(Value::is_null))
    }
}

/// Objects for which a graph is made as small as it can be.
const WORTH_SHRINKING: usize = 64;

/// All objects of a session, found by class and key.
#[derive(Debug, Default)]
pub struct Graph {
    objects: Vec<Object>,
    /// The columns of all objects, in table order.
    values: Values,
    /// The relationships of all objects.
    related: Vec<Related>,
    places: Arc<Places>,
    identities: Identities,
    /// Objects that were dropped while the statement that built them was still at work.
    forgotten: FxHashSet<ObjectId>,
    /// Whether something may have been built that nobody refers to: several rows for one that is wanted.
    pub(crate) loose: bool,
    /// Which columns are not loaded, in table order, of the few objects that have not got all.
    missing: FxHashMap<ObjectId, Box<[bool]>>,
    /// Relationships whose reading is an error, of the few objects that have any.
    raises: FxHashMap<ObjectId, Box<[(RelationshipId, Strategy)]>>,
    /// Whether any object was ever built without all its columns, so that reading one may need a statement.
    pub(crate) incomplete: bool,
}

/// Which relationships the objects of each class have a place for: those that a plan names. No others are ever looked at.
#[derive(Debug, Default)]
pub(crate) struct Places(Vec<Class>);

#[derive(Debug)]
struct Class {
    columns: usize,
    /// The place of each relationship, in declaration order.
    relationships: Box<[Option<u32>]>,
    /// How many places there are.
    count: usize,
}

impl Places {
    /// Places for these relationships.
    pub(crate) fn of(mapping: &Mapping, named: impl Iterator<Item = (EntityId, RelationshipId)>) -> Places {
        let class = |entity: &Entity| Class {
            columns: entity.columns.len(),
            relationships: vec![None; entity.relationships.len()].into(),
            count: 0,
        };
        let mut places = Places(mapping.entities().map(|(_, entity)| class(entity)).collect());
        for (entity, relationship) in named {
            let class = &mut places.0[entity.index()];
            let place = &mut class.relationships[relationship.index()];
            if place.is_none() {
                *place = Some(class.count as u32);
                class.count += 1;
            }
        }
        places
    }

    fn class(&self, entity: EntityId) -> &Class {
        &self.0[entity.index()]
    }
}

impl Graph {
    /// No objects yet.
    pub(crate) fn new(places: Arc<Places>) -> Graph {
        Graph { places, ..Graph::default() }
    }

    /// An object by its number.
    #[inline]
    #[must_use]
    pub fn object(&self, id: ObjectId) -> &Object {
        &self.objects[id.index()]
    }

    #[inline]
    pub(crate) fn object_mut(&mut self, id: ObjectId) -> &mut Object {
        &mut self.objects[id.index()]
    }

    /// The value of an object's column.
    #[inline]
    #[must_use]
    pub fn value(&self, id: ObjectId, column: ColumnId) -> ValueRef<'_> {
        self.values.get(self.object(id).first_value as usize + column.index())
    }

    /// What is known of a relationship of an object.
    #[inline]
    #[must_use]
    pub fn related(&self, id: ObjectId, relationship: RelationshipId) -> &Related {
        self.place(id, relationship).map_or(&Related::Unloaded, |place| &self.related[place])
    }

    /// The same to be changed; `None` where the plan does not name the relationship and nobody will look.
    #[inline]
    pub(crate) fn related_mut(&mut self, id: ObjectId, relationship: RelationshipId) -> Option<&mut Related> {
        self.place(id, relationship).map(|place| &mut self.related[place])
    }

    #[inline]
    fn place(&self, id: ObjectId, relationship: RelationshipId) -> Option<usize> {
        let object = self.object(id);
        let place = self.places.class(object.entity).relationships[relationship.index()]?;
        Some((object.first_related + place) as usize)
    }

    /// The object of this class and key, if the session holds it.
    #[inline]
    pub(crate) fn find(&self, entity: EntityId, key: &Key) -> Option<ObjectId> {
        self.identities.find(entity, key)
    }

    /// Which columns of an object are not loaded, in table order; `None` where all are.
    pub(crate) fn missing(&self, id: ObjectId) -> Option<&[bool]> {
        self.missing.get(&id).map(|missing| &**missing)
    }

    /// Whether the value of a column is there.
    pub(crate) fn has(&self, id: ObjectId, column: ColumnId) -> bool {
        self.missing(id).is_none_or(|missing| !missing[column.index()])
    }

    /// Whether a commit has expired an object and nothing has been read again since.
    pub(crate) fn is_expired(&self, id: ObjectId) -> bool {
        self.object(id).expired && self.missing(id).is_some_and(|missing| !missing.contains(&false))
    }

    /// How reading this relationship of an object is an error, if it is.
    pub(crate) fn raises(&self, id: ObjectId, relationship: RelationshipId) -> Option<Strategy> {
        let raises = self.raises.get(&id)?;
        raises.iter().find(|(of, _)| *of == relationship).map(|(_, strategy)| *strategy)
    }

    /// Makes reading this relationship of an object an error.
    pub(crate) fn raise(&mut self, id: ObjectId, relationship: RelationshipId, strategy: Strategy) {
        let raises = self.raises.entry(id).or_default();
        let others = raises.iter().copied().filter(|(known, _)| *known != relationship);
        *raises = others.chain([(relationship, strategy)]).collect();
    }

    /// Adds an object with its columns, each from its position in a row. None of its relationships is loaded.
    #[inline]
    pub(crate) fn insert(&mut self, key: Key, object: Object, columns: &[Option<usize>], row: Row<'_>) -> ObjectId {
        let id = ObjectId::at(self.objects.len());
        self.identities.insert(object.entity, key, id);
        let (first_value, first_related) = (self.values.len() as u32, self.related.len() as u32);
        let relationships = self.places.class(object.entity).count;
        self.objects.push(Object { first_value, first_related, ..object });
        row.copy(columns, &mut self.values);
        self.related.extend(std::iter::repeat_n(Related::Unloaded, relationships));
        id
    }

    /// Notes that some columns of an object are not loaded.
    pub(crate) fn lacks(&mut self, id: ObjectId, missing: Box<[bool]>) {
        self.missing.insert(id, missing);
        self.incomplete = true;
    }

    /// Puts a value where none was loaded.
    pub(crate) fn fill(&mut self, id: ObjectId, column: ColumnId, value: ValueRef<'_>) {
        self.values.set(self.object(id).first_value as usize + column.index(), value);
        if let Some(missing) = self.missing.get_mut(&id) {
            missing[column.index()] = false;
            if !missing.contains(&true) {
                self.missing.remove(&id);
                self.object_mut(id).expired = false;
            }
        }
    }

    /// Gives back the memory that was kept for objects to come, where it is worth the while.
    pub(crate) fn shrink(&mut self) {
        if self.objects.len() < WORTH_SHRINKING {
            return;
        }
        self.objects.shrink_to_fit();
        self.values.shrink();
        self.related.shrink_to_fit();
    }

    /// Gives back what only a load needs: the identity map, and which columns are missing.
    pub(crate) fn end_of_loading(&mut self) {
        (self.identities, self.missing, self.raises) = Default::default();
    }

    /// The objects that an object refers to.
    fn referred(&self, id: ObjectId) -> impl Iterator<Item = ObjectId> {
        self.related[self.relationships(id)].iter().flat_map(Related::objects).copied()
    }

    fn relationships(&self, id: ObjectId) -> Range<usize> {
        let object = self.object(id);
        let first = object.first_related as usize;
        first..first + self.places.class(object.entity).count
    }

    /// Drops what cannot be reached from what is held: the identity map is weak. Dropped objects keep their place in the
    /// arena for whoever still reads their values.
    pub(crate) fn sweep(&mut self, held: &[ObjectId]) {
        let mut alive = vec![false; self.objects.len()];
        let mut found = held.to_vec();
        while let Some(id) = found.pop() {
            if !std::mem::replace(&mut alive[id.index()], true) {
                found.extend(self.referred(id));
            }
        }
        self.identities.retain(|id| alive[id.index()]);
    }

    /// Drops those of these new objects that neither the others nor `referring` objects lead to.
    pub(crate) fn forget(&mut self, mapping: &Mapping, new: &[ObjectId], referring: Vec<ObjectId>) {
        let new: FxHashSet<ObjectId> = new.iter().copied().collect();
        let mut alive: FxHashSet<ObjectId> = FxHashSet::default();
        let mut found = referring;
        while let Some(id) = found.pop() {
            if alive.insert(id) {
                found.extend(self.referred(id).filter(|id| new.contains(id)));
            }
        }
        for id in new.into_iter().filter(|id| !alive.contains(id) && !self.is_forgotten(*id)).collect::<Vec<_>>() {
            let entity = self.object(id).entity;
            let parts = mapping.entity(entity).primary_key.iter().map(|part| self.value(id, *part));
            let key = Key::new(parts);
            self.identities.remove(entity, &key);
            self.forgotten.insert(id);
        }
        self.loose = true;
    }

    /// Whether an object was dropped while the statement that built it was still at work.
    pub(crate) fn is_forgotten(&self, id: ObjectId) -> bool {
        !self.forgotten.is_empty() && self.forgotten.contains(&id)
    }

    /// A commit: every object that is held loses what was loaded of it, and everything else is dropped.
    pub(crate) fn expire(&mut self, held: &[ObjectId]) {
        let held: FxHashSet<ObjectId> = held.iter().copied().collect();
        self.identities.retain(|id| held.contains(&id));
        for id in self.identities.objects() {
            let columns = self.places.class(self.object(id).entity).columns;
            let relationships = self.relationships(id);
            self.objects[id.index()].expired = true;
            self.raises.remove(&id);
            self.missing.insert(id, vec![true; columns].into());
            self.related[relationships].fill(Related::Unloaded);
        }
        self.incomplete = true;
    }

    /// The relationships of an object that are not loaded, of those that the plan names.
    pub(crate) fn unloaded(&self, id: ObjectId) -> impl Iterator<Item = RelationshipId> {
        let places = (0..).map(RelationshipId).zip(&self.places.class(self.object(id).entity).relationships);
        let first = self.object(id).first_related;
        places.filter_map(move |(relationship, place)| {
            let place = (first + (*place)?) as usize;
            (self.related[place] == Related::Unloaded).then_some(relationship)
        })
    }

    /// The objects that were built after so many others.
    pub(crate) fn since(&self, before: usize) -> impl Iterator<Item = ObjectId> {
        (before..self.objects.len()).map(ObjectId::at)
    }

    /// The class of every object, in the order in which they were built; `None` for one that was dropped at once, since
    /// nothing led to it.
    pub fn built(&self) -> impl ExactSizeIterator<Item = Option<EntityId>> {
        let class =
            |(index, object): (usize, &Object)| (!self.is_forgotten(ObjectId::at(index))).then_some(object.entity);
        self.objects.iter().enumerate().map(class)
    }

    /// Number of objects that were built.
    pub(crate) fn len(&self) -> usize {
        self.objects.len()
    }

    /// Size of their values.
    pub(crate) fn byte_count(&self) -> u64 {
        self.values.byte_count()
    }

    /// An object is read again: to the statement that does so it is new.
    pub(crate) fn renew(&mut self, id: ObjectId, load: u32, place: Option<NodeId>) {
        let object = self.object_mut(id);
        (object.load, object.place, object.expired) = (load, place, false);
    }

    /// Sets a relationship, whatever is there already or only where nothing is.
    #[inline]
    pub(crate) fn set(&mut self, id: ObjectId, relationship: RelationshipId, value: Related, overwrite: bool) {
        if let Some(place) = self.related_mut(id, relationship)
            && (overwrite || *place == Related::Unloaded)
        {
            *place = value;
        }
    }

    /// Sets a relationship that is not loaded yet; what is already there stays.
    #[inline]
    pub(crate) fn set_unloaded(&mut self, id: ObjectId, relationship: RelationshipId, value: Related) {
        self.set(id, relationship, value, false);
    }
}
