//! `bulk`: what an application does by hand. The owners are there; one statement fetches the related rows by key, and
//! the two are put together in memory. SQLAlchemy has no option for it.

use super::compiled::{Columns, Core, Draft, StatementKey, on_clause, unchanged};
use super::joined::EagerJoins;
use super::postload::{PostLoads, Queue};
use super::session::{Plan, Session};
use crate::graph::{Key, ObjectId, Related};
use crate::mapping::{ColumnId, ColumnKind, Remote};
use crate::plan::document::{BulkForm, BulkKeys};
use crate::plan::{NodeId, Program};
use crate::sql::{Bind, ColumnRef, Condition, JoinKind, Labels, Order, Query, Source};
use crate::trace::OrmError;
use crate::value::{Value, ValueRef};
use rustc_hash::{FxHashMap, FxHashSet};

/// Parameters a statement may have: SQLite's limit, below that of PostgreSQL.
pub(crate) const PARAMETERS: usize = 32_766;

impl Session {
    /// Loads a relationship of all these objects.
    pub(super) async fn bulk(
        &mut self,
        node: NodeId,
        objects: &[(ObjectId, bool)],
        posts: &mut PostLoads,
    ) -> Result<(), OrmError> {
        let program = self.program.clone();
        let Some((_, id, relationship)) = program.relationship(node) else { return Ok(()) };
        let mut owners = Vec::with_capacity(objects.len());
        for (object, _) in objects {
            self.provide(*object, &relationship.local).await?;
            let parts = relationship.local.iter().map(|part| self.graph.value(*object, *part));
            owners.push((*object, Key::new(parts)));
        }
        let mut sent = FxHashSet::default();
        let (form, repeat) = program.node(node).bulk;
        let keys = owners.iter().map(|(_, key)| key).filter(|key| !key.has_null());
        let keys: Vec<Key> =
            keys.filter(|key| repeat == BulkKeys::Repeated || sent.insert((*key).clone())).cloned().collect();
        // Bytes have no place in a JSON array.
        let blobs = keys.iter().flat_map(Key::parts).any(|part| matches!(part, ValueRef::Blob(_)));
        let form = if blobs { BulkForm::In } else { form };
        let chunk = match (program.node(node).chunk, form) {
            (Some(chunk), _) => chunk,
            (None, BulkForm::In) => PARAMETERS / relationship.local.len().max(1),
            (None, BulkForm::Any) => usize::MAX,
        };
        let mut found: FxHashMap<Key, Vec<ObjectId>> = FxHashMap::default();
        let mut seen: FxHashSet<(Key, ObjectId)> = FxHashSet::default();
        for part in keys.chunks(chunk) {
            let (count, params) = match form {
                BulkForm::In => (part.len(), part.iter().flat_map(|key| key.parts().map(ValueRef::to_value)).collect()),
                BulkForm::Any => (0, vec![array(part)]),
            };
            let key = StatementKey::Bulk(node, form, count);
            let compiled = self.cache.get_or_compile(key, || compile(&program, node, form, count));
            let plan = Plan::of(Some(program.node(node).path.clone()), true);
            let loaded = self.load(compiled.clone(), params, plan, Queue::Enclosing(posts)).await?;
            for (key, object) in loaded.keyed() {
                if seen.insert((key.clone(), object)) {
                    found.entry(key).or_default().push(object);
                }
            }
        }
        for (object, key) in owners {
            let targets = found.get(&key);
            let value = if relationship.kind.is_collection() {
                Related::Many(targets.cloned().unwrap_or_default())
            } else {
                Related::One(targets.and_then(|targets| targets.first().copied()))
            };
            self.graph.set_unloaded(object, id, value);
        }
        Ok(())
    }
}

/// Keys as one JSON array, of values or of arrays of values.
fn array(keys: &[Key]) -> Value {
    let value = |value: &Value| match value {
        Value::Boolean(truth) => i64::from(*truth).into(),
        Value::Null | Value::Integer(_) | Value::Real(_) | Value::Text(_) | Value::Blob(_) => value.to_json(),
    };
    let key = |key: &Key| match key {
        Key::Number(number) => (*number).into(),
        Key::Values(parts) => match &**parts {
            [only] => value(only),
            several => several.iter().map(value).collect(),
        },
    };
    Value::Text(keys.iter().map(key).collect::<serde_json::Value>().to_string().into())
}

fn compile(program: &Program, node: NodeId, form: BulkForm, count: usize) -> Draft {
    let Some((owner, _, relationship)) = program.relationship(node) else {
        unreachable!("a bulk load is always of a relationship")
    };
    let wildcard = program.node(node).otherwise;
    let (owner, target) = (program.mapping.entity(owner), program.mapping.entity(relationship.target));
    let mut query = Query::new(Labels::Bare);
    let source = query.add(Source::Table(target.table.clone()));
    // The columns on the other side of the owner's.
    let keys: Vec<(ColumnRef, ColumnKind)> = match &relationship.remote {
        Remote::Target(columns) => {
            query.select.from.comma(source);
            let columns = columns.iter().map(|column| target.column(*column));
            columns.map(|column| (ColumnRef::new(source, &column.name), column.kind)).collect()
        }
        Remote::Secondary { table, near, .. } => {
            let secondary = query.add(Source::Table(table.clone()));
            query.select.from.comma(secondary);
            let own = |column: ColumnId| ColumnRef::new(secondary, &owner.column(column).name);
            let (_, far) = on_clause(program, relationship, own, source, Some(secondary));
            query.select.from.join(JoinKind::Inner, source, far);
            let kinds = relationship.local.iter().map(|part| owner.column(*part).kind);
            near.iter().map(|name| ColumnRef::new(secondary, name)).zip(kinds).collect()
        }
    };
    let columns = keys.iter().map(|(column, _)| column.clone()).collect();
    query.select.conditions = vec![match form {
        BulkForm::In => Condition::In(columns, count, Bind::Fixed),
        BulkForm::Any => Condition::Any(columns),
    }];
    let order = |by: &ColumnId| Order { column: ColumnRef::new(source, &target.column(*by).name), descending: false };
    query.select.order_by = relationship.order_by.iter().map(order).collect();
    let core = Core::of(&query, relationship.target, source);

    let (joins, draft) = EagerJoins::plan(program, &mut query, relationship.target, source, Some(node));
    let mut columns = Columns::default();
    keys.iter().for_each(|(column, kind)| columns.push_once(column.clone(), *kind));
    columns.push_entity(program, relationship.target, source, Some(node));
    joins.complete(program, &mut query, &mut columns, &unchanged);
    let key = keys.iter().map(|(column, _)| columns.position(column)).collect();
    let lead = draft.place(program, &columns, wildcard);
    Draft { query, columns, lead, key, core, wildcard }
}
