"""Holds the worker against the reference, for each endpoint of an application and for each of its overrides."""

import difflib
import json
import re

from .processes import Reference, Worker

EAGER = ("joined", "joined_inner", "selectin", "subquery", "immediate")
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
    problems = _attributions(app, endpoint, traced["traced"]) + _unread(reference, worker, endpoint, expected, traced["traced"])
    results = [Result(endpoint.kind, label, [*_shown(route), *problems] if problems else [])]
    sent = {f"{number}{name}" for query in traced["traced"]["queries"] for name in query["entities"]
            for number in ("", f"{query['n']}/")}
    for number, one in enumerate(overrides):
        if expected["errors"] and not {key.split(".")[0] for key in one.strategies} <= sent:
            # It fails before it sends what is overridden.
            continue
        results.append(Result(endpoint.kind, f"{label} {json.dumps(one.strategies)}", _override(reference, worker, endpoint, route, one, number % 4 == 0)))
    return results


def _override(reference, worker, endpoint, route, override, is_measured):
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
        if is_measured and not traced["traced"]["error"] and traced["traced"]["agreement"] != "unknown":
            problems += _measured(worker, override, traced["traced"])
        problems += _effect(endpoint, override, traced["traced"])
    if problems:
        problems = [*_shown(route), "by hand:", *_shown(written), *problems]
    return problems


def _measured(worker, override, traced):
    """A request that is measured sends what one that is watched sends."""
    samples, failures = worker.measure(override.strategies)
    if traced["difference"] and failures and "status" in traced["difference"]:
        return []
    wanted = (traced["query_count"], traced["row_count"])
    problems = [f"measuring failed: {one}" for one in failures]
    return problems + [f"measured: {one[0]} statements and {one[1]} rows; traced: {wanted[0]} and {wanted[1]}"
                       for one in samples if one != wanted]


# What loads each object once and on one path, so that an eager path leaves nothing to load.
SIMPLE = ("plain", "optioned", "elsewhere", "columns", "criteria", "helped")


def _lazily_loaded(endpoint, query, name):
    """How many statements load a collection of the query's objects lazily: one for each; `None` where that is not known."""
    entity, _, key = name.partition(".")
    rel = endpoint.schema.rels(entity, with_subclasses=False).get(key)
    if rel is None or not rel[1].is_many or endpoint.trees[0][0].get(key) is None or endpoint.queries[0].form == "looped":
        return None
    root = next((one for one in query["roots"]), None)
    return root["rows"] if root is not None and not query["joins"] else None


def _effect(endpoint, override, traced):
    """An override is what is reported of its path, and eager paths are not loaded lazily."""
    problems, schema = [], endpoint.schema
    if traced["error"]:
        return []
    is_simple = endpoint.kind in SIMPLE and len(endpoint.queries) == 1
    for key, strategy in override.strategies.items():
        number, _, name = key.rpartition("/")
        if "." not in name:
            continue
        for query in traced["queries"]:
            query["roots"] = [one for one in traced["statements"] if one["query"] == query["n"] and one["kind"] == "root"]
            # A join may have an object in several rows.
            query["joins"] = any(" JOIN " in one["sql"] for one in query["roots"])
            if number and int(number) != query["n"] or name.split(".")[0] not in query["entities"]:
                continue
            path = next((one for one in query["paths"] if one["path"] == name), None)
            if path is None:
                problems.append(f"{name} was overridden, and is not among the paths of query {query['n']}")
                continue
            if path["strategy"] != strategy or path["written_by"] != "option":
                problems.append(f"{name} was overridden with {strategy}, and is reported as {path['strategy']} by {path['written_by']}")
            entity, _, key = name.partition(".")
            count = _lazily_loaded(endpoint, query, name)
            if strategy == "select" and is_simple and count is not None and path["reads"]:
                sent = sum(1 for one in traced["statements"] if one["path"] == name and one["kind"] == "lazy")
                if sent != count:
                    problems.append(f"{name} is select and is read of {count} objects, and {sent} statements load it")
            if strategy in EAGER and is_simple and key in schema.rels(entity, with_subclasses=False):
                lazy = [one for one in traced["statements"] if one["query"] == query["n"] and one["path"] == name and one["kind"] == "lazy"]
                if lazy:
                    problems.append(f"{name} was overridden with {strategy}, and {len(lazy)} statements load it lazily")
    return problems


