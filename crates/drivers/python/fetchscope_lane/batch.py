"""A share of a variant's requests: which of them is next, when it is due, and what it came to."""

import itertools
import json
import threading
import time

from .meter import BANDS

# Seconds before a client whose request failed takes the next: what fails at once must not become a busy loop.
PAUSE = 0.001


class Batch:
    """What the clients of one batch share."""

    # What a request's time is divided into, in the order it is sent.
    bands = BANDS

    def __init__(self, channel, requests, order):
        self.concurrency = order["concurrency"]
        self.seed = order["seed"]
        self._channel, self._requests, self._tenants = channel, requests, order["tenants"]
        self._quota, self._rate = order["quota"], order["rate"]
        self._numbers = itertools.count()
        self.cancelled = threading.Event()
        self._start = time.perf_counter_ns()
        self._end = None if order["seconds"] is None else self._start + int(order["seconds"] * 1e9)

    def take(self):
        """The next request with its tenant, and when it is due in an open loop; `None` when there are no more."""
        number = next(self._numbers)
        due = self._start + int(number / self._rate * 1e9) if self._rate else None
        moment = time.perf_counter_ns() if due is None else due
        if self.cancelled.is_set() or number >= self._quota or (self._end is not None and moment >= self._end):
            return None
        tenant = self._tenants[number % len(self._tenants)]
        return self._requests[tenant], tenant, due

    def served(self, tenant, meter, took, late):
        """Latency counts from when the request was due."""
        bands = {**meter.bands, "scheduling": meter.bands["scheduling"] + late}
        self._channel.hold(
            sample=[tenant, took + late, meter.queries, meter.round_trips, meter.rows, *(bands[one] for one in self.bands)]
        )

    def failed(self, error):
        """The first line says what happened; the others are for whoever wrote the statement."""
        said = str(error).strip().split("\n", 1)[0] or type(error).__name__
        self._channel.hold(failed=said[:400])


class Silent:
    """Stands where a trace would be told what is being read."""

    reading = None


def written(meter, answers):
    """The response, as bytes on their way; what it all took."""
    meter.writing()
    json.dumps(answers, separators=(",", ":"))
    return meter.done()


def late(due):
    """How long the request has been due already."""
    return 0 if due is None else max(0, time.perf_counter_ns() - due)
