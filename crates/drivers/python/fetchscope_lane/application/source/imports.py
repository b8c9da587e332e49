"""Imports of what new text needs."""

import ast
import sys

from sqlalchemy import orm

from .pieces import Pieces
from .text import WIDTH, Uncertain


class Imports:
    """The names by which a file knows loader functions and classes; those it does not know yet are imported."""

    def __init__(self, text, names):
        self.text, self.names = text, names
        self._functions, self._classes = {}, {}

    def of_group(self):
        """One that begins with the names that are imported so far."""
        other = Imports(self.text, self.names)
        other._functions, other._classes = dict(self._functions), dict(self._classes)
        return other

    def function(self, name, at):
        """How `joinedload` is called in this file."""
        known = self.names.name_of(getattr(orm, name), name, at)
        if known is not None:
            return known
        if name not in self._functions:
            self._functions[name] = name if self.names.is_free(name, at) else f"orm_{name}"
        return self._functions[name]

    def class_(self, wanted, at, like=None):
        """How a class is called in this file; `like` is an expression of another one, whose prefix may lead to it."""
        known = self.names.name_of(wanted, wanted.__name__, at)
        if known is not None:
            return known
        prefix = self._prefix(wanted, at, like)
        if prefix is not None:
            return f"{prefix}.{wanted.__name__}"
        module = sys.modules.get(wanted.__module__)
        if getattr(module, wanted.__name__, None) is not wanted or module.__name__ == "__main__":
            raise Uncertain(f"`{wanted.__name__}` cannot be imported by its name here; add these options by hand")
        if wanted not in self._classes:
            name = wanted.__name__
            self._classes[wanted] = name if self.names.is_free(name, at) else f"{name}Model"
        return self._classes[wanted]

    def _prefix(self, wanted, at, like):
        candidates = [like.value] if isinstance(like, ast.Attribute) else []
        candidates += [one.value for one in ast.walk(self.text.tree) if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name)]
        seen = set()
        for one in candidates:
            written = ast.unparse(one)
            if written in seen:
                continue
            seen.add(written)
            owner = self.names.object(one)
            if type(owner) is type(sys) and getattr(owner, wanted.__name__, None) is wanted:
                name = written.split(".")[0]
                if self.names.name_of(self.names.namespace.get(name), name, at) == name:
                    return written
        return None

    # What is written.

    def write(self, edits):
        new = []
        self._add(edits, new, "sqlalchemy.orm", orm, dict(self._functions))
        modules = {}
        for class_, name in self._classes.items():
            modules.setdefault(class_.__module__, {})[class_.__name__] = name
        for module, wanted in sorted(modules.items()):
            self._add(edits, new, module, sys.modules[module], wanted)
        if new:
            self._insert(edits, new)

    def _add(self, edits, new, module, source, wanted):
        if not wanted:
            return
        texts = [name if name == called else f"{name} as {called}" for name, called in sorted(wanted.items())]
        line = self._line_of(module, source, wanted)
        if line is None:
            new.append(_wrapped(f"from {module} import ", texts, self.text))
        else:
            self._extend(edits, line, texts)

    def _line_of(self, module, source, wanted):
        """An import of the module's, or of another one that has the same: `from .models import User`."""
        lines = [
            one for one in self.text.tree.body
            if isinstance(one, ast.ImportFrom) and not any(name.name == "*" for name in one.names)
        ]
        exact = [one for one in lines if self.names.source(one) is source or (not one.level and one.module == module)]
        if exact:
            return exact[-1]
        for one in lines:
            other = self.names.source(one)
            has = source is not orm and other is not None and all(
                getattr(other, name, None) is getattr(source, name, source) for name in wanted
            )
            if has:
                return one
        return None

    def _extend(self, edits, line, texts):
        text, start, end = self.text, self.text.start(line), self.text.end(line)
        # The bracket, or the word before the names.
        tokens = text.between(start, end)
        word = next(index for index, one in enumerate(tokens) if one.string == "import")
        has_brackets = tokens[word + 1].string == "("
        begin = tokens[word + 1].end if has_brackets else tokens[word + 1].start
        pieces = Pieces(text, begin, end - 1 if has_brackets else end)
        known = [text.content[first:last] for first, last in pieces.parts]
        if pieces.is_on_one_line:
            together = [*known, *texts]
            if known == sorted(known, key=_order):
                together.sort(key=_order)
            elif known == sorted(known, key=str.lower):
                together.sort(key=str.lower)
            before = text.content[start:tokens[word].end] + " "
            width = len(before) + len(", ".join(together)) + (2 if has_brackets else 0) + start - text.line_start(start)
            if width > WIDTH:
                edits.replace(start, end, _wrapped(before, together, text, True))
            else:
                edits.replace(pieces.parts[0][0], pieces.parts[-1][1], ", ".join(together))
            return
        if known == sorted(known, key=_order) or known == sorted(known, key=str.lower):
            order = _order if known == sorted(known, key=_order) else str.lower
            self._sort_in(edits, pieces, known, texts, order)
            return
        pieces.added = texts
        pieces.write(edits)

    def _sort_in(self, edits, pieces, known, texts, order):
        text, last = self.text, []
        for new in texts:
            later = next((index for index, one in enumerate(known) if order(one) > order(new)), None)
            if later is None:
                last.append(new)
                continue
            start = pieces.parts[later][0]
            line = text.newline + text.indent(start) if text.begins_line(start) else " "
            edits.insert(start, f"{new},{line}")
        if last:
            pieces.added = last
            pieces.write(edits)

    def _insert(self, edits, new):
        text = self.text
        block = "".join(one + text.newline for one in new)
        after, is_documented = None, False
        for index, one in enumerate(text.tree.body):
            if isinstance(one, (ast.Import, ast.ImportFrom)):
                after, is_documented = one, False
            elif isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                break
            elif not index and isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant):
                after, is_documented = one, True
        if after is None:
            first = text.tree.body[0]
            first = min([text.start(one) for one in getattr(first, "decorator_list", ())] or [text.start(first)])
            edits.insert(text.line_start(first), block + text.newline)
            return
        end = text.line_end(text.end(after))
        if end < len(text.content):
            end += 2 if text.content[end:end + 2] == "\r\n" else 1
            edits.insert(end, text.newline + block if is_documented else block)
        else:
            edits.insert(end, text.newline + block)


def _wrapped(before, names, text, is_wrapped=False):
    line = before + ", ".join(names)
    if not is_wrapped and len(line) <= WIDTH:
        return line
    inner = text.newline + text.unit
    return f"{before}({inner}{(',' + inner).join(names)},{text.newline})"


def _order(name):
    """Constants, then classes, then the rest, as tools that sort imports have it."""
    name = name.split(" as ")[0]
    group = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return group, name.lower()