def _attributions(app, endpoint, traced):
    """What has to hold of the queries, paths and statements of any trace."""
    problems = []
    statements, queries = traced["statements"], {query["n"]: query for query in traced["queries"]}
    numbers = [number for number, _ in endpoint.numbered()]
    if not traced["error"]:
        entities = [[entity for entity, _ in query.targets] for query in endpoint.queries]
        there = [queries[number]["entities"] if number in queries else None for number in numbers]
        if there != entities:
            problems.append(f"queries are of {there} instead of {entities}")
    for query in queries.values():
        roots = [one for one in statements if one["query"] == query["n"] and one["kind"] == "root"]
        if len(roots) > query["sent"] or not roots and not traced["error"]:
            problems.append(f"query {query['n']} was sent {query['sent']} times, and has {len(roots)} statements of its own")
        for path in query["paths"]:
            own = [one for one in statements if one["query"] == query["n"] and one["path"] == path["path"] and one["kind"] in ("load", "lazy")]
            if len(own) != path["statements"]:
                problems.append(f"{path['path']} has {path['statements']} statements, and {len(own)} are said to be of it")
            if path["unread"] and path["reads"]:
                problems.append(f"{path['path']} is unread and was read {path['reads']} times")
            if path["strategy"] in ("raise", "noload") and own:
                problems.append(f"{path['path']} is {path['strategy']} and has statements")
        problems += _reads(app, endpoint, query, numbers)
    for one in statements:
        if one["kind"] != "other" and one["query"] is None:
            problems.append(f"a {one['kind']} statement is of no query: {one['sql'][:200]}")
        if one["kind"] in ("load", "lazy") and one["path"] is None:
            problems.append(f"a {one['kind']} statement is of no path: {one['sql'][:200]}")
        if one["kind"] in ("load", "lazy") and one["path"] and one["query"] and not _has_path(queries[one["query"]], one["path"]):
            problems.append(f"{one['path']} has a statement and is not among the paths of query {one['query']}")
        if one["origin"] is None and one["kind"] != "other" and not endpoint.is_modelled:
            problems.append(f"a {one['kind']} statement has no origin: {one['sql'][:200]}")
    return problems


def _has_path(query, path):
    return any(one["path"] == path for one in query["paths"])


def _reads(app, endpoint, query, numbers):
    """Nothing but what the endpoint reads was read."""
    if query["n"] not in numbers:
        return []
    # An object that two queries have is the first one's, and one that two paths lead to is at the first.
    read = {path.rsplit(".", 1)[-1] for trees in endpoint.trees for tree in trees for path in _paths("", tree)}
    return [f"{path['path']} was read {path['reads']} times, and the endpoint does not read it"
            for path in query["paths"] if path["reads"] and path["path"].rsplit(".", 1)[-1] not in read]


def _paths(above, tree):
    for key, below in tree.items():
        if below is not None:
            yield f"{above}.{key}"
            yield from _paths(f"{above}.{key}", below)


def _unread(reference, worker, endpoint, expected, traced):
    """What is said to be unread: the answer is the same without it."""
    problems = []
    for query in traced["queries"]:
        for path in query["paths"]:
            if path["unread"]:
                without = worker.trace({f"{query['n']}/{path['path']}": "raise"})
                if "traced" not in without or without["traced"]["response"] != traced["response"] or without["traced"]["error"]:
                    problems.append(f"{path['path']} of query {query['n']} is unread, and the answer is another one without it")
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
