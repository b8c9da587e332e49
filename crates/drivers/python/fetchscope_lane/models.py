"""A program's own classes, read into a mapping and into a plan that loads as they are configured to be loaded.

What a mapping cannot say is left out, and a notice says what that is.
"""

import importlib
import os
import sys

import sqlalchemy as sa
from sqlalchemy.orm import RelationshipDirection, configure_mappers
from sqlalchemy.sql import operators

# From a type of SQLAlchemy's to its name in a mapping; what is also something more general comes before that.
TYPES = (
    (sa.BigInteger, "biginteger"),
    (sa.SmallInteger, "smallinteger"),
    (sa.Integer, "integer"),
    (sa.Boolean, "boolean"),
    (sa.Enum, "string"),
    (sa.Text, "text"),
    (sa.String, "string"),
    (sa.DateTime, "datetime"),
    (sa.Date, "date"),
    (sa.Time, "time"),
    (sa.Double, "double"),
    (sa.Float, "float"),
    (sa.Numeric, "numeric"),
    (sa.LargeBinary, "largebinary"),
    (sa.JSON, "json"),
    (sa.Uuid, "uuid"),
)

# What `relationship(lazy=...)` may be, and the strategy that says so in a plan.
LAZY = {
    "select": "select",
    True: "select",
    "joined": "joined",
    False: "joined",
    "selectin": "selectin",
    "subquery": "subquery",
    "immediate": "immediate",
    "raise": "raise",
    "raise_on_sql": "raise_on_sql",
    "noload": "noload",
    None: "noload",
}


def read(name, root):
    """The mapping of `package.module:Base`, a plan for `root` where one is named, and what was left out."""
    module, _, path = name.partition(":")
    sys.dont_write_bytecode = True
    sys.path.insert(0, os.getcwd())
    found = importlib.import_module(module)
    for step in filter(None, path.split(".")):
        found = getattr(found, step)
    reading = _Reading(_registry(found, name), name)
    said = {"mapping": reading.mapping(), "plan": None, "notices": reading.notices}
    if root is not None:
        said["plan"] = reading.plan(root)
    return said


def _registry(found, name):
    """Of a declarative base, of `db` of Flask-SQLAlchemy, or the registry itself."""
    for one in (found, getattr(found, "Model", None)):
        known = one if hasattr(one, "mappers") else getattr(one, "registry", None)
        if hasattr(known, "mappers"):
            return known
    raise LookupError(f"`{name}` is neither a declarative base nor a registry; name one as package.module:Base")


