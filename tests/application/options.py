"""Loader options as a tree, how a program writes them, and the same tree with an override in it."""

import copy

CALLS = {
    None: "defaultload", "select": "lazyload", "joined": "joinedload", "joined_inner": "joinedload", "selectin": "selectinload",
    "subquery": "subqueryload", "immediate": "immediateload", "raise": "raiseload", "noload": "noload",
    "contains_eager": "contains_eager", "raise_on_sql": "raiseload",
}
STRATEGIES = ["select", "joined", "joined_inner", "selectin", "subquery", "immediate", "raise", "noload"]


class Node:
    """What is said of one relationship, and of what is below it. At the root: of a query's entity."""

    def __init__(self, strategy=None):
        self.strategy, self.below = strategy, {}
        # The class of `of_type`, the text of `and_`, the alias of `contains_eager`, the depth of a recursion.
        self.of_type = self.criteria = self.alias = self.recursion = None
        # How the class of `of_type` is written below it, where it is an alias.
        self.of_alias = None
        # The class that the attribute is written of, where it is not the entity.
        self.above = None
        # Texts of options of columns and wildcards, in which `{0}` is the entity: `load_only({0}.name)`.
        self.others = []


def overridden(root, schema, entity, path, strategy):
    """The tree of a programmer who writes `strategy` at `path` into the options that are there."""
    root = copy.deepcopy(root)
    if not path:
        root.others = [one for one in root.others if not one.startswith("selectin_polymorphic")]
        subclasses = ", ".join(mapper_order(schema, entity)[1:])
        root.others.append(f"selectin_polymorphic({{0}}, [{subclasses}])")
        return root
    node = root
    for depth, key in enumerate(path):
        node = node.below.setdefault(key, Node())
        rest = path[depth + 1:]
        if node.recursion is not None and rest and set(rest) == {key}:
            # A recursion that is another one from some level on: the levels above one by one.
            if node.recursion != 0:
                below = node.below.setdefault(key, Node(node.strategy))
                below.recursion = max(node.recursion - 1, -1)
            node.recursion = None
    node.strategy, node.alias, node.recursion = strategy, None, None
    return root


def mapper_order(schema, name):
    """The subclasses in the order of `Mapper.self_and_descendants`: level by level."""
    found, level = [], [name]
    while level:
        found += level
        level = [one.name for above in level for one in schema.entities.values() if one.base == above]
    return found


def rendered(root, schema, entity, expression, style):
    """The options of a query's entity as texts. `style` is chains or nested."""
    found = [one.format(expression) for one in root.others]
    for key, node in root.below.items():
        above = node.above or _above(schema, entity, key, expression)
        found += (_nested if style == "nested" else _chains)(node, schema, key, above)
    return found


def _above(schema, entity, key, expression):
    """What an attribute is written of."""
    owner = schema.rels(entity)[key][0]
    if owner in schema.lineage(entity):
        return expression
    # An alias of several classes has its subclasses as attributes.
    return f"{expression}.{owner}" if expression.startswith("poly") else owner


def _call(node, schema, key, above, of_type=None):
    """The call for one relationship. With `of_type` only what is below is spoken of, which belongs to that subclass."""
    if of_type is not None:
        return f"defaultload({above}.{key}.of_type({of_type}))"
    attribute = f"{above}.{key}"
    if node.of_type:
        attribute += f".of_type({node.of_alias or node.of_type})"
    if node.criteria:
        attribute += f".and_({node.criteria})"
    said = {"joined_inner": ", innerjoin=True", "raise_on_sql": ", sql_only=True"}.get(node.strategy, "")
    if node.alias and node.strategy == "contains_eager":
        said += f", alias={node.alias}"
    if node.recursion is not None:
        said += f", recursion_depth={node.recursion}"
    return f"{CALLS[node.strategy]}({attribute}{said})"


def _parts(node, schema, key):
    """What is below: the entity it is of, how that is written, and the relationships of its subclasses apart."""
    target = node.of_type or next(one.rels[key].target for one in schema.entities.values() if key in one.rels)
    alias = node.of_alias or target
    own, others = {}, {}
    for name, below in node.below.items():
        owner = schema.rels(target)[name][0] if name in schema.rels(target) else _owner(schema, name)
        if owner in schema.lineage(target) or alias.startswith("poly"):
            own[name] = below
        else:
            others.setdefault(owner, {})[name] = below
    return target, alias, own, others


def _owner(schema, key):
    return next(one.name for one in schema.entities.values() if key in one.rels)


def _nested(node, schema, key, above):
    target, alias, own, others = _parts(node, schema, key)
    found = []
    inner = rendered(_with(own, node.others), schema, target, alias, "nested")
    if inner:
        found.append(f"{_call(node, schema, key, above)}.options({', '.join(inner)})")
    elif node.strategy is not None:
        found.append(_call(node, schema, key, above))
    for owner, below in others.items():
        inner = rendered(_with(below, []), schema, owner, owner, "nested")
        if inner:
            found.append(f"{_call(node, schema, key, above, owner)}.options({', '.join(inner)})")
    return found


def _chains(node, schema, key, above):
    target, alias, own, others = _parts(node, schema, key)
    call = _call(node, schema, key, above)
    found = [f"{call}.{one.format(alias)}" for one in node.others]
    for name, below in own.items():
        found += [f"{call}.{one}" for one in _chains(below, schema, name, _above(schema, target, name, alias))]
    found = found or ([call] if node.strategy is not None else [])
    for owner, some in others.items():
        for name, below in some.items():
            found += [f"{_call(node, schema, key, above, owner)}.{one}" for one in _chains(below, schema, name, owner)]
    return found


def _with(below, others):
    inner = Node()
    inner.below, inner.others = below, others
    return inner
