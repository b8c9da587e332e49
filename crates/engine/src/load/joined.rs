//! `joined`: related columns ride along in the statement of the parent.
//!
//! FROM lists the joins parent first and siblings in declaration order; the SELECT list has the deepest first.

use super::compiled::{Columns, EagerDraft, entity_columns, on_clause};
use super::json_agg::NestedDraft;
use crate::mapping::{ColumnId, ColumnKind, EntityId, Relationship, RelationshipId, Remote};
use crate::plan::document::Strategy;
use crate::plan::{NodeId, Program};
use crate::sql::{ColumnRef, EagerJoin, From, JoinKind, Nested, Order, Query, Source, SourceId};

/// Every join below one lead entity.
#[derive(Debug)]
pub(crate) struct EagerJoins {
    joins: Vec<PlannedJoin>,
    lead: SourceId,
    /// Whether explicit joins are there to take objects from: in the root's own statement only.
    explicit: bool,
    /// Columns of the joined entities, deepest first.
    columns: Vec<(ColumnRef, ColumnKind)>,
    /// Columns of entities that an explicit join brought in: they stand before those of the lead.
    pub(crate) leading: Vec<(ColumnRef, ColumnKind)>,
    /// Columns of the lead that its joins need, even where a `load_only` leaves them out.
    needed: Vec<(ColumnRef, ColumnKind)>,
    /// Relationships that come as JSON, in columns after all others.
    pub(crate) nested: Vec<Nested>,
    /// The `order_by` of the joined collections.
    order_by: Vec<Order>,
    /// Whether any of them is a collection.
    pub(crate) collection: bool,
}

#[derive(Debug)]
struct PlannedJoin {
    node: NodeId,
    owner: EntityId,
    relationship: RelationshipId,
    left: SourceId,
    target: SourceId,
    secondary: Option<SourceId>,
    inner: bool,
    /// `innerjoin=True` nests inside an outer join; `"unnested"` does not.
    nested: bool,
    below_outer: bool,
}

impl EagerJoins {
    /// Plans the joins of everything joined below an entity.
    pub(crate) fn plan(
        program: &Program,
        query: &mut Query,
        entity: EntityId,
        source: SourceId,
        node: Option<NodeId>,
    ) -> (EagerJoins, EagerDraft) {
        EagerJoins::plan_with(program, query, entity, source, node, false)
    }

    /// The same for the statement of a root, whose explicit joins are there to take objects from.
    pub(crate) fn plan_root(
        program: &Program,
        query: &mut Query,
        entity: EntityId,
        source: SourceId,
        node: NodeId,
    ) -> (EagerJoins, EagerDraft) {
        EagerJoins::plan_with(program, query, entity, source, Some(node), true)
    }

    fn plan_with(
        program: &Program,
        query: &mut Query,
        entity: EntityId,
        source: SourceId,
        node: Option<NodeId>,
        explicit: bool,
    ) -> (EagerJoins, EagerDraft) {
        let mut joins = EagerJoins {
            joins: Vec::new(),
            lead: source,
            explicit,
            columns: Vec::new(),
            leading: Vec::new(),
            needed: Vec::new(),
            nested: Vec::new(),
            order_by: Vec::new(),
            collection: false,
        };
        let draft = joins.visit(program, query, entity, source, node, false);
        (joins, draft)
    }

