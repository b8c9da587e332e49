//! `selectin`: one more statement per relationship, with the keys of the owners in an IN list, 500 at a time.

use super::compiled::{Columns, Core, Draft, StatementKey, on_clause, unchanged};
use super::joined::EagerJoins;
use super::postload::{PostLoads, Queue, Recursion};
use super::session::{Plan, Session};
use crate::graph::{Key, ObjectId, Related};
use crate::mapping::document::RelationshipKind;
use crate::mapping::{Column, ColumnId, ColumnType, EntityId, Relationship, Remote};
use crate::plan::document::Strategy;
use crate::plan::{NodeId, Program};
use crate::sql::{Bind, ColumnRef, Condition, JoinKind, Labels, Order, Parameter, Query, Source, SourceId};
use crate::trace::OrmError;
use crate::value::ValueRef;
use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

/// Keys per IN list, where the plan does not say.
pub(crate) const IN_LIST: usize = 500;

/// Which table the keys of the IN list belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The target's own primary key: a many-to-one.
    TargetKey,
    /// The target's foreign key: a collection or one-to-one.
    ForeignKey,
    /// The secondary table.
    Secondary,
    /// An alias of the owner's table, joined.
    Owner,
}

impl Session {
    /// Loads a relationship of all these objects. The identity map is not asked: the statement is always sent.
    pub(super) async fn selectin(
        &mut self,
        node: NodeId,
        (recursion, wildcard): (Recursion, Strategy),
        objects: &[(ObjectId, bool)],
        posts: &mut PostLoads,
    ) -> Result<(), OrmError> {
        let program = self.program.clone();
        let Some((owner, id, relationship)) = program.relationship(node) else { return Ok(()) };
        let chunk = program.node(node).chunk.unwrap_or(IN_LIST);
        let has_keys =
            |(object, _): &(ObjectId, bool)| relationship.local.iter().all(|column| self.graph.has(*object, *column));
        let by_target = form(&program, owner, relationship) == Form::TargetKey;
        let by_owner = by_target && self.graph.incomplete && !objects.iter().all(has_keys);
        if by_target && !by_owner {
            // Distinct foreign keys, in the order in which they are first seen.
            let mut keys: IndexMap<Key, Vec<(ObjectId, bool)>, FxBuildHasher> = IndexMap::default();
            for (object, overwrite) in objects.iter().copied() {
                if self.graph.is_forgotten(object) {
                    continue;
                }
                let key = self.target_key(object, owner, id);
                if key.has_null() {
                    self.graph.set(object, id, Related::One(None), overwrite);
                } else {
                    keys.entry(key).or_default().push((object, overwrite));
                }
            }
            let keys: Vec<(Key, Vec<(ObjectId, bool)>)> = keys.into_iter().collect();
            for part in keys.chunks(chunk) {
                let found = self
                    .selectin_chunk((node, false, wildcard), recursion, part.iter().map(|(key, _)| key), posts)
                    .await?;
                for (key, owners) in part {
                    // An inner join below can remove the row: the attribute is then empty although the target exists.
                    let target = found.get(key).and_then(|targets| targets.first().copied());
                    for (object, overwrite) in owners {
                        self.graph.set(*object, id, Related::One(target), *overwrite);
                    }
                }
            }
            return Ok(());
        }
        let primary_key = &program.mapping.entity(owner).primary_key;
        let keys: Vec<(Key, (ObjectId, bool))> = objects
            .iter()
            .map(|object| (Key::new(primary_key.iter().map(|column| self.graph.value(object.0, *column))), *object))
            .collect();
        for part in keys.chunks(chunk) {
            let before = self.graph.len();
            let mut several = false;
            let keys = part.iter().map(|(key, _)| key);
            let mut found = self.selectin_chunk((node, by_owner, wildcard), recursion, keys, posts).await?;
            for (key, (object, overwrite)) in part {
                let targets = found.remove(key).unwrap_or_default();
                let value = if relationship.kind.is_collection() {
                    Related::Many(targets)
                } else {
                    several |= targets.len() > 1;
                    Related::One(targets.first().copied())
                };
                self.graph.set(*object, id, value, *overwrite);
            }
            if several {
                self.drop_unreferred(before, Some(node), part.iter().map(|(_, (owner, _))| *owner));
            }
        }
        Ok(())
    }

    /// One statement: the targets by key.
    async fn selectin_chunk(
        &mut self,
        (node, by_owner, wildcard): (NodeId, bool, Strategy),
        recursion: Recursion,
        keys: impl ExactSizeIterator<Item = &Key> + Send,
        posts: &mut PostLoads,
    ) -> Result<FxHashMap<Key, Vec<ObjectId>>, OrmError> {
        let program = self.program.clone();
        let count = keys.len();
        let params = keys.flat_map(|key| key.parts().map(ValueRef::to_value)).collect();
        let key = StatementKey::Selectin(node, count, by_owner, wildcard);
        let compiled =
            self.cache.get_or_compile(program.dialect, key, || compile(&program, node, count, by_owner, wildcard));
        let stands = if program.node(node).recursion.is_some() { program.first_of_kind(node) } else { node };
        let plan = Plan { recursion, ..Plan::of(Some(program.node(stands).path.clone()), true) };
        let loaded = self.load(compiled.clone(), params, plan, Queue::Enclosing(posts)).await?;
        let repeats = compiled.lead.joins_collection();
        let mut found: FxHashMap<Key, Vec<ObjectId>> = FxHashMap::default();
        let mut seen: FxHashSet<(Key, ObjectId)> = FxHashSet::default();
        for (key, object) in loaded.keyed() {
            // Rows are only made unique where a joined collection repeats them.
            if !repeats || seen.insert((key.clone(), object)) {
                found.entry(key).or_default().push(object);
            }
        }
        Ok(found)
    }
}

