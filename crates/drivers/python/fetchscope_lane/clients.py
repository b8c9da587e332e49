"""Clients that are threads, with the drivers sqlite3 and psycopg."""

import contextlib
import threading
import time

from sqlalchemy import event
from sqlalchemy.orm import Session

from .batch import PAUSE, Silent, late, written
from .meter import METER, Meter, ThreadMeter
from .network import LENGTHS, Lengths, listen
from .session import load

# How often a client that waits for its next request looks whether it is still wanted.
SLICE = 0.04


class Clients:
    """An engine and the threads that use it."""

    def __init__(self, address, conditions, pool):
        self._conditions = conditions
        self.engine = address.engine(**pool)
        with self.engine.connect():
            pass  # What a dialect asks of a new database is no part of a request.
        self._meter = Meter if self.engine.dialect.name == "sqlite" else ThreadMeter
        self._busy = set()
        event.listen(self.engine, "checkout", lambda raw, _record, _proxy: self._busy.add(raw))
        event.listen(self.engine, "checkin", lambda raw, _record: self._busy.discard(raw))
        listen(self.engine, time.sleep, conditions["transaction"])

    @property
    def driver(self):
        return self.engine.dialect.driver

    def run(self, batch):
        """Returns when every client is done."""
        threads = [threading.Thread(target=self._work, args=(batch, number)) for number in range(batch.concurrency)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

    def interrupt(self, batch):
        """Stops what is under way in the database."""
        batch.cancelled.set()
        for raw in list(self._busy):
            with contextlib.suppress(Exception):
                (getattr(raw, "interrupt", None) or raw.cancel)()

    def close(self):
        self.engine.dispose()

    def _work(self, batch, number):
        LENGTHS.set(Lengths(self._conditions["rtt_ms"], self._conditions["jitter_ms"], f"{batch.seed}/{number}"))
        while taken := batch.take():
            request, tenant, due = taken
            while due is not None and (left := due - time.perf_counter_ns()) > 0 and not batch.cancelled.is_set():
                time.sleep(min(left / 1e9, SLICE))
            try:
                waited = late(due)
                meter = self._meter()
                METER.set(meter)
                batch.served(tenant, meter, self._serve(request, meter), waited)
            except Exception as error:
                if not batch.cancelled.is_set():
                    batch.failed(error)
                    time.sleep(PAUSE)
            finally:
                METER.set(None)

    def _serve(self, request, meter):
        with Session(self.engine) as session:
            session.connection()
            answers = request.read(load(session, request), Silent())
        meter.answered()
        return written(meter, answers)
