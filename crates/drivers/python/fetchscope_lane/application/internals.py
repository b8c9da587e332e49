"""Everything that SQLAlchemy keeps to itself and that is needed here, in this file alone.

Holds for 2.0 and 2.1; `tests/application` runs it on both. What is relied on:

- `Session._execute_internal` is what every statement of a session goes through: `execute`, `scalars`, `scalar`, `get`,
  `Query`, lazy loads, and the statements of selectin, subquery and immediate loads.
- `_compile_options._current_path` is the path of a statement that loads a relationship, and `_sa_orm_load_options` says
  whether it is a lazy load or one of columns.
- `_with_options` are the options of a statement; a `Load` consists of elements, one for each attribute it speaks of.
- `InstanceState.load_path` and `load_options` say how an object came. They are only kept where an option is carried along
  to later loads, so a watched statement gets `Mark`, which does nothing else.
- A result that must not be read without `unique()` has a filter called `require_unique`.
"""

import itertools

from sqlalchemy import Row, inspect
from sqlalchemy.engine import Connection
from sqlalchemy.engine.cursor import CursorFetchStrategy
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.engine.result import ChunkedIteratorResult
from sqlalchemy.orm import Session, attributes, strategies
from sqlalchemy.orm.context import _MapperEntity
from sqlalchemy.orm.interfaces import UserDefinedOption
from sqlalchemy.orm.strategy_options import Load

LAZY = "lazy"


class Mark(UserDefinedOption):
    """Rides along to everything that is loaded later because of a query, and tells which query that was."""

    propagate_to_loaders = True
    _is_has_cache_key = True

    def _gen_cache_key(self, anon_map, bindparams):
        return (Mark, self.payload)

    def _adapt_cached_option_to_uncached_option(self, context, uncached_opt):
        return self


# -- what is executed -------------------------------------------------------------------------------------------------


def wrap_execute(wrapper):
    """`wrapper(original)` takes the place of what every statement of every session goes through."""
    Session._execute_internal = wrapper(Session._execute_internal)


def goes_on(named):
    """Whether an event handler of the user's goes on with a statement that came by already."""
    return named.get("_parent_execute_state") is not None


def wrap_lazy_loads(wrapped):
    """`wrapped(original)` takes the place of what every lazy load of a relationship goes through once it needs a statement."""
    loader = getattr(strategies, "_LazyLoader", None) or strategies.LazyLoader
    loader._emit_lazyload = wrapped(loader._emit_lazyload)


def wrap_statements(wrapper):
    """`wrapper(original)` takes the place of what every statement of every dialect is sent with; each has the arguments
    `dialect, cursor, sql, parameters, context`."""
    DefaultDialect.do_execute = wrapper(DefaultDialect.do_execute)
    DefaultDialect.do_executemany = wrapper(DefaultDialect.do_executemany)
    without = DefaultDialect.do_execute_no_params
    sent = wrapper(lambda self, cursor, sql, _parameters, context=None: without(self, cursor, sql, context))
    DefaultDialect.do_execute_no_params = lambda self, cursor, sql, context=None: sent(self, cursor, sql, (), context)


def wrap_fetches(wrapper):
    """`wrapper(original, is_one)` takes the place of what fetches rows from a cursor."""
    for name in ("fetchone", "fetchmany", "fetchall"):
        setattr(CursorFetchStrategy, name, wrapper(getattr(CursorFetchStrategy, name), name == "fetchone"))


def wrap_transactions(told):
    """`told(connection)` is called before every BEGIN, COMMIT and ROLLBACK."""
    for name in ("_begin_impl", "_commit_impl", "_rollback_impl"):
        _wrap_transaction(name, told)


def _wrap_transaction(name, told):
    original = getattr(Connection, name)

    def ended(self, *arguments):
        told(self)
        return original(self, *arguments)

    setattr(Connection, name, ended)


def is_orm_select(statement):
    if not getattr(statement, "is_select", False):
        return False
    attributes_ = getattr(statement, "_propagate_attrs", None)
    return bool(attributes_) and attributes_.get("compile_state_plugin") == "orm"


