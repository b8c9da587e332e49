"""What can be asked of the worker about an application, a method each."""

import gc
import hashlib
import json
import time
import tracemalloc

from ..batch import PAUSE, Batch, late
from ..network import Lengths
from . import failure, hooks, internals, routes
from .change import Changes
from .compare import Reference
from .meter import BANDS, Measured
from .overrides import Overrides
from .program import Program
from .request import REQUEST
from .senders import Spec, Stuck
from .watch import EAGER, Watched

# Paths that are knocked out one by one where all of them together change the answer.
MOST_KNOCKED_OUT = 12


class ApplicationDesk:
    """One program, one request of it, and the variants of that request."""

    def __init__(self, channel):
        self._channel, self._program = channel, None
        self._spec = self._seen = self._reference = None
        self._variants = {}

    def application(self, order):
        """Imports a program and starts it."""
        self._program = Program(order)
        kind = self._program.target.kind
        self._channel.say(application={"kind": kind, "framework": _framework(self._program.target.value)})

    def routes(self, _order):
        """Its routes."""
        found = routes.of(self._program.target.value, self._program.origins)
        self._channel.say(routes={"known": found is not None, "routes": found or []})

    def request(self, order):
        """The request that is traced, checked and measured from now on."""
        self._spec = Spec(order["request"])
        self._conditions, self._limits = order["conditions"], order["limits"]
        self._seen = self._reference = None
        self._variants = {}
        self._channel.say(requested=True)

    def trace(self, order):
        """One request in full: as it is written, or with the strategies of a variant."""
        self._channel.say(traced=self._trace(order))

    def prepare_overrides(self, order):
        """The strategies of a variant, held against the queries of the endpoint."""
        self._as_written()
        strategies = order["strategies"]
        self._variants[order["variant"]] = (
            Overrides(self._seen.query_list, strategies, self._program.origins) if strategies else None
        )
        self._channel.say(prepared=True)

    def compare(self, order):
        """One request of a variant: what it sends, and whether it answers as the endpoint does as it is written."""
        overrides = self._variants[order["variant"]]
        watched, answer = self._watch(overrides)
        self._learn(watched, answer, overrides)
        self._channel.say(compared=self._compared(watched, answer))

    def change(self, order):
        """How the user's own code says what strategies change from outside, a change for each query that they touch."""
        self._as_written()
        changes = Changes(self._seen.query_list, order.get("strategies") or {}, order.get("remove") or [], self._program.origins)
        strategies, watched = changes.strategies(), None
        if strategies:
            watched, _ = self._watch(Overrides(self._seen.query_list, strategies, self._program.origins))
        self._channel.say(changes=changes.made(watched))

    def measure(self, order):
        """A share of a variant's requests; a line each, and at the end how long it all took."""
        gc.collect()
        gc.freeze()
        batch = _Batch(self._channel, order)
        overrides = self._variants[order["variant"]]
        self._channel.interrupted = batch.cancelled.set
        began, processor = time.perf_counter_ns(), time.process_time_ns()
        client = self._client if self._program.loop is None else self._task
        self._program.run([client(batch, overrides, number) for number in range(batch.concurrency)])
        busy, worked = time.perf_counter_ns() - began, time.process_time_ns() - processor
        self._channel.interrupted = lambda: None
        self._channel.say(done={"busy": busy, "processor": worked})

    # One request.

    def _plain(self):
        """A request with nothing around it but a meter."""
        request = Measured()
        answer = self._program.once(self._spec, request, self._limits["bytes"], self._limits["seconds"])
        return request, answer, request.done()

    def _watch(self, overrides=None):
        watched = Watched(self._program.origins, overrides, self._limits["rows"])
        with internals.Reads(watched.read):
            answer = self._program.once(self._spec, watched, self._limits["bytes"], self._limits["seconds"])
        watched.done()
        return watched, answer

    def _as_written(self):
        """The request as it is written, sent twice: what differs between the two is not compared."""
        if self._seen is None:
            _, first, _ = self._plain()
            reference = Reference(first)
            watched, answer = self._watch()
            reference.again(answer)
            self._seen, self._reference, self._answer = watched, reference, answer
            self._fails = _fails(answer)

    def _learn(self, watched, answer, overrides):
        """An endpoint that fails as it is written shows more of itself once it does not: its other queries, and an answer
        to compare with."""
        if not self._fails or _fails(answer):
            return
        known = {(query.place, query.shape) for query in self._seen.query_list}
        for query in watched.query_list:
            if (query.place, query.shape) not in known:
                query.n, query.is_overridden = len(self._seen.query_list) + 1, overrides is not None
                self._seen.query_list.append(query)
        self._reference, self._fails = Reference(answer), False
        _, again = self._watch(overrides)
        self._reference.again(again)

    def _trace(self, order):
        strategies = order.get("strategies") or {}
        unowned = hooks.UNOWNED[0]
        self._as_written()
        watched, answer = self._seen, self._answer
        overrides = None
        if strategies:
            overrides = Overrides(watched.query_list, strategies, self._program.origins)
            watched, answer = self._watch(overrides)
            self._learn(watched, answer, overrides)
        queries = self._queries(watched)
        notices = []
        if answer.error is None and order.get("knock_out", True):
            self._mark_unread(watched, queries, strategies)
        elapsed = None
        if not strategies and answer.error is None:
            _, again, elapsed = self._plain()
            self._reference.again(again)
        empty = [query["n"] for query in queries if query["paths"] and not watched.has_objects(query["n"])]
        if empty and answer.error is None:
            numbers = ", ".join(map(str, empty))
            notices.append(f"No row came for the query {numbers}, so it cannot be said what of it is read.")
        peak = self._peak(overrides) if order.get("peak", True) and answer.error is None else None
        if self._reference.changes:
            notices.append(
                "These values change from one request to the next and are not compared: "
                f"{', '.join(self._reference.changes[:8])}."
            )
        if hooks.UNOWNED[0] > unowned:
            count = hooks.UNOWNED[0] - unowned
            notices.append(
                f"{count} statements came from other threads or tasks of the application meanwhile and are not counted."
            )
        said = failure.described(answer, watched, self._program.origins)
        if answer.status is not None and 300 <= answer.status < 400:
            notices.append(f"The answer is a redirect to {answer.header('location')}, which is not followed.")
        elif answer.status in (401, 403):
            notices.append("The endpoint asks for a log-in: give its header with --header 'Authorization: $VARIABLE'.")
        compared = self._compared(watched, answer)
        return {
            "status": answer.status,
            "body_hash": hashlib.sha256(answer.body).hexdigest(),
            "body_bytes": len(answer.body),
            "error": said,
            "peak_bytes": peak,
            "query_count": len(watched.sent()),
            "round_trips": watched.round_trips,
            "row_count": watched.rows,
            "byte_count": sum(one["bytes"] for one in watched.sent()),
            "root_count": None,
            "elapsed_ns": elapsed if elapsed is not None else watched.done(),
            "agreement": compared["agreement"],
            "difference": compared["difference"],
            "database": watched.database,
            "needs_unique": sorted(watched.needs_unique),
            "queries": queries,
            "statements": [self._statement(one) for one in watched.sent()],
            "response": _response(answer),
            "hash_as_returned": hashlib.sha256(answer.body).hexdigest(),
            "hash_canonical": compared["hash"],
            "notices": notices,
        }

    def _queries(self, watched):
        described = []
        for query in watched.query_list:
            names = query.names
            described.append({
                "n": query.n,
                "entity": names[0] if names else None,
                "entities": names,
                "sent": query.sent,
                "origin": self._program.origins.described(query.origin),
                "subclasses": _subclasses(query),
                "paths": watched.paths(query),
            })
        return described

    def _mark_unread(self, watched, queries, strategies):
        """A path is unread where no read of it was seen, and where the answer is the same without it."""
        idle = []
        for query in queries:
            if not watched.has_objects(query["n"]):
                # Of what has no owner nothing can be read.
                continue
            unread = [one for one in query["paths"] if one["strategy"] in EAGER and not one["reads"]]
            below = {one["path"] for one in query["paths"] if one["reads"]}
            for one in unread:
                if not any(path.startswith(one["path"] + ".") for path in below):
                    idle.append((query["n"], one))
        if not idle:
            return
        proven = idle if self._is_same_without(watched, idle, strategies) else [
            one for one in idle[:MOST_KNOCKED_OUT] if self._is_same_without(watched, [one], strategies)
        ]
        for _, path in proven:
            path["unread"] = True

    def _is_same_without(self, watched, idle, strategies):
        names = [(number, path["path"]) for number, path in idle]
        highest = [
            (number, path) for number, path in names
            if not any(other == number and path.startswith(above + ".") for other, above in names)
        ]
        knocked_out = {**strategies, **{f"{number}/{path}": "raise" for number, path in highest}}
        overrides = Overrides(watched.query_list, knocked_out, self._program.origins)
        without, answer = self._watch(overrides)
        if without.raised_by is not None or answer.error is not None:
            return False
        difference, is_order = self._reference.difference(answer)
        return difference is None or is_order

    def _peak(self, overrides):
        """Most memory that Python held for one request."""
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            request = Measured(None, overrides)
            self._program.once(self._spec, request, self._limits["bytes"], self._limits["seconds"])
            return tracemalloc.get_traced_memory()[1] - before
        finally:
            tracemalloc.stop()

    def _statement(self, one):
        bands = {name: 0 for name in BANDS}
        bands["execute"] = one.get("execute", 0)
        return {
            "n": one["n"],
            "phase": one["phase"],
            "path": one["path"],
            "sql": one["sql"],
            "params": one["params"],
            "rows": one["rows"],
            "bytes": one["bytes"],
            "started_ns": one["started_ns"],
            "times_ns": bands,
            "query": one["query"],
            "kind": one["kind"],
            "origin": self._program.origins.described(one["origin"]),
        }

    def _compared(self, watched, answer):
        difference, is_order = self._reference.difference(answer)
        if not self._reference.is_comparable:
            agreement = "unknown"
        elif difference is None or is_order:
            agreement = "same"
        else:
            agreement = "different"
        return {
            "agreement": agreement,
            "difference": difference,
            "status": answer.status,
            "error": failure.described(answer, watched, self._program.origins),
            "hash": self._reference.hash(answer),
            "query_count": len(watched.sent()),
            "round_trips": watched.round_trips,
            "row_count": watched.rows,
            "byte_count": sum(one["bytes"] for one in watched.sent()),
            "body_bytes": len(answer.body),
            "needs_unique": sorted(watched.needs_unique),
            "statements": [self._statement(one) for one in watched.sent()],
        }

    # Many requests.

    def _client(self, batch, overrides, number):
        def work():
            lengths = self._lengths(batch, number)
            while taken := batch.take():
                _, _, due = taken
                while due is not None and (left := due - time.perf_counter_ns()) > 0 and not batch.cancelled.is_set():
                    time.sleep(min(left / 1e9, 0.04))
                waited, request = late(due), Measured(lengths, overrides)
                token = REQUEST.set(request)
                try:
                    answer = self._program.ask(self._spec, self._limits["bytes"])
                finally:
                    REQUEST.reset(token)
                if not self._served(batch, request, answer, waited):
                    time.sleep(PAUSE)

        return work

    def _task(self, batch, overrides, number):
        import asyncio

        async def work():
            lengths = self._lengths(batch, number)
            while taken := batch.take():
                _, _, due = taken
                if due is not None and (left := due - time.perf_counter_ns()) > 0:
                    await asyncio.sleep(left / 1e9)
                waited, request = late(due), Measured(lengths, overrides)
                token = REQUEST.set(request)
                try:
                    answer = await self._program.ask_asynchronously(self._spec, self._limits["bytes"])
                finally:
                    REQUEST.reset(token)
                if not self._served(batch, request, answer, waited):
                    await asyncio.sleep(PAUSE)

        return work

    def _served(self, batch, request, answer, waited):
        took = request.done()
        if answer.error is not None or answer.status != self._reference.status:
            batch.failed(answer.error or RuntimeError(f"status {answer.status} instead of {self._reference.status}"))
            return False
        batch.served(0, request, took, waited)
        return True

    def _lengths(self, batch, number):
        if not self._conditions["rtt_ms"]:
            return None
        return Lengths(self._conditions["rtt_ms"], self._conditions["jitter_ms"], f"{batch.seed}/{number}")


def _fails(answer):
    return answer.error is not None or (answer.status or 200) >= 500


class _Batch(Batch):
    bands = BANDS

    def __init__(self, channel, order):
        super().__init__(channel, [None], {**order, "tenants": [0]})


def _subclasses(query):
    from sqlalchemy import inspect

    if not query.entities:
        return []
    mapper = inspect(query.entities[0]).mapper
    return [one.class_.__name__ for one in mapper.self_and_descendants if one is not mapper]


def _response(answer):
    if not answer.body:
        return None
    try:
        return json.loads(answer.body)
    except ValueError:
        return answer.body.decode("utf-8", "replace")


def _framework(value):
    import importlib.metadata

    name = next((one.__module__.split(".")[0] for one in type(value).__mro__ if one.__module__ != "builtins"), None)
    if name is None:
        # A function.
        return None
    try:
        return f"{name} {importlib.metadata.version(name)}"
    except importlib.metadata.PackageNotFoundError:
        return None
