"""The injected network, and what an engine tells the meter of the request it serves."""

import contextvars
import random

from sqlalchemy import event

from .cursor import rows
from .meter import METER

# The length of round trips as this client draws them.
LENGTHS = contextvars.ContextVar("fetchscope_lengths", default=None)


class Lengths:
    """Lengths of round trips in nanoseconds: `mean` with a standard deviation of `jitter`, never below 0."""

    def __init__(self, mean, jitter, seed):
        self._mean, self._jitter, self._random = mean * 1e6, jitter * 1e6, random.Random(seed)

    def draw(self):
        drawn = self._random.gauss(self._mean, self._jitter) if self._jitter else self._mean
        return max(0, int(drawn))


def listen(engine, sleep, transaction):
    """Every statement travels before it is executed, and so do BEGIN and ROLLBACK where there is a transaction."""
    prepares = engine.dialect.driver == "asyncpg"

    def travel(meter):
        meter.round_trips += 1
        length = LENGTHS.get().draw()
        if length:
            meter.travelling()
            sleep(length / 1e9)
            meter.travelled(length)

    def begun(_connection):
        meter = METER.get()
        if meter is not None:
            meter.connected()
            if transaction:
                travel(meter)

    def sent(_connection, cursor, sql, _parameters, _context, _many):
        meter = METER.get()
        if meter is not None:
            meter.queries += 1
            if prepares and _is_new(cursor, sql):
                travel(meter)
            travel(meter)
            meter.sending()

    def executed(_connection, cursor, _sql, _parameters, _context, _many):
        meter = METER.get()
        if meter is not None:
            meter.answered()
            meter.rows += rows(cursor) or 0

    def ending(_connection):
        meter = METER.get()
        if meter is not None:
            if transaction:
                travel(meter)
            meter.sending()

    event.listen(engine, "begin", begun)
    event.listen(engine, "before_cursor_execute", sent)
    event.listen(engine, "after_cursor_execute", executed)
    event.listen(engine, "rollback", ending)


def _is_new(cursor, sql):
    """Whether asyncpg has the server prepare this text first, which is a round trip of its own."""
    cache = getattr(getattr(cursor, "_adapt_connection", None), "_prepared_statement_cache", None)
    return cache is None or sql not in cache
