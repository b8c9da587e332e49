"""The line to change: how the user's own code says what a variant changes from outside."""

import difflib
import os
import re
import traceback

from sqlalchemy import inspect

from . import internals
from .overrides import POLYMORPHIC, check, class_name, meant, parsed
from .source.chains import Options, _bare, kind_of
from .source.edits import Edits
from .source.imports import Imports
from .source.names import Names
from .source.new import Called, New, target_of
from .source.new import Names as PlainNames
from .source.pieces import Pieces, folded
from .source.place import WITH_ROWS, Places
from .source.text import WIDTH, Text, Uncertain
from .watch import EAGER, Query

OWN_EAGER = {"joined", "joined_inner", "selectin", "subquery", "immediate"}


class Wanted:
    """What changes of one query: strategies by the number of an entity and a path, and paths that are not loaded any more."""

    def __init__(self, query):
        self.query, self.strategies, self.removed = query, {}, set()

    def told(self):
        return sorted((index, keys, strategy) for (index, keys), strategy in self.strategies.items()), sorted(self.removed)


class Changes:
    """The queries of an endpoint that strategies or removed paths touch, and how their code changes."""

    def __init__(self, queries, strategies, removed, origins):
        self._queries, self._origins = queries, origins
        self._wanted, self._everywhere = {}, {}
        for key, strategy in strategies.items():
            number, name, path = parsed(key)
            if number is None:
                self._everywhere.setdefault(name, {})[path] = strategy
            for query, index, keys in self._places(key, strategy):
                self._of(query).strategies[index, keys] = strategy
        for key in removed:
            for query, index, keys in self._places(key, "raise"):
                self._remove(query, index, keys)

    def _places(self, key, strategy):
        number, name, path = parsed(key)
        for query in meant(self._queries, key, number, name):
            for index, entity in enumerate(query.entities):
                if class_name(entity) == name:
                    check(key, entity, path, strategy)
                    yield query, index, path

    def _of(self, query):
        return self._wanted.setdefault(query.n, Wanted(query))

    def _remove(self, query, index, keys):
        known = _effective(query, index, keys)
        if known is None and query.is_overridden:
            own = _own(internals.relationship_at(query.entities[index], keys))
            known = (own, "relationship") if own in OWN_EAGER else ("selectin", "option")
        if known is None or known[0] not in EAGER:
            return
        wanted = self._of(query)
        if known[1] == "option":
            wanted.removed.add((index, keys))
        else:
            wanted.strategies.setdefault((index, keys), "select")

    def strategies(self):
        """As a variant says it; what is removed is loaded when it is read."""
        found = {".".join([name, *path]): one for name, paths in self._everywhere.items() for path, one in paths.items()}
        for wanted in self._wanted.values():
            names = wanted.query.names
            for (index, keys), strategy in wanted.strategies.items():
                found[".".join([f"{wanted.query.n}/{names[index]}", *keys])] = strategy
            for index, keys in wanted.removed:
                found[".".join([f"{wanted.query.n}/{names[index]}", *keys])] = "select"
        return found

    def made(self, watched=None):
        """An entry for each query whose code changes. `watched` is a request with these strategies: what it sends besides, and
        which results have to be made unique. The difference of a file begins where the one before it ends."""
        unique = self._compared(watched) if watched is not None else set()
        files, found = {}, []
        for number in sorted(self._wanted):
            entry = self._entry(self._wanted[number], number in unique, files)
            if entry is not None:
                found.append(entry)
        return found

    def _compared(self, watched):
        known = {(one.place, one.shape): one.n for one in self._queries}
        places, unique = {one.place for one in self._queries}, set()
        for query in watched.query_list:
            number = known.get((query.place, query.shape))
            if number is None and query.place not in places:
                number = self._new(query)
            if query.n in watched.needs_unique and number is not None:
                unique.add(number)
        return unique

    def _new(self, query):
        """A query that is only sent because of these strategies: without them the endpoint fails before."""
        strategies = {
            (index, keys): strategy for index, entity in enumerate(query.entities)
            for keys, strategy in self._everywhere.get(class_name(entity), {}).items()
        }
        if not strategies:
            return None
        number = max(query.n, *(one.n + 1 for one in self._queries))
        one = Query(number, query.place, query.shape, query.entities)
        one.is_overridden = True
        self._queries = [*self._queries, one]
        self._of(one).strategies.update(strategies)
        return number

    def _entry(self, wanted, needs_unique, files):
        query = wanted.query
        origin = self._origins.described(query.origin) or {"file": None, "line": None, "function": None}
        touched = sorted({index for index, _ in [*wanted.strategies, *wanted.removed]})
        entry = {
            "query": query.n,
            **origin,
            "entity": query.names[touched[0]],
            "options": None,
            "needs_unique": needs_unique,
            "diff": None,
            "note": None,
        }
        try:
            if query.origin is None:
                raise Uncertain("no line of your code sends this query; add these options where it is built")
            file = files.get(query.origin[0])
            if file is None:
                file = files[query.origin[0]] = File(query.origin[0], origin["file"])
            change = file.change(wanted, needs_unique, self._queries)
            if change is None:
                # The code loads it this way already.
                return None
            entry["options"], entry["diff"], entry["note"] = change
        except Uncertain as error:
            entry["options"], entry["note"] = _generated(wanted), _with_removed(str(error), wanted)
        except Exception:
            # The advice is worth more than its diff.
            traceback.print_exc()
            entry["options"] = _generated(wanted)
            entry["note"] = _with_removed("this source could not be edited; add these options where the statement is built", wanted)
        return entry


