"""What a variant changes: `"User.organization.tenant" = "selectin"`, `"2/User.roles" = "joined"`, `"Party" =
"selectin_polymorphic"`."""

import sys

from sqlalchemy import inspect, orm

from . import internals

STRATEGIES = {
    "default": orm.defaultload,
    "select": orm.lazyload,
    "joined": orm.joinedload,
    "joined_inner": lambda attribute: orm.joinedload(attribute, innerjoin=True),
    "selectin": orm.selectinload,
    "subquery": orm.subqueryload,
    "immediate": orm.immediateload,
    "raise": orm.raiseload,
    "noload": orm.noload,
}
POLYMORPHIC = "selectin_polymorphic"

METHODS = {
    "default": "defaultload",
    "select": "lazyload",
    "joined": "joinedload",
    "joined_inner": "joinedload",
    "selectin": "selectinload",
    "subquery": "subqueryload",
    "immediate": "immediateload",
    "raise": "raiseload",
    "noload": "noload",
}


class Unusable(LookupError):
    """A variant that does not fit the endpoint."""


def make(attribute, strategy, subclasses=None, below=None):
    """One option, by itself or below another."""
    if strategy == POLYMORPHIC:
        return orm.selectin_polymorphic(attribute, subclasses)
    if below is None:
        return STRATEGIES[strategy](attribute)
    settings = {"innerjoin": True} if strategy == "joined_inner" else {}
    return getattr(below, METHODS[strategy])(attribute, **settings)


def parsed(key):
    """`(number, entity, path)` of a key; the number is `None` where it names no query."""
    number, slash, rest = key.partition("/")
    if slash:
        if not number.isdigit():
            raise Unusable(f"`{key}` does not begin with the number of a query")
    else:
        number, rest = None, key
    entity, *path = rest.split(".")
    return (int(number) if number else None), entity, tuple(path)


class Overrides:
    """The strategies of a variant, resolved to the queries that an endpoint sent as it is written."""

    def __init__(self, queries, strategies, origins):
        self._origins = origins
        self._by_place = {}
        self._known = {query.place for query in queries}
        # What is wanted of any query of an entity, for those that are only sent because of a variant.
        self._everywhere = {}
        wanted = {}
        for key, strategy in strategies.items():
            number, name, path = parsed(key)
            if number is None:
                self._everywhere.setdefault(name, {})[path] = strategy
            for query in meant(queries, key, number, name):
                for index, entity in enumerate(query.entities):
                    if class_name(entity) == name:
                        check(key, entity, path, strategy)
                        wanted.setdefault(query.n, {}).setdefault(index, {})[path] = strategy
        for query in queries:
            if query.n in wanted:
                self._by_place.setdefault(query.place, []).append((query.shape, wanted[query.n], {}))
        self._crowded = {
            place for place in self._by_place if sum(1 for query in queries if query.place == place) > 1
        }

    def applied(self, statement):
        """The statement as the variant has it; the same one where the variant says nothing of its query."""
        entities = internals.entities(statement)
        origin = self._origins(sys._getframe(2))
        place = (origin, tuple(class_name(one) for one in entities))
        there = self._by_place.get(place)
        if there is None:
            return statement if place in self._known else self._new(statement, entities)
        shape = internals.shape(statement) if place in self._crowded else None
        for known, wanted, kept in there:
            if shape is None or shape == known:
                return self._changed(statement, entities, wanted, kept)
        return statement

    def _new(self, statement, entities):
        """A query that the endpoint does not come to as it is written, because it fails before."""
        wanted = {
            index: self._everywhere[class_name(entity)] for index, entity in enumerate(entities)
            if class_name(entity) in self._everywhere
        }
        return self._changed(statement, entities, wanted, {}) if wanted else statement

    @staticmethod
    def _changed(statement, entities, wanted, kept):
        options = internals.options_of(statement)
        if options or any(inspect(one).is_aliased_class for one in entities):
            for index, paths in wanted.items():
                options = internals.replaced(options, entities[index], paths, make)
        else:
            if "options" not in kept:
                for index, paths in wanted.items():
                    options = internals.replaced(options, entities[index], paths, make)
                kept["options"] = options
            options = kept["options"]
        return internals.with_options(statement, options)


def class_name(entity):
    return inspect(entity).mapper.class_.__name__


def meant(queries, key, number, name):
    named = [query for query in queries if name in (class_name(one) for one in query.entities)]
    if number is not None:
        named = [query for query in named if query.n == number]
    if not named:
        there = ", ".join(
            f"{query.n}/{class_name(one)}" for query in queries for one in query.entities
        )
        there = f"its queries are {there}" if there else "it sends no query for objects"
        raise Unusable(f"`{key}` names no query of the endpoint; {there}")
    return named


def check(key, entity, path, strategy):
    mapper = inspect(entity).mapper
    if not path:
        if strategy != POLYMORPHIC:
            raise Unusable(f"`{key}` names a query, and the only strategy of a query is {POLYMORPHIC}, not {strategy}")
        if len(list(mapper.self_and_descendants)) == 1:
            raise Unusable(f"`{key}` has no subclasses, so {POLYMORPHIC} does not apply")
        return
    if strategy not in STRATEGIES or strategy == "default":
        known = ", ".join(one for one in STRATEGIES if one != "default")
        raise Unusable(f"`{key}` cannot be loaded with {strategy}; use one of {known}")
    for step in path:
        found = internals.related(mapper, step)
        if found is None:
            raise Unusable(f"`{key}` does not exist: {mapper.class_.__name__} has no relationship `{step}`")
        prop, _ = found
        mapper = prop.mapper
    if prop.lazy in ("dynamic", "write_only"):
        raise Unusable(f"`{key}` is lazy=\"{prop.lazy}\", which no loader option can change")
