"""The program that is measured, started and ready to be asked."""

import asyncio
import os
import sys
import threading

from . import guard, hooks, senders
from .lifespan import Lifespan
from .origin import Origins
from .request import REQUEST
from .target import load

_INSTALLED = []


def _install(allow_writes):
    if not _INSTALLED:
        hooks.install()
        if not allow_writes:
            guard.install()
        _INSTALLED.append(True)


class Program:
    """Imported once; its event loop is one for all requests, and runs only while one is under way."""

    def __init__(self, order):
        _install(order.get("allow_writes", False))
        os.environ.update(order.get("variables") or {})
        self.target = load(order["import"], order.get("directory"), order.get("env_file"), order.get("is_call", False))
        self.origins = Origins(".", self.target.package)
        if self.target.kind == "wsgi" and "flask" in sys.modules:
            hooks.listen_to_flask()
        self.loop = self._lifespan = None
        if self.target.kind in ("asgi", "coroutine"):
            # Made only now: the application may have chosen another kind of loop.
            self.loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self.loop)
        if self.target.kind == "asgi" and order.get("lifespan", True):
            self._lifespan = Lifespan(self.target.value, self.loop)
            self._lifespan.start()

    @property
    def state(self):
        return {} if self._lifespan is None else self._lifespan.state

    def close(self):
        if self._lifespan is not None:
            self._lifespan.stop()

    def once(self, spec, request, most_bytes, seconds):
        """One request by itself, recorded in `request`, with an end."""
        if self.loop is not None:
            return self.loop.run_until_complete(self._once(spec, request, most_bytes, seconds))

        def work():
            token = REQUEST.set(request)
            try:
                if self.target.kind == "wsgi":
                    return senders.ask_wsgi(self.target.value, spec, most_bytes, seconds)
                return senders.ask_function(self.target.value)
            finally:
                REQUEST.reset(token)

        return senders.in_thread(work, seconds)

    async def _once(self, spec, request, most_bytes, seconds):
        token = REQUEST.set(request)
        try:
            if self.target.kind == "asgi":
                return await senders.ask_asgi_within(self.target.value, self.state, spec, most_bytes, seconds)
            return await senders.ask_coroutine_within(self.target.value, seconds)
        finally:
            REQUEST.reset(token)

    def run(self, clients):
        """Many requests: every client is a coroutine of the loop or a thread, `clients` the functions they run."""
        if self.loop is not None:
            self.loop.run_until_complete(_gathered(clients))
            return
        threads = [threading.Thread(target=client) for client in clients]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

    def ask(self, spec, most_bytes):
        """One request without anything around it, from a thread."""
        if self.target.kind == "wsgi":
            return senders.ask_wsgi(self.target.value, spec, most_bytes)
        return senders.ask_function(self.target.value)

    async def ask_asynchronously(self, spec, most_bytes):
        """The same from the loop."""
        if self.target.kind == "asgi":
            return await senders.ask_asgi(self.target.value, self.state, spec, most_bytes)
        return await senders.ask_coroutine(self.target.value)


async def _gathered(clients):
    await asyncio.gather(*(client() for client in clients), return_exceptions=True)