    fn visit(
        &mut self,
        program: &Program,
        query: &mut Query,
        entity: EntityId,
        source: SourceId,
        node: Option<NodeId>,
        outer: bool,
    ) -> EagerDraft {
        let (mut joined, mut nested) = (Vec::new(), Vec::new());
        for child in node.map_or(&[][..], |node| &program.node(node).declared) {
            let strategy = program.node(*child).strategy;
            let Some((owner, id, relationship)) = program.relationship(*child) else { continue };
            let target_entity = program.mapping.entity(relationship.target);
            if strategy == Strategy::ContainsEager && self.explicit {
                let target = query.table(&target_entity.table);
                self.collection |= relationship.kind.is_collection();
                let kid = self.visit(program, query, relationship.target, target, Some(*child), outer);
                self.leading.extend(entity_columns(program, relationship.target, target, Some(*child)));
                joined.push((id, kid));
            }
            if strategy == Strategy::JsonAgg {
                let (column, draft) = NestedDraft::plan(program, query, *child, source, Some(self.nested.len()));
                self.nested.push(column);
                nested.push(draft);
            }
            if !strategy.is_joined() {
                continue;
            }
            let target = query.add(Source::Alias(target_entity.table.clone()));
            let secondary = match &relationship.remote {
                Remote::Secondary { table, .. } => Some(query.add(Source::Alias(table.clone()))),
                Remote::Target(_) => None,
            };
            let inner = strategy != Strategy::Joined;
            self.joins.push(PlannedJoin {
                node: *child,
                owner,
                relationship: id,
                left: source,
                target,
                secondary,
                inner,
                nested: strategy == Strategy::JoinedInner,
                below_outer: outer,
            });
            self.collection |= relationship.kind.is_collection();
            self.order_by.extend(relationship.order_by.iter().map(|column| Order {
                column: ColumnRef::new(target, &target_entity.column(*column).name),
                descending: false,
            }));
            if source == self.lead {
                self.need(program, owner, relationship);
            }
            let kid = self.visit(program, query, relationship.target, target, Some(*child), outer || !inner);
            self.columns.extend(entity_columns(program, relationship.target, target, Some(*child)));
            joined.push((id, kid));
        }
        EagerDraft { entity, node, source, joined, nested }
    }

    /// Notes the lead's columns in the condition of a join.
    fn need(&mut self, program: &Program, owner: EntityId, relationship: &Relationship) {
        let entity = program.mapping.entity(owner);
        let itself: &[ColumnId] = match &relationship.remote {
            Remote::Target(columns) if relationship.target == owner => columns,
            Remote::Target(_) | Remote::Secondary { .. } => &[],
        };
        self.needed.extend(relationship.local.iter().chain(itself).map(|column| {
            let column = entity.column(*column);
            (ColumnRef::new(self.lead, &column.name), column.kind)
        }));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.joins.is_empty()
    }

    /// Adds the lead's columns that only its joins need to a SELECT list.
    pub(crate) fn push_needed(&mut self, columns: &mut Columns) {
        self.needed.drain(..).for_each(|(column, kind)| columns.push_once(column, kind));
    }

    /// Completes a statement whose lead is in its SELECT list and its FROM clause. Where the root is wrapped, `out`
    /// says what its columns are called outside.
    pub(crate) fn complete(
        mut self,
        program: &Program,
        query: &mut Query,
        columns: &mut Columns,
        out: &dyn Fn(ColumnRef) -> ColumnRef,
    ) {
        self.push_needed(columns);
        self.columns.drain(..).for_each(|(column, kind)| columns.push(column, kind));
        self.attach(program, &query.sources, &mut query.select.from, out);
        query.select.order_by.append(&mut self.order_by);
        self.nested.iter_mut().for_each(|column| column.rename(out));
        query.select.nested = self.nested;
    }

    /// Adds the joins to a FROM clause.
    fn attach(&self, program: &Program, sources: &[Source], from: &mut From, out: &dyn Fn(ColumnRef) -> ColumnRef) {
        for join in &self.joins {
            let owner = program.mapping.entity(join.owner);
            let relationship = &owner.relationships[join.relationship.index()];
            let own = |column| out(ColumnRef::new(join.left, &owner.column(column).name));
            let (on, far) = on_clause(program, relationship, own, join.target, join.secondary);
            let spliced = join.inner && join.nested && join.below_outer;
            let inner = spliced || (join.inner && !join.below_outer);
            let eager = EagerJoin {
                kind: if inner { JoinKind::Inner } else { JoinKind::LeftOuter },
                owner: join.owner,
                above: program.node(join.node).parent,
                entity: relationship.target,
                target: join.target,
                left: join.left,
                alike: (0..)
                    .zip(sources)
                    .filter(|(_, source)| source.is_alias_of(&owner.table))
                    .map(|(at, _)| SourceId(at))
                    .collect(),
                on,
                secondary: join.secondary.map(|secondary| (secondary, far)),
            };
            if spliced {
                from.splice(eager);
            } else {
                from.attach(eager);
            }
        }
    }
}
