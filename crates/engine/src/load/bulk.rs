//! `bulk`: what an application does by hand. The owners are there; one statement fetches the related rows by key, and
//! the two are put together in memory. SQLAlchemy has no option for it.

use super::compiled::{Columns, Core, Draft, StatementKey, on_clause, unchanged};
use super::joined::EagerJoins;
use super::postload::{PostLoads, Queue};
use super::session::{Plan, Session};
use crate::graph::{Key, ObjectId, Related};
use crate::mapping::{Column, ColumnId, ColumnType, Remote};
use crate::plan::document::{BulkForm, BulkKeys};
use crate::plan::{NodeId, Program};
use crate::sql::{Bind, ColumnRef, Condition, Dialect, JoinKind, Labels, Order, Parameter, Query, Source};
use crate::trace::OrmError;
use crate::value::{Value, ValueRef, hex};
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
        let form = match form {
            BulkForm::Any if !fits_arrays(&program, node, &keys) => BulkForm::In,
            BulkForm::Any | BulkForm::In => form,
        };
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
                BulkForm::Any => (0, arrays(program.dialect, relationship.local.len(), part)),
            };
            let key = StatementKey::Bulk(node, form, count);
            let compiled = self.cache.get_or_compile(program.dialect, key, || compile(&program, node, form, count));
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

/// Whether such keys can be sent as arrays. Bytes have no place in JSON, and PostgreSQL has to be told what several arrays
/// beside each other are made of.
fn fits_arrays(program: &Program, node: NodeId, keys: &[Key]) -> bool {
    match program.dialect {
        Dialect::Sqlite => !keys.iter().flat_map(Key::parts).any(|part| matches!(part, ValueRef::Blob(_))),
        Dialect::Postgres => {
            let types: Vec<ColumnType> = sides(program, node).map(|column| column.column_type).collect();
            types.len() == 1 || !types.contains(&ColumnType::Other)
        }
    }
}

/// Keys as parameters: one JSON array, or on PostgreSQL one array for each of their parts.
fn arrays(dialect: Dialect, parts: usize, keys: &[Key]) -> Vec<Value> {
    match dialect {
        Dialect::Sqlite => vec![json_array(keys)],
        Dialect::Postgres => (0..parts)
            .map(|part| {
                let values = keys.iter().filter_map(|key| key.parts().nth(part));
                let elements: Vec<String> = values.map(element).collect();
                Value::Text(format!("{{{}}}", elements.join(",")).into())
            })
            .collect(),
    }
}

/// An element of an array as PostgreSQL reads it.
fn element(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Boolean(truth) => truth.to_string(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        ValueRef::Blob(bytes) => format!("\"\\\\x{}\"", hex(bytes)),
    }
}

/// Keys as one JSON array, of values or of arrays of values.
fn json_array(keys: &[Key]) -> Value {
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
    let keys_of = match &relationship.remote {
        Remote::Target(_) => {
            query.select.from.comma(source);
            source
        }
        Remote::Secondary { table, .. } => {
            let secondary = query.add(Source::Table(table.clone()));
            query.select.from.comma(secondary);
            let own = |column: ColumnId| ColumnRef::new(secondary, &owner.column(column).name);
            let (_, far) = on_clause(program, relationship, own, source, Some(secondary));
            query.select.from.join(JoinKind::Inner, source, far);
            secondary
        }
    };
    let keys: Vec<(ColumnRef, &Column)> =
        sides(program, node).map(|column| (ColumnRef::new(keys_of, &column.name), column)).collect();
    let types = keys.iter().map(|(column, of)| (column.clone(), of.column_type));
    let column_type = keys.first().map_or(ColumnType::Other, |(_, of)| of.column_type);
    query.select.conditions = vec![match form {
        BulkForm::In => {
            let parameter = Parameter { name: Bind::Fixed, column_type };
            Condition::In(types.map(|(column, _)| column).collect(), count, parameter)
        }
        BulkForm::Any => Condition::Any(types.collect()),
    }];
    let order = |by: &ColumnId| Order { column: ColumnRef::new(source, &target.column(*by).name), descending: false };
    query.select.order_by = relationship.order_by.iter().map(order).collect();
    let core = Core::of(&query, relationship.target, source);

    let (joins, draft) = EagerJoins::plan(program, &mut query, relationship.target, source, Some(node));
    let mut columns = Columns::default();
    keys.iter().for_each(|(column, of)| columns.push_once(column.clone(), of.kind));
    columns.push_entity(program, relationship.target, source, Some(node));
    joins.complete(program, &mut query, &mut columns, &unchanged);
    let key = keys.iter().map(|(column, _)| columns.position(column)).collect();
    let lead = draft.place(program, &columns, wildcard);
    Draft { query, columns, lead, key, core, wildcard }
}

/// The columns on the other side of the owner's, one for each.
fn sides(program: &Program, node: NodeId) -> impl Iterator<Item = &Column> {
    let relationship = program.relationship(node).map(|(_, _, relationship)| relationship);
    let (target, near) = match relationship.map(|one| (&one.remote, one.target)) {
        Some((Remote::Target(columns), target)) => (Some((columns, program.mapping.entity(target))), None),
        Some((Remote::Secondary { near, .. }, _)) => (None, Some(near)),
        None => (None, None),
    };
    let of_target =
        target.into_iter().flat_map(|(columns, entity)| columns.iter().map(|column| entity.column(*column)));
    of_target.chain(near.into_iter().flatten())
}
