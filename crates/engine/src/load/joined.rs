//! `joined`: related columns ride along in the statement of the parent.
//!
//! FROM lists the joins parent first and siblings in declaration order; the SELECT list has the deepest first.

use super::compiled::{Columns, EagerDraft, on_clause};
use crate::mapping::{ColumnKind, EntityId, RelationshipId, Remote};
use crate::plan::document::Strategy;
use crate::plan::{NodeId, Program};
use crate::sql::{ColumnRef, From, GroupId, JoinKind, Order, Query, Source, SourceId};
use rustc_hash::FxHashMap;

/// Every join below one lead entity.
#[derive(Debug, Default)]
pub(crate) struct EagerJoins {
    joins: Vec<PlannedJoin>,
    /// Columns of the joined entities, deepest first.
    columns: Vec<(ColumnRef, ColumnKind)>,
    /// The `order_by` of the joined collections.
    pub(crate) order_by: Vec<Order>,
    /// Whether any of them is a collection.
    pub(crate) collection: bool,
}

#[derive(Debug)]
struct PlannedJoin {
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
        let mut joins = EagerJoins::default();
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
        let mut joined = Vec::new();
        for child in node.map_or(&[][..], |node| &program.node(node).declared) {
            let strategy = program.node(*child).strategy;
            if !strategy.is_joined() {
                continue;
            }
            let Some((owner, id, relationship)) = program.relationship(*child) else { continue };
            let target_entity = program.mapping.entity(relationship.target);
            let target = query.add(Source::Alias(target_entity.table.clone()));
            let secondary = match &relationship.remote {
                Remote::Secondary { table, .. } => Some(query.add(Source::Alias(table.clone()))),
                Remote::Target(_) => None,
            };
            let inner = strategy != Strategy::Joined;
            self.joins.push(PlannedJoin {
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
            let kid = self.visit(program, query, relationship.target, target, Some(*child), outer || !inner);
            self.columns
                .extend(target_entity.columns.iter().map(|column| (ColumnRef::new(target, &column.name), column.kind)));
            joined.push((id, kid));
        }
        EagerDraft { entity, node, source, joined }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.joins.is_empty()
    }

    /// Adds the joined columns to a SELECT list.
    pub(crate) fn push_columns(&mut self, columns: &mut Columns) {
        self.columns.drain(..).for_each(|(column, kind)| columns.push(column, kind));
    }

    /// Adds the joins to a FROM clause. Where the root is wrapped, its columns are those of the derived table.
    pub(crate) fn attach(&self, program: &Program, from: &mut From, wrapped: Option<(SourceId, SourceId)>) {
        // Which group an alias lives in; none for those on the top level.
        let mut home: FxHashMap<SourceId, Option<GroupId>> = FxHashMap::default();
        for join in &self.joins {
            let owner = program.mapping.entity(join.owner);
            let relationship = &owner.relationships[join.relationship.index()];
            let left = match wrapped {
                Some((root, derived)) if root == join.left => derived,
                _ => join.left,
            };
            let own = |column| ColumnRef::new(left, &owner.column(column).name);
            let (on, far) = on_clause(program, relationship, own, join.target, join.secondary);
            let group = home.get(&join.left).copied().flatten();
            let lives = match (group, join.inner && join.nested && join.below_outer) {
                (Some(group), true) => {
                    let elements = match join.secondary {
                        Some(secondary) => vec![(secondary, on), (join.target, far)],
                        None => vec![(join.target, on)],
                    };
                    from.splice(group, left, elements);
                    Some(group)
                }
                _ => {
                    let inner = join.inner && !join.below_outer;
                    let kind = if inner { JoinKind::Inner } else { JoinKind::LeftOuter };
                    match join.secondary {
                        Some(secondary) if inner => {
                            from.join(kind, secondary, on);
                            from.join(kind, join.target, far);
                            None
                        }
                        Some(secondary) => {
                            let group = from.join(kind, secondary, on);
                            from.join_in(group, join.target, far);
                            Some(group)
                        }
                        None => {
                            let group = from.join(kind, join.target, on);
                            (!inner).then_some(group)
                        }
                    }
                }
            };
            home.insert(join.target, lives);
        }
    }
}
