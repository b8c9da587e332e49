"""A process that sends requests to an application and listens to its engine. It knows nothing of Fetchscope."""

import asyncio
import hashlib
import importlib
import io
import json
import os
import re
import sys
import warnings

warnings.simplefilter("ignore")


class Listener:
    """Everything that an engine sends to its database."""

    def __init__(self, engines):
        from sqlalchemy import event

        self.statements = []
        for engine in engines:
            event.listen(engine, "before_cursor_execute", self._sent)
            event.listen(engine, "after_cursor_execute", self._answered)
            event.listen(engine, "handle_error", self._failed)
        self._is_under_way = False

    def _sent(self, connection, cursor, sql, parameters, context, many):
        values = parameters.values() if isinstance(parameters, dict) else parameters or ()
        self.statements.append([plain(sql, connection.dialect.paramstyle), [str(value) for value in values]])
        self._is_under_way = True

    def _answered(self, *_):
        self._is_under_way = False

    def _failed(self, context):
        from sqlalchemy.exc import MissingGreenlet

        if self._is_under_way and isinstance(context.original_exception, MissingGreenlet):
            # It was announced, and the driver had no way to send it.
            self.statements.pop()
        self._is_under_way = False


def plain(sql, style):
    """A statement with a question mark for each parameter."""
    sql = " ".join(sql.split())
    pattern = {"pyformat": r"%\(\w+\)s", "numeric_dollar": r"\$\d+"}.get(style)
    if pattern is not None:
        sql = re.sub(pattern + r"(::(TIMESTAMP|DATE|TIME) WITH(OUT)? TIME ZONE|::\w+(\[\])?)?", "?", sql)
    return sql.replace("%%", "%") if style == "pyformat" else sql


def chain(error):
    """The names of the exceptions along a chain of causes."""
    names, seen = [], set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        names.append([type(error).__name__, str(error)[:6000]])
        if type(getattr(error, "orig", None)).__name__ == "MissingGreenlet":
            names.append(["MissingGreenlet", ""])
        error = error.__cause__ or error.__context__
    return names


async def asgi(application, path):
    said, parts = {}, []
    asked = []

    async def receive():
        if asked:
            await asyncio.Event().wait()
        asked.append(True)
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        if message["type"] == "http.response.start":
            said["status"] = message["status"]
        else:
            parts.append(message.get("body", b""))

    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http", "path": path,
             "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": [(b"host", b"localhost")],
             "client": ("127.0.0.1", 1), "server": ("localhost", 80), "state": {}, "extensions": {}}
    error = None
    try:
        await application(scope, receive, send)
    except Exception as raised:
        error = raised
    return said.get("status"), b"".join(parts), error


def wsgi(application, path):
    from flask import got_request_exception

    said, errors = {}, []
    keep = lambda sender, exception, **_: errors.append(exception)
    environ = {"REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "localhost",
               "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "wsgi.version": (1, 0),
               "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr, "wsgi.multithread": True,
               "wsgi.multiprocess": False, "wsgi.run_once": False}
    with got_request_exception.connected_to(keep):
        answer = application(environ, lambda status, headers, info=None: said.update(status=int(status.split()[0])))
        body = b"".join(answer)
        answer.close()
    return said["status"], body, errors[0] if errors else None


def called(function):
    try:
        return None, json.dumps(function()).encode(), None
    except Exception as error:
        return None, b"", error


async def awaited(function):
    try:
        return None, json.dumps(await function()).encode(), None
    except Exception as error:
        return None, b"", error


def main():
    order = json.loads(sys.argv[1])
    os.chdir(order["directory"])
    sys.path.insert(0, order["directory"])
    sys.dont_write_bytecode = True
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    module = importlib.import_module("app")
    module.fill(order["schema"])
    listener = Listener(module.ENGINES)
    needs_loop = order["is_async"] or order["kind"] == "asgi" and not order["is_function"]
    loop = asyncio.new_event_loop() if needs_loop else None
    print(json.dumps({"ready": True}), file=out, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        listener.statements.clear()
        if order["is_function"]:
            function = getattr(module, asked["name"])
            status, body, error = loop.run_until_complete(awaited(function)) if loop else called(function)
        elif order["kind"] == "asgi":
            status, body, error = loop.run_until_complete(asgi(module.app, asked["path"]))
        else:
            status, body, error = wsgi(module.app, asked["path"])
        print(json.dumps({
            "statements": listener.statements, "status": status, "body": body.decode(),
            "hash": hashlib.sha256(body).hexdigest(), "errors": chain(error),
        }), file=out, flush=True)
    module.drop(order["schema"])


if __name__ == "__main__":
    main()
