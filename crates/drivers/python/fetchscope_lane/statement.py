"""From a plan to the SELECT and the loader options that a program would write."""

import datetime
import decimal
import operator

import sqlalchemy as sa
from sqlalchemy import orm

FILTER_WORDS = {"pk", "where", "join", "has", "order_by", "limit", "offset", "distinct"}

COMPARISONS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "like": lambda column, value: column.like(value),
    "in": lambda column, value: column.in_(value),
    "is": lambda column, value: column.is_(value),
}

WILDCARDS = {
    "raise": orm.raiseload,
    "raise_on_sql": lambda every: orm.raiseload(every, sql_only=True),
    "select": orm.lazyload,
    "joined": orm.joinedload,
    "selectin": orm.selectinload,
    "subquery": orm.subqueryload,
    "immediate": orm.immediateload,
    "noload": orm.noload,
}


def _settings(node, *names):
    return {name: node[name] for name in names if node.get(name) is not None}


OPTIONS = {
    "default": lambda attribute, node: orm.defaultload(attribute),
    "select": lambda attribute, node: orm.lazyload(attribute),
    "joined": lambda attribute, node: orm.joinedload(attribute),
    "joined_inner": lambda attribute, node: orm.joinedload(attribute, innerjoin=True),
    "joined_inner_unnested": lambda attribute, node: orm.joinedload(attribute, innerjoin="unnested"),
    "selectin": lambda attribute, node: orm.selectinload(attribute, **_settings(node, "chunksize", "recursion_depth")),
    "subquery": lambda attribute, node: orm.subqueryload(attribute),
    "immediate": lambda attribute, node: orm.immediateload(attribute, **_settings(node, "recursion_depth")),
    "raise": lambda attribute, node: orm.raiseload(attribute),
    "raise_on_sql": lambda attribute, node: orm.raiseload(attribute, sql_only=True),
    "noload": lambda attribute, node: orm.noload(attribute),
    "contains_eager": lambda attribute, node: orm.contains_eager(attribute),
}


def select(model, plan):
    """The statement with its options, and the options alone (`session.get` takes them by themselves)."""
    root = model.classes[plan["root"]]
    statement = _filtered(sa.select(root), root, plan.get("filter") or {})
    options = _options(root, plan)
    if plan.get("wildcard"):
        options.append(WILDCARDS[plan["wildcard"]]("*"))
    return statement.options(*options), options


def identity(plan):
    """What `session.get` is given."""
    key = plan["filter"]["pk"]
    return tuple(key) if isinstance(key, list) else key


def needs_unique(model, plan):
    """Whether a collection is joined to the root, directly or through other joins."""
    return _multiplies(model.classes[plan["root"]], plan.get("relationships"))


def by_hand(cls, node):
    """The options of a statement that loads a relationship to a class by hand, and whether it repeats objects."""
    return _options(cls, node), _multiplies(cls, node.get("relationships"))


def _multiplies(cls, nodes):
    for node in nodes or []:
        strategy = node.get("strategy", "default")
        if strategy.startswith("joined") or strategy == "contains_eager":
            reached = _relationship(cls, node["name"])
            if reached.uselist or _multiplies(reached.mapper.class_, node.get("relationships")):
                return True
    return False


def _relationship(cls, name):
    return getattr(cls, name).property


def _options(cls, above):
    """What is said of the relationships of a class, and of its columns, by the plan or the node that reaches it."""
    options = []
    for node in above.get("relationships") or []:
        strategy = node.get("strategy", "default")
        if strategy == "bulk":
            continue  # Statements of its own.
        attribute = getattr(cls, node["name"])
        below = _options(attribute.property.mapper.class_, node)
        if strategy == "default" and not below:
            continue
        options.append(OPTIONS[strategy](attribute, node).options(*below))
    if above.get("columns"):
        options.append(orm.load_only(*[getattr(cls, name) for name in above["columns"]]))
    return options


def _filtered(statement, root, conditions):
    for path in conditions.get("join", []):
        statement = statement.join(_attribute(root, path))
    for name, value in conditions.items():
        if name not in FILTER_WORDS:
            column = getattr(root, name)
            statement = statement.where(column == _value(column, value))
    if "pk" in conditions:
        statement = statement.where(*_by_key(root, conditions["pk"]))
    for path, comparison, value in conditions.get("where", []):
        statement = statement.where(_comparison(_attribute(root, path), comparison, value))
    for path, comparison, value in conditions.get("has", []):
        statement = statement.where(_exists(root, path.split("."), comparison, value))
    if conditions.get("distinct"):
        statement = statement.distinct()
    order = conditions.get("order_by") or []
    for path in [order] if isinstance(order, str) else order:
        column = _attribute(root, path.removeprefix("-"))
        statement = statement.order_by(column.desc() if path.startswith("-") else column)
    if conditions.get("limit") is not None:
        statement = statement.limit(conditions["limit"])
    if conditions.get("offset") is not None:
        statement = statement.offset(conditions["offset"])
    return statement


def _attribute(cls, path):
    *steps, last = path.split(".")
    for step in steps:
        cls = _relationship(cls, step).mapper.class_
    return getattr(cls, last)


def _by_key(root, key):
    mapper = sa.inspect(root)
    columns = [mapper.get_property_by_column(column).class_attribute for column in mapper.primary_key]
    if not isinstance(key, list):
        return [columns[0] == _value(columns[0], key)]
    if len(columns) == 1:
        return [columns[0].in_([_value(columns[0], one) for one in key])]
    if key and isinstance(key[0], list):
        return [sa.tuple_(*columns).in_([tuple(one) for one in key])]
    return [column == _value(column, value) for column, value in zip(columns, key)]


def _exists(cls, path, comparison, value):
    attribute = getattr(cls, path[0])
    if len(path) == 1:
        return _comparison(attribute, comparison, value)
    reached = attribute.property
    inner = _exists(reached.mapper.class_, path[1:], comparison, value)
    return attribute.any(inner) if reached.uselist else attribute.has(inner)


def _comparison(column, comparison, value):
    return COMPARISONS[comparison](column, _value(column, value))


def _value(column, value):
    """A value as JSON has it, as the type of the column wants it."""
    if isinstance(value, list):
        return [_value(column, one) for one in value]
    if not isinstance(value, str):
        return value
    if isinstance(column.type, sa.DateTime):
        return datetime.datetime.fromisoformat(value)
    if isinstance(column.type, sa.Date):
        return datetime.date.fromisoformat(value)
    if isinstance(column.type, sa.Numeric) and column.type.asdecimal:
        return decimal.Decimal(value)
    if isinstance(column.type, sa.LargeBinary):
        return bytes.fromhex(value)
    return value
