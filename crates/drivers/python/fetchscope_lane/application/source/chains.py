"""The options of a statement as they are written: which step of which chain loads which path, and how to change it."""

import ast

from sqlalchemy import orm

from .edits import Edits
from .pieces import Pieces

# Functions that say how a relationship is loaded, and what they are called as strategies.
LOADERS = {
    "joinedload": "joined", "selectinload": "selectin", "subqueryload": "subquery", "immediateload": "immediate",
    "lazyload": "select", "raiseload": "raise", "noload": "noload", "contains_eager": "contains_eager", "defaultload": None,
}
FUNCTIONS = {
    "joined": "joinedload", "joined_inner": "joinedload", "selectin": "selectinload", "subquery": "subqueryload",
    "immediate": "immediateload", "select": "lazyload", "raise": "raiseload", "noload": "noload", "default": "defaultload",
    None: "defaultload",
}
COLUMNS = {"load_only", "defer", "undefer", "undefer_group", "with_expression", "selectin_polymorphic"}


class Step:
    """One relationship of a chain: `joinedload(User.organization)`, `.joinedload(Organization.tenant)`."""

    def __init__(self, chain, index, name, root, keys, attribute):
        self.chain, self.index, self.name, self.root, self.keys, self.attribute = chain, index, name, root, keys, attribute
        self.below = None

    @property
    def call(self):
        return self.chain.calls[self.index]

    @property
    def strategy(self):
        if self.name == "joinedload" and any(one.arg == "innerjoin" and _is_true(one.value) for one in self.call.keywords):
            return "joined_inner"
        return LOADERS.get(self.name)

    @property
    def is_last(self):
        """Whether what is added at the end of the chain is added below this step."""
        steps = [one for one in self.chain.steps if self.chain.cut is None or one.index < self.chain.cut]
        return bool(steps) and steps[-1] is self


class Chain:
    """`joinedload(…).load_only(…).selectinload(…)`: its calls, from the first to the last."""

    def __init__(self, argument, calls):
        self.argument, self.calls, self.steps = argument, calls, []
        self.cut, self.more = None, ""


class Argument:
    """One part of a list of options. `edits` is where its changes go: the file, or a copy of what a name stands for."""

    def __init__(self, options, index, node, edits, copied):
        self.options, self.index, self.node = options, index, node
        self.edits, self.copied = edits, copied
        self.chains, self.inner, self.definition, self.is_opaque = [], None, None, False
        self.polymorphic = None

    @property
    def is_removed(self):
        return self.index in self.options.pieces.removed

    def remove(self):
        self.options.pieces.removed.add(self.index)


class OptionList:
    """The options in one pair of brackets."""

    def __init__(self, pieces, call, is_certain, edits):
        self.pieces, self.call, self.is_certain, self.edits = pieces, call, is_certain, edits
        self.arguments, self.owner = [], None


