"""What reaches the database: every statement with its parameters, the rows it gave, and what caused it."""

import hashlib
import json
import re

from sqlalchemy import event

from .cursor import rows
from .columns import plain

_CASTS = (
    "SMALLINT|INTEGER|BIGINT|VARCHAR|CHAR|TEXT|BOOLEAN|FLOAT|REAL|DOUBLE PRECISION|NUMERIC|DATE|UUID|JSONB?|BYTEA|INTERVAL"
    "|TIMESTAMP WITH(?:OUT)? TIME ZONE|TIME WITH(?:OUT)? TIME ZONE|TIMESTAMP|TIME"
)
_CAST = rf"(?:::(?:{_CASTS})\b(?:\(\d+(?:, ?\d+)?\))?(?:\[\])?)?"
_PLACEHOLDERS = {
    "pyformat": re.compile(rf"(?<!%)%\([^)]+\)s{_CAST}", re.IGNORECASE),
    "named": re.compile(r"(?<![:\w]):\w+"),
    "numeric": re.compile(r"(?<![:\w]):\d+"),
    "format": re.compile(r"(?<!%)%s"),
    "numeric_dollar": re.compile(rf"\$\d+{_CAST}", re.IGNORECASE),
}


# The execution option with the path that a statement is for, where a program loads a relationship by hand.
PATH = "fetchscope_path"


class Refused(BaseException):
    """The plan is given up: it asks for more than a test has time for."""


class Limits:
    """How much one plan may ask for; `work` is what a statement of SQLite may take, in turns of half a million instructions."""

    def __init__(self, statements=None, rows=None, work=None):
        self.statements, self.rows, self.work = statements, rows, work


class Capture:
    """Listens to one engine. `phase` and `reading` say where the request is."""

    def __init__(self, engine, limits):
        self.phase, self.reading = "load", None
        self._limits, self._statements, self._cause = limits, [], None
        # Outside a greenlet asyncpg fails after a statement was announced, which then is never sent.
        self._announces = engine.dialect.driver == "asyncpg"
        event.listen(engine, "before_cursor_execute", self._sent)
        event.listen(engine, "after_cursor_execute", self._executed)

    def listen_to(self, session):
        event.listen(session, "do_orm_execute", self._caused)

    def statements(self):
        if self._announces:
            self._statements = [one for one in self._statements if "rows" in one]
        for one in self._statements:
            cursor = one.pop("cursor")
            if "rows" not in one:
                one["rows"] = getattr(cursor, "counted", None)
        self._check_rows()
        return self._statements

    def _caused(self, state):
        by_hand = state.execution_options.get(PATH)
        self._cause = _below(by_hand, _path(state.loader_strategy_path)) if by_hand else _path(state.loader_strategy_path)

    def _sent(self, connection, cursor, sql, parameters, context, _many):
        if self._limits.statements and len(self._statements) >= self._limits.statements:
            raise Refused("too many statements")
        values = [plain(value) for value in (parameters.values() if isinstance(parameters, dict) else parameters)]
        record = {
            "n": len(self._statements) + 1,
            "phase": self.phase,
            "path": self._cause,
            "reading": self.reading,
            "sql": _plain_placeholders(" ".join(sql.split()), connection.dialect.paramstyle),
            "params": values,
            "params_sha": hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16],
            "cursor": cursor,
        }
        self._cause = None
        self._statements.append(record)
        context.captured = record

    def _executed(self, _connection, cursor, _sql, _parameters, context, _many):
        known = rows(cursor)
        if known is not None:
            context.captured["rows"] = known
        self._check_rows()

    def _check_rows(self):
        if self._limits.rows and sum(_rows(one) for one in self._statements) > self._limits.rows:
            raise Refused("too many rows")


def _plain_placeholders(sql, style):
    if style == "qmark":
        return sql
    plain = _PLACEHOLDERS[style].sub("?", sql)
    # Where placeholders begin with a percent sign, one in a name is doubled.
    return plain.replace("%%", "%") if style in ("pyformat", "format") else plain


def _rows(record):
    return record.get("rows") or getattr(record.get("cursor"), "counted", 0)


def _path(path):
    """`User.organization.tenant`; `None` for a statement no relationship asked for."""
    if path is None or not path.path:
        return None
    first, *steps = path.path
    return ".".join([first.class_.__name__, *(step.key for step in steps[::2])])


def _below(path, loaded):
    """What is loaded below the objects of a statement begins anew there; in the plan it does not."""
    return path if loaded is None else ".".join([path, *loaded.split(".")[1:]])
