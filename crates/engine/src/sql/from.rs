//! FROM clauses: trees of joins, and where SQLAlchemy puts an inner join that is nested in an outer one.

use super::{ColumnRef, JoinKind, SourceId};
use crate::mapping::EntityId;
use crate::plan::NodeId;

/// Comma separated items, of which the last takes the joins.
#[derive(Debug, Clone, Default)]
pub(crate) struct From {
    pub(crate) items: Vec<Item>,
}

/// A FROM element, or a join of two items.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    Source(SourceId),
    Join(Box<Join>),
}

/// `left JOIN right ON …`; the right side in parentheses where it is a join itself.
#[derive(Debug, Clone)]
pub(crate) struct Join {
    pub(crate) kind: JoinKind,
    pub(crate) left: Item,
    pub(crate) right: Item,
    pub(crate) on: Vec<(ColumnRef, ColumnRef)>,
    /// What is known of an eager join; nothing of one that only goes through a secondary table.
    memo: Option<Memo>,
}

/// What an eager join remembers of its two sides. Taking a join apart loses some of it, and later joins then land
/// elsewhere: that is SQLAlchemy's own doing.
#[derive(Debug, Clone, Copy, Default)]
struct Memo {
    left: Option<EntityId>,
    right: Option<Place>,
}

/// Where the right side of an eager join comes from.
#[derive(Debug, Clone, Copy)]
struct Place {
    entity: EntityId,
    /// The node above the relationship, where it is known.
    above: Option<NodeId>,
}

/// A join of a relationship that is loaded eagerly.
#[derive(Debug, Clone)]
pub(crate) struct EagerJoin {
    pub(crate) kind: JoinKind,
    /// The entity the relationship belongs to, the node there, and the entity it leads to.
    pub(crate) owner: EntityId,
    pub(crate) above: Option<NodeId>,
    pub(crate) entity: EntityId,
    pub(crate) target: SourceId,
    /// The owner's place, and all others of its table.
    pub(crate) left: SourceId,
    pub(crate) alike: Vec<SourceId>,
    pub(crate) on: Vec<(ColumnRef, ColumnRef)>,
    /// The secondary table, and its condition with the target.
    pub(crate) secondary: Option<(SourceId, Vec<(ColumnRef, ColumnRef)>)>,
}

impl From {
    /// Adds an element after a comma.
    pub(crate) fn comma(&mut self, first: SourceId) {
        self.items.push(Item::Source(first));
    }

    /// Moves the first comma separated element to the end, where eager joins attach.
    pub(crate) fn rotate(&mut self) {
        self.items.rotate_left(1);
    }

    /// Joins an element to the end of the clause.
    pub(crate) fn join(&mut self, kind: JoinKind, source: SourceId, on: Vec<(ColumnRef, ColumnRef)>) {
        if let Some(left) = self.items.pop() {
            self.items.push(plain(kind, left, Item::Source(source), on));
        }
    }

    /// Joins the target of a relationship to the end of the clause, through its secondary table where there is one.
    pub(crate) fn join_through(
        &mut self,
        secondary: Option<SourceId>,
        target: SourceId,
        on: Vec<(ColumnRef, ColumnRef)>,
        far: Vec<(ColumnRef, ColumnRef)>,
    ) {
        match secondary {
            Some(secondary) => {
                self.join(JoinKind::Inner, secondary, on);
                self.join(JoinKind::Inner, target, far);
            }
            None => self.join(JoinKind::Inner, target, on),
        }
    }

    /// Adds an eager join at the end.
    pub(crate) fn attach(&mut self, join: EagerJoin) {
        if let Some(left) = self.items.pop() {
            self.items.push(join.onto(left, Some(join.owner)));
        }
    }

    /// Adds an inner join inside the outer join that its owner is part of.
    pub(crate) fn splice(&mut self, join: EagerJoin) {
        if let Some(last) = self.items.pop() {
            let spliced = splice(&last, &join, None, None);
            self.items.push(spliced.unwrap_or_else(|| join.onto(last, Some(join.owner))));
        }
    }
}