fn form(program: &Program, owner: EntityId, relationship: &Relationship) -> Form {
    let key = &program.mapping.entity(owner).primary_key;
    let whole_key = relationship.local.len() == key.len() && key.iter().all(|part| relationship.local.contains(part));
    match relationship.kind {
        RelationshipKind::ManyToOne if relationship.targets_primary_key => Form::TargetKey,
        RelationshipKind::OneToMany | RelationshipKind::OneToOne if whole_key => Form::ForeignKey,
        RelationshipKind::ManyToMany if whole_key && relationship.target != owner => Form::Secondary,
        RelationshipKind::ManyToOne
        | RelationshipKind::OneToMany
        | RelationshipKind::OneToOne
        | RelationshipKind::ManyToMany => Form::Owner,
    }
}

fn compile(program: &Program, node: NodeId, count: usize, by_owner: bool, wildcard: Strategy) -> Draft {
    let Some((owner_id, _, relationship)) = program.relationship(node) else {
        unreachable!("a selectin load is always of a relationship")
    };
    // A recursive load stands where its relationship stands first.
    let node = if program.node(node).recursion.is_some() { program.first_of_kind(node) } else { node };
    let (owner, target) = (program.mapping.entity(owner_id), program.mapping.entity(relationship.target));
    let mut query = Query::new(Labels::Bare);
    let source = query.add(Source::Table(target.table.clone()));
    // The column that stands for a part of the owner's key on the other side.
    let partner = |part: &ColumnId| relationship.local.iter().position(|column| column == part).unwrap_or_default();
    let as_key = |source: SourceId, column: &Column| (ColumnRef::new(source, &column.name), column.clone());
    let keys: Vec<(ColumnRef, Column)> =
        match (if by_owner { Form::Owner } else { form(program, owner_id, relationship) }, &relationship.remote) {
            (Form::TargetKey, _) => {
                query.select.from.comma(source);
                target.primary_key.iter().map(|part| as_key(source, target.column(*part))).collect()
            }
            (Form::ForeignKey, Remote::Target(remote)) => {
                query.select.from.comma(source);
                let key = owner.primary_key.iter().map(|part| target.column(remote[partner(part)]));
                key.map(|column| as_key(source, column)).collect()
            }
            (Form::Secondary, Remote::Secondary { table, near, .. }) => {
                let secondary = query.add(Source::Table(table.clone()));
                query.select.from.comma(secondary);
                let own = |column: ColumnId| ColumnRef::new(secondary, &owner.column(column).name);
                let (_, far) = on_clause(program, relationship, own, source, Some(secondary));
                query.select.from.join(JoinKind::Inner, source, far);
                owner.primary_key.iter().map(|part| as_key(secondary, &near[partner(part)])).collect()
            }
            (Form::Owner | Form::ForeignKey | Form::Secondary, remote) => {
                let alias = query.add(Source::Alias(owner.table.clone()));
                query.select.from.comma(alias);
                join_from(program, &mut query, owner_id, relationship, remote, alias, source);
                owner.primary_key.iter().map(|part| as_key(alias, owner.column(*part))).collect()
            }
        };
    let column_type = keys.first().map_or(ColumnType::Other, |(_, column)| column.column_type);
    let parameter = Parameter { name: Bind::Fixed, column_type };
    query.select.conditions =
        vec![Condition::In(keys.iter().map(|(column, _)| column.clone()).collect(), count, parameter)];
    let order = |by: &ColumnId| Order { column: ColumnRef::new(source, &target.column(*by).name), descending: false };
    query.select.order_by = relationship.order_by.iter().map(order).collect();
    let mut core = Core::of(&query, relationship.target, source);
    // Joined from its owner, the statement has the relationship's order from its options, which a derived table keeps.
    core.ordered = by_owner || form(program, owner_id, relationship) == Form::Owner;

    let (joins, draft) = EagerJoins::plan(program, &mut query, relationship.target, source, Some(node));
    let mut columns = Columns::default();
    for (column, of) in &keys {
        columns.push(column.clone(), of.kind);
    }
    columns.push_entity(program, relationship.target, source, Some(node));
    joins.complete(program, &mut query, &mut columns, &unchanged);
    let key = keys.iter().map(|(column, _)| columns.position(column)).collect();
    let lead = draft.place(program, &columns, wildcard);
    Draft { query, columns, lead, key, core, wildcard }
}

/// `owner AS owner_1 JOIN target ON …`, through the secondary table where there is one.
fn join_from(
    program: &Program,
    query: &mut Query,
    owner: EntityId,
    relationship: &Relationship,
    remote: &Remote,
    alias: SourceId,
    target: SourceId,
) {
    let entity = program.mapping.entity(owner);
    let secondary = match remote {
        Remote::Secondary { table, .. } => Some(query.add(Source::Alias(table.clone()))),
        Remote::Target(_) => None,
    };
    let own = |column: ColumnId| ColumnRef::new(alias, &entity.column(column).name);
    let (on, far) = on_clause(program, relationship, own, target, secondary);
    query.select.from.join_through(secondary, target, on, far);
}
