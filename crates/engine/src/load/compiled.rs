//! Compiled statements: text, decoding, and how rows become objects. Worked out once, used by every request.

use super::json_agg::{NestedDraft, NestedEager};
use crate::mapping::{ColumnId, ColumnKind, EntityId, Relationship, RelationshipId, Remote};
use crate::plan::document::{BulkForm, Strategy};
use crate::plan::{NodeId, Program};
use crate::sql::{ColumnRef, Condition, Dialect, From, Limit, Order, Query, Select, Source, SourceId, render};
use rustc_hash::FxHashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// What identifies a statement among those of a program.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum StatementKey {
    /// The root statement of the plan with this root node.
    Root(NodeId),
    /// A lazy load: owner, relationship, options, and which key parts are `NULL`.
    Lazy(EntityId, RelationshipId, Option<NodeId>, u64),
    /// A selectin load with so many keys, through an alias of the owner where its foreign key is not loaded.
    Selectin(NodeId, usize, bool, Strategy),
    /// A subquery load inside the statement with this number.
    Subquery(NodeId, u32),
    /// A bulk load with so many keys.
    Bulk(NodeId, BulkForm, usize),
    /// What is missing of an object after a commit, with the options it was loaded with.
    Refresh(EntityId, Option<NodeId>, Box<[bool]>),
    /// One column that was left out.
    Deferred(EntityId, ColumnId),
}

/// Compiled statements of one program, shared by its requests.
#[derive(Debug, Default)]
pub struct StatementCache {
    statements: RwLock<FxHashMap<StatementKey, Arc<Compiled>>>,
    next: AtomicU32,
}

impl StatementCache {
    pub(crate) fn get_or_compile(
        &self,
        dialect: Dialect,
        key: StatementKey,
        compile: impl FnOnce() -> Draft,
    ) -> Arc<Compiled> {
        let found = self.statements.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        found.unwrap_or_else(|| {
            let compiled = Arc::new(compile().finish(self.next.fetch_add(1, Ordering::Relaxed), dialect));
            let mut statements = self.statements.write().unwrap_or_else(PoisonError::into_inner);
            statements.entry(key).or_insert(compiled).clone()
        })
    }
}

/// A compiled statement.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// Its number in the cache.
    pub(crate) id: u32,
    pub(crate) sql: Arc<str>,
    pub(crate) kinds: Arc<[ColumnKind]>,
    pub(crate) lead: Eager,
    /// Positions of the columns by which rows are handed to their parents.
    pub(crate) key: Box<[usize]>,
    /// What a subquery load below restates.
    pub(crate) core: Core,
    /// The strategy of relationships that the plan gives none. A lazy load does not know it.
    pub(crate) wildcard: Strategy,
}

/// How one entity is read from the rows of a statement.
#[derive(Debug)]
pub(crate) struct Eager {
    pub(crate) entity: EntityId,
    /// The plan node of this place; `None` where no options apply.
    pub(crate) node: Option<NodeId>,
    pub(crate) depth: u32,
    /// Positions of the columns, in table order; `None` for those left out.
    pub(crate) columns: Box<[Option<usize>]>,
    /// Positions of the primary key.
    pub(crate) key: Box<[usize]>,
    pub(crate) subqueries: Vec<SubqueryEager>,
    pub(crate) noloads: Vec<RelationshipId>,
    /// Relationships whose reading is an error.
    pub(crate) raises: Box<[(RelationshipId, Strategy)]>,
    /// Relationships loaded after this statement.
    pub(crate) post_loads: Vec<NodeId>,
    /// Relationships joined into this statement.
    pub(crate) joined: Vec<(RelationshipId, bool, Eager)>,
    /// Relationships that come as JSON.
    pub(crate) nested: Vec<NestedEager>,
}

/// A relationship that is loaded by a subquery load.
#[derive(Debug)]
pub(crate) struct SubqueryEager {
    pub(crate) node: NodeId,
    pub(crate) relationship: RelationshipId,
    /// Positions of the owner's columns by which it finds its targets; `None` where one is not in the rows.
    pub(crate) key: Option<Box<[usize]>>,
}

