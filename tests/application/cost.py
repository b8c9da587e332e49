"""What a measured request costs over the same request to the bare application.

`PYTHON tests/application/cost.py`, with the address of the sample in CITIZENAPP_DATABASE. Each program is measured twice,
always in pairs that take turns:

- *two processes*: one that only sends the request, and a worker that measures it; *processor* is the time of the processor,
  which other programs on the machine disturb less;
- *one process*: with Fetchscope's hooks in place, and taken out again.

A ratio is the median of the pairs, with the interval that 95 % of resampled medians lie in.
"""

import argparse
import asyncio
import gc
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
WORKER = os.path.join(HERE, "..", "..", "crates", "drivers", "python", "worker.py")
SAMPLE = os.path.join(HERE, "..", "..", "datasets", "citizenapp", "app")
MOST_BYTES = 100_000_000

# What a measured request may cost over a bare one.
GOAL = 1.03

OTHERS = '''
from citizenapp.database import engine
from citizenapp.models import Organization, User
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

app = Flask(__name__)


def shown(user):
    organization = user.organization
    there = {"id": organization.id, "name": organization.name, "tenant": {"id": organization.tenant.id, "name": organization.tenant.name}}
    return {"id": user.id, "full_name": user.full_name, "organization": there}


def users():
    with Session(engine) as session:
        return [shown(one) for one in session.scalars(select(User).order_by(User.id).limit(100))]


@app.get("/users")
def lazy():
    return users()


@app.get("/users/joined")
def joined():
    to_tenant = joinedload(User.organization).joinedload(Organization.tenant)
    with Session(engine) as session:
        return [shown(one) for one in session.scalars(select(User).options(to_tenant).order_by(User.id).limit(100))]
'''

PROGRAMS = [
    ("FastAPI, sync", "citizenapp.main:app", "/users"),
    ("FastAPI, sync", "citizenapp.main:app", "/users/selectin"),
    ("FastAPI, sync", "citizenapp.main:app", "/users/joined"),
    ("FastAPI, async", "citizenapp.main:app", "/async/users/selectin"),
    ("Flask", "others:app", "/users"),
    ("Flask", "others:app", "/users/joined"),
    ("function", "others:users", None),
]


# -- in a process of its own ------------------------------------------------------------------------------------------


class Bare:
    """The same calls as the worker's, and nothing around them."""

    def __init__(self, name, path):
        from fetchscope_lane.application import senders, target

        self._senders, self._program = senders, target.load(name, None, None, path is None)
        self._spec = senders.Spec({"path": path or "/"})
        self._loop = asyncio.new_event_loop() if self._program.kind == "asgi" else None

    def take(self, count):
        """The times of so many requests, and what the processor took for them all, in nanoseconds."""
        gc.collect()
        gc.freeze()
        times, began = [], time.process_time_ns()
        if self._loop is not None:
            self._loop.run_until_complete(self._asynchronously(count, times))
        else:
            for _ in range(count):
                at = time.perf_counter_ns()
                answer = self._ask()
                times.append(time.perf_counter_ns() - at)
                _check(answer)
        return times, time.process_time_ns() - began

    def _ask(self):
        if self._program.kind == "wsgi":
            return self._senders.ask_wsgi(self._program.value, self._spec, MOST_BYTES)
        return self._senders.ask_function(self._program.value)

    async def _asynchronously(self, count, times):
        for _ in range(count):
            at = time.perf_counter_ns()
            answer = await self._senders.ask_asgi(self._program.value, {}, self._spec, MOST_BYTES)
            times.append(time.perf_counter_ns() - at)
            _check(answer)


class Toggled:
    """A program with everything in place, which can be taken out and put back between requests."""

    def __init__(self, name, path):
        from sqlalchemy.engine import Connection
        from sqlalchemy.engine.cursor import CursorFetchStrategy
        from sqlalchemy.engine.default import DefaultDialect
        from sqlalchemy.orm import Session, strategies
        from sqlalchemy.pool import Pool

        loader = getattr(strategies, "_LazyLoader", None) or strategies.LazyLoader
        classes = (Connection, CursorFetchStrategy, DefaultDialect, Session, loader, Pool)
        before = [dict(vars(one)) for one in classes]
        from fetchscope_lane.application import program, senders

        self._program = program.Program({"import": name, "is_call": path is None})
        self._changed = [
            (one, key, kept[key], value)
            for one, kept in zip(classes, before) for key, value in vars(one).items() if key in kept and kept[key] is not value
        ]
        self._spec = senders.Spec({"path": path or "/"})

    def put(self, is_there):
        for one, key, without, within in self._changed:
            setattr(one, key, within if is_there else without)

    def take(self, is_measured, count):
        """As `Bare.take`; and how many statements a request sends."""
        from fetchscope_lane.application.meter import Measured
        from fetchscope_lane.application.request import REQUEST

        self.put(is_measured)
        times, queries = [], []

        async def asynchronously():
            for _ in range(count):
                request = Measured() if is_measured else None
                token, at = REQUEST.set(request), time.perf_counter_ns()
                answer = await self._program.ask_asynchronously(self._spec, MOST_BYTES)
                times.append(request.done() if is_measured else time.perf_counter_ns() - at)
                REQUEST.reset(token)
                _check(answer)
                queries.append(request.queries if is_measured else 0)

        def synchronously():
            for _ in range(count):
                request = Measured() if is_measured else None
                token, at = REQUEST.set(request), time.perf_counter_ns()
                answer = self._program.ask(self._spec, MOST_BYTES)
                times.append(request.done() if is_measured else time.perf_counter_ns() - at)
                REQUEST.reset(token)
                _check(answer)
                queries.append(request.queries if is_measured else 0)

        if self._program.loop is not None:
            self._program.loop.run_until_complete(asynchronously())
        else:
            synchronously()
        return times, queries[-1]


