"""Starting an ASGI application, and stopping it."""

import asyncio
import re
import sys

from .guard import WRITES, is_write


class StartupFailed(Exception):
    """The application did not start."""


def _reason(message):
    """The line of a traceback that names the exception; what comes after it may be about it."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    named = [line for line in lines if re.match(r"[\w.]+(Error|Exception|Exit|Interrupt)\b.*:", line)]
    reason = (named or lines or ["it gives no reason"])[-1]
    return f"{reason}; {WRITES}" if is_write(message) else reason


class Lifespan:
    """The lifespan of one application, in the event loop it is asked in."""

    def __init__(self, application, loop):
        self._application, self._loop, self.state = application, loop, {}
        self._task = None

    def start(self):
        """Until it has started. An application that does not know of lifespans has none, as the specification says."""
        self._loop.run_until_complete(self._start())

    def stop(self):
        if self._task is not None and not self._task.done():
            self._loop.run_until_complete(self._stop())

    async def _start(self):
        self._orders, self._answers = asyncio.Queue(), asyncio.Queue()
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        self._task = asyncio.ensure_future(self._application(scope, self._orders.get, self._answers.put))
        await self._orders.put({"type": "lifespan.startup"})
        answer = asyncio.ensure_future(self._answers.get())
        await asyncio.wait({answer, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            answer.cancel()
            # It ended without an answer. With an exception that means it has no lifespan.
            self._task.exception()
            self._task = None
            return
        said = answer.result()
        if said["type"] == "lifespan.startup.failed":
            message = said.get("message") or ""
            print(message, file=sys.stderr)
            raise StartupFailed(f"the application did not start: {_reason(message)}")

    async def _stop(self):
        await self._orders.put({"type": "lifespan.shutdown"})
        answer = asyncio.ensure_future(self._answers.get())
        await asyncio.wait({answer, self._task}, timeout=2, return_when=asyncio.FIRST_COMPLETED)
        answer.cancel()
        self._task.cancel()