/// Columns in alphabetical order. SQLAlchemy keeps these in a set, whose order is undefined; this is one of its orders.
pub(crate) fn sorted_by_name(program: &Program, entity: EntityId, columns: &[ColumnId]) -> Vec<ColumnId> {
    let entity = program.mapping.entity(entity);
    let mut columns = columns.to_vec();
    columns.sort_by_key(|column| entity.column(*column).name.clone());
    columns.dedup();
    columns
}

/// The statement without its eager joins: what a subquery load below makes its derived table.
#[derive(Debug, Clone)]
pub(crate) struct Core {
    pub(crate) entity: EntityId,
    /// The relationships from this entity to the lead of the statement whose core it is: a subquery load restates what
    /// the one above it restated, one join further.
    pub(crate) steps: Vec<(EntityId, RelationshipId)>,
    pub(crate) lead: SourceId,
    pub(crate) is_root: bool,
    pub(crate) sources: Vec<Source>,
    pub(crate) from: From,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) order_by: Vec<Order>,
    pub(crate) distinct: bool,
    pub(crate) limited: Option<Limit>,
    /// Whether a derived table of it keeps the ORDER BY.
    pub(crate) ordered: bool,
}

/// The columns of a SELECT, with their positions.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    refs: Vec<ColumnRef>,
    kinds: Vec<ColumnKind>,
    positions: FxHashMap<ColumnRef, usize>,
}

impl Columns {
    /// Adds a column; a repeated one is found at its first position.
    pub(crate) fn push(&mut self, column: ColumnRef, kind: ColumnKind) {
        self.positions.entry(column.clone()).or_insert(self.refs.len());
        self.refs.push(column);
        self.kinds.push(kind);
    }

    pub(crate) fn push_once(&mut self, column: ColumnRef, kind: ColumnKind) {
        if !self.positions.contains_key(&column) {
            self.push(column, kind);
        }
    }

    /// Adds the columns of an entity that are loaded at a node; those already there are not repeated.
    pub(crate) fn push_entity(&mut self, program: &Program, entity: EntityId, source: SourceId, node: Option<NodeId>) {
        for (column, kind) in entity_columns(program, entity, source, node) {
            self.push_once(column, kind);
        }
    }

    pub(crate) fn position(&self, column: &ColumnRef) -> usize {
        self.positions.get(column).copied().unwrap_or_default()
    }

    pub(crate) fn contains(&self, column: &ColumnRef) -> bool {
        self.positions.contains_key(column)
    }

    pub(crate) fn refs(&self) -> &[ColumnRef] {
        &self.refs
    }

    pub(crate) fn kinds(&self) -> &[ColumnKind] {
        &self.kinds
    }
}

/// The columns of an entity that are loaded at a node.
pub(crate) fn entity_columns(
    program: &Program,
    entity: EntityId,
    source: SourceId,
    node: Option<NodeId>,
) -> Vec<(ColumnRef, ColumnKind)> {
    let entity = program.mapping.entity(entity);
    let only = node.and_then(|node| program.node(node).columns.as_deref());
    let wanted = entity.column_ids().filter(|column| only.is_none_or(|only| only.contains(column)));
    wanted.map(|column| (ColumnRef::new(source, &entity.column(column).name), entity.column(column).kind)).collect()
}

/// A place of the eager tree before positions are known.
#[derive(Debug)]
pub(crate) struct EagerDraft {
    pub(crate) entity: EntityId,
    pub(crate) node: Option<NodeId>,
    pub(crate) source: SourceId,
    pub(crate) joined: Vec<(RelationshipId, EagerDraft)>,
    pub(crate) nested: Vec<NestedDraft>,
}

/// A statement ready to be rendered.
pub(crate) struct Draft {
    pub(crate) query: Query,
    pub(crate) columns: Columns,
    pub(crate) lead: Eager,
    pub(crate) key: Vec<usize>,
    pub(crate) core: Core,
    pub(crate) wildcard: Strategy,
}

impl Draft {
    fn finish(mut self, id: u32, dialect: Dialect) -> Compiled {
        self.query.select.columns = self.columns.refs;
        self.columns.kinds.extend(self.query.select.nested.iter().map(|_| ColumnKind::Plain));
        Compiled {
            id,
            sql: render(&self.query, dialect).into(),
            kinds: self.columns.kinds.into(),
            lead: self.lead,
            key: self.key.into(),
            core: self.core,
            wildcard: self.wildcard,
        }
    }
}

