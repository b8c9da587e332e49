"""One request of an endpoint, watched: its queries, what each path loaded and how, what was read, and which line did it."""

import contextvars
import decimal
import sys

from sqlalchemy import inspect
from sqlalchemy.exc import MissingGreenlet

from ..capture import _plain_placeholders
from ..columns import plain
from . import internals
from .guard import is_write
from .meter import Measured

# Why the statement is sent that is executed now, or whose rows are fetched now.
NOW = contextvars.ContextVar("fetchscope_now", default=None)

# How deep eager loading is followed where nothing was loaded or read.
DEPTH = 6

EAGER = {"joined", "joined_inner", "selectin", "subquery", "immediate", "contains_eager"}


class Refused(Exception):
    """The request asks for more rows than it may."""


class Query:
    """A query of the endpoint, however often it sends it."""

    def __init__(self, n, place, shape, entities):
        self.n, self.place, self.shape, self.entities = n, place, shape, entities
        self.sent, self.compile_state = 0, None
        # It was never sent as it is written, since the endpoint fails before.
        self.is_overridden = False

    @property
    def origin(self):
        return self.place[0]

    @property
    def names(self):
        return [inspect(one).mapper.class_.__name__ for one in self.entities]


class _Cause:
    """Why a statement is sent."""

    def __init__(self, kind, query=None, path=None, keys=None):
        self.kind, self.query, self.path, self.keys = kind, query, path, keys