def _check(answer):
    if answer.error is not None:
        raise answer.error
    if answer.status not in (None, 200):
        raise RuntimeError(f"status {answer.status}")


def child(kind, name, path):
    sys.path[:0] = [os.path.dirname(WORKER), *sys.path[:0]]
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    made = {"bare": Bare, "toggled": Toggled}[kind](name, path or None)
    for line in sys.stdin:
        out.write(json.dumps(made.take(*json.loads(line))) + "\n")
        out.flush()
    out.flush()
    os._exit(0)


# -- what takes turns -------------------------------------------------------------------------------------------------


class Process:
    def __init__(self, arguments, environment):
        self._process = subprocess.Popen([sys.executable, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                         env=environment)

    def say(self, what):
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()

    def hear(self):
        while line := self._process.stdout.readline():
            said = json.loads(line)
            if not isinstance(said, dict) or "alive" not in said:
                return said
        raise SystemExit("a process ended before it answered")

    def close(self):
        self._process.stdin.close()
        self._process.wait()


class Child(Process):
    def __init__(self, kind, name, path, environment):
        super().__init__([os.path.realpath(__file__), "--child", kind, name, path or ""], environment)

    def take(self, *arguments):
        self.say(arguments)
        return self.hear()


class Worker(Process):
    def __init__(self, name, path, environment):
        super().__init__([WORKER], environment)
        self.hear()
        self._do("application", **{"import": name}, is_call=path is None)
        limits = {"rows": 1_000_000, "bytes": MOST_BYTES, "seconds": 30}
        self._do("request", request={"path": path or "/"}, conditions={"rtt_ms": 0, "jitter_ms": 0}, limits=limits)
        self._do("prepare_overrides", variant=0, strategies={})

    def _do(self, what, **more):
        self.say({"do": what, **more})
        said = self.hear()
        if "error" in said:
            raise SystemExit(f"{what}: {said['error']}")

    def take(self, count):
        self.say({"do": "measure", "variant": 0, "concurrency": 1, "seed": 1, "quota": count, "rate": None, "seconds": None})
        times = []
        while "done" not in (said := self.hear()):
            if "sample" not in said:
                raise SystemExit(f"a request failed: {said}")
            times.append(said["sample"][1])
        return times, said["done"]["processor"]


def pairs(rounds, bare, measured):
    """The bare and the measured of every round, which begin in turn."""
    found = []
    for number in range(rounds + 2):
        if number % 2:
            other = measured()
            one = bare()
        else:
            one = bare()
            other = measured()
        # The first two fill caches.
        if number >= 2:
            found.append((one, other))
    return found


def ratio(found):
    """The median ratio of pairs with its interval."""
    ratios = [other / one for one, other in found]
    dice = random.Random(0)
    medians = sorted(statistics.median(dice.choices(ratios, k=len(ratios))) for _ in range(2000))
    return statistics.median(ratios), medians[50], medians[1949]


def shown(found):
    return "{:.3f} ({:.3f} to {:.3f})".format(*found)


def program(name, path, arguments, environment):
    bare, worker = Child("bare", name, path, environment), Worker(name, path, environment)
    both = pairs(arguments.rounds, lambda: bare.take(arguments.requests), lambda: worker.take(arguments.requests))
    bare.close()
    worker.close()
    times = ratio([(statistics.median(one[0]), statistics.median(other[0])) for one, other in both])
    processor = ratio([(one[1], other[1]) for one, other in both])
    toggled = Child("toggled", name, path, environment)
    single = pairs(arguments.rounds, lambda: toggled.take(False, arguments.requests), lambda: toggled.take(True, arguments.requests))
    toggled.close()
    # The first request after a change of classes finds the interpreter's caches empty.
    medians = [(statistics.median(one[0][1:]), statistics.median(other[0][1:])) for one, other in single]
    queries = single[0][1][1]
    added = statistics.median(other - one for one, other in medians)
    return times, processor, ratio(medians), queries, statistics.median(one for one, _ in medians), added


def main():
    read = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    read.add_argument("--rounds", type=int, default=40)
    read.add_argument("--requests", type=int, default=10, help="per round and side")
    read.add_argument("--only", metavar="WORD", help="programs whose name or path has this word alone")
    arguments = read.parse_args()
    if hasattr(os, "sched_setaffinity"):
        # One side works at a time, and both on the same core.
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as directory:
        with open(os.path.join(directory, "others.py"), "w", encoding="utf-8") as file:
            file.write(OTHERS)
        environment = {
            **os.environ,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "PYTHONPATH": os.pathsep.join([os.path.dirname(WORKER), os.path.realpath(SAMPLE), directory]),
        }
        print(f"{'':38}{'two processes: time':26}{'processor':26}{'one process':26}bare ms  queries  µs per query")
        costly = 0
        for kind, name, path in PROGRAMS:
            label = f"{kind}: {path or name.partition(':')[2] + '()'}"
            if arguments.only and arguments.only not in label:
                continue
            times, processor, single, queries, bare, added = program(name, path, arguments, environment)
            costly += min(times[1], single[1]) > GOAL
            per_query = added / 1e3 / queries
            print(f"{label:38}{shown(times):26}{shown(processor):26}{shown(single):26}{bare / 1e6:7.2f}{queries:9}{per_query:14.1f}",
                  flush=True)
        print(f"A measured request may take {GOAL:.2f} times as long. {costly} certainly take longer; an interval that reaches beyond leaves it open.")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        main()
