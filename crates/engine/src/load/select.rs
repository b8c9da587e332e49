//! `select`: the lazy load, one statement per object whose relationship is read.

use super::compiled::{Columns, Core, Draft, StatementKey, unchanged};
use super::joined::EagerJoins;
use super::postload::{Queue, Recursion};
use super::session::{Plan, Session};
use crate::graph::{Key, ObjectId, Related};
use crate::mapping::document::RelationshipKind;
use crate::mapping::{ColumnId, EntityId, RelationshipId, Remote};
use crate::plan::document::Strategy;
use crate::plan::{NodeId, Program};
use crate::sql::{Bind, ColumnRef, Condition, Labels, Order, Parameter, Query, Source};
use crate::trace::OrmError;
use crate::value::{Value, ValueRef};
use std::sync::Arc;

/// How a lazy statement is sent.
pub(super) struct Lazily<'a> {
    /// The node whose children are the options of what it loads.
    pub(super) node: Option<NodeId>,
    /// The path that causes it.
    pub(super) path: &'a Arc<str>,
    /// How often its relationship is still to be repeated below.
    pub(super) recursion: Recursion,
}

impl Session {
    /// What a relationship is, if no statement is needed to know it: a many-to-one to a primary key whose foreign key
    /// is `NULL`, or whose target the identity map holds.
    pub(super) fn without_sql(&self, object: ObjectId, owner: EntityId, id: RelationshipId) -> Option<Related> {
        let relationship = self.program.mapping.relationship(owner, id);
        if !relationship.targets_primary_key {
            return None;
        }
        let key = self.target_key(object, owner, id);
        if key.parts().all(ValueRef::is_null) {
            return Some(Related::One(None));
        }
        self.graph.find(relationship.target, &key).map(|found| Related::One(Some(found)))
    }

    /// The foreign key of a many-to-one, in the order of the target's primary key.
    pub(super) fn target_key(&self, object: ObjectId, owner: EntityId, id: RelationshipId) -> Key {
        let relationship = self.program.mapping.relationship(owner, id);
        let Remote::Target(remote) = &relationship.remote else { return Key::Values(Box::default()) };
        let key = &self.program.mapping.entity(relationship.target).primary_key;
        Key::new(key.iter().map(|part| {
            let position = remote.iter().position(|column| column == part);
            position.map_or(ValueRef::Null, |index| self.graph.value(object, relationship.local[index]))
        }))
    }

    /// Sends the lazy statement of a relationship.
    pub(super) async fn lazy(
        &mut self,
        object: ObjectId,
        (owner, id): (EntityId, RelationshipId),
        Lazily { node, path, recursion }: Lazily<'_>,
        queue: Queue<'_>,
    ) -> Result<Related, OrmError> {
        let program = self.program.clone();
        let relationship = program.mapping.relationship(owner, id);
        let (params, nulls): (Vec<Value>, u64) = if relationship.targets_primary_key {
            let key = self.target_key(object, owner, id);
            let nulls = (0u32..).zip(key.parts()).filter(|(_, part)| part.is_null()).map(|(bit, _)| 1 << bit).sum();
            (key.parts().filter(|part| !part.is_null()).map(ValueRef::to_value).collect(), nulls)
        } else {
            (relationship.local.iter().map(|column| self.graph.value(object, *column).to_value()).collect(), 0)
        };
        let compiled = self.cache.get_or_compile(program.dialect, StatementKey::Lazy(owner, id, node, nulls), || {
            compile(&program, owner, id, node, nulls)
        });
        let plan = Plan { recursion, unique: true, ..Plan::of(Some(path.clone()), false) };
        let before = self.graph.len();
        let found = self.load(compiled, params, plan, queue).await?.objects;
        if relationship.kind.is_collection() {
            return Ok(Related::Many(found));
        }
        let first = found.first().copied();
        if found.len() > 1 {
            self.drop_unreferred(before, node, first);
        }
        Ok(Related::One(first))
    }
}

fn compile(program: &Program, owner: EntityId, id: RelationshipId, node: Option<NodeId>, nulls: u64) -> Draft {
    let relationship = program.mapping.relationship(owner, id);
    let target = program.mapping.entity(relationship.target);
    let (mut query, source) = Query::over(&target.table, Labels::Bare);
    let column = |column| ColumnRef::new(source, &target.column(column).name);
    // A parameter that stands for a column of the owner has its type.
    let own_type = |own: &ColumnId| program.mapping.entity(owner).column(*own).column_type;
    query.select.conditions = match &relationship.remote {
        Remote::Secondary { table, near, far } => {
            let secondary = query.add(Source::Table(table.clone()));
            query.select.from.comma(secondary);
            let near = near
                .iter()
                .zip(&relationship.local)
                .map(|(other, own)| Condition::BindEquals(ColumnRef::new(secondary, &other.name), own_type(own)));
            let far = far.iter().map(|(own, name)| Condition::Equal(column(*own), ColumnRef::new(secondary, name)));
            near.chain(far).collect()
        }
        Remote::Target(_) if relationship.targets_primary_key => (0u32..)
            .zip(&target.primary_key)
            .map(|(bit, key)| match nulls & (1 << bit) {
                0 => {
                    let column_type = target.column(*key).column_type;
                    Condition::Compare(column(*key), "=", Parameter { name: Bind::Fixed, column_type })
                }
                _ => Condition::IsNull(column(*key)),
            })
            .collect(),
        Remote::Target(remote) if relationship.kind == RelationshipKind::ManyToOne => {
            let pairs = remote.iter().zip(&relationship.local);
            let parameter = |own| Parameter { name: Bind::Param, column_type: own_type(own) };
            pairs.map(|(other, own)| Condition::Compare(column(*other), "=", parameter(own))).collect()
        }
        Remote::Target(remote) => {
            let pairs = remote.iter().zip(&relationship.local);
            pairs.map(|(other, own)| Condition::BindEquals(column(*other), own_type(own))).collect()
        }
    };
    query.select.order_by =
        relationship.order_by.iter().map(|by| Order { column: column(*by), descending: false }).collect();
    let core = Core::of(&query, relationship.target, source);

    let (joins, draft) = EagerJoins::plan(program, &mut query, relationship.target, source, node);
    let mut columns = Columns::default();
    columns.push_entity(program, relationship.target, source, node);
    if !joins.is_empty() {
        // Eager joins attach to the entity's table, which SQLAlchemy then names after the secondary one.
        query.select.from.rotate();
    }
    joins.complete(program, &mut query, &mut columns, &unchanged);
    let lead = draft.place(program, &columns, Strategy::Default);
    Draft { query, columns, lead, key: Vec::new(), core, wildcard: Strategy::Default }
}
