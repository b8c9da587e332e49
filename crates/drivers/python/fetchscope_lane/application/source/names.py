"""What the names of a file mean: by the module as it was imported, and by what a function assigns."""

import ast
import importlib.util
import os
import sys
import types

from sqlalchemy import inspect

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Alias:
    """What a function assigns from `aliased(User)`."""

    def __init__(self, class_, name):
        self.class_, self.name = class_, name


class Binding:
    """A name that is assigned: `value` is an expression, or `None` where it is not known."""

    def __init__(self, statement, value):
        self.statement, self.value = statement, value


class Names:
    def __init__(self, text, file):
        self.text = text
        self.module = _module(file)
        self.namespace = vars(self.module) if self.module is not None else {}
        self._bound = {}

    # Scopes.

    def bindings(self, scope):
        """`{name: [Binding]}` of a function or of the module, and the objects that it imports itself."""
        if scope not in self._bound:
            found, imported = {}, {}
            body = scope.body if isinstance(scope.body, list) else [scope.body]
            for node in _inside(body):
                self._read(node, found, imported)
            self._bound[scope] = found, imported
        return self._bound[scope]

    def _read(self, node, found, imported):
        def bind(target, value):
            if isinstance(target, ast.Name):
                found.setdefault(target.id, []).append(Binding(self.text.statement(node), value))
            elif isinstance(target, (ast.Tuple, ast.List)):
                same = isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts)
                for index, one in enumerate(target.elts):
                    bind(one, value.elts[index] if same else None)

        if isinstance(node, ast.Assign):
            for target in node.targets:
                bind(target, node.value)
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
            if node.value is not None:
                bind(node.target, node.value)
        elif isinstance(node, ast.AugAssign):
            bind(node.target, None)
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            bind(node.target, None)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                if item.optional_vars is not None:
                    bind(item.optional_vars, None)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            imported.update(self._imported(node))

    def _imported(self, node):
        for one in node.names:
            if isinstance(node, ast.Import):
                name = one.asname or one.name.split(".")[0]
                module = sys.modules.get(one.name if one.asname else name)
                if module is not None:
                    yield name, module
                continue
            source = self.source(node)
            value = getattr(source, one.name, None) or sys.modules.get(f"{getattr(source, '__name__', '')}.{one.name}")
            if value is not None:
                yield one.asname or one.name, value

    def source(self, node):
        """The module that a `from … import` names."""
        name = node.module or ""
        if node.level:
            package = self.namespace.get("__package__") or ""
            try:
                name = importlib.util.resolve_name("." * node.level + name, package)
            except ImportError:
                return None
        return sys.modules.get(name)

    def parameters(self, scope):
        one = scope.args
        found = [*one.posonlyargs, *one.args, *one.kwonlyargs]
        return {arg.arg for arg in [*found, *filter(None, (one.vararg, one.kwarg))]}

    def find(self, name, at):
        """`(scope, bindings)` where a name is assigned; a parameter has `None` for bindings, the module is the last scope."""
        for scope in self.text.functions(at):
            bound, _ = self.bindings(scope)
            if name in bound:
                return scope, bound[name]
            if name in self.parameters(scope):
                return scope, None
        bound, _ = self.bindings(self.text.tree)
        return (self.text.tree, bound[name]) if name in bound else (None, None)

    # Objects.

    def object(self, node, depth=0):
        """What an expression is, where that is known without running anything: classes, functions, modules, aliases."""
        if isinstance(node, ast.Name):
            return self._name(node, depth)
        if isinstance(node, ast.Attribute):
            owner = self.object(node.value, depth)
            if isinstance(owner, (types.ModuleType, type)):
                return getattr(owner, node.attr, None)
            if type(owner).__name__ == "SQLAlchemy":
                # Flask-SQLAlchemy's object hands out what SQLAlchemy has.
                return getattr(sys.modules["sqlalchemy.orm"], node.attr, None) or getattr(sys.modules["sqlalchemy"], node.attr, None)
        return None

    def _name(self, node, depth):
        for scope in self.text.functions(node):
            bound, imported = self.bindings(scope)
            if node.id in imported:
                return imported[node.id]
            if node.id in bound:
                one = bound[node.id]
                return self._assigned(node.id, one[0].value, depth) if len(one) == 1 else None
            if node.id in self.parameters(scope):
                return None
        return self.namespace.get(node.id)

    def _assigned(self, name, value, depth):
        if depth > 5 or value is None:
            return None
        if isinstance(value, ast.Call) and _last(value.func) in ("aliased", "with_polymorphic") and value.args:
            class_ = self.object(value.args[0], depth + 1)
            return Alias(class_, name) if isinstance(class_, type) else None
        return self.object(value, depth + 1)

    def entity(self, node):
        """`(class, alias)` of an expression that is a mapped class or an alias of one; `None` where it is neither."""
        found = self.object(node)
        if isinstance(found, Alias):
            return found.class_, found.name
        inspected = inspect(found, raiseerr=False) if found is not None else None
        if getattr(inspected, "is_aliased_class", False):
            return inspected.mapper.class_, found
        if isinstance(found, type) and getattr(inspected, "is_mapper", False):
            return found, None
        return None

    # The other way round.

    def name_of(self, value, wanted, at):
        """The name by which a file knows an object where `at` is; `None` where it has none."""
        scopes = self.text.functions(at)
        hidden = set()
        for scope in scopes:
            bound, imported = self.bindings(scope)
            hidden |= set(bound) | self.parameters(scope)
            for name, one in imported.items():
                if one is value and name not in hidden:
                    return name
            hidden |= set(imported)
        names = [name for name, one in self.namespace.items() if one is value and name not in hidden]
        return wanted if wanted in names else (names[0] if names else None)

    def is_free(self, name, at):
        """Whether nothing else has this name."""
        if name in self.namespace:
            return False
        return all(
            name not in self.bindings(scope)[0] and name not in self.parameters(scope) for scope in self.text.functions(at)
        )


def _module(file):
    file = os.path.realpath(file)
    for module in list(sys.modules.values()):
        there = getattr(module, "__file__", None)
        if isinstance(there, str) and os.path.realpath(there) == file:
            return module
    return None


def _inside(body):
    """The nodes of a function, without those of functions and classes inside it."""
    for node in body:
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            continue
        yield node
        yield from _inside(ast.iter_child_nodes(node))


def _last(function):
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)
