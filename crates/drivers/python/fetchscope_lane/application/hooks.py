"""What every engine and session of this process tells the request it works for."""

import asyncio
import time

from sqlalchemy.pool import Pool

from ..network import _is_new
from . import internals
from .request import REQUEST

# Statements that belong to no request of ours although one was under way: other threads and tasks of the application.
UNOWNED = [0]


def install():
    """Once, before anything of the user's is imported. Methods are wrapped where SQLAlchemy has events: an engine with
    listeners takes a longer way for every statement, which would be measured with it."""
    internals.wrap_execute(_execute)
    internals.wrap_lazy_loads(_lazy)
    internals.wrap_statements(_sent)
    internals.wrap_fetches(_fetch)
    internals.wrap_transactions(_travels)
    original = Pool.connect

    def connect(self):
        request = REQUEST.get()
        if request is None:
            return original(self)
        before = request.switch("pool_wait")
        try:
            return original(self)
        finally:
            request.switch(before)

    Pool.connect = connect


def listen_to_flask():
    """Flask makes a page of an exception, and tells it to those who listen alone."""
    from flask import got_request_exception

    got_request_exception.connect(_escaped, weak=False)


def _escaped(_sender, exception, **_):
    request = REQUEST.get()
    if request is not None:
        request.escaped = exception


def _execute(original):
    def _execute_internal(self, statement, *arguments, **named):
        request = REQUEST.get()
        # In a load whose end is known nothing has to be done, unless something is overridden.
        if request is None or (request.is_plain and request.band == "hydrate") or internals.goes_on(named):
            return original(self, statement, *arguments, **named)
        return request.execute(original, self, statement, arguments, named)

    return _execute_internal


def _lazy(original):
    """A lazy load from beginning to end: what is executed and built in it needs no clock of its own."""

    def _emit_lazyload(*arguments, **named):
        request = REQUEST.get()
        if request is None or request.band == "hydrate":
            return original(*arguments, **named)
        before = request.switch("hydrate")
        try:
            return original(*arguments, **named)
        finally:
            request.switch(before)

    return _emit_lazyload


def _travels(connection):
    request = REQUEST.get()
    if request is not None and not internals.is_autocommit(connection):
        _travel(request, connection.dialect)


def _travel(request, dialect):
    request.round_trips += 1
    if request.lengths is None:
        return
    length = request.lengths.draw()
    before = request.switch("round_trip")
    if dialect.is_async:
        from sqlalchemy.util import await_only

        await_only(asyncio.sleep(length / 1e9))
    else:
        time.sleep(length / 1e9)
    request.late(length)
    request.switch(before)


def _sent(original):
    def sent(dialect, cursor, sql, parameters, context=None):
        request = REQUEST.get()
        if request is None or request.band == "pool_wait":
            # What a dialect asks of a new connection is no statement of the request.
            UNOWNED[0] += request is None
            return original(dialect, cursor, sql, parameters, context)
        if request.lengths is None and dialect.driver != "asyncpg":
            request.round_trips += 1
        else:
            if dialect.driver == "asyncpg" and _is_new(cursor, sql):
                _travel(request, dialect)
            _travel(request, dialect)
        before = request.sending(dialect, sql, parameters, context)
        try:
            original(dialect, cursor, sql, parameters, context)
        except BaseException as error:
            request.raised(error)
            raise
        finally:
            request.switch(before)
        if not request.is_measured:
            request.answered(context)
        if context._is_server_side:
            context.cursor = _Fetching(cursor, request, context)

    return sent


def _fetch(original, is_one):
    def fetch(strategy, result, cursor, *arguments):
        request = REQUEST.get()
        if request is None:
            return original(strategy, result, cursor, *arguments)
        before = request.switch("fetch")
        try:
            fetched = original(strategy, result, cursor, *arguments)
        finally:
            request.switch(before)
        request.fetched(result.context, fetched if not is_one else () if fetched is None else (fetched,))
        return fetched

    return fetch


class _Fetching:
    """Goes before the cursor of a server that is read while its rows come: tells how long that took, and how many came."""

    __slots__ = ("_cursor", "_request", "_context")

    def __init__(self, cursor, request, context):
        self._cursor, self._request, self._context = cursor, request, context

    def fetchall(self):
        return self._timed(self._cursor.fetchall)

    def fetchmany(self, *arguments, **named):
        return self._timed(lambda: self._cursor.fetchmany(*arguments, **named))

    def fetchone(self):
        row = []
        self._timed(lambda: row.append(self._cursor.fetchone()) or [one for one in row if one is not None])
        return row[0]

    def _timed(self, fetch):
        before = self._request.switch("fetch")
        try:
            fetched = fetch()
        finally:
            self._request.switch(before)
        self._request.fetched(self._context, fetched)
        return fetched

    def __iter__(self):
        return iter(self._cursor)

    def __getattr__(self, name):
        return getattr(self._cursor, name)