class _Reading:
    def __init__(self, registry, name):
        configure_mappers()
        self._name, self.notices = name, []
        # Classes stand in no order of their own; their tables are in that of their declaration.
        tables = list(registry.metadata.tables.values())
        place = {table: number for number, table in enumerate(tables)}
        mappers = sorted(registry.mappers, key=lambda one: (place.get(one.local_table, len(place)), one.class_.__name__))
        self._mappers = {}
        for mapper in mappers:
            if self._is_said(mapper):
                self._mappers[mapper.class_.__name__] = mapper

    def mapping(self):
        between = {}
        entities = [self._entity(mapper, between) for mapper in self._mappers.values()]
        own = {mapper.local_table for mapper in self._mappers.values()}
        association = [_table(table) for table in between.values() if table not in own]
        return {"name": self._name, "entities": entities, "association_tables": association}

    def plan(self, root):
        """Every relationship of the root as it is configured, and what those that load at once configure in turn."""
        if root not in self._mappers:
            raise LookupError(f"`{root}` is none of the classes: {', '.join(self._mappers)}")
        mapper = self._mappers[root]
        key = [column.name for column in mapper.primary_key]
        return {"root": root, "filter": {"order_by": key}, "relationships": self._nodes(mapper, (mapper,))}

    def _nodes(self, mapper, above):
        nodes = []
        for one in mapper.relationships:
            strategy = _strategy(one)
            at_once = strategy not in ("select", "raise", "raise_on_sql", "noload")
            if self._why_not(one) is None and (len(above) == 1 or (at_once and one.mapper not in above)):
                node = {"name": one.key, "strategy": strategy}
                if strategy in ("raise", "raise_on_sql", "noload"):
                    node["accessed"] = False
                below = self._nodes(one.mapper, (*above, one.mapper)) if at_once and one.mapper not in above else []
                nodes.append({**node, "relationships": below} if below else node)
        return nodes

    def _is_said(self, mapper):
        name = mapper.class_.__name__
        if mapper.inherits is not None:
            why = f"it inherits from {mapper.inherits.class_.__name__}"
        elif not isinstance(mapper.local_table, sa.Table):
            why = "it is mapped to something else than a table"
        elif name in self._mappers:
            why = f"another class has its name ({self._mappers[name].class_.__module__})"
        else:
            if mapper.polymorphic_on is not None:
                self.notices.append(f"{name}: which of its subclasses a row is, is not looked at.")
            return True
        self.notices.append(f"{name} is left out: {why}.")
        return False

    def _entity(self, mapper, between):
        name, table = mapper.class_.__name__, mapper.local_table
        for attribute in mapper.column_attrs:
            column = attribute.columns[0]
            if not isinstance(column, sa.Column):
                self.notices.append(f"{name}.{attribute.key} is left out: it is an expression.")
            elif column.name != attribute.key:
                self.notices.append(f"{name}.{attribute.key} is called {column.name} here, as its column.")
            elif isinstance(column.type, sa.types.TypeDecorator):
                own = type(column.type).__name__
                self.notices.append(f"{name}.{attribute.key}: what {own} makes of its values is left out.")
        relationships = []
        for one in mapper.relationships:
            why = self._why_not(one)
            if why is None:
                relationships.append(self._relationship(one, between))
            else:
                self.notices.append(f"{name}.{one.key} is left out: {why}.")
        return {"name": name, **_table(table), "relationships": relationships}

    def _why_not(self, one):
        """Why a mapping cannot say a relationship."""
        if one.lazy in ("dynamic", "write_only", "dynamic_loader"):
            return f"it is {one.lazy}, and loads nothing by itself"
        if one.mapper not in self._mappers.values():
            return f"its target {one.mapper.class_.__name__} is"
        if one.lazy not in LAZY:
            return f"its lazy={one.lazy!r} is not known"
        if one.secondary is not None and not (isinstance(one.secondary, sa.Table) and one.uselist):
            return "its secondary is something else than the table of a collection"
        joins = [join for join in (one.primaryjoin, one.secondaryjoin) if join is not None]
        pairs = len(one.synchronize_pairs) + len(one.secondary_synchronize_pairs or ())
        if sum(_equalities(join) for join in joins) != pairs:
            return "its join compares more than its keys"
        return None

    def _relationship(self, one, between):
        said = {"name": one.key, "kind": _kind(one), "target": one.mapper.class_.__name__}
        if one.secondary is not None:
            between[one.secondary.fullname] = one.secondary
            said["secondary"] = one.secondary.fullname
            said["pairs"] = [[own.name, middle.name] for own, middle in one.synchronize_pairs]
            said["secondary_pairs"] = [[far.name, middle.name] for far, middle in one.secondary_synchronize_pairs]
        else:
            said["pairs"] = [[local.name, remote.name] for local, remote in one.local_remote_pairs]
        order = [column for column in one.order_by or () if isinstance(column, sa.Column)]
        if len(order) != len(one.order_by or ()):
            self.notices.append(f"{one}: its order is left out, since it is not by plain columns.")
        elif order:
            said["order_by"] = [column.name for column in order]
        if one.back_populates and self._why_not(one.mapper.relationships[one.back_populates]) is None:
            said["back_populates"] = one.back_populates
        return said


def _kind(one):
    if one.direction is RelationshipDirection.MANYTOONE:
        return "many_to_one"
    if one.direction is RelationshipDirection.MANYTOMANY:
        return "many_to_many"
    return "one_to_many" if one.uselist else "one_to_one"


def _strategy(one):
    strategy = LAZY[one.lazy]
    if strategy == "joined" and one.innerjoin:
        return "joined_inner_unnested" if one.innerjoin == "unnested" else "joined_inner"
    return strategy


def _equalities(join):
    """How many comparisons of two columns a join consists of; -1000 where it has anything else."""
    if isinstance(join, sa.sql.elements.BooleanClauseList) and join.operator is operators.and_:
        return sum(_equalities(part) for part in join.clauses)
    is_plain = isinstance(join, sa.sql.elements.BinaryExpression) and join.operator is operators.eq
    return 1 if is_plain and isinstance(join.left, sa.Column) and isinstance(join.right, sa.Column) else -1000


def _table(table):
    said = {"table": table.name}
    if table.schema is not None:
        said["schema"] = table.schema
    said["columns"] = [
        {
            "name": column.name,
            "type": _type_name(column.type),
            "nullable": bool(column.nullable),
            "pk": column.primary_key,
        }
        for column in table.columns
    ]
    said["foreign_keys"] = [
        {
            "columns": [element.parent.name for element in key.elements],
            "ref_table": key.referred_table.fullname,
            "ref_columns": [element.column.name for element in key.elements],
        }
        for key in sorted(table.foreign_key_constraints, key=lambda key: [column.name for column in key.columns])
    ]
    said["indexes"] = sorted([column.name for column in index.columns] for index in table.indexes)
    return said


def _type_name(kind):
    if isinstance(kind, sa.types.TypeDecorator):
        kind = kind.impl_instance if hasattr(kind, "impl_instance") else kind.impl
    name = next((name for known, name in TYPES if isinstance(kind, known)), None)
    if name is None:
        return type(kind).__name__.lower()
    if name == "string" and kind.length:
        return f"string({kind.length})"
    if name == "numeric" and kind.precision is not None:
        return f"numeric({kind.precision}, {kind.scale or 0})"
    return name
