"""One plan from an opened session to its answer.

The identity map is weak. When Python's collector finds objects that refer to each other in a circle depends on what else
it has seen, so it is called wherever the plan lets go of objects.
"""

import asyncio
import contextlib
import gc
import sqlite3

import sqlalchemy as sa
from sqlalchemy.exc import MissingGreenlet, SQLAlchemyError, StatementError
from sqlalchemy.orm import Session

from . import bulk, statement, walk
from .capture import Capture, Limits, Refused


def answer(address, model, plan, limits=Limits()):
    """What the real SQLAlchemy does; `Refused` when it does more than `limits` allow."""
    request = Request(model, plan)
    if plan.get("session") == "async":
        return asyncio.run(_asynchronous(address, request, limits))
    return _synchronous(address, request, limits)


class Request:
    """A plan with the parts of it that can be said before a session is open."""

    def __init__(self, model, plan):
        self.plan, self.model = plan, model
        self.cls = model.classes[plan["root"]]
        self.mode = plan.get("mode", "list")
        self.nodes = plan.get("relationships")
        self._reader = walk.Reader(self.cls, self.nodes, plan["root"])
        self.unique = plan.get("unique", True) and statement.needs_unique(model, plan)
        self.before = [Request(model, one) for one in plan.get("before", [])]
        self._by_hand = bulk.Place(model, self.cls, self.nodes, plan["root"], statement.by_hand)
        if not self._by_hand.is_empty() and (plan.get("wildcard") or self.mode not in ("list", "one", "first", "get")):
            raise LookupError("bulk is not available in the lane beside a wildcard, or where rows are streamed")
        self.execution = {"yield_per": plan["yield_per"]} if plan.get("yield_per") else {}
        self.written()  # What cannot be said is found out before a session is open.

    def written(self):
        """The statement with its options and the options alone: a program writes them anew for every request."""
        return statement.select(self.model, self.plan)

    def scalars(self, result):
        scalars = result.scalars()
        return scalars.unique() if self.unique else scalars

    def picked(self, scalars):
        if self.mode == "one":
            return [scalars.one()]
        if self.mode == "first":
            return _list(scalars.first())
        return scalars.all()

    def by_hand(self, items):
        """What a program loads itself, once it has the roots: statements, each of which is sent its result."""
        return bulk.loads(self._by_hand, items)

    def read(self, items, capture):
        return [self._reader.read(item, capture) for item in items]


def load(session, request):
    """The roots of a request, loaded as a program would."""
    written, options = request.written()
    if request.mode == "get":
        items = _list(session.get(request.cls, statement.identity(request.plan), options=options))
    else:
        items = request.picked(request.scalars(session.execute(written, execution_options=request.execution)))
    loads, result = request.by_hand(items), None
    with contextlib.suppress(StopIteration):
        while True:
            written, execution = loads.send(result)
            result = session.execute(written, execution_options=execution)
    return items


async def load_asynchronously(session, request):
    """The same in an asynchronous session."""
    written, options = request.written()
    if request.mode == "get":
        items = _list(await session.get(request.cls, statement.identity(request.plan), options=options))
    else:
        items = request.picked(request.scalars(await session.execute(written, execution_options=request.execution)))
    loads, result = request.by_hand(items), None
    with contextlib.suppress(StopIteration):
        while True:
            written, execution = loads.send(result)
            result = await session.execute(written, execution_options=execution)
    return items


def _list(item):
    return [] if item is None else [item]


class Outcome:
    """What a request comes to, kept up to the moment where it fails."""

    def __init__(self, request, capture):
        self.request, self.capture = request, capture
        self.answers = self.roots = self.error = None

    @contextlib.contextmanager
    def ending(self):
        """Takes an exception of SQLAlchemy's as the answer it is."""
        try:
            yield
        except SQLAlchemyError as error:
            if isinstance(getattr(error, "orig", None), sqlite3.OperationalError) and "interrupted" in str(error):
                raise Refused("too much work for the database") from error
            self.error = self._described(error)

    def _described(self, error):
        raised_as = type(error).__name__
        # aiosqlite hands its cursor's failure through the wrapper for failures of a driver.
        wrapped = isinstance(error, StatementError) and isinstance(error.orig, MissingGreenlet)
        said = {
            "type": "MissingGreenlet" if wrapped else raised_as,
            "phase": self.capture.phase,
            "path": self.capture.reading,
            "message": str(error).split("\n", 1)[0][:400],
        }
        return {**said, "raised_as": raised_as} if wrapped else said

    def document(self):
        statements = self.capture.statements()
        count = {phase: sum(one["phase"] == phase for one in statements) for phase in ("load", "walk", "before")}
        said = {
            "query_count": len(statements),
            **{f"query_count_{phase}": number for phase, number in count.items()},
            "row_count": sum(one["rows"] or 0 for one in statements),
            "root_count": self.roots,
            "error": self.error,
            "hash_as_returned": None,
            "hash_canonical": None,
            "response": self.answers,
            "statements": statements,
        }
        if self.answers is not None:
            request = self.request
            unordered = not (request.plan.get("filter") or {}).get("order_by")
            ordered = walk.canonical(self.answers, request.cls, request.nodes, unordered)
            said["hash_as_returned"], said["hash_canonical"] = walk.digest(self.answers), walk.digest(ordered)
        return said


