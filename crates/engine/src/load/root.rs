//! The root statement: the endpoint's filter, with its eager joins, wrapped where a LIMIT or DISTINCT demands it.

use super::compiled::{Columns, Core, Draft, on_clause, unchanged};
use super::joined::EagerJoins;
use crate::mapping::{Column, ColumnId, ColumnKind, ColumnType, EntityId, RelationshipId, Remote, TableName};
use crate::plan::{Comparison, Program, RootPlan, Test};
use crate::sql::{
    Bind, ColumnName, ColumnRef, Condition, Dialect, Labels, Limit, Order, Parameter, Query, Select, Source, SourceId,
};
use crate::value::Value;

/// The root statement of a plan.
pub(crate) fn compile(program: &Program, plan: &RootPlan) -> Draft {
    let node = program.node(plan.node);
    let wildcard = node.otherwise;
    let entity = program.mapping.entity(node.entity);
    let filter = &plan.filter;
    let (mut query, root) = Query::over(&entity.table, Labels::Disambiguate);
    query.select.distinct = filter.distinct;
    query.select.limit = match (filter.limit, filter.offset) {
        (None, None) => None,
        (Some(_), None) => Some(Limit::Rows),
        (None, Some(_)) => Some(Limit::Offset),
        (Some(_), Some(_)) => Some(Limit::Both),
    };
    for (owner, relationship) in &filter.joins {
        join_explicitly(program, &mut query, *owner, *relationship);
    }
    for test in &filter.tests {
        let condition = condition(program, &mut query, node.entity, root, test);
        query.select.conditions.push(condition);
    }
    for (of, column, descending) in &filter.order_by {
        let column = table_column(program, &mut query, *of, *column);
        query.select.order_by.push(Order { column, descending: *descending });
    }
    let mut core = Core::of(&query, node.entity, root);
    core.is_root = true;

    let (mut joins, draft) = EagerJoins::plan_root(program, &mut query, node.entity, root, plan.node);
    let mut columns = Columns::default();
    // JSON values cannot be told apart, so that a DISTINCT has to be inside, as with joins.
    let wrap = (!joins.is_empty() && filter.is_limited() && joins.collection)
        || (filter.distinct && !(joins.is_empty() && joins.nested.is_empty()));
    let leading = std::mem::take(&mut joins.leading);
    if !wrap {
        leading.into_iter().for_each(|(column, kind)| columns.push(column, kind));
        columns.push_entity(program, node.entity, root, Some(plan.node));
        joins.complete(program, &mut query, &mut columns, &unchanged);
        let lead = draft.place(program, &columns, wildcard);
        return Draft { query, columns, lead, key: Vec::new(), core, wildcard };
    }

    // The filter becomes a derived table; whatever it is sorted by has to come out of it.
    let mut inside = Columns::default();
    leading.into_iter().for_each(|(column, kind)| inside.push(column, kind));
    inside.push_entity(program, node.entity, root, Some(plan.node));
    joins.push_needed(&mut inside);
    for order in &query.select.order_by {
        inside.push_once(order.column.clone(), ColumnKind::Plain);
    }
    let mut outside = Select::new(Labels::Disambiguate);
    std::mem::swap(&mut outside, &mut query.select);
    let mut inner = outside;
    inner.labels = Labels::Name;
    inner.columns = inside.refs().to_vec();
    let order_by = inner.order_by.clone();
    let derived = query.add(Source::Derived(Box::new(inner)));
    // Inside, a later use of a name is numbered, and so it is called outside.
    let label = |position: usize| {
        let column = &inside.refs()[position];
        let earlier = inside.refs()[..position].iter().any(|other| other.name == column.name);
        match &column.name {
            ColumnName::Plain(plain) if earlier => ColumnName::Numbered(column.source, plain.clone()),
            name @ (ColumnName::Plain(_) | ColumnName::Derived(..) | ColumnName::Numbered(..)) => name.clone(),
        }
    };
    let out = |column: ColumnRef| {
        if inside.contains(&column) {
            ColumnRef { source: derived, name: label(inside.position(&column)) }
        } else {
            column
        }
    };
    for (column, kind) in inside.refs().iter().zip(inside.kinds()) {
        columns.push(out(column.clone()), *kind);
    }
    query.select.from.comma(derived);
    query.select.order_by =
        order_by.into_iter().map(|order| Order { column: out(order.column), descending: order.descending }).collect();
    joins.complete(program, &mut query, &mut columns, &out);
    let lead = draft.place_through(program, &columns, wildcard, &out);
    Draft { query, columns, lead, key: Vec::new(), core, wildcard }
}