class Watched(Measured):
    """A request of which everything is recorded. It is slower than others, and no figure of its times is compared."""

    is_measured = False

    def __init__(self, origins, overrides=None, most_rows=None):
        super().__init__(None, overrides)
        self._origins, self._most_rows = origins, most_rows
        self.statements, self.query_list, self.reads = [], [], {}
        self.needs_unique, self.raised_by, self.wrote, self.database = set(), None, None, None
        self._by_key = {}
        # Paths that begin below the query, and where they belong.
        self._begun = {}

    # What is executed.

    def execute(self, original, session, statement, arguments, named):
        before = self.switch("hydrate")
        cause, changed, is_overridden = _Cause("other"), statement, False
        if internals.is_orm_select(statement):
            part = internals.loading(statement, named)
            if part is None:
                query = self._query(statement)
                cause = _Cause("root", query)
                if self._overrides is not None:
                    changed = self._overrides.applied(statement)
                    is_overridden = changed is not statement
                changed = internals.with_options(changed, (*internals.options_of(changed), internals.Mark(query.n)))
            else:
                cause = self._part(statement, *part)
        token = NOW.set(cause)
        try:
            result = original(session, changed, *arguments, **named)
            if is_overridden:
                internals.make_unique(result, lambda: self.needs_unique.add(cause.query.n))
            internals.time_rows(result, lambda chunks: self._fetching(cause, chunks))
            return result
        finally:
            NOW.reset(token)
            self.switch(before)

    def _fetching(self, cause, chunks):
        inner = self.timed(chunks)
        while True:
            token = NOW.set(cause)
            try:
                part = [next(inner, None)]
            finally:
                NOW.reset(token)
            if part[0] is None:
                return
            yield part.pop()

    def _query(self, statement):
        entities = internals.entities(statement)
        place = (self._origins(sys._getframe(3)), tuple(inspect(one).mapper.class_.__name__ for one in entities))
        key = (place, internals.shape(statement))
        query = self._by_key.get(key)
        if query is None:
            query = self._by_key[key] = Query(len(self.query_list) + 1, *key, entities)
            self.query_list.append(query)
        query.sent += 1
        return query

    def _part(self, statement, path, owner, is_column):
        marked = next((one.payload for one in internals.options_of(statement) if isinstance(one, internals.Mark)), None)
        if marked is None and owner is not None:
            marked = internals.query_of(owner)
        if is_column and owner is not None:
            path = internals.load_path(owner)
        query = self.query_list[marked - 1] if marked else None
        if is_column:
            kind = "column"
        else:
            # What is loaded while a query is executed or read belongs to its plan.
            kind = "lazy" if owner is not None and NOW.get() is None else "load"
        if path is None or not path.path:
            return _Cause(kind, query)
        root, keys = self._placed(query, path)
        above = NOW.get()
        if kind == "load" and above is not None and above.keys and keys[: len(above.keys)] != above.keys:
            # A subquery load below a selectin load has a path that begins there.
            full = above.path.split(".")[0], (*above.keys, *keys)
            self._begun[query.n if query else None, root, keys] = full
            root, keys = full
        return _Cause(kind, query, ".".join([root, *keys]), keys)

    def _placed(self, query, path):
        """The entity and the attributes of a path, from the query on."""
        root, keys = internals.root_name(path, query.entities if query else ()), internals.keys(path)
        for length in range(len(keys), 0, -1) if self._begun else ():
            full = self._begun.get((query.n if query else None, root, keys[:length]))
            if full is not None:
                return full[0], (*full[1], *keys[length:])
        return root, keys

    # What is sent.

    def sending(self, dialect, sql, parameters, context):
        before = super().sending(dialect, sql, parameters, context)
        cause = NOW.get() or _Cause("other")
        self.database = self.database or _described(dialect)
        if cause.kind == "root" and cause.query.compile_state is None:
            cause.query.compile_state = internals.compile_state(context)
        values = parameters.values() if isinstance(parameters, dict) else parameters or ()
        record = {
            "n": len(self.statements) + 1,
            "phase": "walk" if cause.kind in ("lazy", "column") else "load",
            "kind": cause.kind,
            "query": cause.query.n if cause.query else None,
            "path": cause.path,
            "origin": self._origins(sys._getframe(2)),
            "sql": _plain_placeholders(" ".join(sql.split()), dialect.paramstyle),
            "params": [_shown(value) for value in values],
            "rows": 0,
            "bytes": 0,
            "started_ns": self._at - self.began,
            "bands": dict(self.bands),
            "answered": False,
            "unsent": False,
            "cause": cause,
        }
        context.fetchscope_record = record
        self.statements.append(record)
        return before

    def answered(self, context):
        record = context.fetchscope_record
        record["answered"] = True
        record["execute"] = self.bands["execute"] - record["bands"]["execute"]

    def fetched(self, context, rows):
        super().fetched(context, rows)
        record = getattr(context, "fetchscope_record", None)
        if record is not None:
            record["rows"] += len(rows)
            record["bytes"] += sum(_size(row) for row in rows)
        self._check()

    def raised(self, error):
        super().raised(error)
        if isinstance(error, MissingGreenlet) and self.statements and not self.statements[-1]["answered"]:
            # The engine announced it, and the driver had no way to send it.
            self.statements[-1]["unsent"] = True
        if is_write(error):
            self.wrote = error

    def _check(self):
        if self._most_rows is not None and self.rows > self._most_rows:
            raise Refused(f"one request had more than {self._most_rows} rows and was stopped")

    # What is read.

    def read(self, state, key, read):
        from .request import REQUEST

        if REQUEST.get() is not self:
            return read()
        path = internals.load_path(state)
        query = internals.query_of(state)
        root, keys = self._placed(self.query_list[query - 1] if query else None, path)
        place = (query, root, (*keys, key))
        self.reads[place] = self.reads.get(place, 0) + 1
        try:
            return read()
        except Exception as error:
            if self.raised_by is None:
                self.raised_by = (error, ".".join([place[1], *place[2]]), query)
            raise

    # What came of it.

    def sent(self):
        """The statements that reached the database."""
        return [one for one in self.statements if not one["unsent"]]

    def has_objects(self, number):
        """Whether a query had rows."""
        return any(one["rows"] for one in self.statements if one["kind"] == "root" and one["query"] == number)

    def paths(self, query):
        """Every path of a query that its plan loads eagerly, that an option names, or that was loaded or read."""
        found = {}
        if query.compile_state is None:
            return []
        for entity in internals.compiled_entities(query.compile_state, query.entities):
            name = inspect(entity).mapper.class_.__name__
            wanted = {}
            for keys in self._named(query, entity):
                wanted.setdefault(keys, None)
            for (number, root, keys), _ in self.reads.items():
                if number == query.n and root == name:
                    wanted.setdefault(keys, None)
            for one in self.sent():
                cause = one["cause"]
                if cause.query is query and cause.kind in ("lazy", "load") and cause.keys and cause.path.split(".")[0] == name:
                    wanted.setdefault(cause.keys, None)
            for keys in list(wanted):
                for length in range(1, len(keys)):
                    wanted.setdefault(keys[:length], None)
            for keys in sorted(wanted, key=lambda one: (len(one), one)):
                described = self._path(query, entity, name, keys)
                if described is not None:
                    found.setdefault(described["path"], described)
        return sorted(found.values(), key=lambda one: one["path"])

    def _path(self, query, entity, name, keys):
        dotted = ".".join([name, *keys])
        known = internals.effective(query.compile_state, entity, keys)
        if known is None:
            return None
        strategy, written_by = known
        own = [
            one for one in self.sent()
            if one["cause"].query is query and one["cause"].kind in ("lazy", "load") and one["path"] == dotted
        ]
        prop = internals.relationship_at(entity, keys)
        return {
            "path": dotted,
            "strategy": strategy,
            "written_by": written_by,
            "collection": bool(prop.uselist),
            "reads": sum(count for (number, root, read), count in self.reads.items()
                         if number == query.n and root == name and read == keys),
            "statements": len(own),
            "rows": sum(one["rows"] for one in own),
            "unread": False,
        }

    def _named(self, query, entity):
        yield from internals.optioned(query.compile_state, entity)
        yield from self._eager(query, entity, inspect(entity).mapper, (), ())

    def _eager(self, query, entity, mapper, keys, seen):
        if len(keys) >= DEPTH:
            return
        for prop in mapper.relationships:
            here = (*keys, prop.key)
            known = internals.effective(query.compile_state, entity, here)
            if known is None or known[0] not in EAGER:
                continue
            strategy, written_by = known
            if written_by == "relationship" and prop.mapper in (*seen, mapper) and not prop.join_depth:
                # A relationship that is eager by itself does not follow a circle.
                continue
            yield here
            yield from self._eager(query, entity, prop.mapper, here, (*seen, mapper))


def _described(dialect):
    """`SQLite 3.40.1 with sqlite3`."""
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB"}.get(dialect.name, dialect.name)
    version = ".".join(str(part) for part in dialect.server_version_info or ())
    # SQLAlchemy calls the driver of Python's own module by the name it once had.
    driver = "sqlite3" if dialect.driver == "pysqlite" else dialect.driver
    return f"{name} {version} with {driver}".replace("  ", " ")


def _shown(value):
    try:
        return plain(value)
    except Exception:
        return str(value)


def _size(row):
    total = 0
    for value in row:
        if isinstance(value, (str, bytes, memoryview)):
            total += len(value)
        elif isinstance(value, bool):
            total += 1
        elif isinstance(value, (int, float, decimal.Decimal)):
            total += 8
        elif value is not None:
            total += len(str(value))
    return total
