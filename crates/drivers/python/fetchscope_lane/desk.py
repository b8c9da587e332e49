"""What can be asked of the worker, a method each."""

import gc
import time

from sqlalchemy.pool import AsyncAdaptedQueuePool, QueuePool

from . import session
from .address import Address
from .batch import Batch
from .capture import Limits, Refused
from .model import Model
from .session import Request


class Desk:
    """One database at a time, with the variants that were prepared on it."""

    def __init__(self, channel):
        self._channel = channel
        self._crew = self._model = self._address = self._limits = None
        self._requests = {}

    def open(self, order):
        """A database, its mapping, and under which conditions it is asked."""
        self._shut()
        conditions, pool = order["conditions"], order["pool"]
        self._address = Address.of(order["database"], conditions["statement_cache"])
        self._model = Model(order["mapping"])
        self._limits = Limits(rows=order["rows"])
        settings = {"pool_size": pool["size"], "max_overflow": pool["overflow"], "pool_timeout": pool["timeout"]}
        if not conditions["transaction"]:
            settings["isolation_level"] = "AUTOCOMMIT"
        if conditions["session"] == "async":
            # Wants a package that not everybody has.
            from .tasks import Tasks

            self._crew = Tasks(self._address, conditions, {**settings, "poolclass": AsyncAdaptedQueuePool})
        else:
            from .clients import Clients

            self._crew = Clients(self._address, conditions, {**settings, "poolclass": QueuePool})
        self._channel.say(opened={"driver": self._crew.driver})

    def prepare(self, order):
        """A variant's plans, one a tenant."""
        self._requests[order["variant"]] = [Request(self._model, plan) for plan in order["plans"]]
        self._channel.say(prepared=True)

    def check(self, order):
        """What one request of it sends and answers, without a network."""
        request = self._requests[order["variant"]][order["tenant"]]
        try:
            answer = session.answer(self._address, self._model, request.plan, self._limits)
        except Refused as refusal:
            self._channel.say(refused=str(refusal))
            return
        # The other side has an answer of its own: that they are the same is told by their hash.
        del answer["response"]
        self._channel.say(answer=answer)

    def batch(self, order):
        """A share of its requests; a line each, and at the end how long it all took."""
        # What came before is not collected again and again while requests are measured.
        gc.collect()
        gc.freeze()
        batch = Batch(self._channel, self._requests[order["variant"]], order)
        self._channel.interrupted = lambda: self._crew.interrupt(batch)
        began, processor = time.perf_counter_ns(), time.process_time_ns()
        self._crew.run(batch)
        busy, worked = time.perf_counter_ns() - began, time.process_time_ns() - processor
        self._channel.interrupted = lambda: None
        self._channel.say(done={"busy": busy, "processor": worked})

    def models(self, order):
        """A program's own classes as a mapping."""
        from . import models

        self._channel.say(models=models.read(order["name"], order["root"]))

    def _shut(self):
        if self._crew is not None:
            self._crew.close()
            self._model.close()
        self._crew, self._requests = None, {}
