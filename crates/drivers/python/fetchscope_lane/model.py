"""From a mapping document to mapped classes, whatever its names look like."""

import os
import random
import re

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry, relationship

_SHAKE = random.Random(os.environ["FETCHSCOPE_SHAKE"]) if "FETCHSCOPE_SHAKE" in os.environ else None

TYPES = {
    "biginteger": sa.BigInteger,
    "bigint": sa.BigInteger,
    "boolean": sa.Boolean,
    "bytea": sa.LargeBinary,
    "blob": sa.LargeBinary,
    "char": sa.String,
    "date": sa.Date,
    "datetime": sa.DateTime,
    "decimal": sa.Numeric,
    "double": sa.Double,
    "double_precision": sa.Double,
    "float": sa.Float,
    "integer": sa.Integer,
    "json": sa.JSON,
    "jsonb": JSONB,
    "largebinary": sa.LargeBinary,
    "numeric": sa.Numeric,
    "real": sa.Float,
    "smallinteger": sa.SmallInteger,
    "smallint": sa.SmallInteger,
    "string": sa.String,
    "text": sa.Text,
    "time": sa.Time,
    "timestamp": sa.DateTime,
    "uuid": sa.Uuid,
    "varchar": sa.String,
}


def column_type(text):
    """`string(40)` and its like. Values of a type that has no name here stay as the driver gives them."""
    known = re.fullmatch(r"(\w+)(?:\(([\d, ]+)\))?", text)
    if known is None or known[1].lower() not in TYPES:
        return sa.types.NullType()
    return TYPES[known[1].lower()](*[int(number) for number in (known[2] or "").split(",") if number.strip()])


class Model:
    """The mapped classes of one mapping; `close` when it is no longer needed."""

    def __init__(self, mapping):
        self._registry = registry()
        self._tables, self._shaken = {}, []
        described = mapping["entities"] + mapping.get("association_tables", [])
        for one in described:
            self._tables[_full_name(one)] = self._table(one)
        for one in described:
            for key in one.get("foreign_keys", []):
                self._add_foreign_key(_full_name(one), key)
        self._entities = {entity["name"]: entity for entity in mapping["entities"]}
        self.classes = {name: type(name, (), {}) for name in self._entities}
        for name, entity in self._entities.items():
            properties = {one["name"]: self._relationship(entity, one) for one in entity.get("relationships", [])}
            table = self._tables[_full_name(entity)]
            self._registry.map_imperatively(self.classes[name], table, properties=properties)
        self._registry.configure()

    def close(self):
        self._registry.dispose()

    def keys(self, cls, name):
        """The columns of a class that a relationship is loaded by, and those that hold the same on the other side of it."""
        entity = self._entities[cls.__name__]
        described = next(one for one in entity["relationships"] if one["name"] == name)
        other = described.get("secondary") or _full_name(self._entities[described["target"]])
        here, there = self._tables[_full_name(entity)], self._tables[other]
        return [here.c[near] for near, _ in described["pairs"]], [there.c[far] for _, far in described["pairs"]]

    def _table(self, described):
        single_key = sum(column.get("pk", False) for column in described["columns"]) == 1
        columns = [
            sa.Column(
                column["name"],
                column_type(column["type"]),
                primary_key=column.get("pk", False),
                nullable=column.get("nullable", True),
                autoincrement="auto" if single_key else False,
                info={"type": column["type"]},
            )
            for column in described["columns"]
        ]
        return sa.Table(described["table"], self._registry.metadata, *columns, schema=described.get("schema"))

    def _add_foreign_key(self, table, key):
        """Columns are given as objects: a name with a dot in it would be cut there."""
        referred = self._tables[key["ref_table"]]
        targets = [referred.c[name] for name in key["ref_columns"]]
        self._tables[table].append_constraint(sa.ForeignKeyConstraint(key["columns"], targets))

    def _shake(self, target):
        """Asked to, takes memory in between, so that the sets SQLAlchemy keeps relationships in have another order."""
        if _SHAKE is not None:
            self._shaken += [relationship(target) for _ in range(_SHAKE.randrange(12))]

    def _relationship(self, entity, described):
        self._shake(self.classes[described["target"]])
        here, target = self._tables[_full_name(entity)], self._entities[described["target"]]
        there = self._tables[_full_name(target)]
        how = {}
        if described.get("back_populates"):
            how["back_populates"] = described["back_populates"]
        if described.get("order_by"):
            how["order_by"] = [there.c[name] for name in described["order_by"]]
        if described["kind"] == "many_to_many":
            between = self._tables[described["secondary"]]
            how["secondary"] = between
            how["primaryjoin"] = sa.and_(*[here.c[a] == between.c[b] for a, b in described["pairs"]])
            how["secondaryjoin"] = sa.and_(*[there.c[a] == between.c[b] for a, b in described["secondary_pairs"]])
            return relationship(self.classes[described["target"]], **how)
        near = [here.c[name] for name, _ in described["pairs"]]
        far = [there.c[name] for _, name in described["pairs"]]
        holding, referring, referred = (
            (here, near, far) if described["kind"] == "many_to_one" else (there, far, near)
        )
        how["uselist"] = described["kind"] == "one_to_many"
        how["foreign_keys"] = referring
        if here is there:
            how["remote_side"] = far
        if not _constrained(holding, referring, referred):
            # A join that no foreign key of the table speaks of, written as SQLAlchemy would: the referred column first.
            how["primaryjoin"] = sa.and_(*[key == column for key, column in zip(referred, referring)])
        return relationship(self.classes[described["target"]], **how)


def _full_name(described):
    """A table as foreign keys write it."""
    schema = described.get("schema")
    return described["table"] if schema is None else f"{schema}.{described['table']}"


def _constrained(table, referring, referred):
    pairs = set(zip(referring, referred))
    return any({(e.parent, e.column) for e in key.elements} == pairs for key in table.foreign_key_constraints)