class Options:
    """All options that a statement is given in the function that sends it."""

    def __init__(self, text, names, entities, at):
        self.text, self.names, self.entities, self.at = text, names, entities, at
        self.edits = Edits()
        self.lists, self.every, self._written = [], [], {}

    # Reading.

    def read_call(self, call, is_certain):
        """`statement.options(…)`."""
        self.lists.append(self._list(Pieces.of_call(self.text, call), call, call.args, is_certain, self.edits, None, ()))

    def read_value(self, node, is_certain=True):
        """`options=[…]`; whether more can be added to it."""
        value, is_local = self._definition(node)
        if isinstance(value, (ast.List, ast.Tuple)) and (value is node or is_local):
            self.lists.append(self._list(Pieces.of_literal(self.text, value), None, value.elts, is_certain, self.edits, None, ()))
            return True
        return False

    def _list(self, pieces, call, nodes, is_certain, edits, root, keys, copied=False):
        made = OptionList(pieces, call, is_certain, edits)
        self.every.append(made)
        for index, node in enumerate(nodes):
            argument = Argument(made, index, node, edits, copied)
            made.arguments.append(argument)
            self._read(argument, node, is_certain, root, keys)
        return made

    def _read(self, argument, node, is_certain, root, keys, depth=0):
        if isinstance(node, ast.IfExp):
            for one in (node.body, node.orelse):
                self._read(argument, one, False, root, keys, depth + 1)
            return
        is_list = isinstance(node, ast.Starred)
        value = node.value if is_list else node
        if isinstance(value, ast.Name):
            found, is_local = self._definition(value)
            if found is value or depth > 4:
                argument.is_opaque = True
                return
            argument.definition = found
            if not is_local and not argument.copied:
                argument.edits, argument.copied = Edits(), True
            value = found
        if is_list or isinstance(value, (ast.List, ast.Tuple)):
            if not isinstance(value, (ast.List, ast.Tuple)):
                argument.is_opaque = True
                return
            pieces = Pieces.of_literal(self.text, value)
            argument.inner = self._list(pieces, None, value.elts, is_certain, argument.edits, root, keys, argument.copied)
            argument.inner.owner = argument
            if argument.definition is not None:
                self._read_appended(argument, argument.definition, root, keys)
            return
        if not self._read_chain(argument, value, is_certain, root, keys):
            argument.is_opaque = True

    def _read_appended(self, argument, value, root, keys):
        """`wanted.append(joinedload(User.roles))` of a list that was assigned before."""
        name = argument.node.value.id if isinstance(argument.node, ast.Starred) else getattr(argument.node, "id", None)
        scope = next(iter(self.text.functions(value)), None)
        if scope is None or argument.copied:
            return
        for node in ast.walk(scope):
            is_append = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append"
            if is_append and isinstance(node.func.value, ast.Name) and node.func.value.id == name and len(node.args) == 1:
                self._list(Pieces.of_call(self.text, node), None, node.args, False, self.edits, root, keys)

    def _definition(self, node):
        """What a name stands for, and whether that can be edited where it is: one assignment in the function, one use."""
        if not isinstance(node, ast.Name):
            return node, True
        scope, bindings = self.names.find(node.id, node)
        if not bindings or len(bindings) != 1 or bindings[0].value is None:
            return node, False
        uses = [
            one for one in ast.walk(scope)
            if isinstance(one, ast.Name) and one.id == node.id and isinstance(one.ctx, ast.Load) and not self._is_append(one)
        ]
        return bindings[0].value, scope is not self.text.tree and len(uses) == 1

    def _is_append(self, node):
        parent = self.text.parents.get(node)
        return isinstance(parent, ast.Attribute) and parent.attr in ("append", "extend")

    def _read_chain(self, argument, node, is_certain, root, keys):
        calls = []
        while isinstance(node, ast.Call):
            calls.insert(0, node)
            node = node.func.value if isinstance(node.func, ast.Attribute) else None
            if calls and self._is_beginning(calls[0]):
                break
        if not calls or not self._is_beginning(calls[0]):
            return False
        chain, last = Chain(argument, calls), None
        chain.is_certain = is_certain
        argument.chains.append(chain)
        for index, call in enumerate(calls):
            name = self._function(call) if not index else call.func.attr
            if name == "Load" and call.args:
                root = self._root(call.args[0]) if root is None else root
                last = Step(chain, index, name, root, keys, call.args[0])
                chain.steps.append(last)
            elif name in LOADERS and call.args:
                for attribute in call.args:
                    key, base = self._attribute(attribute)
                    if root is None and not keys:
                        root = self._root(base)
                    keys = None if keys is None or key is None else (*keys, key)
                last = Step(chain, index, name, root, keys, call.args[-1])
                chain.steps.append(last)
            elif name == "options":
                inner = self._list(
                    Pieces.of_call(self.text, call), call, call.args, is_certain, argument.edits, root, keys, argument.copied
                )
                if last is not None:
                    last.below = inner
                inner.owner = chain
            elif name == "selectin_polymorphic" and not index and call.args and not keys:
                argument.polymorphic = self._root(call.args[0])
        return True

    def _is_beginning(self, call):
        name = self._function(call)
        return name in LOADERS or name in COLUMNS or name == "Load"

    def _function(self, call):
        """The loader function that a call begins a chain with; `None` for a method of a chain."""
        node = call.func
        found = self.names.object(node)
        name = getattr(found, "__name__", None)
        if name and getattr(orm, name, None) is found:
            return name
        if isinstance(node, ast.Attribute):
            # `orm.joinedload`, whatever `orm` is; not what goes on from another call.
            return node.attr if found is None and isinstance(node.value, ast.Name) and node.attr in LOADERS else None
        return node.id if isinstance(node, ast.Name) and found is None and node.id in LOADERS else None

    def _attribute(self, node):
        """`(key, expression of its class)` of `User.roles`, `User.roles.and_(…)`, `User.roles.of_type(X)`."""
        node = _bare(node)
        if isinstance(node, ast.Attribute):
            return node.attr, node.value
        found = self.names.object(node) if isinstance(node, ast.Name) else None
        key = getattr(found, "key", None)
        if isinstance(key, str) and hasattr(found, "property"):
            return key, None
        if isinstance(node, ast.Name):
            value, _ = self._definition(node)
            if value is not node:
                return self._attribute(value)
        return None, None

    def _root(self, node):
        """The number of the entity that a path begins at."""
        entity = self.names.entity(node) if node is not None else None
        if entity is None:
            return 0 if node is None and len(self.entities) == 1 else None
        class_, alias = entity
        for index, one in enumerate(self.entities):
            if one.alias is not None or alias is not None:
                if one.alias is not None and one.alias == alias:
                    return index
            elif issubclass(class_, one.class_) or issubclass(one.class_, class_):
                return index
        return None

    # Finding.

    def steps(self, root, keys):
        return [
            step for made in self.every for argument in made.arguments if not argument.is_removed
            for chain in argument.chains for step in chain.steps
            if step.root == root and step.keys == keys and step.name != "Load" and (chain.cut is None or step.index < chain.cut)
        ]

    # Changing.

    def restate(self, step, strategy, function):
        """Another strategy for a step; `function(name)` is what a loader function is called here."""
        name, call, text = FUNCTIONS[strategy], step.call, self.text
        edits = step.chain.argument.edits
        if step.strategy == strategy and all(one.arg == "innerjoin" for one in call.keywords):
            return False
        if step.name != name:
            if isinstance(call.func, ast.Attribute):
                edits.replace(text.end(call.func) - len(call.func.attr), text.end(call.func), name)
            else:
                edits.replace(text.start(call.func), text.end(call.func), function(name))
        pieces = Pieces.of_call(text, call)
        settings = ", innerjoin=True" if strategy == "joined_inner" else ""
        if call.keywords or settings:
            edits.replace(pieces.parts[len(call.args) - 1][1], pieces.end, settings)
        return True

    def take_out(self, step):
        """Removes a step and everything below it."""
        chain, argument = step.chain, step.chain.argument
        first = step.index
        while first and self._says_nothing(chain, first - 1):
            first -= 1
        if first:
            chain.cut = first if chain.cut is None else min(first, chain.cut)
            return
        self._take_out_argument(argument)

    def _says_nothing(self, chain, index):
        """Whether a call loads nothing by itself: `defaultload(…)`, `Load(…)`, `.options()` of which nothing is left."""
        step = next((one for one in chain.steps if one.index == index), None)
        return step is not None and step.name in ("defaultload", "Load")

    def _take_out_argument(self, argument):
        argument.remove()
        options = argument.options
        if not options.pieces.is_empty:
            return
        owner = options.owner
        if isinstance(owner, Argument):
            self._take_out_argument(owner)
        elif isinstance(owner, Chain):
            index = owner.calls.index(options.call)
            if index == 1 and self._says_nothing(owner, 0):
                self._take_out_argument(owner.argument)

    # Writing.

    def write(self, broken):
        """What changes. `broken` are the lists whose parts go onto lines of their own."""
        self._written = {id(self.edits): Edits(self.edits)}
        for made in self.every:
            target = self._target(made.edits)
            for argument in made.arguments:
                for chain in argument.chains:
                    self._write_chain(chain, self._target(argument.edits))
            made.pieces.is_broken = made in broken
            if made.pieces.is_empty and made.pieces.parts and made.call is not None:
                # A call of `.options()` with nothing left in it.
                target.replace(self.text.end(made.call.func.value), self.text.end(made.call), "")
                continue
            made.pieces.write(target, self.text.indent(made.pieces.start))
        edits = self._target(self.edits)
        for made in self.every:
            for argument in made.arguments:
                if argument.definition is None:
                    continue
                if argument.is_removed and not argument.copied:
                    self.forget(argument.definition, edits)
                elif argument.copied and self._target(argument.edits) and not argument.is_removed:
                    line = self.text.newline + self.text.indent(made.pieces.start) + self.text.unit
                    copy = ("," + line if made in broken else ", ").join(self._shown(argument))
                    self._target(made.edits).replace(self.text.start(argument.node), self.text.end(argument.node), copy)
        return edits

    def _target(self, edits):
        return self._written.setdefault(id(edits), Edits(edits))

    def _write_chain(self, chain, edits):
        end = self.text.end(chain.calls[-1])
        if chain.cut is not None:
            edits.replace(self.text.end(chain.calls[chain.cut - 1]), end, chain.more)
        elif chain.more:
            edits.insert(end, chain.more)

    def forget(self, definition, edits):
        """Takes out the assignment of a name that nothing uses any more."""
        statement = self.text.statement(definition)
        is_alone = isinstance(statement, ast.Assign) and statement.value is definition and len(statement.targets) == 1
        text, start, end = self.text, self.text.start(statement), self.text.end(statement)
        block = getattr(text.parents[statement], "body", [])
        if is_alone and isinstance(block, list) and len(block) > 1 and text.begins_line(start) and text.is_last_of_line(end):
            edits.replace(text.line_start(start), min(text.line_end(end) + len(text.newline), len(text.content)), "")

    def shown(self):
        """The options as they were last written, each on one line, with what names stand for."""
        found = []
        for made in self.lists:
            for argument in made.arguments:
                if not argument.is_removed:
                    found += self._shown(argument)
            found += made.pieces.added
        return found

    def _shown(self, argument):
        if argument.inner is not None:
            found = []
            for one in argument.inner.arguments:
                if not one.is_removed:
                    found += self._shown(one)
            return [*found, *argument.inner.pieces.added]
        node = argument.node if argument.definition is None else argument.definition
        written = self._target(argument.edits).applied(self.text.content, self.text.start(node), self.text.end(node))
        return [one_line(written)]


def one_line(written):
    """An expression on one line."""
    try:
        return ast.unparse(ast.parse(f"_({written}\n)", mode="eval").body.args[0])
    except (SyntaxError, IndexError):
        return written


def _bare(node):
    """An attribute without what is said of it."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("and_", "of_type"):
        node = node.func.value
    return node


def kind_of(node):
    """The expression in `.of_type(…)` of an attribute, if there is one."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "of_type" and node.args:
            return node.args[0]
        node = node.func.value
    return None


def _is_true(node):
    return not isinstance(node, ast.Constant) or bool(node.value)
