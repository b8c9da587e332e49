"""`bulk`: relationships that a program loads by hand, since SQLAlchemy has no option for it.

The owners are there; one statement fetches the related objects by key, and the two are put together in memory. What is
loaded is said one statement after the other, so that sessions of either kind can send them.
"""

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from .capture import PATH

# Parameters a statement may have: SQLite's limit, below that of PostgreSQL.
PARAMETERS = 32_766

# What is there only when the response reads it, which is too late to load something below it.
LAZY = ("default", "select")


class Place:
    """Objects of one class that a plan reaches, with what is loaded by hand of them or below them."""

    def __init__(self, model, cls, nodes, path, options):
        self.loads, self.below = [], []
        for node in nodes or []:
            strategy, name = node.get("strategy", "default"), node["name"]
            reached = f"{path}.{name}"
            if strategy == "bulk":
                self.loads.append(_Load(model, cls, node, reached, options))
                continue
            target = getattr(cls, name).property.mapper.class_
            below = Place(model, target, node.get("relationships"), reached, options)
            if below.is_empty():
                continue
            if strategy in LAZY:
                raise LookupError(f"bulk below {reached} is not available: {strategy} loads nothing before it is read")
            self.below.append((name, below))

    def is_empty(self):
        return not self.loads and not self.below


def loads(place, roots):
    """Yields each statement with the path it is for, is sent its result, and puts what comes into the owners."""
    places = [(place, roots)]
    while places:
        reached = []
        for place, owners in places:
            for name, below in place.below:
                reached.append((below, _distinct(one for owner in owners for one in _loaded(owner, name))))
            for load in place.loads:
                reached.append((load.below, (yield from load.into(owners))))
        places = [(place, owners) for place, owners in reached if owners and not place.is_empty()]


class _Load:
    """One relationship of all its owners."""

    def __init__(self, model, cls, node, path, options):
        if node.get("form", "in") != "in":
            raise LookupError(f"bulk of {path} as `{node['form']}` is not available: the lane sends IN lists")
        self._name, self.path = node["name"], path
        mapper = sa.inspect(cls)
        relation = mapper.relationships[self._name]
        self._is_collection = relation.uselist
        self._repeats = node.get("keys") == "repeated"
        target = relation.mapper.class_
        self.below = Place(model, target, node.get("relationships"), path, options)
        near, far = model.keys(cls, self._name)
        self._own = [mapper.get_property_by_column(column).key for column in near]
        self._chunk = node.get("chunksize") or PARAMETERS // len(near)
        if relation.secondary is None:
            attributes = [relation.mapper.get_property_by_column(column).class_attribute for column in far]
            written = sa.select(*attributes, target)
        else:
            attributes = far
            joined = sa.join(relation.secondary, target, relation.secondaryjoin)
            written = sa.select(*far, target).select_from(joined)
        self._keys = attributes[0] if len(attributes) == 1 else sa.tuple_(*attributes)
        self._width = len(attributes)
        said, self._multiplies = options(target, node)
        # Columns without labels, as selectin asks for them.
        self._written = written.set_label_style(sa.LABEL_STYLE_NONE).options(*said)
        if relation.order_by:
            self._written = self._written.order_by(*relation.order_by)

    def into(self, owners):
        keys = [tuple(getattr(owner, name) for name in self._own) for owner in owners]
        wanted = [key for key in keys if None not in key]
        if not self._repeats:
            wanted = list(dict.fromkeys(wanted))
        found, all_found = {}, []
        for start in range(0, len(wanted), self._chunk):
            part = wanted[start : start + self._chunk]
            values = [key[0] for key in part] if self._width == 1 else part
            result = yield self._written.where(self._keys.in_(values)), {PATH: self.path}
            for *key, one in result.unique() if self._multiplies else result:
                found.setdefault(tuple(key), {})[id(one)] = one
                all_found.append(one)
        for owner, key in zip(owners, keys):
            if self._name not in owner.__dict__:
                related = list(found.get(key, {}).values())
                set_committed_value(owner, self._name, related if self._is_collection else next(iter(related), None))
        return _distinct(all_found)


def _loaded(owner, name):
    """What is there of a relationship, without a statement for it."""
    value = owner.__dict__.get(name)
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def _distinct(objects):
    return list({id(one): one for one in objects}.values())
