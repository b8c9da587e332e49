"""Sending one request to the program, in this process: no port, no client."""

import asyncio
import contextvars
import io
import json
import os
import re
import sys
import threading
import time
from urllib.parse import unquote

from .request import REQUEST

# An answer that is still being sent so long after its first byte has no end that can be waited for. Seconds.
STREAMS = 3.0
# How often a request under way is looked at.
LOOK = 0.02


class Endless(Exception):
    """The answer has no end."""


class TooSlow(Exception):
    """The request was given up."""


class Stuck(BaseException):
    """A request that cannot be stopped: its thread goes on, and the process is of no more use."""


class Missing(LookupError):
    """A variable that a header names is not set."""


class Answer:
    """What came back: `status` and `body`, or `error`, the exception the request ended with; a web framework may give both."""

    def __init__(self, status=None, headers=(), body=b"", error=None, value=None):
        self.status, self.headers, self.body, self.error, self.value = status, headers, body, error, value

    @property
    def is_json(self):
        kind = next((value for name, value in self.headers if name == "content-type"), "")
        return self.value is not None or "json" in kind

    def header(self, wanted):
        return next((value for name, value in self.headers if name == wanted), None)


class Spec:
    """A request as it is described; variables of headers are looked up, and kept nowhere else."""

    def __init__(self, order):
        self.method = order.get("method", "GET").upper()
        path, _, self.query = order.get("path", "/").partition("?")
        self.path, self.raw_path = unquote(path), path
        self.body = (order.get("body") or "").encode()
        self.headers = [(name.lower(), _substituted(value)) for name, value in (order.get("headers") or {}).items()]
        names = {name for name, _ in self.headers}
        defaults = [("host", "localhost"), ("accept", "*/*"), ("user-agent", "fetchscope")]
        if self.body:
            defaults += [("content-type", _kind(self.body)), ("content-length", str(len(self.body)))]
        self.headers += [(name, value) for name, value in defaults if name not in names]


def _substituted(value):
    def variable(found):
        name = found[1] or found[2]
        if name not in os.environ:
            raise Missing(f"a header names the variable {name}, which is not set")
        return os.environ[name]

    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", variable, value)


def _kind(body):
    try:
        json.loads(body)
    except ValueError:
        return "application/x-www-form-urlencoded"
    return "application/json"


# -- ASGI -------------------------------------------------------------------------------------------------------------


class _Exchange:
    """What an application receives and sends."""

    def __init__(self, spec, state, most_bytes):
        self._spec, self._state, self._most = spec, state, most_bytes
        self.status, self.headers, self._parts, self._size = None, [], [], 0
        self.began_at = None
        self.is_over = False
        self._asked, self._over = False, None

    def scope(self):
        spec = self._spec
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": spec.method,
            "scheme": "http",
            "path": spec.path,
            "raw_path": spec.raw_path.encode(),
            "query_string": spec.query.encode(),
            "root_path": "",
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in spec.headers],
            "client": ("127.0.0.1", 50_000),
            "server": ("localhost", 80),
            "state": dict(self._state),
            "extensions": {},
        }

    async def receive(self):
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": self._spec.body, "more_body": False}
        if not self.is_over:
            self._over = asyncio.Event()
            await self._over.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        if message["type"] == "http.response.start":
            self.status, self.began_at = message["status"], time.monotonic()
            self.headers = message.get("headers", ())
        elif message["type"] == "http.response.body":
            part = message.get("body", b"")
            self._size += len(part)
            if self._size > self._most:
                raise Endless(f"the answer has more than {self._most} bytes")
            self._parts.append(part)
            if not message.get("more_body", False):
                self.end()

    def end(self):
        self.is_over = True
        if self._over is not None:
            self._over.set()

    def answer(self, error=None):
        headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in self.headers]
        return Answer(self.status, headers, b"".join(self._parts), error)


async def ask_asgi(application, state, spec, most_bytes):
    exchange = _Exchange(spec, state, most_bytes)
    try:
        await application(exchange.scope(), exchange.receive, exchange.send)
    except Exception as error:
        return exchange.answer(error)
    finally:
        exchange.end()
    return exchange.answer()


