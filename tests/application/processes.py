"""The two processes of an application: the reference and the worker."""

import json
import os
import subprocess

HERE = os.path.dirname(os.path.realpath(__file__))
WORKER = os.path.join(HERE, "..", "..", "crates", "drivers", "python", "worker.py")
LIMITS = {"rows": 1_000_000, "bytes": 100_000_000, "seconds": 30}
CONDITIONS = {"rtt_ms": 0, "jitter_ms": 0}

# SQLAlchemy keeps the names of attributes in sets, so that the order of columns depends on the hashes of strings.
ENVIRONMENT = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}


class Ended(Exception):
    """A process ended before it answered."""


class _Process:
    def __init__(self, arguments, log):
        self._log = open(log, "w+")
        self._process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True,
                                         env={**os.environ, **ENVIRONMENT})
        self._hear()

    def ask(self, **order):
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._hear()

    def _hear(self):
        while line := self._process.stdout.readline():
            said = json.loads(line)
            if "alive" not in said:
                return said
        self._log.seek(0)
        raise Ended(self._log.read()[-3000:])

    def close(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._log.close()


class Reference(_Process):
    def __init__(self, python, app, directory):
        order = {"directory": directory, "schema": app.schema_name, "is_async": app.is_async, "is_function": app.is_function,
                 "kind": app.kind}
        super().__init__([python, os.path.join(HERE, "reference.py"), json.dumps(order)], os.path.join(directory, "reference.log"))

    def answer(self, route):
        return self.ask(path=route.path, name=route.name)


class Worker(_Process):
    def __init__(self, python, app, directory):
        super().__init__([python, WORKER], os.path.join(directory, "worker.log"))
        self._app, self._directory = app, directory
        if not app.is_function:
            self._import("app:app")

    def _import(self, name):
        said = self.ask(do="application", directory=self._directory, is_call=self._app.is_function, **{"import": name})
        if "application" not in said:
            raise Ended(f"the worker does not import the application: {said}")

    def open(self, route):
        """The route that is asked from now on."""
        if self._app.is_function:
            self._import(f"app:{route.name}")
        self.ask(do="request", request={"method": "GET", "path": route.path}, conditions=CONDITIONS, limits=LIMITS)

    def trace(self, strategies=None, knock_out=False):
        return self.ask(do="trace", strategies=strategies or {}, peak=False, knock_out=knock_out)

    def measure(self, strategies):
        """`[(statements, rows)]` of requests that are measured, two at a time, and the failures."""
        prepared = self.ask(do="prepare_overrides", variant="v", strategies=strategies)
        if "prepared" not in prepared:
            return [], [str(prepared)]
        said = self.ask(do="measure", variant="v", concurrency=2, quota=3, rate=None, seconds=None, seed=1)
        samples, failures = [], []
        while "done" not in said:
            if "error" in said:
                return samples, [*failures, str(said["error"])]
            if "sample" in said:
                samples.append((said["sample"][2], said["sample"][4]))
            else:
                failures.append(said["failed"])
            said = self._hear()
        return samples, failures