fn plain(kind: JoinKind, left: Item, right: Item, on: Vec<(ColumnRef, ColumnRef)>) -> Item {
    Item::Join(Box::new(Join { kind, left, right, on, memo: None }))
}

impl Item {
    /// Every element in it.
    fn sources(&self) -> Vec<SourceId> {
        match self {
            Item::Source(source) => vec![*source],
            Item::Join(join) => [join.left.sources(), join.right.sources()].concat(),
        }
    }
}

impl EagerJoin {
    /// The same with the condition on what is really there, where the owner's place is not.
    fn adapted(&self, item: &Item) -> EagerJoin {
        let there = item.sources();
        let mut adapted = self.clone();
        if !there.contains(&self.left)
            && let Some(other) = there.iter().find(|source| self.alike.contains(source))
        {
            for (left, right) in &mut adapted.on {
                for column in [left, right].into_iter().filter(|column| column.source == self.left) {
                    column.source = *other;
                }
            }
        }
        adapted
    }

    fn onto(&self, left: Item, memo: Option<EntityId>) -> Item {
        let target = Item::Source(self.target);
        let memo = Memo { left: memo, right: Some(Place { entity: self.entity, above: self.above }) };
        let (left, right, on) = match (&self.secondary, self.kind) {
            (None, _) => (left, target, self.on.clone()),
            // Inner joins follow each other; an outer one takes the two tables in parentheses.
            (Some((secondary, far)), JoinKind::Inner) => {
                let left = plain(JoinKind::Inner, left, Item::Source(*secondary), self.on.clone());
                (left, target, far.clone())
            }
            (Some((secondary, far)), JoinKind::LeftOuter) => {
                let right = plain(JoinKind::Inner, Item::Source(*secondary), target, far.clone());
                (left, right, self.on.clone())
            }
        };
        Item::Join(Box::new(Join { kind: self.kind, left, right, on, memo: Some(memo) }))
    }
}

/// The tree with the join spliced in; `None` where this branch has no place for it. `inside` is the entity that this
/// branch stands for, `found` where the join came from whose left side it is.
fn splice(item: &Item, join: &EagerJoin, inside: Option<EntityId>, found: Option<Place>) -> Option<Item> {
    if let Item::Join(here) = item
        && let Some(memo) = here.memo
    {
        if let Some(right) = splice(&here.right, join, memo.right.map(|place| place.entity), None) {
            return Some(match right {
                Item::Join(right) if here.kind == JoinKind::Inner && right.kind == JoinKind::Inner => {
                    into_center(here, memo, *right)
                }
                right @ (Item::Source(_) | Item::Join(_)) => {
                    rebuilt(here, here.left.clone(), right, Memo { left: memo.left, right: None })
                }
            });
        }
        let left = splice(&here.left, join, memo.left, memo.right)?;
        return Some(rebuilt(here, left, here.right.clone(), Memo { left: None, right: memo.right }));
    }
    // An end of the tree: the right entity, and not one that is further down the same relationships.
    let elsewhere = found.is_some_and(|place| place.above.is_some() && place.above != join.above);
    (inside == Some(join.owner) && !elsewhere).then(|| join.adapted(item).onto(item.clone(), inside))
}

fn rebuilt(join: &Join, left: Item, right: Item, memo: Memo) -> Item {
    Item::Join(Box::new(Join { kind: join.kind, left, right, on: join.on.clone(), memo: Some(memo) }))
}

/// `a JOIN (b JOIN c)` as `a JOIN b JOIN c`.
fn into_center(outer: &Join, memo: Memo, inner: Join) -> Item {
    let of = inner.memo.unwrap_or_default();
    let between = Memo { left: memo.left, right: of.left.map(|entity| Place { entity, above: None }) };
    let left = rebuilt(outer, outer.left.clone(), inner.left, between);
    Item::Join(Box::new(Join {
        kind: inner.kind,
        left,
        right: inner.right,
        on: inner.on,
        memo: Some(Memo { left: None, right: of.right }),
    }))
}
