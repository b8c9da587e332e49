//! Columns that are not there when they are read: left out by a `load_only`, or expired by a commit.

use super::compiled::{Columns, Core, Draft, Eager, StatementKey, unchanged};
use super::joined::EagerJoins;
use super::postload::Queue;
use super::session::{Plan, Session};
use crate::graph::{Object, ObjectId};
use crate::mapping::{Column, ColumnId, EntityId};
use crate::plan::document::Strategy;
use crate::plan::{NodeId, Program};
use crate::sql::{Bind, ColumnRef, Condition, Labels, Parameter, Query, SourceId};
use crate::trace::OrmError;
use crate::value::{Value, ValueRef};

impl Session {
    /// Loads those of these columns that are not there.
    pub(super) async fn provide(&mut self, object: ObjectId, columns: &[ColumnId]) -> Result<(), OrmError> {
        for column in columns {
            if self.graph.has(object, *column) {
                continue;
            }
            if self.graph.object(object).expired {
                self.refresh(object).await?;
            } else {
                self.load_column(object, *column).await;
            }
        }
        Ok(())
    }

    /// Reads what an expired object lost, with the options it was loaded with.
    pub(super) async fn refresh(&mut self, object: ObjectId) -> Result<(), OrmError> {
        let Object { entity, options, .. } = *self.graph.object(object);
        let missing: Box<[bool]> = self.graph.missing(object).unwrap_or_default().into();
        let options = options.filter(|options| self.program.propagates(*options));
        let program = self.program.clone();
        let key = StatementKey::Refresh(entity, options, missing.clone());
        let compiled =
            self.cache.get_or_compile(program.dialect, key, || compile_refresh(&program, entity, options, &missing));
        let params = self.identity(object);
        let plan = Plan { refreshed: Some(object), ..Plan::of(self.reading.clone(), true) };
        self.load(compiled, params, plan, Queue::Own).await?;
        Ok(())
    }

    /// Reads one column that a `load_only` left out.
    async fn load_column(&mut self, object: ObjectId, column: ColumnId) {
        let entity = self.graph.object(object).entity;
        let program = self.program.clone();
        let key = StatementKey::Deferred(entity, column);
        let compiled = self.cache.get_or_compile(program.dialect, key, || compile_column(&program, entity, column));
        let params = self.identity(object);
        let plan = Plan::of(self.reading.clone(), true);
        let value = self.first_value(&compiled, params, &plan).await;
        self.graph.fill(object, column, value.as_ref().map_or(ValueRef::Null, Value::as_ref));
    }

    /// The values of an object's primary key.
    fn identity(&self, object: ObjectId) -> Vec<Value> {
        let key = &self.program.mapping.entity(self.graph.object(object).entity).primary_key;
        key.iter().map(|column| self.graph.value(object, *column).to_value()).collect()
    }
}

fn by_key(program: &Program, entity: EntityId) -> (Query, SourceId) {
    let of = program.mapping.entity(entity);
    let (mut query, source) = Query::over(&of.table, Labels::Disambiguate);
    let key = of.primary_key.iter().map(|part| of.column(*part));
    let equals = |column: &Column| {
        let parameter = Parameter { name: Bind::Fixed, column_type: column.column_type };
        Condition::Compare(ColumnRef::new(source, &column.name), "=", parameter)
    };
    query.select.conditions = key.map(equals).collect();
    (query, source)
}

fn compile_refresh(program: &Program, entity: EntityId, options: Option<NodeId>, missing: &[bool]) -> Draft {
    let (mut query, source) = by_key(program, entity);
    let core = Core::of(&query, entity, source);
    let (joins, draft) = EagerJoins::plan(program, &mut query, entity, source, options);
    let mut columns = Columns::default();
    let of = program.mapping.entity(entity);
    for (column, _) in of.columns.iter().zip(missing).filter(|(_, missing)| **missing) {
        columns.push(ColumnRef::new(source, &column.name), column.kind);
    }
    joins.complete(program, &mut query, &mut columns, &unchanged);
    let at = |column: &Column| columns.position(&ColumnRef::new(source, &column.name));
    let read = of.columns.iter().zip(missing).map(|(column, missing)| missing.then(|| at(column)));
    let lead =
        Eager { columns: read.collect(), ..draft.place(program, &columns, Strategy::Default).without_subqueries() };
    Draft { query, columns, lead, key: Vec::new(), core, wildcard: Strategy::Default }
}

fn compile_column(program: &Program, entity: EntityId, column: ColumnId) -> Draft {
    let (query, source) = by_key(program, entity);
    let core = Core::of(&query, entity, source);
    let of = program.mapping.entity(entity).column(column);
    let mut columns = Columns::default();
    columns.push(ColumnRef::new(source, &of.name), of.kind);
    let lead = Eager::nothing(entity);
    Draft { query, columns, lead, key: vec![0], core, wildcard: Strategy::Default }
}
