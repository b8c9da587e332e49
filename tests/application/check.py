"""Holds the worker against the reference, for each endpoint of an application and for each of its overrides."""

import difflib
import json
import re

from .processes import Reference, Worker

NEEDS_UNIQUE = "The unique() method must be invoked"


class Result:
    def __init__(self, kind, name, problems):
        self.kind, self.name, self.problems = kind, name, problems


def run(app, python, directory):
    reference = Reference(python, app, directory)
    try:
        worker = Worker(python, app, directory)
        try:
            results = []
            for endpoint, route, overrides in app.endpoints:
                results += _endpoint(app, reference, worker, endpoint, route, overrides)
            return results
        finally:
            worker.close()
    finally:
        reference.close()


def _endpoint(app, reference, worker, endpoint, route, overrides):
    label = f"{app.framework}, {app.driver}, {app.schema.inheritance}: {route.path}"
    worker.open(route)
    expected, traced = reference.answer(route), worker.trace(knock_out=True)
    problems = _differences(expected, traced)
    if problems:
        return [Result(endpoint.kind, label, [*_shown(route), *problems])]
    results = [Result(endpoint.kind, label, [])]
    sent = {name for query in traced["traced"]["queries"] for name in query["entities"]}
    for one in overrides:
        if expected["errors"] and not {key.rpartition("/")[2].split(".")[0] for key in one.strategies} <= sent:
            # It fails before it sends what is overridden.
            continue
        results.append(Result(endpoint.kind, f"{label} {json.dumps(one.strategies)}", _override(reference, worker, route, one)))
    return results


def _override(reference, worker, route, override):
    expected, written = reference.answer(override.by_hand), override.by_hand
    needs_unique = any(NEEDS_UNIQUE in message for _, message in expected["errors"])
    if needs_unique:
        expected, written = reference.answer(override.unique), override.unique
    traced = worker.trace(override.strategies)
    problems = _differences(expected, traced)
    if "traced" in traced:
        said = traced["traced"]["needs_unique"]
        if needs_unique and not said and not expected["errors"]:
            problems.append("needs_unique is empty, and the program written by hand needs it")
        if said and not needs_unique:
            problems.append(f"needs_unique is {said}, and the program written by hand does not need it")
        if set(said) - set(override.queries):
            problems.append(f"needs_unique is {said}, and only {override.queries} were overridden")
    if problems:
        problems = [*_shown(route), "by hand:", *_shown(written), *problems]
    return problems


def _shown(route):
    return [f"    {line}" for line in [*route.constants, *route.lines]]


def _differences(expected, traced):
    if "traced" not in traced:
        return [f"the worker says: {traced.get('error')}", *(["while by hand: " + _error(expected)])]
    traced, problems = traced["traced"], []
    ours = [_line(one["sql"], one["params"]) for one in traced["statements"]]
    theirs = [_line(*one) for one in expected["statements"]]
    if ours != theirs:
        problems.append(f"statements: {len(theirs)} by hand, {len(ours)} by the worker")
        problems += list(difflib.unified_diff(theirs, ours, "by hand", "worker", lineterm="", n=1))[:24]
    error = traced["error"]
    if bool(expected["errors"]) != bool(error):
        problems.append(f"raised by hand: {_error(expected)}; by the worker: {error}")
    elif error and not any(error["type"] == name or error["type"] in message for name, message in expected["errors"]):
        # Validation keeps the text of an exception alone.
        problems.append(f"raised by hand: {_error(expected)}; by the worker: {error}")
    if traced["status"] != expected["status"]:
        problems.append(f"status by hand {expected['status']}, by the worker {traced['status']}")
    if _body(expected["body"]) != traced["response"]:
        problems.append(f"answer by hand: {expected['body'][:300]}\nby the worker:  {json.dumps(traced['response'])[:300]}")
    elif expected["status"] is not None and expected["hash"] != traced["body_hash"]:
        problems.append("the bytes of the answers differ")
    return problems


def _body(text):
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text


def _error(expected):
    return ", ".join(f"{name}: {message[:160]}" for name, message in expected["errors"]) or "nothing"


def _line(sql, params):
    # A subquery load of a query of two aliases names them in the order of a set.
    sql = re.sub(r"\bFROM (\w+ AS \w+(?:, \w+ AS \w+)+)", lambda found: "FROM " + ", ".join(sorted(found[1].split(", "))), sql)
    return f"{sql}  {json.dumps([str(one) for one in params])}"
