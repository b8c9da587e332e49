"""Clients that are tasks of one event loop, with the drivers aiosqlite and asyncpg."""

import asyncio
import time

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.util import await_only

from .batch import PAUSE, Silent, late, written
from .meter import METER, TaskMeter
from .network import LENGTHS, Lengths, listen
from .session import load_asynchronously


class Tasks:
    """An engine, its event loop and the tasks on it."""

    def __init__(self, address, conditions, pool):
        self._conditions = conditions
        self._loop = asyncio.new_event_loop()
        self.engine = address.async_engine(**pool)
        self._loop.run_until_complete(self._connect())
        listen(self.engine.sync_engine, lambda length: await_only(asyncio.sleep(length)), conditions["transaction"])

    @property
    def driver(self):
        return self.engine.dialect.driver

    def run(self, batch):
        """Returns when every client is done."""
        self._loop.run_until_complete(self._all(batch))

    def interrupt(self, batch):
        """Stops what is under way in the database."""
        batch.cancelled.set()
        self._loop.call_soon_threadsafe(lambda: [one.cancel() for one in self._running])

    def close(self):
        self._loop.run_until_complete(self.engine.dispose())
        self._loop.close()

    async def _connect(self):
        async with self.engine.connect():
            pass  # What a dialect asks of a new database is no part of a request.

    async def _all(self, batch):
        self._running = [asyncio.ensure_future(self._work(batch, number)) for number in range(batch.concurrency)]
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _work(self, batch, number):
        LENGTHS.set(Lengths(self._conditions["rtt_ms"], self._conditions["jitter_ms"], f"{batch.seed}/{number}"))
        while taken := batch.take():
            request, tenant, due = taken
            if due is not None and (left := due - time.perf_counter_ns()) > 0:
                await asyncio.sleep(left / 1e9)
            try:
                waited = late(due)
                meter = TaskMeter()
                METER.set(meter)
                batch.served(tenant, meter, await _Stepped(self._serve(request, meter), meter), waited)
            except Exception as error:
                if not batch.cancelled.is_set():
                    batch.failed(error)
                    await asyncio.sleep(PAUSE)
            finally:
                METER.set(None)

    async def _serve(self, request, meter):
        session = AsyncSession(self.engine)
        try:
            await session.connection()
            answers = request.read(await load_asynchronously(session, request), Silent())
        finally:
            # Not in a task of its own, as `async with` has it: what that takes could not be told from waiting.
            await session.close()
        meter.answered()
        return written(meter, answers)


class _Stepped:
    """Awaits a coroutine, and tells its meter whenever it gives the loop away and has it again."""

    def __init__(self, coroutine, meter):
        self._coroutine, self._meter = coroutine, meter

    def __await__(self):
        steps = self._coroutine.__await__()
        take, given = steps.send, None
        while True:
            self._meter.resumed()
            try:
                waited_for = take(given)
            except StopIteration as end:
                return end.value
            finally:
                self._meter.suspended()
            try:
                take, given = steps.send, (yield waited_for)
            except BaseException as raised:
                take, given = steps.throw, raised