impl Eager {
    /// Whether a collection is joined into this statement, so that its rows repeat.
    pub(crate) fn joins_collection(&self) -> bool {
        self.joined.iter().any(|(_, collection, kid)| *collection || kid.joins_collection())
    }

    /// Whether a subquery load needs columns that are not in the rows.
    pub(crate) fn lacks_keys(&self) -> bool {
        self.subqueries.iter().any(|one| one.key.is_none())
            || self.joined.iter().any(|(_, _, kid)| kid.lacks_keys())
            || self.nested.iter().any(|kid| kid.eager.lacks_keys())
    }

    /// Whether an inner join may drop rows of this statement.
    pub(crate) fn joins_inner(&self, program: &Program) -> bool {
        self.joined.iter().any(|(_, _, kid)| {
            let strategy = kid.node.map(|node| program.node(node).strategy);
            matches!(strategy, Some(Strategy::JoinedInner | Strategy::JoinedInnerUnnested)) || kid.joins_inner(program)
        })
    }

    /// Whether anything in this statement stays empty, or is an error to read.
    pub(crate) fn decides(&self) -> bool {
        !self.noloads.is_empty()
            || !self.raises.is_empty()
            || self.joined.iter().any(|(_, _, kid)| kid.decides())
            || self.nested.iter().any(|kid| kid.eager.decides())
    }

    /// Whether a subquery load stands anywhere in this statement.
    pub(crate) fn has_subquery(&self) -> bool {
        !self.subqueries.is_empty()
            || self.joined.iter().any(|(_, _, kid)| kid.has_subquery())
            || self.nested.iter().any(|kid| kid.eager.has_subquery())
    }

    /// Of a statement whose rows are no objects.
    pub(crate) fn nothing(entity: EntityId) -> Eager {
        Eager {
            entity,
            node: None,
            depth: 0,
            columns: Box::default(),
            key: Box::default(),
            subqueries: Vec::new(),
            noloads: Vec::new(),
            raises: Box::default(),
            post_loads: Vec::new(),
            joined: Vec::new(),
            nested: Vec::new(),
        }
    }

    /// The same for a statement that reads an object again: what would be a subquery load is a post-load there.
    pub(crate) fn without_subqueries(mut self) -> Eager {
        self.post_loads.extend(self.subqueries.drain(..).map(|one| one.node));
        self.joined = self.joined.into_iter().map(|(id, many, kid)| (id, many, kid.without_subqueries())).collect();
        self
    }
}

impl EagerDraft {
    /// Looks up where each column stands.
    pub(crate) fn place(self, program: &Program, columns: &Columns, wildcard: Strategy) -> Eager {
        self.place_through(program, columns, wildcard, &unchanged)
    }

