//! The identity map: the objects of a session by class and key.

use super::{Key, ObjectId};
use crate::mapping::EntityId;
use rustc_hash::FxHashMap;

/// Whole numbers up to this are worth a place of their own, however few objects there are.
const SMALL: usize = 1_024;

/// Objects by class.
#[derive(Debug, Default)]
pub(super) struct Identities(Vec<OfEntity>);

/// Most keys are one whole number, and most tables count theirs up from one: such a key is the object's place in a list.
#[derive(Debug, Default)]
struct OfEntity {
    counted: Vec<Option<ObjectId>>,
    /// How many objects there are.
    len: usize,
    /// Whole numbers too large for the list.
    numbers: FxHashMap<i64, ObjectId>,
    others: FxHashMap<Key, ObjectId>,
}

impl Identities {
    #[inline]
    pub(super) fn find(&self, entity: EntityId, key: &Key) -> Option<ObjectId> {
        let of = self.0.get(entity.index())?;
        match key {
            Key::Number(number) => of.find(*number),
            Key::Values(_) => of.others.get(key).copied(),
        }
    }

    #[inline]
    pub(super) fn insert(&mut self, entity: EntityId, key: Key, id: ObjectId) {
        if self.0.len() <= entity.index() {
            self.0.resize_with(entity.index() + 1, OfEntity::default);
        }
        let of = &mut self.0[entity.index()];
        of.len += 1;
        match key {
            Key::Number(number) => of.insert(number, id),
            Key::Values(_) => {
                of.others.insert(key, id);
            }
        }
    }

    pub(super) fn objects(&self) -> impl Iterator<Item = ObjectId> {
        self.0
            .iter()
            .flat_map(|of| of.counted.iter().flatten().chain(of.numbers.values()).chain(of.others.values()).copied())
    }

    pub(super) fn remove(&mut self, entity: EntityId, key: &Key) {
        let Some(of) = self.0.get_mut(entity.index()) else { return };
        let removed = match key {
            Key::Number(number) => of.remove(*number),
            Key::Values(_) => of.others.remove(key),
        };
        of.len -= usize::from(removed.is_some());
    }

    pub(super) fn retain(&mut self, kept: impl Fn(ObjectId) -> bool) {
        for of in &mut self.0 {
            of.counted.iter_mut().for_each(|place| *place = place.filter(|id| kept(*id)));
            of.numbers.retain(|_, id| kept(*id));
            of.others.retain(|_, id| kept(*id));
            of.len = of.counted.iter().flatten().count() + of.numbers.len() + of.others.len();
        }
    }
}

impl OfEntity {
    #[inline]
    fn find(&self, number: i64) -> Option<ObjectId> {
        let counted = usize::try_from(number).ok().and_then(|place| *self.counted.get(place)?);
        counted.or_else(|| self.numbers.get(&number).copied())
    }

    fn remove(&mut self, number: i64) -> Option<ObjectId> {
        let place = usize::try_from(number).ok().and_then(|place| self.counted.get_mut(place)?.take());
        place.or_else(|| self.numbers.remove(&number))
    }

    #[inline]
    fn insert(&mut self, number: i64, id: ObjectId) {
        // A list with more gaps than objects would take more memory than it saves.
        let worth = self.counted.len().max(SMALL + 2 * self.len);
        match usize::try_from(number) {
            Ok(place) if place < worth => {
                if place >= self.counted.len() {
                    self.counted.resize(place + 1, None);
                }
                self.counted[place] = Some(id);
            }
            Ok(_) | Err(_) => {
                self.numbers.insert(number, id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys of every kind, put in from the largest down, so that a number that was too large once comes to lie in the list's range.
    #[test]
    fn every_key_is_found_until_its_object_is_dropped() {
        let numbers = (0..5_000).rev().chain([-1, i64::MIN, i64::MAX, 100_000]).map(Key::Number);
        let keys: Vec<Key> = numbers.chain([Key::Values([1.into(), "one".into()].into())]).collect();
        let mut map = Identities::default();
        let entity = EntityId(2);
        for (index, key) in keys.iter().enumerate() {
            assert_eq!(map.find(entity, key), None);
            map.insert(entity, key.clone(), ObjectId::at(index));
        }
        let found = |map: &Identities| keys.iter().map(|key| map.find(entity, key)).collect::<Vec<_>>();
        assert_eq!(found(&map), (0..keys.len()).map(|index| Some(ObjectId::at(index))).collect::<Vec<_>>());
        assert_eq!(map.objects().count(), keys.len());
        assert_eq!(map.find(EntityId(1), &keys[0]), None);
        map.remove(entity, &keys[0]);
        map.remove(entity, &keys[keys.len() - 1]);
        assert_eq!((map.find(entity, &keys[0]), map.objects().count()), (None, keys.len() - 2));
        map.insert(entity, keys[0].clone(), ObjectId::at(0));
        map.insert(entity, keys[keys.len() - 1].clone(), ObjectId::at(keys.len() - 1));
        map.retain(|id| id.index().is_multiple_of(2));
        let even = |index: usize| index.is_multiple_of(2).then(|| ObjectId::at(index));
        assert_eq!(found(&map), (0..keys.len()).map(even).collect::<Vec<_>>());
    }
}
