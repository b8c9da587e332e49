"""What every engine and session of this process tells the request it works for."""

import asyncio
import time

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool

from ..cursor import rows
from ..network import _is_new
from . import internals
from .request import REQUEST

# Statements that belong to no request of ours although one was under way: other threads and tasks of the application.
UNOWNED = [0]


def install():
    """Once, before anything of the user's is imported."""
    internals.wrap_execute(_execute)
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
    event.listen(Engine, "begin", _travels)
    event.listen(Engine, "rollback", _travels)
    event.listen(Engine, "commit", _travels)
    event.listen(Engine, "before_cursor_execute", _sent)
    event.listen(Engine, "after_cursor_execute", _executed)
    event.listen(Engine, "handle_error", _raised)


def listen_to_flask():
    """Flask makes a page of an exception, and tells it to those who listen alone."""
    from flask import got_request_exception

    got_request_exception.connect(_escaped, weak=False)


def _escaped(_sender, exception, **_):
    request = REQUEST.get()
    if request is not None:
        request.escaped = exception


def _execute(original, session, statement, arguments, named):
    request = REQUEST.get()
    if request is None:
        return original(session, statement, *arguments, **named)
    return request.execute(original, session, statement, arguments, named)


def _travels(connection):
    request = REQUEST.get()
    if request is not None and not internals.is_autocommit(connection):
        _travel(request, connection)


def _travel(request, connection):
    request.round_trips += 1
    length = request.lengths.draw() if request.lengths is not None else 0
    if not length:
        return
    before = request.switch("round_trip")
    if connection.dialect.is_async:
        from sqlalchemy.util import await_only

        await_only(asyncio.sleep(length / 1e9))
    else:
        time.sleep(length / 1e9)
    request.late(length)
    request.switch(before)


def _sent(connection, cursor, sql, parameters, context, _many):
    request = REQUEST.get()
    if request is None:
        UNOWNED[0] += 1
        return
    if connection.dialect.driver == "asyncpg" and _is_new(cursor, sql):
        _travel(request, connection)
    _travel(request, connection)
    request.sending(connection, cursor, sql, parameters, context)


def _executed(connection, cursor, _sql, _parameters, context, _many):
    request = REQUEST.get()
    if request is None or not hasattr(context, "fetchscope_before"):
        return
    known = rows(cursor)
    request.answered(connection, cursor, context, known)
    if cursor.description is not None and not connection.dialect.is_async:
        context.cursor = _Fetching(cursor, request, context, known is None)


def _raised(context):
    request = REQUEST.get()
    if request is not None:
        request.raised(context.original_exception)


class _Fetching:
    """Goes before a cursor of a driver that fetches while it is read: tells how long that took, and how many rows came."""

    __slots__ = ("_cursor", "_request", "_context", "_counts")

    def __init__(self, cursor, request, context, counts):
        self._cursor, self._request, self._context, self._counts = cursor, request, context, counts

    def fetchall(self):
        before = self._request.switch("fetch")
        fetched = self._cursor.fetchall()
        return self._fetched(fetched, before)

    def fetchmany(self, *arguments, **named):
        before = self._request.switch("fetch")
        fetched = self._cursor.fetchmany(*arguments, **named)
        return self._fetched(fetched, before)

    def fetchone(self):
        before = self._request.switch("fetch")
        row = self._cursor.fetchone()
        self._fetched(() if row is None else (row,), before)
        return row

    def _fetched(self, fetched, before):
        self._request.switch(before)
        if self._counts:
            self._request.fetched(self._context, fetched)
        return fetched

    def __iter__(self):
        return iter(self._cursor)

    def __getattr__(self, name):
        return getattr(self._cursor, name)