def _synchronous(address, request, limits):
    engine = address.engine()
    try:
        _guard(engine, limits)
        with engine.connect():
            pass  # What a dialect asks of a new database is no statement of the plan.
        outcome = Outcome(request, Capture(engine, limits))
        with Session(engine, expire_on_commit=request.plan.get("expire_on_commit", True)) as session:
            outcome.capture.listen_to(session)
            session.connection()
            with outcome.ending():
                _run(session, request, outcome)
            return outcome.document()
    finally:
        engine.dispose()


def _run(session, request, outcome):
    capture, held = outcome.capture, []
    for earlier in request.before:
        capture.phase, capture.reading = "before", None
        items = _load(session, earlier)
        earlier.read(items, capture)
        if request.plan.get("hold", True):
            held.append(items)
        del items
        gc.collect()
    capture.phase, capture.reading = "load", None
    items = _load(session, request)
    if request.mode == "stream_drop":
        _drain(items, request, outcome)
        return
    outcome.roots = len(items)
    if request.plan.get("commit_before_walk"):
        session.commit()
    if request.plan.get("close_before_walk"):
        session.close()
    capture.phase = "walk"
    outcome.answers = request.read(items, capture)


def _load(session, request):
    if request.mode in ("execute_only", "stream_drop"):
        result = session.execute(request.written()[0], execution_options=request.execution)
        return [] if request.mode == "execute_only" else request.scalars(result)
    loaded = load(session, request)
    gc.collect()
    return loaded


def _drain(scalars, request, outcome):
    """Each root is read and let go before the next one is fetched."""
    capture, answers = outcome.capture, []
    outcome.roots = 0
    for item in scalars:
        outcome.roots += 1
        capture.phase = "walk"
        answers += request.read([item], capture)
        del item
        gc.collect()
        capture.phase, capture.reading = "load", None
    outcome.answers = answers


async def _asynchronous(address, request, limits):
    # Wants a package that not everybody has.
    from sqlalchemy.ext.asyncio import AsyncSession

    engine = address.async_engine()
    try:
        _guard(engine.sync_engine, limits)
        outcome = Outcome(request, Capture(engine.sync_engine, limits))
        async with AsyncSession(engine, expire_on_commit=request.plan.get("expire_on_commit", True)) as session:
            outcome.capture.listen_to(session.sync_session)
            await session.connection()
            with outcome.ending():
                await _run_asynchronously(session, request, outcome)
            return outcome.document()
    finally:
        await engine.dispose()


async def _run_asynchronously(session, request, outcome):
    capture, plan = outcome.capture, request.plan
    items = await _load_asynchronously(session, request)
    outcome.roots = len(items)
    if plan.get("commit_before_walk"):
        await session.commit()
    if plan.get("close_before_walk"):
        await session.close()
    capture.phase = "walk"
    if plan.get("async_walk") == "run_sync":
        outcome.answers = await session.run_sync(lambda _: request.read(items, capture))
    else:
        outcome.answers = request.read(items, capture)


async def _load_asynchronously(session, request):
    if request.mode in ("stream", "stream_execute_only"):
        result = await session.stream(request.written()[0], execution_options=request.execution)
        return [] if request.mode == "stream_execute_only" else await request.scalars(result).all()
    if request.mode == "execute_only":
        await session.execute(request.written()[0], execution_options=request.execution)
        return []
    loaded = await load_asynchronously(session, request)
    gc.collect()
    return loaded


def _guard(engine, limits):
    """On SQLite, stops a statement that multiplies its rows beyond measure."""
    if limits.work is None or engine.dialect.name != "sqlite":
        return

    @sa.event.listens_for(engine, "connect")
    def _(connection, _record):
        driver = getattr(connection, "driver_connection", connection)
        raw = getattr(driver, "_conn", driver)
        turns = iter(range(limits.work))
        raw.set_progress_handler(lambda: next(turns, None) is None, 500_000)
