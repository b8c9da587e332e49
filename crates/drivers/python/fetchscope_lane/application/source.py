"""Editing the user's source so that a query has other options: by the places of its syntax tree, so that nothing else of the
text changes."""

import ast
import difflib

EXECUTES = {"execute", "scalars", "scalar", "stream", "stream_scalars", "exec"}
GETS = {"get", "get_one"}
READS = {"all", "first", "one", "one_or_none", "scalar_one", "scalars", "paginate", "first_or_404", "one_or_404", "yield_per"}
LOADERS = {
    "joinedload", "selectinload", "subqueryload", "immediateload", "lazyload", "raiseload", "noload", "contains_eager",
    "defaultload",
}
# Longer lines than this have their options on lines of their own.
WIDTH = 100


class Cannot(Exception):
    """The source cannot be edited with certainty; the message says why."""


class Edit:
    """What is to change of one query: strategies by path, `None` for what is taken out."""

    def __init__(self, root, wanted, methods, write, modules):
        self.root, self.wanted, self.methods = root, wanted, methods
        # `write(paths)` gives the options for paths that no option names; `modules` says where a class is imported from.
        self.write, self.modules = write, modules


def edited(text, line, function, edit, needs_unique):
    """The text with the change made."""
    return _Source(text, line, function, edit).changed(needs_unique)


def diff(file, before, after):
    lines = (one.splitlines(keepends=True) for one in (before, after))
    return "".join(difflib.unified_diff(*lines, f"a/{file}", f"b/{file}"))


