"""Whether two answers are the same, with what changes by itself left out."""

import hashlib
import json

MASK = "…"


class Reference:
    """The answer of the endpoint as it is written, sent more than once: what differs between those is not compared."""

    def __init__(self, first):
        self.status, self._first, self.masks = first.status, _values(first), set()
        self.error = type(first.error).__name__ if first.error else None

    def again(self, answer):
        """The same request, unchanged, once more."""
        self.masks |= set(_differing(self._first, _values(answer), ()))

    @property
    def changes(self):
        """What changes by itself, as it is reported: `items[].token`."""
        return sorted({_shown(path) for path in self.masks})

    @property
    def is_comparable(self):
        return () not in self.masks

    def hash(self, answer):
        return hash_of(_masked(_values(answer), self.masks, ()))

    def difference(self, answer):
        """`(difference, is_order)`: `None` where it is the same; otherwise where it differs first, and whether that is only
        the order of lists."""
        if answer.error is not None and self.error is None:
            return f"it raises {type(answer.error).__name__}", False
        if answer.status != self.status:
            return f"status {answer.status} instead of {self.status}", False
        ours, theirs = (_masked(one, self.masks, ()) for one in (self._first, _values(answer)))
        if ours == theirs:
            return None, False
        first = next(iter(_differing(ours, theirs, ())), ())
        if _unordered(ours) == _unordered(theirs):
            return f"another order in {_shown(_list_of(first))}", True
        return f"{_shown(first)} is {_brief(_at(theirs, first))} instead of {_brief(_at(ours, first))}", False


def hash_of(value):
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def _values(answer):
    try:
        return json.loads(answer.body) if answer.body else None
    except ValueError:
        # A page: line by line, so that a token in one of them is not the whole answer.
        return answer.body.decode("utf-8", "replace").splitlines()


def _differing(one, other, path):
    if type(one) is not type(other):
        yield path
    elif isinstance(one, dict):
        for name in {**one, **other}:
            if name not in one or name not in other:
                yield (*path, name)
            else:
                yield from _differing(one[name], other[name], (*path, name))
    elif isinstance(one, list):
        if len(one) != len(other):
            yield path
        else:
            for index, (mine, theirs) in enumerate(zip(one, other)):
                yield from _differing(mine, theirs, (*path, index))
    elif one != other:
        yield path


def _masked(value, masks, path):
    if not masks:
        return value
    if path in masks:
        return MASK
    if isinstance(value, dict):
        return {name: _masked(one, masks, (*path, name)) for name, one in value.items()}
    if isinstance(value, list):
        return [_masked(one, masks, (*path, index)) for index, one in enumerate(value)]
    return value


def _unordered(value):
    if isinstance(value, dict):
        return {name: _unordered(one) for name, one in value.items()}
    if isinstance(value, list):
        return sorted((_unordered(one) for one in value), key=lambda one: json.dumps(one, sort_keys=True))
    return value


def _at(value, path):
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _list_of(path):
    """The path of the outermost list on the way."""
    index = next((place for place, step in enumerate(path) if isinstance(step, int)), len(path))
    return path[:index]


def _shown(path):
    said = ""
    for step in path:
        said += "[]" if isinstance(step, int) else f".{step}" if said else str(step)
    return said or "the whole answer"


def _brief(value):
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}…"
