"""Cursors that tell how long rows were fetched, and where the driver does not say, how many there were."""

import sqlite3
import time

from .meter import METER


class _Fetching:
    """Goes before the cursor of a driver."""

    def fetchall(self):
        began = time.perf_counter_ns(), time.thread_time_ns()
        return self._fetched(super().fetchall(), began)

    def fetchmany(self, *arguments, **named):
        began = time.perf_counter_ns(), time.thread_time_ns()
        return self._fetched(super().fetchmany(*arguments, **named), began)

    def fetchone(self):
        began = time.perf_counter_ns(), time.thread_time_ns()
        row = super().fetchone()
        self._fetched(() if row is None else (row,), began)
        return row

    def _fetched(self, rows, began):
        meter = METER.get()
        if meter is not None:
            meter.fetched(time.perf_counter_ns() - began[0], time.thread_time_ns() - began[1])
        return rows


class _SqliteCursor(_Fetching, sqlite3.Cursor):
    """SQLite does not say how many rows a statement has, so what is fetched is counted."""

    counted = 0

    def _fetched(self, rows, began):
        self.counted += len(rows)
        meter = METER.get()
        if meter is not None:
            meter.rows += len(rows)
        return super()._fetched(rows, began)


class SqliteConnection(sqlite3.Connection):
    """One whose cursors count and tell."""

    def cursor(self, factory=_SqliteCursor):
        return super().cursor(factory)


def psycopg_cursor():
    """The class of cursors for connections of psycopg, which has to be there."""
    import psycopg

    return type("Cursor", (_Fetching, psycopg.Cursor), {})


def rows(cursor):
    """How many rows an executed statement has; `None` where its cursor counts them as they are fetched, or does not know."""
    buffered = getattr(cursor, "_rows", None)
    if hasattr(buffered, "__len__"):
        # The adapters of asynchronous drivers fetch everything at once.
        return len(buffered)
    if not hasattr(cursor, "counted") and getattr(cursor, "rowcount", -1) != -1:
        return cursor.rowcount
    return None
