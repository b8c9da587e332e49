"""Where the time of one request went, with every moment of it in one band.

Laps of the wall clock say how long something took. Meanwhile the thread may have been put aside, for a core or for the
interpreter's lock: where Python works, that is what the wall clock says beyond the thread's processor time, and where it
waits for a database, what others worked in the meantime. It is taken from the bands and is scheduling.
"""

import contextvars
import time

# The request that this thread, or this task of the event loop, is serving.
METER = contextvars.ContextVar("fetchscope_meter", default=None)

BANDS = ("scheduling", "pool_wait", "round_trip", "execute", "fetch", "decode", "hydrate", "serialize")


class InProcess:
    """The database runs in the thread of its client: waiting for it is work like any other."""

    waits = False


class Threads:
    """The database is elsewhere, and other threads of this process go on while one waits for it."""

    waits = True

    def mark(self):
        return time.thread_time_ns(), time.process_time_ns()

    def aside(self, mark, wall):
        """What of a wait was not the database's: others held the interpreter meanwhile."""
        own, everyone = time.thread_time_ns() - mark[0], time.process_time_ns() - mark[1]
        return max(0, min(wall - own, everyone - own))

    def worked(self, _core):
        pass


class Loop:
    """Requests are tasks of one event loop: while one waits, the others work in the same thread."""

    waits = True

    def __init__(self):
        self._worked = 0

    def mark(self):
        return self._worked

    def aside(self, mark, wall):
        return min(wall, self._worked - mark)

    def worked(self, core):
        self._worked += core


class Meter:
    """One request while it runs."""

    def __init__(self, kind):
        self._kind = kind
        self.bands = dict.fromkeys(BANDS, 0)
        self.queries = self.round_trips = self.rows = 0
        self.began = self._at = time.perf_counter_ns()
        self._work, self._fetched, self._core, self._mark = None, 0, 0, None

    def connected(self):
        """There is a connection: until here it was waited for."""
        now = time.perf_counter_ns()
        self.bands["pool_wait"] += now - self._at
        self._at = now
        self._resume()

    def fetched(self, took):
        """A part of the lap under way was fetching."""
        self._fetched += took

    def lap(self, band):
        """Time since the last lap goes to a band, but for what was fetching in it."""
        now = time.perf_counter_ns()
        self._work[band] += now - self._at - self._fetched
        self._work["fetch"] += self._fetched
        self._at, self._fetched = now, 0

    def sending(self):
        """The database is asked now."""
        self.lap("hydrate")
        if self._kind.waits:
            self._pause()
            self._mark = self._kind.mark()

    def answered(self):
        """The database has answered."""
        if self._kind.waits:
            now = time.perf_counter_ns()
            wall = now - self._at
            aside = self._kind.aside(self._mark, wall)
            self.bands["scheduling"] += aside
            self.bands["execute"] += wall - aside
            self._at = now
            self._resume()
        else:
            self.lap("execute")

    def travelling(self):
        """Something is under way on the injected network."""
        self.lap("hydrate")
        self._pause()

    def travelled(self, length):
        """It has arrived. What that took beyond its length was not the network's: a core or the interpreter was waited for."""
        now = time.perf_counter_ns()
        took = now - self._at
        self.bands["round_trip"] += min(took, length)
        self.bands["scheduling"] += max(0, took - length)
        self._at = now
        self._resume()

    def done(self):
        """The response is written; what the whole request took, in nanoseconds."""
        self.lap("serialize")
        self._pause()
        return self._at - self.began

    def _resume(self):
        self._work = dict.fromkeys(("execute", "fetch", "hydrate", "serialize"), 0)
        self._core = time.thread_time_ns()

    def _pause(self):
        """A stretch of work ends: what it had no core for is taken from its bands in proportion."""
        core = time.thread_time_ns() - self._core
        wall = sum(self._work.values())
        if self._kind.waits:
            self._kind.worked(core)
        kept = min(1.0, core / wall) if wall else 1.0
        rest = wall
        for band, took in self._work.items():
            part = int(took * kept)
            self.bands[band] += part
            rest -= part
        self.bands["scheduling"] += rest
