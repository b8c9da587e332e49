"""Where the time of one request of an application went.

Every moment belongs to one band, the one that was switched to last. *hydrate* is what SQLAlchemy does between being called
and giving its result back, *application* what is left: the framework, validation, the response and the user's code.
Several requests at once share an interpreter, and waiting for that is not told from the work that waited.
"""

import time

from . import internals

_now = time.perf_counter_ns

BANDS = ("scheduling", "pool_wait", "round_trip", "execute", "fetch", "decode", "hydrate", "serialize", "application")


class Measured:
    """One request while it runs."""

    is_measured = True

    def __init__(self, lengths=None, overrides=None):
        self.bands = dict.fromkeys(BANDS, 0)
        self.queries = self.round_trips = self.rows = 0
        self.lengths, self._overrides = lengths, overrides
        # Nothing is overridden, and nothing watched.
        self.is_plain = self.is_measured and overrides is None
        # The exception that a framework made a page of.
        self.escaped = None
        self.began = self._at = time.perf_counter_ns()
        self.band = "application"

    def switch(self, band):
        """What goes on from here belongs to another band; the one until here."""
        now, before = _now(), self.band
        self.bands[before] += now - self._at
        self._at, self.band = now, band
        return before

    def done(self):
        """What the whole request took, in nanoseconds."""
        self.switch("application")
        return self._at - self.began

    def late(self, length):
        """A round trip has ended that should have taken `length`: what it took beyond that was a wait for the processor."""
        now = time.perf_counter_ns()
        took = now - self._at
        own = min(took, length)
        self.bands["round_trip"] += own
        self.bands["scheduling"] += took - own
        self._at = now

    # What `hooks` tells.

    def execute(self, original, session, statement, arguments, named):
        changed = statement
        if self._overrides is not None and internals.is_orm_select(statement):
            if internals.loading(statement, named) is None:
                changed = self._overrides.applied(statement)
        # In a load whose end is known no clock of its own is needed.
        is_inside = self.band == "hydrate"
        before = self.band if is_inside else self.switch("hydrate")
        try:
            result = original(session, changed, *arguments, **named)
            if changed is not statement:
                internals.make_unique(result, None)
            if not is_inside:
                internals.time_rows(result, self.timed)
            return result
        finally:
            if not is_inside:
                self.switch(before)

    def timed(self, chunks):
        while True:
            before = self.switch("hydrate")
            try:
                part = [next(chunks, None)]
            finally:
                self.switch(before)
            if part[0] is None:
                return
            # Taken out, so that no object lives longer than it would: the session's own reference to it is weak.
            yield part.pop()

    def sending(self, _dialect, _sql, _parameters, _context):
        self.queries += 1
        return self.switch("execute")

    def fetched(self, _context, rows):
        self.rows += len(rows)

    def raised(self, _error):
        pass
