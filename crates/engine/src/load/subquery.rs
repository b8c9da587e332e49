//! `subquery`: one more statement per relationship, in which the enclosing statement becomes a derived table.
//!
//! It is not a post-load: it is sent while the first row that needs it is being built.

use super::compiled::{Columns, Compiled, Core, Draft, StatementKey, on_clause, sorted_by_name, unchanged};
use super::hydrate::Assembled;
use super::joined::EagerJoins;
use super::postload::Queue;
use super::session::{Plan, Session};
use crate::mapping::{ColumnId, ColumnKind, Remote};
use crate::plan::{NodeId, Program};
use crate::sql::{ColumnName, ColumnRef, Labels, Order, Query, Select, Source};
use crate::trace::OrmError;
use crate::value::Value;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// The statement that a subquery load restates, and the parameters it was sent with.
#[derive(Debug, Clone)]
pub(crate) struct Enclosing {
    pub(crate) compiled: Arc<Compiled>,
    pub(crate) params: Arc<[Value]>,
}

impl Session {
    /// Loads a relationship of everything the enclosing statement returns.
    pub(super) async fn subquery(
        &mut self,
        node: NodeId,
        enclosing: &Enclosing,
        queue: Queue<'_>,
    ) -> Result<Assembled, OrmError> {
        let program = self.program.clone();
        let key = StatementKey::Subquery(node, enclosing.compiled.id);
        let compiled = self.cache.get_or_compile(key, || compile(&program, node, &enclosing.compiled.core));
        let plan = Plan::of(Some(program.node(node).path.clone()), true);
        let params = enclosing.params.to_vec();
        let loaded = self.load_within(compiled.clone(), params, plan, queue, Some(enclosing.clone())).await?;
        let mut assembled = Assembled::default();
        let mut seen = FxHashSet::default();
        for (key, object) in loaded.keyed() {
            if seen.insert((key.clone(), object)) {
                assembled.objects.entry(key).or_default().push(object);
            }
        }
        Ok(assembled)
    }
}

fn compile(program: &Program, node: NodeId, enclosing: &Core) -> Draft {
    // The relationships from the enclosing statement's entity down to the one that is loaded.
    let mut steps = Vec::new();
    let mut at = Some(node);
    while let Some(step) = at.filter(|step| Some(*step) != enclosing.node) {
        steps.push(step);
        at = program.node(step).parent;
    }
    steps.reverse();
    let start = program.mapping.entity(enclosing.entity);

    // Inside: the enclosing statement, reduced to the columns that the first relationship needs.
    let mut query = Query {
        sources: enclosing.sources.clone(),
        labels: FxHashMap::default(),
        select: Select::new(Labels::TableColumn),
    };
    query.label(enclosing.lead, start);
    let first = steps.first().and_then(|step| program.relationship(*step)).map(|(_, _, first)| first);
    let near = first.map_or_else(Vec::new, |first| sorted_by_name(program, enclosing.entity, &first.local));
    let mut inside = Select::new(Labels::TableColumn);
    inside.distinct = enclosing.distinct || !start.primary_key.iter().all(|part| near.contains(part));
    inside.columns = near.iter().map(|column| ColumnRef::new(enclosing.lead, &start.column(*column).name)).collect();
    if enclosing.limited {
        if inside.distinct {
            for order in &enclosing.order_by {
                if !inside.columns.contains(&order.column) {
                    inside.columns.push(order.column.clone());
                }
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
        let Some((owner_id, _, relationship)) = program.relationship(*step) else { continue };
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

    // Options below are lost unless the enclosing statement is the root.
    let Some((_, _, relationship)) = program.relationship(node) else {
        unreachable!("a subquery load is always of a relationship")
    };
    let options = enclosing.is_root.then_some(node);
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
    let lead = draft.place(program, &columns);
    // A subquery load below this one restates the same enclosing statement.
    Draft { query, columns, lead, key, core: enclosing.clone() }
}
