//! Rows fetched against rows needed: which joined collections multiply, and by how much.
//!
//! A statement returns, for every object it leads with, one row for each combination of what is joined to it: the product
//! over its joined relationships of the rows that each brings. One collection only repeats its owner's columns; two beside
//! each other repeat each other's rows.

use crate::graph::ObjectId;
use crate::load::Loaded;
use crate::mapping::document::RelationshipKind;
use crate::plan::{NodeId, Program};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

/// Rows and the size of their values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// Rows.
    pub rows: u64,
    /// Size of the decoded values.
    pub bytes: u64,
}

/// What a request fetched, and what it would have had to fetch.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Multiplication {
    /// What its statements returned.
    pub fetched: Volume,
    /// Every object once, with its columns, and a row for each pair that a secondary table connects.
    pub distinct: Volume,
    /// Statements that join collections.
    pub statements: Vec<JoinedStatement>,
}

/// A statement that joins collections.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JoinedStatement {
    /// The relationship path that causes it; `None` for the root statement.
    pub path: Option<String>,
    /// Rows it returns over one request, from the objects.
    pub rows: u64,
    /// Distinct ones of these rows: one an object, and one a pair that a secondary table connects.
    pub distinct: u64,
    /// Rows if only its first collection were joined and each other one came by a statement of its own.
    pub rows_split: u64,
    /// Its joined collections, in the order of the plan.
    pub collections: Vec<JoinedCollection>,
}

impl JoinedStatement {
    /// Whether it returns more rows than there are distinct ones, because collections stand side by side.
    #[must_use]
    pub fn multiplies(&self) -> bool {
        self.collections.len() > 1 && self.rows > self.distinct
    }
}

/// A collection that is joined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JoinedCollection {
    /// Its path.
    pub path: String,
    /// Distinct objects it leads to.
    pub objects: u64,
    /// Rows of the statement over rows without it and what is below it.
    pub factor: f64,
}

/// The objects that each place of a plan reaches.
pub(super) struct Reached(FxHashMap<NodeId, Place>);

#[derive(Default)]
struct Place {
    /// Each of them once.
    objects: Vec<ObjectId>,
    /// Pairs of an owner and an object.
    pairs: u64,
}

impl Reached {
    pub(super) fn of(program: &Program, loaded: &Loaded) -> Reached {
        let mut reached = Reached(FxHashMap::default());
        for id in program.main_nodes() {
            let mut place = Place::default();
            let mut seen = FxHashSet::default();
            let mut add = |target: ObjectId| {
                place.pairs += 1;
                if seen.insert(target) {
                    place.objects.push(target);
                }
            };
            match program.node(id).parent {
                None => loaded.roots.iter().flatten().copied().for_each(&mut add),
                Some(parent) => {
                    for owner in reached.at(parent) {
                        targets(program, loaded, *owner, id).iter().copied().for_each(&mut add);
                    }
                }
            }
            reached.0.insert(id, place);
        }
        reached
    }

    pub(super) fn at(&self, id: NodeId) -> &[ObjectId] {
        self.0.get(&id).map_or(&[], |place| &place.objects)
    }

    /// Rows that these places need: an object that several of them reach is needed once.
    fn rows(&self, program: &Program, places: &[NodeId]) -> u64 {
        let (mut objects, mut pairs) = (FxHashSet::default(), 0_u64);
        for id in places {
            match program.relationship(*id).map(|(_, _, relationship)| relationship.kind) {
                Some(RelationshipKind::ManyToMany) => pairs = pairs.saturating_add(self.pairs(*id)),
                None | Some(RelationshipKind::ManyToOne | RelationshipKind::OneToMany | RelationshipKind::OneToOne) => {
                    objects.extend(self.at(*id).iter().copied());
                }
            }
        }
        pairs.saturating_add(objects.len() as u64)
    }

    fn pairs(&self, id: NodeId) -> u64 {
        self.0.get(&id).map_or(0, |place| place.pairs)
    }
}

fn targets<'l>(program: &Program, loaded: &'l Loaded, owner: ObjectId, id: NodeId) -> &'l [ObjectId] {
    program.relationship(id).map_or(&[], |(_, relationship, _)| loaded.graph.related(owner, relationship).objects())
}

impl Multiplication {
    pub(super) fn of(program: &Program, loaded: &Loaded, reached: &Reached, fetched: Volume) -> Multiplication {
        let rows = reached.rows(program, &program.main_nodes());
        let distinct = Volume { rows, bytes: loaded.graph.byte_count() };
        let leads = program.main_nodes().into_iter().filter(|id| !program.node(*id).strategy.rides_along());
        let statements = leads.filter_map(|lead| statement(program, loaded, reached, lead)).collect();
        Multiplication { fetched, distinct, statements }
    }

    /// How many times as many rows as distinct objects were fetched; `None` where nothing was loaded.
    #[must_use]
    pub fn factor(&self) -> Option<f64> {
        (self.distinct.rows > 0).then(|| self.fetched.rows as f64 / self.distinct.rows as f64)
    }
}