async def ask_asgi_within(application, state, spec, most_bytes, seconds):
    """The same with an end: an answer that streams on, or does not come, is given up with a sentence."""
    exchange = _Exchange(spec, state, most_bytes)
    task = asyncio.ensure_future(application(exchange.scope(), exchange.receive, exchange.send))
    began = time.monotonic()
    while not task.done():
        await asyncio.wait({task}, timeout=LOOK)
        now = time.monotonic()
        if task.done():
            break
        if exchange.is_over and now - began > seconds:
            # The answer is there, and a background task goes on: nobody waits for that.
            break
        given_up = None
        if exchange.began_at is not None and not exchange.is_over and now - exchange.began_at > STREAMS:
            given_up = Endless(f"the answer was still being sent {STREAMS:.0f} s after its first byte: a stream has no latency")
        elif exchange.began_at is None and now - began > seconds:
            given_up = TooSlow(f"there was no answer after {seconds:.0f} s")
        if given_up is not None:
            task.cancel()
            await asyncio.wait({task}, timeout=1)
            exchange.end()
            return exchange.answer(given_up)
    exchange.end()
    error = task.exception() if task.done() and not task.cancelled() else None
    if error is not None and not isinstance(error, Exception):
        error = RuntimeError(f"the application raised {type(error).__name__}: {error}")
    return exchange.answer(error)


# -- WSGI -------------------------------------------------------------------------------------------------------------


def ask_wsgi(application, spec, most_bytes, deadline=None):
    started, parts = {}, []

    def start_response(status, headers, exc_info=None):
        started["status"] = int(status.split(" ", 1)[0])
        started["headers"] = [(name.lower(), value) for name, value in headers]
        return parts.append

    environ = {
        "REQUEST_METHOD": spec.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": spec.path.encode().decode("latin-1"),
        "QUERY_STRING": spec.query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(spec.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in spec.headers:
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    answer, size, first = None, 0, None
    try:
        answer = application(environ, start_response)
        for part in answer:
            first = first or time.monotonic()
            size += len(part)
            parts.append(part)
            if size > most_bytes:
                raise Endless(f"the answer has more than {most_bytes} bytes")
            if deadline is not None and time.monotonic() - first > STREAMS:
                raise Endless(f"the answer was still being sent {STREAMS:.0f} s after its first byte: a stream has no latency")
    except Exception as error:
        return Answer(started.get("status"), started.get("headers", ()), b"".join(parts), error)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    request = REQUEST.get()
    error = request.escaped if request is not None and (started.get("status") or 200) >= 500 else None
    return Answer(started.get("status"), started.get("headers", ()), b"".join(parts), error)


# -- functions --------------------------------------------------------------------------------------------------------


def ask_function(function):
    try:
        return answered(function())
    except Exception as error:
        return Answer(error=error)


async def ask_coroutine(function):
    try:
        return answered(await function())
    except Exception as error:
        return Answer(error=error)


async def ask_coroutine_within(function, seconds):
    task = asyncio.ensure_future(ask_coroutine(function))
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if done:
        return task.result()
    task.cancel()
    await asyncio.wait({task}, timeout=1)
    return Answer(error=TooSlow(f"there was no answer after {seconds:.0f} s"))


def answered(value):
    """What a function gives back, as values that can be compared; objects by what is loaded of them, so that nothing more
    is loaded."""
    plain = _plain(value, 0)
    return Answer(value=True, body=json.dumps(plain, separators=(",", ":"), default=str).encode())


def _plain(value, depth):
    if depth > 12:
        return "…"
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, dict):
        return {str(name): _plain(one, depth + 1) for name, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(one, depth + 1) for one in value]
    if hasattr(value, "model_dump"):
        return _plain(value.model_dump(mode="json"), depth + 1)
    if hasattr(value, "_mapping"):
        return [_plain(one, depth + 1) for one in value]
    if hasattr(value, "_sa_instance_state"):
        state = value._sa_instance_state
        return {name: _plain(state.dict[name], depth + 1) for name in sorted(state.mapper.column_attrs.keys()) if name in state.dict}
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name), depth + 1) for name in value.__dataclass_fields__}
    return str(value)


# -- in a thread, with an end -----------------------------------------------------------------------------------------


def in_thread(work, seconds):
    """Does `work` in a thread that has the context of this one. One that does not come back cannot be stopped."""
    found = []
    context = contextvars.copy_context()
    thread = threading.Thread(target=lambda: found.append(context.run(work)), daemon=True)
    thread.start()
    thread.join(seconds)
    if not found:
        if thread.is_alive():
            raise Stuck(f"there was no answer after {seconds:.0f} s")
        raise RuntimeError("the request ended its thread")
    return found[0]


