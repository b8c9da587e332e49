//! Which roots: comparisons, joins, EXISTS, order and limit, every name looked up.

use super::document::{FilterDocument, Operator};
use super::resolve::{PlanError, unknown_column, unknown_relationship};
use crate::mapping::{ColumnId, ColumnKind, EntityId, Mapping, RelationshipId};
use crate::value::{Value, unhex};

/// Relationships of a dotted path, and explicit joins of a statement. Each nests the statement once more, and SQLite joins no
/// more tables than this.
const MOST_STEPS: usize = 64;

/// A checked filter.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// Relationships joined explicitly, from the entity they start at.
    pub(crate) joins: Vec<(EntityId, RelationshipId)>,
    /// Terms of the WHERE clause, in order.
    pub(crate) tests: Vec<Test>,
    /// Entity, column, descending.
    pub(crate) order_by: Vec<(EntityId, ColumnId, bool)>,
    pub(crate) limit: Option<u64>,
    pub(crate) offset: Option<u64>,
    pub(crate) distinct: bool,
}

/// One term of a WHERE clause.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    /// A column of the root or of a joined entity.
    Column(EntityId, ColumnId, Comparison),
    /// Key columns of the root in a list of keys.
    Keys(Vec<ColumnId>, Vec<Vec<Value>>),
    /// A path of relationships, and a comparison of a column at its end.
    Has(Vec<(EntityId, RelationshipId)>, EntityId, ColumnId, Comparison),
}