/// Parameters of a root statement, in the order of their places.
pub(crate) fn params(dialect: Dialect, plan: &RootPlan) -> Vec<Value> {
    let mut params = Vec::new();
    for test in &plan.filter.tests {
        match test {
            Test::Keys(_, rows) => params.extend(rows.iter().flatten().cloned()),
            Test::Column(_, _, comparison) | Test::Has(_, _, _, comparison) => match comparison {
                Comparison::Value(_, value) => params.push(value.clone()),
                Comparison::In(values) => params.extend(values.iter().map(|value| match (dialect, value) {
                    (Dialect::Sqlite, Value::Boolean(truth)) => Value::Integer(i64::from(*truth)),
                    (Dialect::Sqlite | Dialect::Postgres, value) => value.clone(),
                })),
                Comparison::IsNull | Comparison::IsNotNull | Comparison::Truth(..) => {}
            },
        }
    }
    let whole = |number: u64| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
    let (limit, offset) = (plan.filter.limit.map(whole), plan.filter.offset.map(whole));
    match dialect {
        Dialect::Sqlite if plan.filter.is_limited() => {
            params.extend([limit.unwrap_or(Value::Integer(-1)), offset.unwrap_or(Value::Integer(0))]);
        }
        Dialect::Sqlite | Dialect::Postgres => params.extend(limit.into_iter().chain(offset)),
    }
    params
}

fn join_explicitly(program: &Program, query: &mut Query, owner: EntityId, relationship: RelationshipId) {
    let entity = program.mapping.entity(owner);
    let relationship = &entity.relationships[relationship.index()];
    let left = query.table(&entity.table);
    let own = |column: ColumnId| ColumnRef::new(left, &entity.column(column).name);
    let secondary = match &relationship.remote {
        Remote::Secondary { table, .. } => Some(query.add(Source::Alias(table.clone()))),
        Remote::Target(_) => None,
    };
    let target = query.table(&program.mapping.entity(relationship.target).table);
    let (on, far) = on_clause(program, relationship, own, target, secondary);
    query.select.from.join_through(secondary, target, on, far);
}

fn table_column(program: &Program, query: &mut Query, entity: EntityId, column: ColumnId) -> ColumnRef {
    let entity = program.mapping.entity(entity);
    let source = query.table(&entity.table);
    ColumnRef::new(source, &entity.column(column).name)
}

fn condition(program: &Program, query: &mut Query, entity: EntityId, root: SourceId, test: &Test) -> Condition {
    match test {
        Test::Column(entity, column, comparison) => {
            let of = program.mapping.entity(*entity).column(*column);
            compare(table_column(program, query, *entity, *column), of, comparison)
        }
        Test::Keys(key, rows) => {
            let entity = program.mapping.entity(entity);
            let parameter = match (key.as_slice(), rows.first().and_then(|row| row.first())) {
                ([column], first) => {
                    let of = entity.column(*column).column_type;
                    Parameter { name: Bind::Column, column_type: first.map_or(of, |value| of.of_value(value)) }
                }
                (_, _) => Parameter { name: Bind::Param, column_type: ColumnType::Other },
            };
            let columns = key.iter().map(|column| ColumnRef::new(root, &entity.column(*column).name)).collect();
            Condition::In(columns, rows.len(), parameter)
        }
        Test::Has(steps, entity, column, comparison) => {
            exists(program, query, root, steps, (*entity, *column, comparison))
        }
    }
}

fn compare(column: ColumnRef, of: &Column, comparison: &Comparison) -> Condition {
    let parameter = |value: &Value| Parameter { name: Bind::Column, column_type: of.column_type.of_value(value) };
    match comparison {
        Comparison::IsNull => Condition::IsNull(column),
        Comparison::IsNotNull => Condition::IsNotNull(column),
        Comparison::Truth(operator, value) => Condition::IsTruth(column, operator, *value),
        Comparison::Value(operator, value) => Condition::Compare(column, operator, parameter(value)),
        // SQLAlchemy looks at the first value only.
        Comparison::In(values) => {
            let first = values.first().unwrap_or(&Value::Null);
            Condition::In(vec![column], values.len(), parameter(first))
        }
    }
}

/// `.has()` and `.any()`: one EXISTS a relationship, each inside the one before.
fn exists(
    program: &Program,
    query: &mut Query,
    outer: SourceId,
    steps: &[(EntityId, RelationshipId)],
    (entity, column, comparison): (EntityId, ColumnId, &Comparison),
) -> Condition {
    let Some(((owner_id, relationship), rest)) = steps.split_first() else {
        let of = program.mapping.entity(entity).column(column);
        return compare(ColumnRef::new(outer, &of.name), of, comparison);
    };
    let owner = program.mapping.entity(*owner_id);
    let relationship = &owner.relationships[relationship.index()];
    let table = &program.mapping.entity(relationship.target).table;
    // Only a table that refers to itself needs another name inside, and so does what lies between.
    let itself = relationship.target == *owner_id;
    let named = |table: &TableName| if itself { Source::Alias(table.clone()) } else { Source::Table(table.clone()) };
    let target = query.add(named(table));
    let secondary = match &relationship.remote {
        Remote::Secondary { table, .. } => Some(query.add(named(table))),
        Remote::Target(_) => None,
    };
    let own = |column: ColumnId| ColumnRef::new(outer, &owner.column(column).name);
    let (on, far) = on_clause(program, relationship, own, target, secondary);
    let equal = |(left, right)| Condition::Equal(left, right);
    let mut conditions: Vec<Condition> = on.into_iter().map(equal).chain(far.into_iter().map(equal)).collect();
    conditions.push(exists(program, query, target, rest, (entity, column, comparison)));
    Condition::Exists(std::iter::once(target).chain(secondary).collect(), conditions)
}