class File:
    """A file of the user's, and what is changed in it so far."""

    def __init__(self, path, shown):
        self.shown = shown
        try:
            self.text = Text(path)
        except (OSError, SyntaxError, UnicodeDecodeError, LookupError) as error:
            raise Uncertain(f"{shown} cannot be read ({error}); add these options where the statement is built") from error
        self.names = Names(self.text, path)
        self.places = Places(self.text, self.names)
        self.imports = Imports(self.text, self.names)
        self.edits, self._now, self._changed = Edits(), self.text.content, {}

    def change(self, wanted, needs_unique, queries):
        """`(options, difference, note)` of a query; `None` where nothing changes."""
        place = self._place(wanted.query, queries)
        before = self._changed.get(place.node)
        if before is not None:
            return self._again(before, wanted)
        one = _Change(self, place, wanted, needs_unique)
        options = one.options_after()
        if not one.edits:
            return None
        edits = Edits([*self.edits, *one.edits])
        everything = Edits(edits)
        one.imports.write(everything)
        content = everything.applied(self.text.content)
        self._compile(content)
        difference = _difference(self.text.mark + self._now, self.text.mark + content, self.shown)
        self.edits, self.imports, self._now = edits, one.imports, content
        others = [
            query.n for query in queries
            if query.n != wanted.query.n and query.place == wanted.query.place and self._place(query, queries).node is place.node
        ]
        self._changed[place.node] = (wanted, options)
        return options, difference, one.note or _shared(others)

    def _again(self, before, wanted):
        known, options = before
        if known.told() == wanted.told():
            return options, None, f"the same code sends query {known.query.n}, whose change covers this one"
        raise Uncertain(
            f"the same code sends query {known.query.n}, for which it changes in another way; separate the two before you change them"
        )

    def _place(self, query, queries):
        _, line, function = query.origin
        classes = [inspect(one).mapper.class_ for one in query.entities]
        found = self.places.at(line, function, classes)
        if len(found) == 1:
            return found[0]
        alike = [one for one in queries if one.place == query.place]
        if len(alike) == len(found):
            return found[alike.index(query)]
        raise Uncertain(
            f"line {line} has {len(found)} calls that may send this query; put them on lines of their own, or add these options by hand"
        )

    def _compile(self, content):
        try:
            compile(content, self.shown, "exec", dont_inherit=True)
        except SyntaxError as error:
            raise Uncertain("the changed file would not compile; add these options by hand") from error


