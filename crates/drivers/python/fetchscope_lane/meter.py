"""Where the time of one request went, with every moment of it in one band.

Laps of the wall clock say how long something took. Meanwhile the thread may have been put aside, for a core or for the
interpreter's lock: where Python works, that is what the wall clock says beyond the thread's processor time, and where it
waits for a database, the time in which others worked. It is taken from the bands and is scheduling.
"""

import contextvars
import time

# The request that this thread, or this task of the event loop, is serving.
METER = contextvars.ContextVar("fetchscope_meter", default=None)

BANDS = ("scheduling", "pool_wait", "round_trip", "execute", "fetch", "decode", "hydrate", "serialize")


WORK = ("execute", "fetch", "hydrate", "serialize")


class Meter:
    """One request while it runs, where the database works in the thread of its client: waiting for it is work like any other."""

    def __init__(self):
        self.bands = dict.fromkeys(BANDS, 0)
        self.queries = self.round_trips = self.rows = 0
        self.began = self._at = time.perf_counter_ns()
        self._work, self._doing, self._fetched, self._core = None, "hydrate", 0, 0

    def connected(self):
        """There is a connection: until here it was waited for."""
        self._wait("pool_wait")
        self._resume()

    def sending(self):
        """The database is asked now."""
        self._lap()
        self._doing = "execute"

    def answered(self):
        """The database has answered."""
        self._lap()
        self._doing = "hydrate"

    def fetched(self, took):
        """A part of the lap under way was fetching."""
        self._fetched += took

    def travelling(self):
        """Something is under way on the injected network."""
        self._lap()
        self._pause()

    def travelled(self, length):
        """It has arrived. What that took beyond its length was not the network's: a core or the interpreter was waited for."""
        took = self._wait("round_trip")
        late = max(0, took - length)
        self.bands["round_trip"] -= late
        self.bands["scheduling"] += late
        self._resume()

    def writing(self):
        """The objects are read, and become the response."""
        self._lap()
        self._doing = "serialize"

    def done(self):
        """The response is written; what the whole request took, in nanoseconds."""
        self._lap()
        self._pause()
        return self._at - self.began

    def _wait(self, band):
        now = time.perf_counter_ns()
        took = now - self._at
        self.bands[band] += took
        self._at = now
        return took

    def _lap(self):
        """Time since the last lap goes to what is done, but for what was fetching in it."""
        now = time.perf_counter_ns()
        self._work[self._doing] += now - self._at - self._fetched
        self._work["fetch"] += self._fetched
        self._at, self._fetched = now, 0

    def _resume(self):
        self._work = dict.fromkeys(WORK, 0)
        self._core = time.thread_time_ns()

    def _pause(self):
        """A stretch of work ends: what it had no core for is taken from its bands in proportion."""
        core, wall = time.thread_time_ns() - self._core, sum(self._work.values())
        kept, rest = min(1.0, core / wall) if wall else 1.0, wall
        for band, took in self._work.items():
            part = int(took * kept)
            self.bands[band] += part
            rest -= part
        self.bands["scheduling"] += rest
        self._work = None


class ThreadMeter(Meter):
    """The database is elsewhere, and other threads of this process go on while one waits for it."""

    def sending(self):
        self._lap()
        self._pause()
        self._own, self._all = time.thread_time_ns(), time.process_time_ns()

    def answered(self):
        took = self._wait("execute")
        own, every = time.thread_time_ns() - self._own, time.process_time_ns() - self._all
        self._set_aside(min(took - own, every - own))
        self._resume()

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
        self._step, self._others, self._is_suspended = self.began, 0, False

    def suspended(self):
        """The task gives the loop away."""
        if self._work is not None:
            self._lap()
            self._pause()
            self._is_suspended = True
        TaskMeter._everybody += time.perf_counter_ns() - self._step
        self._others = TaskMeter._everybody

    def resumed(self):
        """And has it again. What was neither the network nor others at work is the database's and its driver's."""
        if self._is_suspended:
            took = self._wait("execute")
            self._set_aside(min(took, TaskMeter._everybody - self._others))
            self._is_suspended = False
            self._resume()
        self._step = time.perf_counter_ns()