    /// The same where the root is wrapped and `out` says what its columns are called outside.
    pub(crate) fn place_through(
        self,
        program: &Program,
        columns: &Columns,
        wildcard: Strategy,
        out: &dyn Fn(ColumnRef) -> ColumnRef,
    ) -> Eager {
        let entity = program.mapping.entity(self.entity);
        let at = |id: ColumnId| columns.position(&out(ColumnRef::new(self.source, &entity.column(id).name)));
        let only = self.node.and_then(|node| program.node(node).columns.as_deref());
        let place = |id: ColumnId| only.is_none_or(|only| only.contains(&id)).then(|| at(id));
        let mut children = self.node.map_or(Vec::new(), |node| program.node(node).declared.clone());
        if let Some(node) = self.node {
            children.extend(program.repeats(node));
        }
        let of = |wanted: fn(Strategy) -> bool| {
            children.iter().copied().filter(move |child| wanted(program.node(*child).strategy))
        };
        let relationship_of = |child: NodeId| program.node(child).relationship.map(|(_, id)| id);
        // What the plan gives no strategy has that of its wildcard; a recursive load above is a strategy.
        let again = self.node.filter(|node| program.node(*node).recursion.is_some()).and_then(relationship_of);
        let named = children.iter().copied().filter(|child| program.node(*child).strategy != Strategy::Default);
        let named: Vec<RelationshipId> = named.filter_map(relationship_of).chain(again).collect();
        let unnamed = |wanted: fn(Strategy) -> bool| {
            let all = (0..entity.relationships.len() as u32).map(RelationshipId);
            all.filter(|id| wanted(wildcard) && !named.contains(id))
                .map(|id| (id, wildcard))
                .collect::<Vec<_>>()
                .into_iter()
        };
        Eager {
            entity: self.entity,
            node: self.node,
            depth: self.node.map_or(0, |node| program.node(node).depth),
            columns: entity.column_ids().map(place).collect(),
            key: entity.primary_key.iter().copied().map(at).collect(),
            subqueries: of(|strategy| strategy == Strategy::Subquery)
                .filter_map(|child| {
                    let (_, id, relationship) = program.relationship(child)?;
                    let local = sorted_by_name(program, self.entity, &relationship.local);
                    let at = |id: ColumnId| {
                        let column = out(ColumnRef::new(self.source, &entity.column(id).name));
                        columns.contains(&column).then(|| columns.position(&column))
                    };
                    Some(SubqueryEager { node: child, relationship: id, key: local.into_iter().map(at).collect() })
                })
                .collect(),
            noloads: of(|strategy| strategy == Strategy::Noload)
                .filter_map(relationship_of)
                .chain(unnamed(|strategy| strategy == Strategy::Noload).map(|(id, _)| id))
                .collect(),
            raises: of(|strategy| matches!(strategy, Strategy::Raise | Strategy::RaiseOnSql))
                .filter_map(|child| Some((relationship_of(child)?, program.node(child).strategy)))
                .chain(unnamed(|strategy| matches!(strategy, Strategy::Raise | Strategy::RaiseOnSql)))
                .collect(),
            post_loads: of(Strategy::is_post_load).collect(),
            joined: self
                .joined
                .into_iter()
                .map(|(relationship, kid)| {
                    let collection = entity.relationships[relationship.index()].kind.is_collection();
                    (relationship, collection, kid.place_through(program, columns, wildcard, out))
                })
                .collect(),
            nested: self.nested.into_iter().map(|kid| kid.place(program, columns.refs.len(), wildcard)).collect(),
        }
    }
}

impl Core {
    /// The core of a statement whose SELECT has no eager joins yet.
    pub(crate) fn of(query: &Query, entity: EntityId, lead: SourceId) -> Core {
        let Select { distinct, from, conditions, order_by, limit, .. } = &query.select;
        Core {
            entity,
            steps: Vec::new(),
            lead,
            is_root: false,
            sources: query.sources.clone(),
            from: from.clone(),
            conditions: conditions.clone(),
            order_by: order_by.clone(),
            distinct: *distinct,
            limited: *limit,
            ordered: limit.is_some(),
        }
    }
}

/// A column is called the same outside: nothing is wrapped.
pub(crate) fn unchanged(column: ColumnRef) -> ColumnRef {
    column
}

/// Pairs of columns that are equal.
pub(crate) type OnTerms = Vec<(ColumnRef, ColumnRef)>;

/// The conditions under which a relationship's two sides belong together: of the target, or of the secondary table
/// and then of the target. In a join the referenced column always stands on the left.
pub(crate) fn on_clause(
    program: &Program,
    relationship: &Relationship,
    left: impl Fn(ColumnId) -> ColumnRef,
    target: SourceId,
    secondary: Option<SourceId>,
) -> (OnTerms, OnTerms) {
    let target_entity = program.mapping.entity(relationship.target);
    let right = |column: ColumnId| ColumnRef::new(target, &target_entity.column(column).name);
    match (&relationship.remote, secondary) {
        (Remote::Secondary { near, far, .. }, Some(secondary)) => (
            relationship
                .local
                .iter()
                .zip(near)
                .map(|(own, other)| (left(*own), ColumnRef::new(secondary, &other.name)))
                .collect(),
            far.iter().map(|(column, other)| (right(*column), ColumnRef::new(secondary, other))).collect(),
        ),
        (Remote::Target(columns), _) => {
            let pairs = relationship.local.iter().zip(columns);
            let many_to_one = relationship.kind == crate::mapping::document::RelationshipKind::ManyToOne;
            let on = pairs
                .map(|(own, other)| if many_to_one { (right(*other), left(*own)) } else { (left(*own), right(*other)) })
                .collect();
            (on, Vec::new())
        }
        (Remote::Secondary { .. }, None) => (Vec::new(), Vec::new()),
    }
}