def loading(statement, named):
    """`(path, owner, is_column_load)` of a statement that the ORM sends to load a part of objects; `None` for a query."""
    load = (named.get("execution_options") or {}).get("_sa_orm_load_options")
    compiled = getattr(statement, "_compile_options", None)
    path = getattr(compiled, "_current_path", None)
    has_path = path is not None and bool(path.path)
    if load is not None and load._refresh_state is not None:
        return (path if has_path else None), load._refresh_state, True
    if not has_path:
        return None
    return path, (None if load is None else load._lazy_loaded_from), False


def options_of(statement):
    return getattr(statement, "_with_options", ())


def with_options(statement, options):
    """The same statement with these options in place of its own."""
    changed = statement._generate()
    changed._with_options = tuple(options)
    return changed


def shape(statement):
    """What tells statements of one line apart, whatever their parameters; `None` where that is not known."""
    key = statement._generate_cache_key()
    return None if key is None else key.key


def entities(statement):
    """The mapped entities that a query returns whole, in their order: classes or aliases of them."""
    found = []
    for described in getattr(statement, "column_descriptions", ()):
        entity = described.get("entity")
        if entity is not None and described.get("expr") is entity:
            found.append(entity)
    return found


# -- paths ------------------------------------------------------------------------------------------------------------


def keys(path):
    """The attributes along a path: `("organization", "tenant")`."""
    return tuple(step.key for step in path.path[1::2] if hasattr(step, "key"))


def root_name(path, entities):
    """The entity of a query that a path begins at. A path begins at the class that has its first attribute, which may be
    one that the entity inherits from, or one of its subclasses, also where the entity is an alias."""
    first, roots = path.path[0], [inspect(one) for one in entities]
    found = next((one for one in roots if _corresponds(one, first)), None)
    if found is None:
        found = next((one for one in roots if _related(one.mapper, first.mapper)), first)
    return found.mapper.class_.__name__


def is_relationship(prop):
    return getattr(prop, "strategy_wildcard_key", None) == "relationship"


def load_path(state):
    return state.load_path


def query_of(state):
    """The number of the query that an object came from; `None` where none was marked."""
    return next((one.payload for one in state.load_options or () if isinstance(one, Mark)), None)


def related(mapper, key):
    """A relationship of a mapper or of one of its subclasses, and the mapper that has it; `None` where there is none."""
    for one in mapper.self_and_descendants:
        if key in one.relationships:
            return one.relationships[key], one
    return None


def compile_state(context):
    """How a statement that is executed was compiled."""
    return getattr(context.compiled, "compile_state", None)


def compiled_entities(compile_state, otherwise):
    """The entities of a query as its compiled form has them, which may be of an equal statement that was sent before: its
    aliases are other objects."""
    found = [one.entity_zero.entity for one in compile_state._entities if isinstance(one, _MapperEntity)]
    return found if len(found) == len(otherwise) else otherwise


def effective(compile_state, entity, path_keys):
    """`(strategy, written_by)` of a path in a query that was executed: what its options say, or else the relationship."""
    mapper = inspect(entity).mapper
    path = inspect(entity)._path_registry
    prop = option = None
    for key in path_keys:
        found = related(mapper, key)
        if found is None:
            return None
        prop, owner = found
        if not mapper.isa(owner):
            part = next((one for one in _parts(path.path[-1]) if one.mapper.isa(owner)), None)
            if part is not None or path.path[-1] is mapper:
                part = part or owner
                path = path.parent[part] if len(path.path) > 1 else part._path_registry
        option = prop._get_context_loader(compile_state, path)
        path, mapper = path[prop].entity_path, prop.mapper
    if option is not None and option.strategy is not None:
        return _name(option.strategy, option.local_opts), "option"
    lazy = prop.lazy
    name = {True: "select", False: "joined", None: "noload", "raise_on_sql": "raise"}.get(lazy, lazy)
    if name == "joined" and prop.innerjoin:
        name = "joined_inner"
    return name, "default" if name == "select" else "relationship"


def optioned(compile_state, entity):
    """The relationship paths that the options of an executed query speak of."""
    root = inspect(entity)
    found = []
    for key, option in compile_state.attributes.items():
        if not (isinstance(key, tuple) and key and key[0] == "loader") or option.strategy is None:
            continue
        path = option.path
        if path.is_token or not _corresponds(root, path.path[0]) or option.is_class_strategy:
            continue
        if is_relationship(_last_property(path)):
            found.append(keys(path))
    return found