class _Source:
    def __init__(self, text, line, function, edit):
        self._text, self._line, self._edit = text, line, edit
        try:
            self._tree = ast.parse(text)
        except SyntaxError as error:
            raise Cannot(f"the file cannot be parsed: {error.msg}") from error
        self._lines = text.splitlines(keepends=True)
        self._starts = [0]
        for one in self._lines:
            self._starts.append(self._starts[-1] + len(one))
        self._parents = {child: node for node in ast.walk(self._tree) for child in ast.iter_child_nodes(node)}
        self._function = self._enclosing(function)
        self._changes, self._names, self._found = [], set(), set()

    def changed(self, needs_unique):
        call, statement = self._executed()
        calls = self._options(statement)
        for one in calls:
            self._restate(one)
        missing = {path: how for path, how in self._edit.wanted.items() if path not in self._found}
        # What no option loads is eager by the relationship itself, and has to be said otherwise.
        missing = {path: how or "select" for path, how in missing.items()}
        written, names = self._edit.write(missing)
        self._names |= names
        if written:
            self._add(call, statement, calls, written)
        if needs_unique:
            self._make_unique(call)
        text = self._apply()
        text = _with_imports(text, self._names, self._edit.modules)
        ast.parse(text)
        return text

    # Where the query is.

    def _enclosing(self, function):
        inside = [
            node for node in ast.walk(self._tree)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            and node.name == function and node.lineno <= self._line <= node.end_lineno
        ]
        return inside[-1] if inside else self._tree

    def _executed(self):
        """The call that sends the query, and the expression of its statement."""
        found = []
        for node in ast.walk(self._function):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if not node.lineno <= self._line <= node.end_lineno:
                continue
            name = node.func.attr
            if name in EXECUTES and node.args:
                found.append((node, node.args[0]))
            elif name in GETS and len(node.args) >= 2:
                found.append((node, None))
            elif name in READS and _is_query(node.func.value):
                found.append((node, node.func.value))
        # A chain is executed once, by its innermost call; `session.execute(x).scalars()` by `execute`.
        found = [one for one in found if not any(self._contains(one[0].func, other[0]) for other in found)]
        if len(found) > 1:
            mine = [one for one in found if self._edit.root in ast.dump(one[0])]
            found = mine if len(mine) == 1 else found
        if not found:
            raise Cannot("no call that sends a query was found on this line; add these options where the statement is built")
        if len(found) > 1:
            raise Cannot("several queries are sent on this line; add these options to the right one")
        return found[0]

    def _contains(self, outer, inner):
        return any(node is inner for node in ast.walk(outer))

    def _options(self, statement):
        """The calls of `.options()` that the statement goes through, where they are in this function."""
        if statement is None:
            return []
        if isinstance(statement, ast.Name):
            values = [
                node.value for node in ast.walk(self._function)
                if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None
                and any(isinstance(one, ast.Name) and one.id == statement.id for one in _targets(node))
            ]
        else:
            values = [statement]
        calls = []
        for value in values:
            for node in ast.walk(value):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "options":
                    # Those of an option itself are part of it.
                    if not _is_option(node.func.value):
                        calls.append(node)
        return calls

    # What changes.

    def _restate(self, call):
        kept = [self._argument(argument) for argument in call.args]
        if call.args and not any(kept):
            # Nothing is left of it.
            self._replace(self._end(call.func.value), self._end(call), "")
        else:
            self._take_out(call.args, kept)

    def _argument(self, node):
        """Restates an argument of `.options()`; whether anything of it is left."""
        if isinstance(node, ast.Starred):
            listed = self._assigned(node.value)
            if not isinstance(listed, (ast.Tuple, ast.List)):
                raise Cannot("its options are built elsewhere; change them there")
            self._take_out(listed.elts, [self._argument(one) for one in listed.elts])
            return True
        if isinstance(node, ast.Name):
            named = self._assigned(node)
            if named is None:
                raise Cannot(f"its option `{node.id}` is built elsewhere; change it there")
            return self._argument(named)
        return self._option(node, ())

    def _assigned(self, node):
        """What a name of this function, or of the module, stands for, if that is said once."""
        if not isinstance(node, ast.Name):
            return node if isinstance(node, (ast.Tuple, ast.List)) else None
        for place in (self._function, self._tree):
            values = [
                one.value for one in ast.walk(place)
                if isinstance(one, (ast.Assign, ast.AnnAssign)) and one.value is not None
                and any(isinstance(target, ast.Name) and target.id == node.id for target in _targets(one))
            ]
            if values:
                return values[0] if len(values) == 1 else None
        return None

    def _take_out(self, items, kept):
        """Items of a list that are not kept, each with the comma that belongs to it."""
        for index, (item, is_kept) in enumerate(zip(items, kept)):
            if is_kept:
                continue
            if index + 1 < len(items):
                self._replace(self._start(item), self._start(items[index + 1]), "")
            else:
                before = next((self._end(items[one]) for one in range(index - 1, -1, -1) if kept[one]), self._start(items[0]))
                self._replace(before if before <= self._start(item) else self._start(item), self._end(item), "")

    def _option(self, node, above):
        """Restates one option; whether anything of it is left."""
        steps = []
        while isinstance(node, ast.Call):
            steps.append(node)
            node = node.func.value if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call) else None
        steps.reverse()
        path = above
        for place, step in enumerate(steps):
            name = step.func.attr if isinstance(step.func, ast.Attribute) else getattr(step.func, "id", "")
            if name == "options":
                kept = [self._option(inner, path) for inner in step.args]
                if any(kept):
                    self._take_out(step.args, kept)
                else:
                    self._replace(self._end(step.func.value), self._end(step), "")
                continue
            attribute = _attribute(step.args[0]) if step.args else None
            if name not in LOADERS or attribute is None:
                continue
            path = (*path, attribute)
            if path not in self._edit.wanted:
                continue
            self._found.add(path)
            how = self._edit.wanted[path]
            if how is None:
                below = [one for one in self._edit.wanted if one[: len(path)] == path]
                self._found.update(below)
                if place == 0:
                    return False
                self._replace(self._end(step.func.value), self._end(steps[-1]), "")
                return True
            method = self._edit.methods[how]
            end = self._end(step.func)
            if isinstance(step.func, ast.Name):
                self._names.add(method)
            self._replace(end - len(name), end, method)
        return True

    def _add(self, call, statement, calls, written):
        if statement is None:
            listed = next((one.value for one in call.keywords if one.arg == "options"), None)
            if listed is None:
                self._replace(self._end(call) - 1, self._end(call) - 1, f", options=[{', '.join(written)}]")
            elif isinstance(listed, (ast.List, ast.Tuple)):
                comma = ", " if listed.elts else ""
                self._replace(self._end(listed) - 1, self._end(listed) - 1, f"{comma}{', '.join(written)}")
            else:
                raise Cannot("its options are built elsewhere; add these to them")
            return
        living = [one for one in calls if not self._is_dropped(one)]
        if living:
            last = living[-1]
            place = self._end(last.args[-1]) if last.args else self._end(last) - 1
            self._replace(place, place, (", " if last.args else "") + ", ".join(written))
            return
        start, end = self._start(statement), self._end(statement)
        added = f".options({', '.join(written)})"
        if end - self._starts[statement.end_lineno - 1] + len(added) > WIDTH:
            line = self._lines[statement.end_lineno - 1]
            indent = line[: len(line) - len(line.lstrip())]
            inner = "".join(f"\n{indent}    {one}," for one in written)
            added = f".options({inner}\n{indent})"
        if not isinstance(statement, (ast.Call, ast.Name, ast.Attribute, ast.Subscript)):
            self._replace(start, start, "(")
            added = f"){added}"
        self._replace(end, end, added)

    def _is_dropped(self, call):
        return any(start == self._end(call.func.value) and end == self._end(call) for start, end, _ in self._changes)

    def _make_unique(self, call):
        parent = self._parents.get(call)
        if isinstance(parent, ast.Await):
            self._replace(self._start(parent), self._start(parent), "(")
            self._replace(self._end(parent), self._end(parent), ").unique()")
        else:
            self._replace(self._end(call), self._end(call), ".unique()")

    # Text.

    def _offset(self, line, column):
        """`column` counts bytes of UTF-8."""
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode())

    def _start(self, node):
        return self._offset(node.lineno, node.col_offset)

    def _end(self, node):
        return self._offset(node.end_lineno, node.end_col_offset)

    def _replace(self, start, end, text):
        self._changes.append((start, end, text))

    def _apply(self):
        text = self._text
        order = sorted(enumerate(self._changes), key=lambda one: (one[1][0], one[1][1], one[0]), reverse=True)
        last = len(text) + 1
        for _, (start, end, new) in order:
            if end > last:
                raise Cannot("its options overlap; change them by hand")
            text, last = text[:start] + new + text[end:], start
        return text


