"""Endpoints of every kind, and for each its overrides with the endpoint in which they are written by hand."""

from . import kinds
from .options import STRATEGIES, overridden


class Route:
    def __init__(self, name, lines, constants, model=None):
        self.name, self.path, self.lines, self.constants, self.model = name, f"/{name}", lines, constants, model


class Override:
    """`unique` is the route that is written by hand with `unique()` where it may be needed."""

    def __init__(self, strategies, by_hand, unique, queries):
        self.strategies, self.by_hand, self.unique, self.queries = strategies, by_hand, unique, queries


class Endpoint:
    """`queries` are in the order in which they are first sent; `returned` is the expression it ends with."""

    def __init__(self, name, kind, schema, is_async):
        self.name, self.kind, self.schema, self.is_async = name, kind, schema, is_async
        self.queries, self.returned, self.trees = [], None, []
        # Whether what is read is read where lazy loads work; whether a response model reads it.
        self.wraps = self.is_modelled = False
        # Lines before the first query, and the columns that follow the entities in a row of each query.
        self.before = []

    def route(self, suffix="", changes=None, unique=()):
        """The route with these trees in place of its own, and with `unique()` on the queries of these numbers."""
        lines, constants = list(self.before), []
        name = f"{self.name}{suffix}"
        for number, query in self.numbered():
            roots = [
                (changes or {}).get((number, index), root) for index, root in enumerate(query.roots)
            ]
            is_unique = number in unique and query.can_be_unique
            lines += query.lines(self.schema, roots, is_unique, self.is_async, f"{name}_found{number}", constants)
        if self.is_modelled:
            return Route(name, [*lines, f"return {name}_found{next(self.numbered())[0]}"], constants, f"{self.name.title()}Out")
        lines += self._ending(name)
        return Route(name, lines, constants)

    def numbered(self):
        """The queries with their numbers, which count those that nothing is loaded with as well."""
        number = 0
        for query in self.queries:
            number += 1 + query.ahead
            yield number, query

    def models(self):
        """The classes of the response model."""
        lines = []

        def made(name, tree):
            fields = []
            for key, below in tree.items():
                if below is None:
                    fields.append(f"    {key}: Any = None")
                else:
                    made(f"{name}{key.title()}", below)
                    many = next(one.rels[key].is_many for one in self.schema.entities.values() if key in one.rels)
                    inner = f"{name}{key.title()}"
                    fields.append(f"    {key}: " + (f"List[{inner}] = []" if many else f"Optional[{inner}] = None"))
            lines.extend([f"class {name}(BaseModel):", "    model_config = ConfigDict(from_attributes=True)", *fields, ""])

        if self.is_modelled:
            made(f"{self.name.title()}Out", self.trees[0][0])
        return lines

    def _ending(self, name):
        shown = []
        for (number, query), trees in zip(self.numbered(), self.trees):
            variable = f"{name}_found{number}"
            if len(query.targets) == 1 and not query.columns:
                shown.append(f"[show(one, {trees[0]!r}) for one in {variable}]")
            else:
                names = [f"one{index}" for index in range(len(query.targets) + len(query.columns))]
                shows = ", ".join(f"show({one}, {tree!r})" for one, tree in zip(names, [*trees, *([{}] * len(query.columns))]))
                shown.append(f"[[{shows}] for {', '.join(names)} in {variable}]")
        answer = f"[{', '.join(shown)}]"
        if self.wraps:
            return [f"return await s.run_sync(lambda _: {answer})"]
        return [f"return {answer}"]


def endpoint(random, schema, name, kind, framework, is_async, most):
    made = Endpoint(name, kind, schema, is_async)
    made.wraps = is_async and random.random() < 0.5
    kinds.KINDS[kind](made, random)
    has_models = framework.startswith(("fastapi", "sqlmodel"))
    is_simple = len(made.queries) == 1 and len(made.queries[0].targets) == 1 and not made.queries[0].columns
    if has_models and is_simple and made.returned is None and random.random() < 0.4:
        made.is_modelled = True
    return made, made.route(), _overrides(made, random, most)


def _overrides(made, random, most):
    """One path with one strategy each, and a few of several paths at once."""
    schema, singles = made.schema, []
    names = [(number, {entity for entity, _ in query.targets}) for number, query in made.numbered()]
    for entity in sorted(set().union(*(there for _, there in names))):
        numbers = [number for number, there in names if entity in there]
        trees = [tree for query, trees in zip(made.queries, made.trees)
                 for (one, _), tree in zip(query.targets, trees) if one == entity]
        paths = _paths(schema, entity, trees, random)
        keys = [entity, f"{numbers[0]}/{entity}"] if len(numbers) == 1 else [entity, *(f"{number}/{entity}" for number in numbers)]
        for key in keys:
            for path in paths:
                for strategy in STRATEGIES:
                    singles.append((".".join([key, *path]), strategy))
            if schema.is_polymorphic(entity):
                singles += [(key, "selectin_polymorphic")] * 2
    random.shuffle(singles)
    chosen = [{key: strategy} for key, strategy in singles[: most * 3 // 4]]
    while len(chosen) < most and len(singles) > 3:
        some = random.sample(singles, random.choice([2, 2, 3, 4]))
        if not _clash(some):
            chosen.append(dict(some))
    found = []
    for index, strategies in enumerate(chosen):
        changes, numbers = _changes(made, strategies)
        found.append(Override(
            strategies, made.route(f"_h{index}", changes), made.route(f"_u{index}", changes, numbers), sorted(numbers)))
    return found


def _clash(some):
    bare = [key.partition("/")[2] or key for key, _ in some]
    return len(set(bare)) < len(bare)


def _changes(made, strategies):
    changes, numbers = {}, set()
    for key, strategy in sorted(strategies.items(), key=lambda one: one[0].count(".")):
        wanted, _, rest = key.rpartition("/")
        entity, *path = rest.split(".")
        for number, query in made.numbered():
            if wanted and int(wanted) != number:
                continue
            for index, (one, _) in enumerate(query.targets):
                if one == entity:
                    root = changes.get((number, index), query.roots[index])
                    changes[number, index] = overridden(root, made.schema, entity, path, strategy)
                    numbers.add(number)
    return changes, numbers


def _paths(schema, entity, trees, random):
    """What is read, and something else; up to three steps."""
    found = []

    def walk(tree, above):
        for key, below in tree.items():
            if below is not None:
                found.append((*above, key))
                walk(below, (*above, key))

    for tree in trees:
        walk(tree, ())
    others = [(key,) for key in schema.rels(entity)]
    for key, (_, rel) in schema.rels(entity).items():
        others += [(key, below) for below in schema.rels(rel.target)]
    found += random.sample(others, min(4, len(others)))
    return [one for one in dict.fromkeys(found) if len(one) <= 3]
