"""Reading the objects as an endpoint would, and the hashes of what it answers."""

import hashlib
import json

import sqlalchemy as sa

from .columns import writer


class Reader:
    """Reads objects of one class: their columns, then each relationship the plan reads, depth first. Lazy loads happen here."""

    def __init__(self, cls, nodes, path):
        mapper = sa.inspect(cls)
        self._path = path
        self._columns = [(one.key, writer(one.columns[0].info.get("type"))) for one in mapper.column_attrs]
        self._inner = []
        for node in nodes or []:
            if node.get("accessed", True):
                name = node["name"]
                reached = mapper.relationships[name]
                inner = Reader(reached.mapper.class_, node.get("relationships"), f"{path}.{name}")
                self._inner.append((name, reached.uselist, inner))

    def read(self, item, capture):
        """An object as the response has it; `capture` is told what is being read."""
        if item is None:
            return None
        capture.reading = self._path
        answer = {name: written(getattr(item, name)) for name, written in self._columns}
        for name, is_collection, inner in self._inner:
            capture.reading = inner._path
            value = getattr(item, name)
            if is_collection:
                answer[name] = [inner.read(one, capture) for one in value]
            else:
                answer[name] = inner.read(value, capture)
        return answer


def canonical(answers, cls, nodes, sort_roots):
    """The same answer with every collection that has no order of its own sorted by primary key."""
    mapper = sa.inspect(cls)
    sorted_answers = [_canonical(one, mapper, nodes) for one in answers]
    if sort_roots:
        sorted_answers.sort(key=_key(mapper))
    return sorted_answers


def _canonical(answer, mapper, nodes):
    if answer is None:
        return None
    answer = dict(answer)
    for node in nodes or []:
        name, below = node["name"], node.get("relationships")
        if name not in answer:
            continue
        relation = mapper.relationships[name]
        if relation.uselist:
            items = [_canonical(one, relation.mapper, below) for one in answer[name]]
            if not relation.order_by:
                items.sort(key=_key(relation.mapper))
            answer[name] = items
        else:
            answer[name] = _canonical(answer[name], relation.mapper, below)
    return answer


def _key(mapper):
    names = [mapper.get_property_by_column(column).key for column in mapper.primary_key]
    return lambda answer: [answer[name] for name in names]


def digest(answer):
    text = json.dumps(answer, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