fn statement(program: &Program, loaded: &Loaded, reached: &Reached, lead: NodeId) -> Option<JoinedStatement> {
    let joined = joined_below(program, lead);
    let is_collection = |id: &NodeId| program.relationship(*id).is_some_and(|(_, _, one)| one.kind.is_collection());
    let collections: Vec<NodeId> = joined.iter().copied().filter(is_collection).collect();
    let (first, others) = collections.split_first()?;
    let rows =
        |without: &[NodeId]| Rows { program, loaded, without, known: FxHashMap::default() }.led_by(reached, lead);
    let all = rows(&[]);
    let places: Vec<NodeId> = std::iter::once(lead).chain(joined.iter().copied()).collect();
    // What is joined below the first collection goes with it; the others are beside it or below it.
    let beside: Vec<NodeId> = others.iter().copied().filter(|id| !is_below(program, *id, *first)).collect();
    let split = beside.iter().fold(rows(&beside), |sum, id| sum.saturating_add(reached.pairs(*id)));
    let collections = collections.iter().map(|id| JoinedCollection {
        path: program.node(*id).path.to_string(),
        objects: reached.at(*id).len() as u64,
        factor: all as f64 / (rows(&[*id]).max(1)) as f64,
    });
    Some(JoinedStatement {
        path: program.node(lead).parent.map(|_| program.node(lead).path.to_string()),
        rows: all,
        distinct: reached.rows(program, &places),
        rows_split: split,
        collections: collections.collect(),
    })
}

/// What is joined into the statement of a node, parents first.
fn joined_below(program: &Program, id: NodeId) -> Vec<NodeId> {
    let mut joined = Vec::new();
    for child in program.node(id).children.iter().filter(|child| program.node(**child).strategy.rides_along()) {
        joined.push(*child);
        joined.extend(joined_below(program, *child));
    }
    joined
}

fn is_below(program: &Program, id: NodeId, above: NodeId) -> bool {
    std::iter::successors(program.node(id).parent, |id| program.node(*id).parent).any(|id| id == above)
}

/// Counts rows of a statement, with some of its joins left out.
struct Rows<'p> {
    program: &'p Program,
    loaded: &'p Loaded,
    without: &'p [NodeId],
    known: FxHashMap<(NodeId, ObjectId), u64>,
}

impl Rows<'_> {
    /// Rows of the statement: a collection is looked up by owner and repeats what owners share, anything else by key.
    fn led_by(&mut self, reached: &Reached, lead: NodeId) -> u64 {
        let shared = match (self.program.relationship(lead), self.program.node(lead).parent) {
            (Some((_, _, relationship)), Some(owners)) if relationship.kind.is_collection() => Some(owners),
            (Some(_) | None, _) => None,
        };
        let mut sum = 0_u64;
        match shared {
            Some(owners) => {
                for owner in reached.at(owners) {
                    for object in targets(self.program, self.loaded, *owner, lead) {
                        sum = sum.saturating_add(self.of(*object, lead));
                    }
                }
            }
            None => {
                for object in reached.at(lead) {
                    sum = sum.saturating_add(self.of(*object, lead));
                }
            }
        }
        sum
    }

    /// Rows of one object at one place.
    fn of(&mut self, object: ObjectId, id: NodeId) -> u64 {
        if let Some(known) = self.known.get(&(id, object)) {
            return *known;
        }
        let (program, loaded) = (self.program, self.loaded);
        let mut rows = 1_u64;
        for child in &program.node(id).children {
            if !program.node(*child).strategy.rides_along() || self.without.contains(child) {
                continue;
            }
            let found = targets(program, loaded, object, *child);
            let sum = found.iter().fold(0_u64, |sum, target| sum.saturating_add(self.of(*target, *child)));
            // Of an inner join without a target the object would not be here.
            rows = rows.saturating_mul(sum.max(1));
        }
        self.known.insert((id, object), rows);
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::staged;
    use super::*;

    fn of(strategies: [&str; 2]) -> Multiplication {
        staged::evidence(6, [3, 4], strategies).objects.multiplication
    }

    #[test]
    fn siblings_multiply_and_each_contributes_its_fan_out() {
        let multiplication = of(["joined", "joined"]);
        assert_eq!(multiplication.fetched.rows, 6 * 3 * 4);
        assert_eq!(multiplication.distinct.rows, 6 + 18 + 24);
        let [statement] = &multiplication.statements[..] else { panic!("{multiplication:?}") };
        assert_eq!((statement.path.as_deref(), statement.rows, statement.distinct), (None, 72, 48));
        let factors: Vec<f64> = statement.collections.iter().map(|collection| collection.factor).collect();
        assert_eq!(factors, [3.0, 4.0]);
        assert_eq!(statement.rows_split, 18 + 24);
        assert!(multiplication.fetched.bytes > 2 * multiplication.distinct.bytes);
    }

    #[test]
    fn one_joined_collection_does_not_multiply_rows() {
        let multiplication = of(["joined", "selectin"]);
        assert_eq!(multiplication.fetched.rows, 18 + 24);
        let [statement] = &multiplication.statements[..] else { panic!("{multiplication:?}") };
        assert_eq!((statement.rows, statement.distinct, statement.rows_split), (18, 24, 18));
        assert!(multiplication.factor().unwrap() < 1.0);
    }

    #[test]
    fn without_joins_every_row_is_an_object() {
        let multiplication = of(["selectin", "selectin"]);
        assert_eq!((multiplication.fetched.rows, multiplication.statements.len()), (48, 0));
        assert_eq!(multiplication.fetched.rows, multiplication.distinct.rows);
    }
}
