//! `json_agg`: the database puts related rows into one JSON value beside the row they belong to, as Prisma, Drizzle and
//! Hasura have it. SQLAlchemy has no option for it.
//!
//! Whatever would ride along in a statement below is nested in the same value: there are no rows to join it to.

use super::Row;
use super::compiled::{Columns, Eager, EagerDraft, entity_columns, on_clause};
use super::hydrate::{Hydration, NeedsSubquery};
use super::postload::PostLoads;
use crate::graph::{Graph, ObjectId, Related};
use crate::mapping::{Column, ColumnKind, ColumnType, RelationshipId, Remote};
use crate::plan::document::Strategy;
use crate::plan::{NodeId, Program};
use crate::sql::{ColumnRef, Nested, Query, Source, SourceId};
use crate::value::{Value, Values, unhex};
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;
use serde_json::Value as Json;
use std::sync::Arc;

/// Bytes of a name that PostgreSQL keeps.
const LONGEST_NAME: usize = 63;

/// How a relationship is read from a JSON value.
#[derive(Debug)]
pub(crate) struct NestedEager {
    pub(crate) relationship: RelationshipId,
    name: Arc<str>,
    many: bool,
    /// Position of the column; `None` inside another JSON value.
    pub(crate) position: Option<usize>,
    /// The object's columns, which the JSON names.
    fields: Vec<Column>,
    pub(crate) eager: Eager,
}

/// The same before positions are known.
#[derive(Debug)]
pub(crate) struct NestedDraft {
    relationship: RelationshipId,
    name: Arc<str>,
    many: bool,
    /// Which of the JSON columns it is.
    index: Option<usize>,
    columns: Vec<(ColumnRef, Column)>,
    draft: EagerDraft,
}

impl NestedDraft {
    /// The JSON of a relationship of the rows of `left`.
    pub(crate) fn plan(
        program: &Program,
        query: &mut Query,
        node: NodeId,
        left: SourceId,
        index: Option<usize>,
    ) -> (Nested, NestedDraft) {
        let Some((owner, id, relationship)) = program.relationship(node) else {
            unreachable!("nested JSON is always of a relationship")
        };
        let (owner, target) = (program.mapping.entity(owner), program.mapping.entity(relationship.target));
        let source = query.add(Source::Alias(target.table.clone()));
        let secondary = match &relationship.remote {
            Remote::Secondary { table, .. } => Some(query.add(Source::Alias(table.clone()))),
            Remote::Target(_) => None,
        };
        let own = |column| ColumnRef::new(left, &owner.column(column).name);
        let (on, far) = on_clause(program, relationship, own, source, secondary);
        let read = |column: ColumnRef| {
            let of = target.columns.iter().find(|of| column == ColumnRef::new(source, &of.name))?;
            Some((column, of.clone()))
        };
        let columns = entity_columns(program, relationship.target, source, Some(node));
        let columns: Vec<(ColumnRef, Column)> = columns.into_iter().filter_map(|(column, _)| read(column)).collect();
        let (mut nested, mut drafts) = (Vec::new(), Vec::new());
        for child in &program.node(node).declared {
            let strategy = program.node(*child).strategy;
            if strategy == Strategy::JsonAgg || strategy.rides_along() {
                let (column, draft) = NestedDraft::plan(program, query, *child, source, None);
                nested.push(column);
                drafts.push(draft);
            }
        }
        let order = |column| ColumnRef::new(source, &target.column(column).name);
        let many = relationship.kind.is_collection();
        let name = label(&relationship.name, id);
        let column = Nested {
            name: name.clone(),
            many,
            source,
            secondary,
            derived: query.add(Source::Nested),
            rows: query.add(Source::Nested),
            columns: columns.clone(),
            nested,
            conditions: on.into_iter().chain(far).collect(),
            order_by: relationship.order_by.iter().copied().map(order).collect(),
        };
        let draft =
            EagerDraft { entity: relationship.target, node: Some(node), source, joined: Vec::new(), nested: drafts };
        (column, NestedDraft { relationship: id, name, many, index, columns, draft })
    }

    /// Says where the value stands, the JSON columns being after `columns` others.
    pub(crate) fn place(self, program: &Program, columns: usize, wildcard: Strategy) -> NestedEager {
        let mut own = Columns::default();
        let mut fields = Vec::new();
        for (column, of) in self.columns {
            own.push(column, of.kind);
            fields.push(of);
        }
        NestedEager {
            relationship: self.relationship,
            name: self.name,
            many: self.many,
            position: self.index.map(|index| columns + index),
            fields,
            eager: self.draft.place(program, &own, wildcard),
        }
    }
}

impl Hydration<'_> {
    /// Builds the objects of a JSON value and hands them to their owner.
    pub(super) fn take_nested(
        &mut self,
        graph: &mut Graph,
        posts: &mut PostLoads,
        owner: ObjectId,
        nested: &NestedEager,
        json: &Json,
    ) -> Result<(), NeedsSubquery> {
        let mut found = IndexSet::<ObjectId, FxBuildHasher>::default();
        let one = std::slice::from_ref(json);
        for object in json.as_array().map_or(one, Vec::as_slice) {
            let row: Values = nested.fields.iter().map(|column| read(&object[&*column.name], column)).collect();
            let Some(id) = self.row(graph, posts, &nested.eager, Row::of(&row))? else { continue };
            for inner in &nested.eager.nested {
                self.take_nested(graph, posts, id, inner, &object[&*inner.name])?;
            }
            found.insert(id);
        }
        let value =
            if nested.many { Related::Many(found.into_iter().collect()) } else { Related::One(found.first().copied()) };
        graph.set_unloaded(owner, nested.relationship, value);
        Ok(())
    }
}

/// What the value of a relationship is called: by its name, unless that is longer than a database has names.
fn label(name: &Arc<str>, id: RelationshipId) -> Arc<str> {
    if name.len() <= LONGEST_NAME { name.clone() } else { format!("related_{}", id.index()).into() }
}

/// A value of a column as JSON carries it.
fn read(json: &Json, column: &Column) -> Value {
    match (json, column.kind) {
        (Json::Number(number), _) if column.column_type == ColumnType::Float => {
            number.as_f64().map_or(Value::Null, Value::Real)
        }
        (Json::Number(number), ColumnKind::Boolean) => Value::Boolean(number.as_i64() != Some(0)),
        (Json::Number(number), _) => match number.as_i64() {
            Some(whole) => Value::Integer(whole),
            None => number.as_f64().map_or(Value::Null, Value::Real),
        },
        (Json::String(text), ColumnKind::Bytes) => unhex(text).map_or(Value::Null, Value::Blob),
        (Json::String(text), _) => Value::Text(text.as_str().into()),
        (Json::Bool(truth), _) => Value::Boolean(*truth),
        (Json::Array(_) | Json::Object(_), _) => Value::Text(json.to_string().into()),
        (Json::Null, _) => Value::Null,
    }
}
