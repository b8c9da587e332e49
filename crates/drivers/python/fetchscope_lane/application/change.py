"""The change to the source: the options that a query of the endpoint would have, as a program writes them."""

import re

from sqlalchemy import inspect

from . import internals, source
from .overrides import METHODS, POLYMORPHIC, meant, parsed


def of(queries, strategies, remove, needs_unique, origins):
    """One entry for each query that `strategies` change or of which `remove` takes something out."""
    changes = []
    wanted = {}
    for key, strategy in strategies.items():
        number, name, path = parsed(key)
        for query in meant(queries, key, number, name):
            wanted.setdefault(query.n, {})[(name, path)] = strategy
    for key in remove:
        number, name, path = parsed(key)
        for query in meant(queries, key, number, name):
            wanted.setdefault(query.n, {})[(name, path)] = None
    for query in queries:
        if query.n not in wanted:
            continue
        file, line, function = query.origin or (None, None, None)
        shown, note = None, "no line of your code sends this query; add these options where it is built"
        if file:
            shown, note = _diff(query, wanted[query.n], query.n in needs_unique, origins)
        changes.append({
            "query": query.n,
            "file": origins.shown(file) if file else None,
            "line": line,
            "function": function,
            "entity": query.names[0],
            "options": ", ".join(_options(query, wanted[query.n])),
            "needs_unique": query.n in needs_unique,
            "diff": shown,
            "note": note,
        })
    return changes


def _diff(query, wanted, needs_unique, origins):
    """`(diff, note)`: how the file changes, or why that is not certain."""
    file, line, function = query.origin
    by_root = {}
    for (root, path), strategy in wanted.items():
        by_root.setdefault(root, {})[path] = strategy
    try:
        with open(file, encoding="utf-8", newline="") as opened:
            before = opened.read()
        text = before
        for root, paths in by_root.items():
            entity = next(one for one in query.entities if inspect(one).mapper.class_.__name__ == root)
            if inspect(entity).is_aliased_class:
                raise source.Cannot("the query loads an alias; add these options with its name in place of the class")
            edit = source.Edit(root, paths, METHODS, lambda missing, entity=entity: _lines(entity, missing), _modules(entity))
            text = source.edited(text, line, function, edit, needs_unique)
            needs_unique = False
        return source.diff(origins.shown(file), before, text), None
    except source.Cannot as error:
        return None, f"The file was not edited: {error}."
    except (OSError, UnicodeDecodeError, SyntaxError) as error:
        return None, f"The file was not edited: {error}."


def _lines(entity, missing):
    """`(options, names)`: what has to be written, and which names that needs."""
    root = inspect(entity).mapper.class_.__name__
    written = _of_entity(entity, {(root, path): strategy for path, strategy in missing.items()})
    names = set(re.findall(r"\b([A-Za-z_]\w*)(?=[.(])", " ".join(written))) - {"options"}
    return written, {name for name in names if f".{name}" not in " ".join(written) or name in METHODS.values()}


def _modules(entity):
    """Where each class that can be reached is imported from."""
    return {one.class_.__name__: one.class_.__module__ for one in inspect(entity).mapper.registry.mappers}


def _options(query, wanted):
    return [one for entity in query.entities for one in _of_entity(entity, wanted)]


def _of_entity(entity, wanted):
    said = []
    for mapper in (inspect(entity).mapper,):
        name = mapper.class_.__name__
        tree = {}
        for (root, path), strategy in wanted.items():
            if root != name or strategy is None:
                continue
            if strategy == POLYMORPHIC:
                below = ", ".join(one.class_.__name__ for one in mapper.self_and_descendants if one is not mapper)
                said.append(f"selectin_polymorphic({name}, [{below}])")
                continue
            place = tree
            for key in path:
                place = place.setdefault(key, {"": "default"})
            place[""] = strategy
        said += _written(mapper, tree)
    return said


def _written(mapper, tree):
    """`joinedload(User.organization).joinedload(Organization.tenant)` for each branch; several below one in `.options()`."""
    said = []
    for key, below in tree.items():
        if key == "":
            continue
        prop, owner = internals.related(mapper, key)
        settings = ", innerjoin=True" if below[""] == "joined_inner" else ""
        own = f"{METHODS[below['']]}({owner.class_.__name__}.{key}{settings})"
        inner = _written(prop.mapper, below)
        if len(inner) == 1:
            own += f".{inner[0]}"
        elif inner:
            own += f".options({', '.join(inner)})"
        said.append(own)
    return said