def _last_property(path):
    return next(step for step in reversed(path.path) if hasattr(step, "key") and hasattr(step, "parent"))


def _name(strategy, opts):
    kind = dict(strategy).get(LAZY)
    if kind == "joined":
        if "eager_from_alias" in opts:
            return "contains_eager"
        return "joined_inner" if opts.get("innerjoin") else "joined"
    return {"raise_on_sql": "raise", "select": "select"}.get(kind, kind)


def _corresponds(root, other):
    if root.is_aliased_class or getattr(other, "is_aliased_class", False):
        return root is other or any(one is other for one in _parts(root))
    return _related(root.mapper, other.mapper)


def _related(one, other):
    return one.isa(other) or other.isa(one)


def _parts(alias):
    """The aliases that an alias of several classes consists of, itself among them; none of anything else."""
    return getattr(alias, "_with_polymorphic_entities", None) or ()


# -- options ----------------------------------------------------------------------------------------------------------


def replaced(options, entity, wanted, make):
    """The options of a statement with the strategies of `wanted` in place of those they had.

    `wanted` is a dictionary from paths below `entity` to strategies; the empty path is the query itself. `make(attribute,
    strategy)` is the option that says so for a relationship that no option speaks of. What else an option says of a path
    (columns, criteria, subclasses, what is below) stays.
    """
    root, missing, of_type = inspect(entity), dict(wanted), {}
    changed = []
    for option in options:
        if isinstance(option, Load) and _corresponds(root, option.path.path[0]):
            option = _changed(option, wanted, missing, of_type, make)
        changed.append(option)
    polymorphic = missing.pop((), None)
    if polymorphic is not None:
        changed = [one for one in changed if not _is_polymorphic(one, root)]
        subclasses = [one.class_ for one in root.mapper.self_and_descendants if one is not root.mapper]
        changed.append(make(entity, polymorphic, subclasses))
    for path, strategy in missing.items():
        changed.append(_written(entity, path, strategy, of_type, make))
    return tuple(changed)


def _changed(option, wanted, missing, of_type, make):
    elements, touched, recursive = [], False, set()
    for element in option.context:
        path = element.path
        if element.is_class_strategy or element.is_token_strategy or not is_relationship(_last_property(path)):
            elements.append(element)
            continue
        named = keys(path)
        kind = getattr(element, "_of_type", None)
        if kind is not None:
            of_type.setdefault(named, kind.entity)
        if tuple(path.path) in recursive:
            # One level more of a recursion that is no more.
            touched = True
            continue
        strategy, depth = wanted.get(named), element.local_opts.get("recursion_depth")
        if strategy is None:
            ends = None if depth is None else _recursion_ends(named, wanted)
            if ends is None:
                elements.append(element)
                continue
            # A recursion that is another one from some level on: the levels above one by one, and it is no more.
            recursive.add(tuple(element._recurse().path.path))
            elements += _levels(element, ends if depth < 0 else min(ends, depth + 1))
            touched = True
            continue
        if depth is not None:
            recursive.add(tuple(element._recurse().path.path))
        missing.pop(named, None)
        elements.append(_restated(element, strategy, make))
        touched = True
    if not touched:
        return option
    clone = option._clone()
    clone.context, clone.propagate_to_loaders = tuple(elements), True
    return clone


def _recursion_ends(named, wanted):
    """How many levels a recursion has before the first that is wanted otherwise; `None` where none is."""
    levels = [
        len(path) - len(named) for path in wanted
        if len(path) > len(named) and path[: len(named)] == named and set(path[len(named):]) == {named[-1]}
    ]
    return min(levels, default=None)


def _levels(element, count):
    found = []
    for _ in range(count):
        level = element._clone()
        level.local_opts = {name: value for name, value in element.local_opts.items() if name != "recursion_depth"}
        found.append(level)
        element = element._recurse()
    return found


