"""What an endpoint can be like."""

from .options import Node
from .queries import Query

KINDS = {}


def kind(function):
    KINDS[function.__name__] = function
    return function


def tree(random, schema, entity, depth=2, with_deferred=False):
    """What of an object is in the answer: columns (`None`) and relationships (a tree)."""
    columns = schema.columns(entity, with_subclasses=random.random() < 0.5)
    said = {"id": None}
    said.update({name: None for name in random.sample(columns, random.randint(1, len(columns)))})
    if depth:
        rels = list(schema.rels(entity).items())
        for key, (_, rel) in random.sample(rels, min(len(rels), random.choice([1, 2, 2, 3]) if depth == 2 else random.choice([0, 1, 1]))):
            said[key] = tree(random, schema, rel.target, depth - 1)
    return said


def root(random, schema, entity, read, likely=0.5, strategies=("joined", "selectin", "selectin", "subquery", "immediate", "select")):
    """Options for some of what is read, and now and then for something else."""
    node = Node()
    _options(random, schema, entity, read, likely, strategies, node)
    if random.random() < 0.2:
        key, (_, rel) = random.choice(list(schema.rels(entity, False).items()) or [(None, (None, None))])
        if key is not None and key not in node.below:
            node.below[key] = Node(random.choice(strategies))
    return node


def _options(random, schema, entity, read, likely, strategies, node):
    for key, below in read.items():
        if below is None or random.random() > likely:
            continue
        if key not in schema.rels(entity, with_subclasses=False):
            continue
        target = schema.rels(entity)[key][1].target
        made = node.below[key] = Node(random.choice(strategies))
        _options(random, schema, target, below, likely, strategies, made)


def some_entity(random, schema):
    return random.choice([name for name in schema.entities if schema.rels(name)])


def base_query(made, random, entity=None, form="scalars", options=False, likely=0.6, depth=2):
    """One query of an endpoint, with what of it is read."""
    schema = made.schema
    entity = entity or some_entity(random, schema)
    read = tree(random, schema, entity, depth)
    query = Query([(entity, entity)], form, order=f"{entity}.id", limit=random.choice([None, 4, 7]))
    if random.random() < 0.3:
        query.where = f"{entity}.id > {random.randint(0, 2)}"
    query.roots = [root(random, schema, entity, read, likely) if options else Node()]
    query.style = random.choice(["chains", "nested"])
    made.queries.append(query)
    made.trees.append([read])
    return query, entity, read


@kind
def plain(made, random):
    base_query(made, random, form=random.choice(["scalars", "execute_scalars", "scalars_unique_late"]))


@kind
def optioned(made, random):
    base_query(made, random, form=random.choice(["scalars", "execute_scalars", "scalars_unique_late"]), options=True)
    made.queries[0].says_unique = random.random() < 0.7


@kind
def first_or_one(made, random):
    form = random.choice(["first", "one", "one_or_none", "scalar"])
    query, entity, _ = base_query(made, random, form=form, options=random.random() < 0.5)
    query.limit = None
    query.where = f"{entity}.id == {random.randint(1, 3)}"


@kind
def get(made, random):
    query, entity, _ = base_query(made, random, form=random.choice(["get", "get", "get_one"]), options=random.random() < 0.5)
    query.key = random.randint(1, 3)
    query.where = query.order = query.limit = None


@kind
def legacy(made, random):
    if made.is_async:
        return optioned(made, random)
    form = random.choice(["query_all", "query_all", "query_first", "query_one", "query_iterated", "query_get"])
    query, entity, _ = base_query(made, random, form=form, options=random.random() < 0.6)
    if form == "query_one":
        query.where, query.limit = f"{entity}.id == 2", None
    if form == "query_get":
        query.where = query.order = query.limit = None


@kind
def several(made, random):
    entity = some_entity(random, made.schema)
    for _ in range(random.choice([2, 2, 3])):
        one = entity if random.random() < 0.7 else None
        base_query(made, random, entity=one, options=random.random() < 0.4, depth=random.choice([1, 2]))


@kind
def helped(made, random):
    """Every statement is sent by the same line of the program."""
    entity = some_entity(random, made.schema)
    for number in range(random.choice([1, 2, 3])):
        query, one, _ = base_query(made, random, entity=entity if random.random() < 0.7 else None, options=random.random() < 0.5,
                                 depth=random.choice([1, 2]))
        query.is_helped = True
        query.where = [None, f"{one}.id > 1", f"{one}.id < 9"][number]


@kind
def elsewhere(made, random):
    query, *_ = base_query(made, random, options=True, likely=0.9)
    query.is_elsewhere = True


@kind
def inheritance(made, random):
    schema = made.schema
    entity = "Party" if "Party" in schema.entities else "User"
    query, *_ = base_query(made, random, entity=entity, form=random.choice(["scalars", "execute_scalars", "one"]), options=random.random() < 0.5)
    if query.form == "one":
        query.where, query.limit = "User.id == 1" if entity == "User" else "Party.id == 2", None
    if entity == "Party" and random.random() < 0.3:
        query.roots[0].others.append("selectin_polymorphic({0}, [User])")