/// What a column is compared with.
#[derive(Debug, Clone)]
pub(crate) enum Comparison {
    IsNull,
    IsNotNull,
    /// A boolean constant.
    Truth(&'static str, bool),
    Value(&'static str, Value),
    In(Vec<Value>),
}

impl Filter {
    pub(crate) fn is_limited(&self) -> bool {
        self.limit.is_some() || self.offset.is_some()
    }

    pub(crate) fn check(mapping: &Mapping, root: EntityId, document: &FilterDocument) -> Result<Filter, PlanError> {
        let mut filter =
            Filter { limit: document.limit, offset: document.offset, distinct: document.distinct, ..Filter::default() };
        if document.join.len() > MOST_STEPS {
            let count = document.join.len();
            return Err(PlanError::Filter(format!(
                "the filter's `join` names {count} relationships; a statement joins at most {MOST_STEPS}"
            )));
        }
        let mut joined = vec![root];
        for path in &document.join {
            let steps = relationships(mapping, root, path)?;
            let Some((from, relationship)) = steps.last().copied() else { continue };
            joined.push(mapping.relationship(from, relationship).target);
            filter.joins.push((from, relationship));
        }
        for (name, value) in &document.columns {
            let column = column(mapping, root, name, "filter")?;
            let comparison = compare(mapping, root, column, Operator::Equal, value, name)?;
            filter.tests.push(Test::Column(root, column, comparison));
        }
        if let Some(keys) = &document.pk {
            filter.keys(mapping, root, keys)?;
        }
        for (path, operator, value) in &document.conditions {
            let (entity, column) = joined_column(mapping, root, &joined, path, "where")?;
            let comparison = compare(mapping, entity, column, *operator, value, path)?;
            filter.tests.push(Test::Column(entity, column, comparison));
        }
        for (path, operator, value) in &document.has {
            let Some((steps, name)) = path.rsplit_once('.') else {
                return Err(PlanError::Filter(format!(
                    "`has` wants a relationship and a column, as in `organization.tenant_id`; it says `{path}`"
                )));
            };
            let steps = relationships(mapping, root, steps)?;
            let Some((from, relationship)) = steps.last().copied() else { continue };
            let entity = mapping.relationship(from, relationship).target;
            let column = column(mapping, entity, name, "has")?;
            let comparison = compare(mapping, entity, column, *operator, value, path)?;
            filter.tests.push(Test::Has(steps, entity, column, comparison));
        }
        for name in &document.order_by {
            let (path, descending) = name.strip_prefix('-').map_or((name.as_str(), false), |path| (path, true));
            let (entity, column) = joined_column(mapping, root, &joined, path, "order_by")?;
            filter.order_by.push((entity, column, descending));
        }
        Ok(filter)
    }

    fn keys(&mut self, mapping: &Mapping, root: EntityId, keys: &serde_json::Value) -> Result<(), PlanError> {
        let key = &mapping.entity(root).primary_key;
        let wrong = || {
            PlanError::Filter(format!(
                "`pk` wants {} value(s) for `{}`, or a list of such keys; it says {keys}",
                key.len(),
                mapping.entity(root).name
            ))
        };
        let one = |value: &serde_json::Value| scalar(value).ok_or_else(wrong);
        match (keys, key.as_slice()) {
            (serde_json::Value::Array(list), [single]) => {
                let values = list.iter().map(|value| Ok(vec![one(value)?])).collect::<Result<_, PlanError>>()?;
                self.tests.push(Test::Keys(vec![*single], values));
            }
            (serde_json::Value::Array(list), several) if list.iter().all(serde_json::Value::is_array) => {
                let mut rows = Vec::new();
                for row in list {
                    let values: Vec<Value> = row.as_array().into_iter().flatten().map(one).collect::<Result<_, _>>()?;
                    if values.len() != several.len() {
                        return Err(wrong());
                    }
                    rows.push(values);
                }
                self.tests.push(Test::Keys(several.to_vec(), rows));
            }
            (serde_json::Value::Array(list), several) => {
                if list.len() != several.len() {
                    return Err(wrong());
                }
                for (column, value) in several.iter().zip(list) {
                    self.tests.push(Test::Column(root, *column, Comparison::Value("=", one(value)?)));
                }
            }
            (value, [single]) => self.tests.push(Test::Column(root, *single, Comparison::Value("=", one(value)?))),
            (_, _) => return Err(wrong()),
        }
        Ok(())
    }
}

/// The relationships along a dotted path.
fn relationships(mapping: &Mapping, root: EntityId, path: &str) -> Result<Vec<(EntityId, RelationshipId)>, PlanError> {
    let mut at = root;
    let mut steps = Vec::new();
    for name in path.split('.') {
        if steps.len() == MOST_STEPS {
            let start: String = path.chars().take(40).collect();
            return Err(PlanError::Filter(format!(
                "the path `{start}…` goes through more than {MOST_STEPS} relationships; shorten it"
            )));
        }
        let id = mapping
            .entity(at)
            .find_relationship(name)
            .ok_or_else(|| unknown_relationship(mapping, at, name, "filter"))?;
        steps.push((at, id));
        at = mapping.relationship(at, id).target;
    }
    Ok(steps)
}

fn column(mapping: &Mapping, entity: EntityId, name: &str, place: &str) -> Result<ColumnId, PlanError> {
    mapping.entity(entity).find_column(name).ok_or_else(|| unknown_column(mapping, entity, name, place))
}

/// A column of the root, or of an entity that `join` has brought in.
fn joined_column(
    mapping: &Mapping,
    root: EntityId,
    joined: &[EntityId],
    path: &str,
    place: &str,
) -> Result<(EntityId, ColumnId), PlanError> {
    let (entity, name) = match path.rsplit_once('.') {
        None => (root, path),
        Some((steps, name)) => {
            let steps = relationships(mapping, root, steps)?;
            let entity = steps.last().map_or(root, |(from, id)| mapping.relationship(*from, *id).target);
            (entity, name)
        }
    };
    if !joined.contains(&entity) {
        return Err(PlanError::Filter(format!(
            "`{place}` names `{path}`, but nothing joins it; add its relationship to `join`, or use `has`"
        )));
    }
    Ok((entity, column(mapping, entity, name, place)?))
}

fn compare(
    mapping: &Mapping,
    entity: EntityId,
    column: ColumnId,
    operator: Operator,
    value: &serde_json::Value,
    path: &str,
) -> Result<Comparison, PlanError> {
    let kind = mapping.entity(entity).column(column).kind;
    let boolean = kind == ColumnKind::Boolean;
    // Bytes are written as hexadecimal digits.
    let bytes = |value: Value| match value.as_ref().as_text().filter(|_| kind == ColumnKind::Bytes).and_then(unhex) {
        Some(bytes) => Value::Blob(bytes),
        None => value,
    };
    let sql = match operator {
        Operator::Equal => "=",
        Operator::NotEqual => "!=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
        Operator::Like => "LIKE",
        Operator::In => {
            let one = |value: &serde_json::Value| scalar(value).map(bytes);
            let list = value.as_array().and_then(|list| list.iter().map(one).collect::<Option<Vec<_>>>());
            return list
                .map(Comparison::In)
                .ok_or_else(|| PlanError::Filter(format!("`in` on `{path}` wants a list of values; it says {value}")));
        }
        Operator::Is => "IS",
    };
    match (scalar(value).map(bytes), operator) {
        (Some(Value::Null), Operator::Equal | Operator::Is) => Ok(Comparison::IsNull),
        (Some(Value::Null), Operator::NotEqual) => Ok(Comparison::IsNotNull),
        (Some(Value::Boolean(truth)), _) if boolean => Ok(Comparison::Truth(sql, truth)),
        (Some(value), _) => Ok(Comparison::Value(sql, value)),
        (None, _) => {
            Err(PlanError::Filter(format!("`{path}` can only be compared with a single value; it says {value}")))
        }
    }
}

/// A JSON scalar as a parameter.
fn scalar(value: &serde_json::Value) -> Option<Value> {
    Some(match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Boolean(*value),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(whole) => Value::Integer(whole),
            None => Value::Real(number.as_f64()?),
        },
        serde_json::Value::String(text) => Value::Text(text.as_str().into()),
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => return None,
    })
}