def _restated(element, strategy, make):
    prop = _last_property(element.path)
    model = make(getattr(prop.parent.class_, prop.key), strategy).context[-1]
    clone = element._clone()
    clone.strategy, clone.local_opts = model.strategy, model.local_opts
    clone.propagate_to_loaders, clone._reconcile_to_other = True, None
    return clone


def _is_polymorphic(option, root):
    if not isinstance(option, Load) or len(option.context) != 1:
        return False
    element = option.context[0]
    return element.is_class_strategy and len(element.path.path) == 1 and _corresponds(root, element.path.path[0])


def _written(entity, path, strategy, of_type, make):
    """An option as a program writes it: `defaultload(User.organization).joinedload(Organization.tenant)`."""
    mapper, above, option = inspect(entity).mapper, entity, None
    for depth, key in enumerate(path, 1):
        prop, owner = related(mapper, key)
        if mapper.isa(owner) or owner is mapper:
            attribute = getattr(above, key)
        else:
            attribute = getattr(_of_subclass(above, owner), key)
        if depth == len(path):
            return make(attribute, strategy, below=option)
        kind = of_type.get(path[:depth])
        below = related(prop.mapper, path[depth])
        there = prop.mapper if kind is None else inspect(kind)
        if below is not None and not any(one.mapper.isa(below[1]) for one in (there, *_parts(there))):
            # What is below belongs to a subclass that no option has named yet.
            kind = below[1].class_
        if kind is not None:
            attribute = attribute.of_type(kind)
        option = make(attribute, "default", below=option)
        above = prop.mapper.class_ if kind is None else kind
        mapper = prop.mapper if kind is None else inspect(kind).mapper


def _of_subclass(above, owner):
    """A subclass as an option names it: as the attribute of an alias of several classes, if that is what is above."""
    return next((one.entity for one in _parts(inspect(above)) if one.mapper.isa(owner)), owner.class_)


# -- results ----------------------------------------------------------------------------------------------------------


def make_unique(result, tell):
    """Lets a result with a joined collection be read as if the program had called `unique()`. If it has not, `tell` is
    called once it reads a row."""
    filtered = result._unique_filter_state if isinstance(result, ChunkedIteratorResult) else None
    if not filtered or getattr(filtered[1], "__name__", "") != "require_unique":
        return
    result._unique_filter_state = (set(), None if tell is None else _telling(tell))


def _telling(tell):
    """What `unique()` tells rows apart by, objects by themselves and values by what they are; and tells that it was needed."""

    def identity(one):
        tell()
        return tuple(map(_identity, one)) if isinstance(one, (tuple, Row)) else _identity(one)

    return identity


def _identity(value):
    return id(value) if hasattr(value, "_sa_instance_state") else value


def time_rows(result, timed):
    """Has `timed` go around every part of a result that is fetched and made objects of: `timed(iterator)`."""
    if not isinstance(result, ChunkedIteratorResult):
        return
    chunks = result.chunks
    result.chunks = lambda size: timed(chunks(size))
    result.iterator = itertools.chain.from_iterable(result.chunks(getattr(result, "_yield_per", None)))


# -- reads ------------------------------------------------------------------------------------------------------------


class Reads:
    """While it is open, every read of a relationship attribute is told to `told(state, key, read)`, which reads it."""

    def __init__(self, told):
        self._told = told

    def __enter__(self):
        self._kept = original = attributes.InstrumentedAttribute.__get__
        told = self._told

        def get(self, instance, owner):
            if instance is None or not is_relationship(self.prop):
                return original(self, instance, owner)
            return told(attributes.instance_state(instance), self.key, lambda: original(self, instance, owner))

        attributes.InstrumentedAttribute.__get__ = get
        return self

    def __exit__(self, *_):
        attributes.InstrumentedAttribute.__get__ = self._kept




# -- transactions -----------------------------------------------------------------------------------------------------


def is_autocommit(connection):
    """Whether BEGIN, COMMIT and ROLLBACK are not sent."""
    return connection._is_autocommit_isolation()


def relationship_at(entity, path_keys):
    """The relationship that a path ends with."""
    mapper, prop = inspect(entity).mapper, None
    for key in path_keys:
        prop, _ = related(mapper, key)
        mapper = prop.mapper
    return prop
