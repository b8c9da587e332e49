"""The call that sends a query, and how its statement is put together."""

import ast

from .names import FUNCTIONS
from .text import Uncertain

EXECUTE = {"execute", "scalars", "scalar", "exec", "stream", "stream_scalars"}
# Those whose result may have to be made unique.
WITH_ROWS = EXECUTE - {"scalar"}
GET = {"get", "get_one", "get_or_404"}
# What can be said of a statement without its becoming another function's.
STATEMENT = {
    "where", "filter", "filter_by", "order_by", "group_by", "having", "limit", "offset", "fetch", "distinct", "join", "outerjoin",
    "join_from", "outerjoin_from", "select_from", "options", "execution_options", "with_for_update", "correlate", "slice",
    "from_statement", "with_only_columns", "add_columns", "add_entity", "add_criteria", "with_hint", "with_statement_hint",
    "prefix_with", "suffix_with", "params", "yield_per", "populate_existing", "enable_eagerloads", "autoflush", "cte",
}
ENTITIES = {"add_columns", "add_entity", "with_only_columns"}
ANONYMOUS = {"<lambda>", "<listcomp>", "<genexpr>", "<dictcomp>", "<setcomp>"}
ELSEWHERE = "the statement is built in another function{}; add these options where it is built"
GENERIC = "this code runs for more than one class; add these options only where it loads `{}`"


class Entity:
    """A class that a statement loads, as it is written there."""

    def __init__(self, class_, alias, node):
        self.class_, self.alias, self.node = class_, alias, node


class Options:
    """A call of `.options(…)` on the way to a statement. `is_certain`: it is always part of it; `is_local`: the function has it."""

    def __init__(self, call, is_certain, is_local):
        self.call, self.is_certain, self.is_local = call, is_certain, is_local


class Statement:
    """What an expression says of a statement: `kind` of its beginning, what it loads, and its options."""

    def __init__(self, kind=None, entities=(), name=None):
        self.kind, self.entities, self.name, self.options = kind, list(entities), name, []
        # Whether no other function has a hand in it.
        self.is_direct = True

    @property
    def is_known(self):
        return self.kind in ("select", "query")


class Place:
    """`node` executes `statement`; of `session.get` there is no statement, and `node` is the call."""

    def __init__(self, kind, node, statement, traced, awaited=None):
        self.kind, self.node, self.statement, self.traced, self.awaited = kind, node, statement, traced, awaited


