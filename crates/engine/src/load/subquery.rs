//! `subquery`: one more statement per relationship, in which the enclosing statement becomes a derived table.
//!
//! It is not a post-load: it is sent while the first row that needs it is being built.

use super::Fetch;
use super::compiled::{Columns, Compiled, Core, Draft, StatementKey, on_clause, sorted_by_name, unchanged};
use super::hydrate::Assembled;
use super::joined::EagerJoins;
use super::postload::Queue;
use super::session::{Plan, Session};
use crate::mapping::{ColumnId, ColumnKind, EntityId, RelationshipId, Remote};
use crate::plan::{NodeId, Program};
use crate::sql::{ColumnName, ColumnRef, Labels, Order, Query, Select, Source};
use crate::trace::OrmError;
use crate::value::Value;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// The parameters of the statement that a subquery load restates.
#[derive(Debug, Clone)]
pub(crate) struct Enclosing {
    pub(crate) params: Arc<[Value]>,
}

impl Session {
    /// Loads a relationship of everything that `within`, the statement at hand, returns.
    pub(super) async fn subquery(
        &mut self,
        node: NodeId,
        within: &Arc<Compiled>,
        enclosing: &Enclosing,
        queue: Queue<'_>,
    ) -> Result<Assembled, OrmError> {
        let program = self.program.clone();
        let key = StatementKey::Subquery(node, within.id);
        let compiled = self.cache.get_or_compile(program.dialect, key, || compile(&program, node, within));
        let plan = Plan::of(Some(program.node(node).path.clone()), true);
        let params = enclosing.params.to_vec();
        if self.batching {
            // The load inherits the batches of the root's statement and cannot be made unique.
            self.ask(&compiled, params, &plan, Fetch::Batch(1)).await;
            return Err(self.needs_all_rows());
        }
        let loaded = self.load_within(compiled.clone(), params, plan, queue, Some(enclosing.clone())).await?;
        let single = program.relationship(node).is_some_and(|(_, _, one)| !one.kind.is_collection());
        // It does not know the inner joins of the statement that it restates, and brings what belongs to owners they drop.
        self.graph.loose |= within.lead.joins_inner(&program);
        let mut assembled = Assembled::default();
        let mut seen = FxHashSet::default();
        for (key, object) in loaded.keyed() {
            if seen.insert((key.clone(), object)) {
                let objects = assembled.objects.entry(key).or_default();
                objects.push(object);
                self.graph.loose |= single && objects.len() > 1;
            }
        }
        Ok(assembled)
    }
}

fn compile(program: &Program, node: NodeId, within: &Compiled) -> Draft {
    let enclosing = &within.core;
    // The relationships from the enclosing statement's entity down to the one that is loaded.
    let mut below = Vec::new();
    let mut at = Some(node);
    while let Some(step) = at.filter(|step| Some(*step) != within.lead.node) {
        below.extend(program.node(step).relationship);
        at = program.node(step).parent;
    }
    let steps: Vec<(EntityId, RelationshipId)> =
        enclosing.steps.iter().copied().chain(below.into_iter().rev()).collect();
    let relationship_of = |(owner, id): (EntityId, RelationshipId)| program.mapping.relationship(owner, id);
    let start = program.mapping.entity(enclosing.entity);

    // Inside: the enclosing statement, reduced to the columns that the first relationship needs.
    let mut query = Query {
        sources: enclosing.sources.clone(),
        labels: FxHashMap::default(),
        select: Select::new(Labels::TableColumn),
    };
    query.label(enclosing.lead, start);
    let first = steps.first().map(|step| relationship_of(*step));
    let near = first.map_or_else(Vec::new, |first| sorted_by_name(program, enclosing.entity, &first.local));
    let mut inside = Select::new(Labels::TableColumn);
    inside.distinct = enclosing.distinct || !start.primary_key.iter().all(|part| near.contains(part));
    inside.columns = near.iter().map(|column| ColumnRef::new(enclosing.lead, &start.column(*column).name)).collect();
    if enclosing.limited.is_some() && inside.distinct {
        for order in &enclosing.order_by {
            if !inside.columns.contains(&order.column) {
                inside.columns.push(order.column.clone());
            }
        }
    }
    if enclosing.ordered {
        inside.order_by = enclosing.order_by.clone();
    }
    inside.from = enclosing.from.clone();
    inside.conditions = enclosing.conditions.clone();
    inside.limit = enclosing.limited;
    let derived = query.add(Source::Derived(Box::new(inside)));
    query.select.from.comma(derived);

    // Outside: one join a relationship, the last one to the table itself.
    let mut left = derived;
    let mut key = Vec::new();
    let mut target_source = derived;
    for (index, step) in steps.iter().enumerate() {
        let (owner_id, relationship) = (step.0, relationship_of(*step));
        let owner = program.mapping.entity(owner_id);
        let own = |column: ColumnId| {
            let name = &owner.column(column).name;
            if left == derived {
                ColumnRef { source: derived, name: ColumnName::Derived(enclosing.lead, name.clone()) }
            } else {
                ColumnRef::new(left, name)
            }
        };
        let table = program.mapping.entity(relationship.target).table.clone();
        let last = index + 1 == steps.len();
        let target = query.add(if last { Source::Table(table) } else { Source::Alias(table) });
        let secondary = match &relationship.remote {
            Remote::Secondary { table, .. } => Some(query.add(Source::Alias(table.clone()))),
            Remote::Target(_) => None,
        };
        let (on, far) = on_clause(program, relationship, own, target, secondary);
        query.select.from.join_through(secondary, target, on, far);
        if last {
            let local = sorted_by_name(program, owner_id, &relationship.local);
            key = local.iter().map(|column| (own(*column), owner.column(*column).kind)).collect();
        }
        left = target;
        target_source = target;
    }

    // Options are found by the path from the enclosing statement's entity on: below another statement than the root
    // they are lost, unless that entity is the root's and has the same path.
    let Some((_, _, relationship)) = program.relationship(node) else {
        unreachable!("a subquery load is always of a relationship")
    };
    let options =
        if enclosing.is_root { Some(node) } else { program.find(program.root_of(node), enclosing.entity, &steps) };
    let entity = program.mapping.entity(relationship.target);
    query.label(target_source, entity);
    query.select.order_by = relationship
        .order_by
        .iter()
        .map(|by| Order { column: ColumnRef::new(target_source, &entity.column(*by).name), descending: false })
        .collect();
    let (joins, draft) = EagerJoins::plan(program, &mut query, relationship.target, target_source, options);
    let mut columns = Columns::default();
    columns.push_entity(program, relationship.target, target_source, options);
    let key: Vec<(ColumnRef, ColumnKind)> = key;
    for (column, kind) in &key {
        columns.push(column.clone(), *kind);
    }
    joins.complete(program, &mut query, &mut columns, &unchanged);
    let key = key.iter().map(|(column, _)| columns.position(column)).collect();
    let lead = draft.place(program, &columns, within.wildcard);
    // A subquery load below this one restates the same enclosing statement.
    Draft { query, columns, lead, key, core: Core { steps, ..enclosing.clone() }, wildcard: within.wildcard }
}
