"""Where the time of one request went, with every moment of it in one band.

Laps of the wall clock say how long something took. Meanwhile the thread may have been put aside, for a core or for the
interpreter's lock: where Python works, that is what the wall clock says beyond the thread's processor time, and where it
waits for a database, the time in which others worked. That is scheduling, and in no other band.
"""

import contextvars
import time

# The request that this thread, or this task of the event loop, is serving.
METER = contextvars.ContextVar("fetchscope_meter", default=None)

BANDS = ("scheduling", "pool_wait", "round_trip", "execute", "fetch", "decode", "hydrate", "serialize")


class Meter:
    """One request while it runs, where the database works in the thread of its client: waiting for it is work like any other."""

    def __init__(self):
        self.bands = dict.fromkeys(BANDS, 0)
        self.queries = self.round_trips = self.rows = 0
        self.began = self._at = time.perf_counter_ns()
        self._core = time.thread_time_ns()
        self._doing, self._fetched = "hydrate", [0, 0]

    def connected(self):
        """There is a connection: until here it was waited for."""
        self._wait("pool_wait")

    def sending(self):
        """The database is asked now."""
        self._lap()
        self._doing = "execute"

    def answered(self):
        """The database has answered."""
        self._lap()
        self._doing = "hydrate"

    def fetched(self, took, core):
        """A part of the lap under way was fetching."""
        self._fetched[0] += took
        self._fetched[1] += core

    def travelling(self):
        """Something is under way on the injected network."""
        self._lap()

    def travelled(self, length):
        """It has arrived. What that took beyond its length was not the network's: a core or the interpreter was waited for."""
        took = self._wait("round_trip")
        late = max(0, took - length)
        self.bands["round_trip"] -= late
        self.bands["scheduling"] += late

    def writing(self):
        """The objects are read, and become the response."""
        self._lap()
        self._doing = "serialize"

    def done(self):
        """The response is written; what the whole request took, in nanoseconds."""
        self._lap()
        return self._at - self.began

    def _wait(self, band):
        now = time.perf_counter_ns()
        took = now - self._at
        self.bands[band] += took
        self._at, self._core = now, time.thread_time_ns()
        return took

    def _lap(self):
        """Work since the last lap, and in it what was fetching."""
        now, core = time.perf_counter_ns(), time.thread_time_ns()
        (fetched, fetching), self._fetched = self._fetched, [0, 0]
        self._spend("fetch", fetched, fetching)
        self._spend(self._doing, now - self._at - fetched, core - self._core - fetching)
        self._at, self._core = now, core

    def _spend(self, band, took, core):
        """Time in which the thread had work goes to a band, as far as it also had a core."""
        had = min(took, max(0, core))
        self.bands[band] += had
        self.bands["scheduling"] += took - had


class ThreadMeter(Meter):
    """The database is elsewhere, and other threads of this process go on while one waits for it."""

    def sending(self):
        self._lap()
        self._all = time.process_time_ns()

    def answered(self):
        before = self._core
        took = self._wait("execute")
        own, every = self._core - before, time.process_time_ns() - self._all
        self._set_aside(min(took - own, every - own))

    def _set_aside(self, took):
        """So much of what was counted as the database's was not: others held the interpreter meanwhile."""
        took = max(0, took)
        self.bands["execute"] -= took
        self.bands["scheduling"] += took


class TaskMeter(ThreadMeter):
    """The request is a task of an event loop: while it is suspended, others work in the same thread."""

    # How long tasks of the loop have been at work, all of them.
    _everybody = 0

    # It knows by itself when it waits.
    sending, answered = Meter.sending, Meter.answered

    def __init__(self):
        super().__init__()
        self._step, self._others = self.began, 0
        self._is_waiting, self._is_suspended = True, False

    def connected(self):
        super().connected()
        self._is_waiting = False

    def travelling(self):
        super().travelling()
        self._is_waiting = True

    def travelled(self, length):
        super().travelled(length)
        self._is_waiting = False

    def done(self):
        took = super().done()
        self._is_waiting = True
        return took

    def suspended(self):
        """The task gives the loop away."""
        # For a connection or the network it waits in any case, and in the end for nothing more.
        if not self._is_waiting:
            self._lap()
            self._is_suspended = True
        TaskMeter._everybody += time.perf_counter_ns() - self._step
        self._others = TaskMeter._everybody

    def resumed(self):
        """And has it again. What was neither the network nor others at work is the database's and its driver's."""
        if self._is_suspended:
            took = self._wait("execute")
            self._set_aside(min(took, TaskMeter._everybody - self._others))
            self._is_suspended = False
        self._step = time.perf_counter_ns()
