//! Compiled statements: text, decoding, and how rows become objects. Worked out once, used by every request.

use crate::mapping::{ColumnId, ColumnKind, EntityId, Relationship, RelationshipId, Remote};
use crate::plan::document::Strategy;
use crate::plan::{NodeId, Program};
use crate::sql::render::render;
use crate::sql::{ColumnRef, Condition, From, Order, Query, Select, Source, SourceId};
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
    /// A selectin load with so many keys.
    Selectin(NodeId, usize),
    /// A subquery load inside the statement with this number.
    Subquery(NodeId, u32),
}

/// Compiled statements of one program, shared by its requests.
#[derive(Debug, Default)]
pub struct StatementCache {
    statements: RwLock<FxHashMap<StatementKey, Arc<Compiled>>>,
    next: AtomicU32,
}

impl StatementCache {
    pub(crate) fn get_or_compile(&self, key: StatementKey, compile: impl FnOnce() -> Draft) -> Arc<Compiled> {
        let found = self.statements.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        found.unwrap_or_else(|| {
            let compiled = Arc::new(compile().finish(self.next.fetch_add(1, Ordering::Relaxed)));
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
    /// Positions whose values are read again after an object was built, so that they are copied, not moved.
    pub(crate) keep: Box<[bool]>,
    pub(crate) lead: Eager,
    /// Positions of the columns by which rows are handed to their parents.
    pub(crate) key: Box<[usize]>,
    /// What a subquery load below restates.
    pub(crate) core: Core,
}

/// How one entity is read from the rows of a statement.
#[derive(Debug)]
pub(crate) struct Eager {
    pub(crate) entity: EntityId,
    /// The plan node of this place; `None` where no options apply.
    pub(crate) node: Option<NodeId>,
    pub(crate) depth: u32,
    /// Positions of the columns, in table order.
    pub(crate) columns: Box<[usize]>,
    /// Positions of the primary key.
    pub(crate) key: Box<[usize]>,
    pub(crate) subqueries: Vec<(NodeId, RelationshipId)>,
    pub(crate) noloads: Vec<RelationshipId>,
    /// Relationships loaded after this statement.
    pub(crate) post_loads: Vec<NodeId>,
    /// Relationships joined into this statement.
    pub(crate) joined: Vec<(RelationshipId, bool, Eager)>,
}

/// The statement without its eager joins: what a subquery load below makes its derived table.
#[derive(Debug, Clone)]
pub(crate) struct Core {
    pub(crate) entity: EntityId,
    pub(crate) node: Option<NodeId>,
    pub(crate) lead: SourceId,
    pub(crate) is_root: bool,
    pub(crate) sources: Vec<Source>,
    pub(crate) from: From,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) order_by: Vec<Order>,
    pub(crate) distinct: bool,
    pub(crate) limited: bool,
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

    /// Adds every column of an entity; those already there are not repeated.
    pub(crate) fn push_entity(&mut self, program: &Program, entity: EntityId, source: SourceId) {
        for column in &program.mapping.entity(entity).columns {
            self.push_once(ColumnRef::new(source, &column.name), column.kind);
        }
    }

    pub(crate) fn position(&self, column: &ColumnRef) -> usize {
        self.positions.get(column).copied().unwrap_or_default()
    }

    pub(crate) fn refs(&self) -> &[ColumnRef] {
        &self.refs
    }
}

/// A place of the eager tree before positions are known.
#[derive(Debug)]
pub(crate) struct EagerDraft {
    pub(crate) entity: EntityId,
    pub(crate) node: Option<NodeId>,
    pub(crate) source: SourceId,
    pub(crate) joined: Vec<(RelationshipId, EagerDraft)>,
}

/// A statement ready to be rendered.
pub(crate) struct Draft {
    pub(crate) query: Query,
    pub(crate) columns: Columns,
    pub(crate) lead: Eager,
    pub(crate) key: Vec<usize>,
    pub(crate) core: Core,
}

impl Draft {
    fn finish(mut self, id: u32) -> Compiled {
        self.query.select.columns = self.columns.refs;
        let mut keep = vec![false; self.columns.kinds.len()];
        self.key.iter().for_each(|position| keep[*position] = true);
        keep_keys(&self.lead, &mut keep);
        Compiled {
            id,
            sql: render(&self.query).into(),
            kinds: self.columns.kinds.into(),
            keep: keep.into(),
            lead: self.lead,
            key: self.key.into(),
            core: self.core,
        }
    }
}

impl Eager {
    /// Whether a subquery load stands anywhere in this statement.
    pub(crate) fn has_subquery(&self) -> bool {
        !self.subqueries.is_empty() || self.joined.iter().any(|(_, _, kid)| kid.has_subquery())
    }
}

fn keep_keys(eager: &Eager, keep: &mut [bool]) {
    eager.key.iter().for_each(|position| keep[*position] = true);
    eager.joined.iter().for_each(|(_, _, kid)| keep_keys(kid, keep));
}

impl EagerDraft {
    /// Looks up where each column stands.
    pub(crate) fn place(self, program: &Program, columns: &Columns) -> Eager {
        let entity = program.mapping.entity(self.entity);
        let at = |id: ColumnId| columns.position(&ColumnRef::new(self.source, &entity.column(id).name));
        let children = self.node.map_or(&[][..], |node| &program.node(node).declared);
        let of = |wanted: fn(Strategy) -> bool| {
            children.iter().copied().filter(move |child| wanted(program.node(*child).strategy))
        };
        let relationship_of = |child: NodeId| program.node(child).relationship.map(|(_, id)| id);
        Eager {
            entity: self.entity,
            node: self.node,
            depth: self.node.map_or(0, |node| program.node(node).depth),
            columns: entity.column_ids().map(at).collect(),
            key: entity.primary_key.iter().copied().map(at).collect(),
            subqueries: of(|strategy| strategy == Strategy::Subquery)
                .filter_map(|child| Some((child, relationship_of(child)?)))
                .collect(),
            noloads: of(|strategy| strategy == Strategy::Noload).filter_map(relationship_of).collect(),
            post_loads: of(|strategy| matches!(strategy, Strategy::Selectin | Strategy::Immediate)).collect(),
            joined: self
                .joined
                .into_iter()
                .map(|(relationship, kid)| {
                    let collection = entity.relationships[relationship.index()].kind.is_collection();
                    (relationship, collection, kid.place(program, columns))
                })
                .collect(),
        }
    }
}

impl Core {
    /// The core of a statement whose SELECT has no eager joins yet.
    pub(crate) fn of(query: &Query, entity: EntityId, node: Option<NodeId>, lead: SourceId) -> Core {
        let Select { distinct, from, conditions, order_by, limit, .. } = &query.select;
        Core {
            entity,
            node,
            lead,
            is_root: false,
            sources: query.sources.clone(),
            from: from.clone(),
            conditions: conditions.clone(),
            order_by: order_by.clone(),
            distinct: *distinct,
            limited: *limit,
        }
    }
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
                .map(|(own, other)| (left(*own), ColumnRef::new(secondary, other)))
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