def _targets(node):
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _is_query(node):
    """Whether a chain begins with `session.query(…)` or `User.query`."""
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute):
            if node.attr == "query":
                return True
            node = node.value
        else:
            return False


def _is_option(node):
    """Whether a chain is a loader option, and not a statement."""
    while isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in LOADERS or name == "Load":
            return True
        node = node.func.value if isinstance(node.func, ast.Attribute) else None
    return False


def _attribute(node):
    """The name of a mapped attribute: of `User.organization`, `User.roles.and_(…)`, `m.User.roles.of_type(…)`."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
    return node.attr if isinstance(node, ast.Attribute) else None


def _with_imports(text, names, modules):
    """The text with what it needs imported."""
    tree = ast.parse(text)
    bound = {
        alias.asname or alias.name.split(".")[0]
        for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names
    }
    bound |= {node.name for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))}
    for name in sorted(names - bound):
        text = _importing(text, modules.get(name, "sqlalchemy.orm"), name)
    return text


def _importing(text, module, name):
    tree, lines = ast.parse(text), text.splitlines(keepends=True)
    imports = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    same = [node for node in imports if isinstance(node, ast.ImportFrom) and node.module == module and not node.level]
    if same:
        last = same[-1].names[-1]
        line = lines[last.end_lineno - 1].encode()
        lines[last.end_lineno - 1] = (line[: last.end_col_offset] + f", {name}".encode() + line[last.end_col_offset :]).decode()
        return "".join(lines)
    newline = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    place = imports[-1].end_lineno if imports else (tree.body[0].end_lineno if ast.get_docstring(tree) else 0)
    lines.insert(place, f"from {module} import {name}{newline}")
    return "".join(lines)