class _Change:
    """The change of one statement."""

    def __init__(self, file, place, wanted, needs_unique):
        self.text, self.names, self.place, self.wanted = file.text, file.names, place, wanted
        self.imports, self.note = file.imports.of_group(), None
        self.entities = place.traced.entities
        self.options = Options(self.text, self.names, self.entities, place.node)
        self._outside = Options(self.text, self.names, self.entities, place.node)
        self._new, self._value, self._keyword = [], None, None
        self._read()
        self._roots = _matched(wanted.query.entities, self.entities)
        called = [Called(self.imports, place.node, one.node) for one in self.entities]
        self._writers = [New(one, self._attribute_of(index)) for index, one in enumerate(called)]
        self._called = called
        self._change()
        self._unique = needs_unique
        self.edits = self._written()

    def _read(self):
        if self.place.kind == "get":
            self._keyword = next((one for one in self.place.node.keywords if one.arg == "options"), None)
            if self._keyword is not None and not self.options.read_value(self._keyword.value):
                self._outside.read_value(self._keyword.value)
                self._value = self._keyword.value
            return
        for one in self.place.traced.options:
            (self.options if one.is_local else self._outside).read_call(one.call, one.is_certain)

    # What changes.

    def _change(self):
        for index, keys in sorted(self.wanted.removed):
            if not any((index, keys[:length]) in self.wanted.removed for length in range(1, len(keys))):
                self._take_out(index, keys)
        missing = {}
        for (index, keys), strategy in self.wanted.strategies.items():
            if any((index, keys[:length]) in self.wanted.removed for length in range(1, len(keys) + 1)):
                continue
            if strategy == POLYMORPHIC:
                self._polymorphic(index)
            elif not self._restated(index, keys, strategy):
                missing.setdefault(index, {})[keys] = strategy
        for index, paths in missing.items():
            self._add(index, paths)

    def _take_out(self, index, keys):
        root, query = self._roots[index], self.wanted.query
        prop = internals.relationship_at(query.entities[index], keys)
        steps = self.options.steps(root, keys)
        if not steps:
            raise Uncertain(f"{self._shown(index, keys)} is loaded by an option that is not in this function; take it out there")
        own = _own(prop)
        for step in steps:
            if own in OWN_EAGER:
                self.options.restate(step, "select", self._called[root].function)
            elif not step.chain.argument.is_removed:
                self.options.take_out(step)

    def _restated(self, index, keys, strategy):
        root = self._roots[index]
        steps = self.options.steps(root, keys)
        known, is_named = _effective(self.wanted.query, index, keys), self._is_named(index, keys)
        if steps:
            for step in steps:
                self.options.restate(step, strategy, self._called[root].function)
            return is_named or any(step.chain.is_certain for step in steps)
        if is_named:
            if known is not None and known[0] == strategy:
                return True
            where = self._outside.steps(root, keys)
            line = f" (line {where[0].call.lineno})" if where else ""
            raise Uncertain(f"{self._shown(index, keys)} is loaded by an option that is not in this function{line}; change it there")
        return strategy == "select" and known == ("select", "default")

    def _is_named(self, index, keys):
        query = self.wanted.query
        if _is_unknown(query):
            return False
        entity = internals.compiled_entities(query.compile_state, query.entities)[index]
        return keys in set(map(tuple, internals.optioned(query.compile_state, entity)))

    def _shown(self, index, keys):
        return f"`{'.'.join([self.wanted.query.names[index], *keys])}`"

    def _polymorphic(self, index):
        root = self._roots[index]
        mapper, above = inspect(self.entities[root].class_), self.text.plain(self.entities[root].node)
        text = self._writers[root].polymorphic(mapper, above)
        for made in self.options.lists:
            for argument in made.arguments:
                if argument.polymorphic == root and not argument.is_removed:
                    argument.remove()
        self._new.append(text)

    def _add(self, index, paths):
        root = self._roots[index]
        entity, writer = self.entities[root], self._writers[root]
        mapper = inspect(self.wanted.query.entities[index]).mapper
        by_step, others = {}, {}
        for keys, strategy in paths.items():
            step = next(filter(None, (self._extendable(root, keys[:length]) for length in range(len(keys) - 1, 0, -1))), None)
            if step is None:
                others[keys] = strategy
            else:
                by_step.setdefault(step, {})[keys[len(step.keys):]] = strategy
        for step, inner in by_step.items():
            target = internals.relationship_at(self.wanted.query.entities[index], step.keys).mapper
            target, called = target_of(self.names, self.text, step, target)
            below = writer.below(target, called or self._called[root].class_(target.class_), inner, step.keys)
            if step.below is not None:
                step.below.pieces.added += [writer.written(one) for one in below]
            else:
                step.chain.more += writer.attached(below)
        self._new += [writer.written(one) for one in writer.below(mapper, self.text.plain(entity.node), others)]

    def _extendable(self, root, keys):
        """A step of a path that more can be put below, where it is."""
        for step in self.options.steps(root, keys):
            argument = step.chain.argument
            can = step.chain.is_certain and not argument.copied and not step.chain.more
            if can and (step.is_last or step.below is not None):
                return step
        return None

    def _attribute_of(self, root):
        def of(keys):
            step = next(iter(self.options.steps(root, keys)), None)
            if step is None:
                return None
            kind, written = kind_of(step.attribute), self.text.plain(_bare(step.attribute))
            index = self._roots.index(root)
            target = internals.relationship_at(self.wanted.query.entities[index], keys).mapper
            target, called = target_of(self.names, self.text, step, target)
            if kind is not None:
                written += f".of_type({self.text.plain(kind)})"
            return written, target, called

        return of

    # How it is written.

    def _written(self):
        lists = [one for one in self.options.lists if one.is_certain]
        self._into = None
        if self._new and lists:
            self._into = lists[-1]
            if self._into.arguments and self._into.arguments[-1].inner is not None and len(self._into.arguments) == 1:
                # `.options(*both)`: more of the same.
                inner = self._into.arguments[-1]
                if not inner.copied and inner.definition is not None and not inner.is_removed:
                    self._into = inner.inner
            self._into.pieces.added += self._new
        broken, is_broken = set(), False
        while True:
            edits = self.options.write(broken)
            self._write_get(edits)
            added = self._write_new(edits, is_broken) if self._new and self._into is None else None
            self._write_unique(edits)
            content = edits.applied(self.text.content)
            # The last of a line first: that may be enough.
            long = {one for one in list(self._breakable(edits, content)) if one not in broken}
            long = set(sorted(long, key=lambda one: one.pieces.start)[-1:])
            is_long = added is not None and not is_broken and _is_long(content, added, edits.moved(added) - 1)
            if not long and not is_long:
                return edits
            broken |= long
            is_broken = is_broken or is_long

    def _breakable(self, edits, content):
        """Lists of options on lines that have become too long."""
        for made in self.options.every:
            pieces = made.pieces
            has_brackets = pieces.start and self.text.content[pieces.start - 1] in "(["
            is_nested = made.owner is not None and not hasattr(made.owner, "definition")
            if is_nested or made.edits is not self.options.edits or not has_brackets or not pieces.is_on_one_line or pieces.is_empty:
                continue
            is_touched = any(start >= pieces.start and end <= pieces.end for start, end, *_ in edits)
            if is_touched and _is_long(content, edits.moved(pieces.start - 1), edits.moved(pieces.end)):
                yield made

    def _write_get(self, edits):
        """What is left of `options=` of `session.get`."""
        if self._keyword is None or self._value is not None:
            return
        made = self.options.lists[0]
        if made.pieces.is_empty and made.pieces.parts:
            pieces = Pieces.of_call(self.text, self.place.node)
            node = self.place.node
            pieces.removed.add(len(node.args) + node.keywords.index(self._keyword))
            pieces.write(edits)
            self.options.forget(self.options._definition(self._keyword.value)[0], edits)

    def _write_new(self, edits, is_broken):
        """Options for a statement that has none; where they begin."""
        text = self.text
        if self.place.kind == "get" and self._value is not None:
            start, end = text.start(self._value), text.end(self._value)
            edits.replace(start, end, f"[*{text.of(self._value)}, {', '.join(self._new)}]")
            return start
        if self.place.kind == "get":
            pieces = Pieces.of_call(text, self.place.node)
            indent = text.indent(text.end(self.place.node))
            pieces.added = [f"options=[{self._between(indent, is_broken)}]"]
            pieces.write(edits)
            return pieces.parts[-1][1]
        node = self.place.statement
        start, end = text.start(node), text.end(node)
        if type(node).__name__ not in ("Name", "Call", "Attribute", "Subscript"):
            edits.insert(start, "(")
            edits.insert(end, f").options({self._between(text.indent(end), is_broken)})")
            return end
        dot = text.before(text.end(node.func) - len(node.func.attr)).start if hasattr(getattr(node, "func", None), "attr") else start
        at, before, indent = end, "", text.indent(end)
        if dot > start and text.begins_line(dot):
            indent = text.indent(dot)
            before = text.newline + indent
            if text.is_last_of_line(end):
                at = text.line_end(end)
        edits.insert(at, f"{before}.options({self._between(indent, is_broken)})")
        return at

    def _between(self, indent, is_broken):
        if not is_broken:
            return ", ".join(self._new)
        line = self.text.newline + indent + self.text.unit
        new = [folded(one, indent + self.text.unit, self.text) for one in self._new]
        return line + ("," + line).join(new) + "," + self.text.newline + indent

    def _write_unique(self, edits):
        if not self._unique:
            return
        place, text = self.place, self.text
        name = getattr(getattr(place.node, "func", None), "attr", None)
        if place.kind != "execute" or name not in WITH_ROWS:
            self.note = "call `.unique()` on the result, too: a collection is joined"
            return
        if place.awaited is None:
            edits.insert(text.end(place.node), ".unique()")
            return
        wrapped = text.wrapped(place.awaited)
        if wrapped is not None:
            edits.insert(wrapped[1], ".unique()")
        else:
            edits.insert(text.start(place.awaited), "(")
            edits.insert(text.end(place.awaited), ").unique()")

    def options_after(self):
        return ", ".join([*self.options.shown(), *(self._new if self._into is None else ())])


