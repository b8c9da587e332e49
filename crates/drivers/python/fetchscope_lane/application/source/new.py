"""Options that are written new: paths with their strategies become chains."""

from .. import internals
from .chains import FUNCTIONS, kind_of


class Names:
    """What functions and classes are called where nothing is known of a file."""

    def function(self, name):
        return name

    def class_(self, class_):
        return class_.__name__


class Called:
    """What they are called in a file."""

    def __init__(self, imports, at, like):
        self._imports, self._at, self._like = imports, at, like

    def function(self, name):
        return self._imports.function(name, self._at)

    def class_(self, class_):
        return self._imports.class_(class_, self._at, self._like)


class _Node:
    def __init__(self):
        self.strategy, self.below = None, {}


class New:
    """Texts of options. `attribute_of(keys)` is how an existing option writes a path, if one does: `(text, mapper, class)`."""

    def __init__(self, called, attribute_of=lambda keys: None):
        self._called, self._attribute_of = called, attribute_of

    def below(self, mapper, above, paths, prefix=()):
        """Chains for `{keys: strategy}` below a class, `(text, is_method)`; `above` is what the class is called."""
        alone, shared = [], {}
        for keys, strategy in paths.items():
            if self._goes_to_a_subclass(mapper, keys):
                alone.append({keys: strategy})
            else:
                shared[keys] = strategy
        found = []
        for one in [shared, *alone]:
            root = _Node()
            for keys, strategy in one.items():
                node = root
                for key in keys:
                    node = node.below.setdefault(key, _Node())
                node.strategy = strategy
            found += [(mapper, above, key, node, (*prefix, key)) for key, node in root.below.items()]
        return found

    def written(self, one, is_method=False):
        """The text of one of them: as a method of what is before it, or by itself."""
        mapper, above, key, node, path = one
        known = self._attribute_of(path) if node.strategy is None else None
        if known is not None:
            attribute, target, class_text = known
        else:
            prop, owner = internals.related(mapper, key)
            attribute = f"{above if mapper.isa(owner) else self._called.class_(owner.class_)}.{key}"
            target, class_text = prop.mapper, None
            kind = self._kind(target, node)
            if kind is not None:
                target, class_text = kind, self._called.class_(kind.class_)
                attribute += f".of_type({class_text})"
        name = FUNCTIONS[node.strategy]
        text = f"{name if is_method else self._called.function(name)}({attribute}"
        text += ", innerjoin=True)" if node.strategy == "joined_inner" else ")"
        if not node.below:
            return text
        class_text = class_text or self._called.class_(target.class_)
        below = [(target, class_text, inner, one, (*path, inner)) for inner, one in node.below.items()]
        return text + self.attached(below)

    def attached(self, below):
        """What comes after a chain: one more step, or several in `.options(…)`."""
        if len(below) == 1:
            return f".{self.written(below[0], True)}"
        return f".options({', '.join(self.written(one) for one in below)})"

    def polymorphic(self, mapper, above):
        names = [self._called.class_(one.class_) for one in mapper.self_and_descendants if one is not mapper]
        return f"{self._called.function('selectin_polymorphic')}({above}, [{', '.join(names)}])"

    @staticmethod
    def _kind(target, node):
        """The subclass that has what is below."""
        for key in node.below:
            _, owner = internals.related(target, key)
            if not target.isa(owner):
                return owner
        return None

    @staticmethod
    def _goes_to_a_subclass(mapper, keys):
        for depth, key in enumerate(keys):
            prop, owner = internals.related(mapper, key)
            if depth and not mapper.isa(owner):
                return True
            mapper = prop.mapper
        return False


def target_of(names, text, step, mapper):
    """What is below a step: its mapper, and what its class is called if `.of_type(…)` says so."""
    from sqlalchemy import inspect

    kind = kind_of(step.attribute)
    entity = names.entity(kind) if kind is not None else None
    if entity is None:
        return mapper, None
    return inspect(entity[0]), text.plain(kind)