class Places:
    def __init__(self, text, names):
        self.text, self.names = text, names

    def at(self, line, function, classes):
        """The places on a line of a function at which a query of these classes may be sent, in the order of the text."""
        found = [
            one for node in ast.walk(self.text.tree)
            if isinstance(node, ast.expr) and node.lineno <= line <= node.end_lineno and self._is_in(node, function)
            for one in self._candidates(node)
        ]
        found = self._of_line(found, line)
        loaded = [one for one in found if [entity.class_ for entity in one.traced.entities] == classes]
        if not loaded:
            # `add_columns` and the like may say more than is read here.
            loaded = [
                one for one in found
                if one.traced.entities and all(entity.class_ in classes for entity in one.traced.entities)
            ]
        if loaded:
            inner = [one for one in loaded if one.kind != "other"]
            return sorted(inner or loaded, key=lambda one: self.text.start(one.statement or one.node))
        self._complain([one for one in found if one.kind != "other"] or found, classes, line)

    @staticmethod
    def _complain(found, classes, line):
        name = classes[0].__name__ if classes else "this query"
        for one in found:
            if one.traced.kind == "parameter":
                raise Uncertain(ELSEWHERE.format(""))
            if one.traced.kind == "call":
                raise Uncertain(ELSEWHERE.format(f", `{one.traced.name}`" if one.traced.name else ""))
            if one.traced.kind == "generic":
                raise Uncertain(GENERIC.format(name))
        raise Uncertain(f"no statement for `{name}` was found on line {line}; add these options where it is built")

    def _of_line(self, found, line):
        """Python tells a call that has several lines by that of its name, or by its first one."""
        exact = [one for one in found if one.kind != "other" and self._line(one.node) == line]
        return exact or [one for one in found if line in (one.node.lineno, one.statement and one.statement.lineno)] or found

    @staticmethod
    def _line(node):
        return node.func.end_lineno if isinstance(node, ast.Call) else node.lineno

    def _is_in(self, node, function):
        if function in ANONYMOUS or function == "<module>":
            return True
        return any(getattr(one, "name", None) == function for one in self.text.functions(node))

    # What executes.

    def _candidates(self, node):
        parent = self.text.parents.get(node)
        awaited = parent if isinstance(parent, ast.Await) else None
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
            first = node.args[0] if node.args else next(
                (one.value for one in node.keywords if one.arg in ("statement", "entity", "select")), None
            )
            if isinstance(node.func, ast.Attribute):
                below = self.traced(node.func.value)
                if below.kind == "query" and name not in STATEMENT and name not in ("count", "subquery", "exists", "delete", "update"):
                    yield Place("query", node, node.func.value, below)
                    return
                if name in GET and first is not None:
                    yield from self._get(node, first, awaited)
            if name in EXECUTE and first is not None and isinstance(node.func, ast.Attribute):
                yield Place("execute", node, first, self.traced(first), awaited)
                return
            for one in [*node.args, *(keyword.value for keyword in node.keywords)]:
                # `db.paginate(select(…))`, `list(session.query(…))`; not what another call makes of a statement.
                one = one.value if isinstance(one, ast.Starred) else one
                traced = self.traced(one)
                if traced.is_known and traced.is_direct and name not in STATEMENT:
                    yield Place("other", node, one, traced)
        # A query of the old kind is sent by whatever goes through it.
        is_read = (
            isinstance(parent, (ast.For, ast.comprehension)) and parent.iter is node
            or isinstance(parent, (ast.Starred, ast.YieldFrom)) or isinstance(parent, ast.Subscript) and parent.value is node
        )
        if is_read:
            yield from self._read(node)

    def _read(self, node):
        traced = self.traced(node)
        if traced.kind == "query":
            yield Place("query", node, node, traced)

    def _get(self, node, first, awaited):
        entity = self.names.entity(first)
        if entity is not None:
            traced = Statement("select", [Entity(*entity, first)])
            yield Place("get", node, None, traced, awaited)
        elif isinstance(first, (ast.Name, ast.Attribute)) and len(node.args) > 1:
            yield Place("get", node, None, Statement("generic"), awaited)

    # What a statement is made of.

    def traced(self, node, is_certain=True, is_local=True, seen=()):
        """What is known of an expression that may be a statement."""
        go = lambda one, certain=is_certain, local=is_local, names=seen: self.traced(one, certain, local, names)  # noqa: E731
        if isinstance(node, ast.Call):
            return self._call(node, is_certain, is_local, go)
        if isinstance(node, ast.Name):
            return self._name(node, is_certain, is_local, seen)
        if isinstance(node, ast.Attribute):
            if node.attr == "query":
                entity = self.names.entity(node.value)
                if entity is not None:
                    return Statement("query", [Entity(*entity, node.value)])
                if isinstance(node.value, ast.Name) and node.value.id in ("cls", "self", "model"):
                    return Statement("generic")
            return Statement("attribute")
        if isinstance(node, ast.IfExp):
            return _together(go(node.body, False), go(node.orelse, False))
        if isinstance(node, ast.BoolOp):
            return _together(*(go(one, False) for one in node.values))
        if isinstance(node, ast.NamedExpr):
            return go(node.value)
        if isinstance(node, ast.Await):
            return Statement("call", name=_written(node.value))
        if isinstance(node, ast.Subscript):
            below = go(node.value)
            return below if below.kind == "query" else Statement()
        return Statement()

    def _call(self, node, is_certain, is_local, go):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        is_name = isinstance(node.func, ast.Name)
        if name in ("select", "query", "Query") or is_name and getattr(self.names.object(node.func), "__name__", "") == "select":
            below = None if is_name else go(node.func.value)
            if below is None or not below.is_known:
                return self._beginning("query" if name in ("query", "Query") else "select", node)
        if not is_name and isinstance(node.func, ast.Attribute):
            below = go(node.func.value)
            if below.is_known or below.kind == "same" or name in STATEMENT:
                if name in ("subquery", "cte", "scalar_subquery", "exists"):
                    return Statement()
                if below.kind == "query" and name not in STATEMENT:
                    return Statement()
                if name == "options":
                    below.options.append(Options(node, is_certain, is_local))
                if name == "with_only_columns":
                    below.entities = []
                if name in ENTITIES:
                    below.entities += self._entities(node)
                return below
        for one in [*node.args, *(keyword.value for keyword in node.keywords)]:
            inner = go(one)
            if inner.is_known and inner.entities:
                inner.is_direct = False
                return inner
        return Statement("call", name=_written(node))

    def _beginning(self, kind, node):
        entities = self._entities(node)
        if not entities and any(isinstance(one, (ast.Name, ast.Attribute)) and self.names.object(one) is None for one in node.args):
            return Statement("generic")
        return Statement(kind, entities)

    def _entities(self, node):
        found = []
        for one in node.args:
            entity = self.names.entity(one)
            if entity is not None:
                found.append(Entity(*entity, one))
        return found

    def _name(self, node, is_certain, is_local, seen):
        scope, bindings = self.names.find(node.id, node)
        if scope is None:
            return Statement()
        if bindings is None:
            return Statement("parameter", name=node.id)
        if (scope, node.id) in seen:
            return Statement("same")
        is_local = is_local and isinstance(scope, FUNCTIONS)
        at, found, is_replaced = self.text.start(node), [], False
        earlier = [one for one in bindings if self.text.start(one.statement) < at] if is_local else bindings
        for one in reversed(earlier or bindings):
            if one.value is None:
                found.append(Statement("attribute"))
                continue
            is_always = is_certain and is_local and not is_replaced and self._is_around(one.statement, node)
            traced = self.traced(one.value, is_always, is_local, (*seen, (scope, node.id)))
            found.append(traced)
            if not self._names_itself(one.value, node.id):
                # What was assigned before is gone, if this is always assigned.
                is_replaced = True
                if is_always:
                    break
        return _together(*reversed(found))

    def _names_itself(self, value, name):
        return any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(value))

    def _is_around(self, statement, node):
        """Whether a statement is always done before a node is: its block is one that the node is in, too."""
        block = self._block(statement)
        while isinstance(block[0], (ast.With, ast.AsyncWith)):
            block = self._block(block[0])
        inner = self.text.statement(node)
        while True:
            if self._block(inner) == block:
                return True
            above = self.text.parents.get(inner)
            while above is not None and not isinstance(above, ast.stmt):
                above = self.text.parents.get(above)
            if above is None:
                return False
            inner = above

    def _block(self, statement):
        parent = self.text.parents[statement]
        for name in ("body", "orelse", "finalbody", "handlers"):
            block = getattr(parent, name, None)
            if isinstance(block, list) and statement in block:
                return parent, name
        return parent, None


def _together(*statements):
    """Of expressions of which one is the statement."""
    known = [one for one in statements if one.is_known]
    if known:
        result = Statement(known[0].kind, known[0].entities)
        result.is_direct = all(one.is_direct for one in known)
        for one in statements:
            result.options += one.options
        unknown = next((one for one in statements if not one.is_known and one.kind != "same"), None)
        if unknown is not None and any(other.entities for other in known):
            result.name = unknown.name
        return result
    return next((one for one in statements if one.kind not in (None, "same")), statements[0] if statements else Statement())


def _written(node):
    if isinstance(node, ast.Call):
        node = node.func
    return ast.unparse(node) if isinstance(node, (ast.Name, ast.Attribute)) else None