def _own(prop):
    """How a relationship is loaded if no option says so."""
    return {True: "select", False: "joined"}.get(prop.lazy, prop.lazy)


def _is_unknown(query):
    """Whether a query was never seen as it is written."""
    return query.compile_state is None or query.is_overridden


def _effective(query, index, keys):
    """How a path is loaded as the code is written, and by what; `None` where that is not known."""
    if _is_unknown(query):
        return None
    entity = internals.compiled_entities(query.compile_state, query.entities)[index]
    return internals.effective(query.compile_state, entity, keys)


def _matched(entities, written):
    """For each entity of a query the number of the one that is written."""
    found, left = [], list(range(len(written)))
    for entity in entities:
        class_ = inspect(entity).mapper.class_
        index = next((one for one in left if written[one].class_ is class_), None)
        if index is None:
            raise Uncertain(f"`{class_.__name__}` is not named in the statement; add these options where it is built")
        left.remove(index)
        found.append(index)
    return found


def _generated(wanted):
    """Options from the paths alone."""
    found, writer = [], New(PlainNames())
    by_entity = {}
    for (index, keys), strategy in wanted.strategies.items():
        by_entity.setdefault(index, {})[keys] = strategy
    for index, paths in by_entity.items():
        mapper = inspect(wanted.query.entities[index]).mapper
        if paths.pop((), None) is not None:
            found.append(writer.polymorphic(mapper, mapper.class_.__name__))
        found += [writer.written(one) for one in writer.below(mapper, mapper.class_.__name__, paths)]
    return ", ".join(found)


def _with_removed(note, wanted):
    names = [".".join([wanted.query.names[index], *keys]) for index, keys in sorted(wanted.removed)]
    if not names or "take it out" in note:
        return note
    return f"{note}, and take out what loads {', '.join(f'`{one}`' for one in names)}"


def _shared(others):
    if not others:
        return None
    return f"the same code also sends query {', '.join(map(str, others))}, which changes with it"


def _is_long(content, start, end):
    begin = content.rfind("\n", 0, start) + 1
    finish = content.find("\n", end)
    lines = content[begin:finish if finish >= 0 else len(content)].split("\n")
    return any(len(one.rstrip("\r")) > WIDTH for one in lines)


def _difference(before, after, shown):
    name = shown.replace(os.sep, "/")
    old, new = ("/dev/null", "/dev/null") if not name else (name, name) if os.path.isabs(name) else (f"a/{name}", f"b/{name}")
    lines = difflib.unified_diff(_lines(before), _lines(after), old, new, n=3)
    return "".join(one if one.endswith("\n") else f"{one}\n\\ No newline at end of file\n" for one in lines)


def _lines(content):
    return re.findall(r"[^\n]*\n|[^\n]+", content)
