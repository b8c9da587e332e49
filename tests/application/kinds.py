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


@kind
def hooked(made, random):
    """The program has an event handler of its own, which is the application's."""
    base_query(made, random, options=random.random() < 0.6)


@kind
def columns(made, random):
    schema = made.schema
    query, entity, read = base_query(made, random, options=True)
    _columns(random, schema, entity, query.roots[0])


def _columns(random, schema, entity, node):
    some = schema.columns(entity)
    if random.random() < 0.7:
        one = random.choice(some)
        node.others.append(random.choice([f"load_only({{0}}.{one})", f"defer({{0}}.{one})", f"undefer({{0}}.{one})"]))
    for key, below in node.below.items():
        _columns(random, schema, below.of_type or schema.rels(entity)[key][1].target, below)


@kind
def contained(made, random):
    """`contains_eager` of what the query joins."""
    schema = made.schema
    query, entity, read = base_query(made, random, options=random.random() < 0.5)
    keys = [key for key in schema.rels(entity, False)]
    key = random.choice([one for one in keys if read.get(one)] or keys)
    target = schema.rels(entity)[key][1].target
    node = query.roots[0].below.setdefault(key, Node())
    node.strategy = "contains_eager"
    for name in list(node.below):
        # What is below a class cannot be asked of its alias.
        if name not in schema.rels(target, False):
            del node.below[name]
    outer = random.choice(["join", "outerjoin"])
    way = random.choice(["plain", "plain", "alias", "of_type"])
    if way == "plain" and target in schema.lineage(entity) + schema.subclasses(entity):
        way = "alias"
    if way == "plain":
        query.chain.append(f"{outer}({entity}.{key})")
        second = target
    else:
        query.before.append(f"other = aliased({target})")
        query.chain.append(f"{outer}(other, {entity}.{key})" if way == "alias" else f"{outer}({entity}.{key}.of_type(other))")
        second = "other"
        if way == "alias":
            node.alias = "other"
        else:
            node.of_type, node.of_alias = target, "other"
    query.order = f"{entity}.id, {second}.id"
    query.says_unique = random.random() < 0.7
    query.limit = random.choice([None, None, 9])
    if random.random() < 0.3:
        query.chain.append("execution_options(populate_existing=True)")
    if random.random() < 0.3:
        query.where = f"{second}.id > 1"


@kind
def of_type(made, random):
    schema = made.schema
    if "Party" not in schema.entities:
        return columns(made, random)
    entity, key = random.choice([("Organization", "members"), ("Comment", "member")])
    query, entity, read = base_query(made, random, entity=entity, options=True)
    read[key] = tree(random, schema, "Party", 1)
    node = query.roots[0].below.setdefault(key, Node("selectin"))
    node.strategy, node.of_type = random.choice(["joined", "selectin", "subquery", "select", None]), random.choice(["User", "Bot"])
    node.below = {one: below for one, below in node.below.items() if one in schema.rels(node.of_type, False)}
    for one in schema.rels(node.of_type, False):
        if random.random() < 0.3:
            node.below[one] = Node(random.choice(["joined", "selectin"]))
    query.says_unique = random.random() < 0.7
    way = random.random()
    if way < 0.2:
        query.before.append("poly = with_polymorphic(Party, [User, Bot])")
        node.of_type, node.of_alias = "Party", "poly"
        node.below = {one: below for one, below in node.below.items()}
    elif way < 0.3:
        node.others.append("selectin_polymorphic(Party, [User])") if node.of_type == "Party" else None


@kind
def criteria(made, random):
    """`.and_()` on relationships."""
    schema = made.schema
    query, entity, read = base_query(made, random, options=True, likely=0.9)
    for key, node in query.roots[0].below.items():
        target = schema.rels(entity)[key][1].target
        if random.random() < 0.8:
            node.criteria = f"{target}.id {random.choice(['> 1', '< 9', '!= 3'])}"
        for name, below in node.below.items():
            if random.random() < 0.4:
                below.criteria = f"{schema.rels(target)[name][1].target}.id > 1"
    query.says_unique = random.random() < 0.7


@kind
def loader_criteria(made, random):
    schema = made.schema
    query, entity, read = base_query(made, random, options=random.random() < 0.6)
    targets = [schema.rels(entity)[key][1].target for key, below in read.items() if below is not None] or ["Post"]
    one = random.choice(targets)
    query.raw.append(random.choice([
        f"with_loader_criteria({one}, {one}.id > 2)",
        f"with_loader_criteria({one}, lambda one: one.id > 2, include_aliases=True)",
        f"with_loader_criteria({one}, {one}.id < 5, propagate_to_loaders=False)",
    ]))


@kind
def tuples(made, random):
    schema = made.schema
    query, entity, read = base_query(made, random, options=random.random() < 0.5, depth=1)
    keys = [key for key, (_, rel) in schema.rels(entity, False).items()
            if rel.target not in schema.lineage(entity) + schema.subclasses(entity)]
    legacy = not made.is_async and random.random() < 0.3
    query.form = "query_tuples" if legacy else random.choice(["tuples", "tuples", "mappings"])
    if random.random() < 0.35 or not keys:
        if not legacy:
            query.columns = [random.choice([f"{entity}.id", "func.abs(2)"])]
        else:
            query.columns = [f"{entity}.id"]
        return
    key = random.choice(keys)
    other = schema.rels(entity)[key][1].target
    query.targets.append((other, other))
    query.chain.append(f"join({entity}.{key})")
    query.order = f"{entity}.id, {other}.id"
    second = tree(random, schema, other, 1)
    made.trees[-1].append(second)
    query.roots.append(root(random, schema, other, second) if random.random() < 0.5 else Node())
    query.says_unique = random.random() < 0.3


@kind
def aliases(made, random):
    schema = made.schema
    query, entity, read = base_query(made, random, options=random.random() < 0.6)
    query.before.append(f"first = aliased({entity})")
    query.targets = [(entity, "first")]
    query.order = "first.id"
    query.where = random.choice([None, "first.id > 1"])
    if random.random() < 0.4:
        query.before.append(f"second = aliased({entity})")
        query.targets.append((entity, "second"))
        query.form = "tuples"
        query.where = "first.id == second.id - 1"
        made.trees[-1].append(tree(random, schema, entity, 1))
        query.roots.append(root(random, schema, entity, read) if random.random() < 0.5 else Node())


@kind
def yielded(made, random):
    forms = ["scalars", "list", "iterated"]
    forms += ["stream", "streamed_rows", "stream"] if made.is_async else ["partitions", "query_yielded"]
    query, *_ = base_query(made, random, form=random.choice(forms), options=random.random() < 0.5)
    if query.form == "streamed_rows":
        query.form = "stream"
    if query.form != "query_yielded" and random.random() < 0.7:
        query.chain.append("execution_options(yield_per=3)")


@kind
def wildcards(made, random):
    query, entity, read = base_query(made, random, options=random.random() < 0.7)
    query.raw.append(random.choice(["lazyload('*')", "raiseload('*')", f"Load({entity}).lazyload('*')", f"Load({entity}).raiseload('*')",
                                    "selectinload('*')", "joinedload('*')", "noload('*')", "raiseload('*', sql_only=True)",
                                    "immediateload('*')"]))
    for node in query.roots[0].below.values():
        if random.random() < 0.4 and node.strategy not in ("select", None):
            node.others.append(random.choice(["raiseload('*')", "lazyload('*')"]))


@kind
def sql_only(made, random):
    query, entity, read = base_query(made, random, options=True, likely=0.8)
    for node in query.roots[0].below.values():
        if random.random() < 0.5:
            node.strategy = random.choice(["raise_on_sql", "raise", "noload", None])


@kind
def recursive(made, random):
    query, entity, read = base_query(made, random, entity="Organization", options=True)
    key = random.choice(["branches", "parent"])
    read[key] = {"id": None, key: {"id": None, key: {"name": None}}}
    node = Node(random.choice(["selectin", "immediate"]))
    node.recursion = random.choice([1, 2, 3, -1])
    query.roots[0].below[key] = node


@kind
def looped(made, random):
    """One query of the program, sent several times."""
    query, entity, _ = base_query(made, random, form="looped", options=random.random() < 0.5, depth=1)
    query.where, query.limit = f"{entity}.id == key", None


@kind
def already(made, random):
    """Objects that are in the session before the query is sent."""
    entity = some_entity(random, made.schema)
    query, *_ = base_query(made, random, entity=entity, form="get", options=random.random() < 0.5, depth=1)
    query.where = query.order = query.limit = None
    second, *_ = base_query(made, random, entity=entity, options=random.random() < 0.5)
    if random.random() < 0.3:
        second.chain.append("execution_options(populate_existing=True)")


@kind
def statements(made, random):
    """Of another statement, a subquery or a union."""
    query, entity, _ = base_query(made, random, options=random.random() < 0.6)
    query.where = query.limit = None
    inner = f"select({entity}).order_by({entity}.id).limit(5)"
    way = random.choice(["from_statement", "subquery", "union", "lambda", "distinct"])
    if way == "from_statement":
        query.chain.append(f"from_statement({inner})")
        query.order = None
    elif way == "subquery":
        query.before.append(f"inner = {inner}.subquery()")
        query.before.append(f"first = aliased({entity}, inner)")
        query.targets, query.order = [(entity, "first")], "first.id"
    elif way == "union":
        query.before.append(f"union = union_all(select({entity}).where({entity}.id < 3), select({entity}).where({entity}.id > 8))")
        query.chain.append("from_statement(union)")
        query.order = None
    elif way == "lambda":
        query.wrapper = "lambda_stmt(lambda: {})"
    else:
        query.chain.append("distinct()")


@kind
def poly(made, random):
    """An alias of several classes."""
    schema = made.schema
    if "Party" not in schema.entities:
        return aliases(made, random)
    query, entity, _ = base_query(made, random, entity="Party", options=random.random() < 0.5)
    query.before.append(random.choice(["poly = with_polymorphic(Party, [User, Bot])", "poly = with_polymorphic(Party, '*')",
                                       "poly = with_polymorphic(Party, [User, Bot], flat=True)"]))
    query.targets, query.order = [("Party", "poly")], "poly.id"
    query.where = random.choice([None, "poly.id > 1"])


@kind
def based(made, random):
    """Options that name a base class or a subclass of the entity."""
    schema = made.schema
    if "Party" not in schema.entities:
        return plain(made, random)
    if random.random() < 0.5:
        query, *_ = base_query(made, random, entity=random.choice(["User", "Bot"]))
        query.roots[0].below["organization"] = node = Node(random.choice(["joined", "selectin", "subquery"]))
        node.above = "Party"
    else:
        query, *_ = base_query(made, random, entity="Party", options=True)
        for key in random.sample(["roles", "posts", "vendor", "profile"], 2):
            query.roots[0].below[key] = Node(random.choice(["joined", "selectin", "subquery", "immediate"]))
        query.says_unique = True


@kind
def core(made, random):
    """Statements that no object comes of, beside one that has some."""
    query, entity, _ = base_query(made, random, options=random.random() < 0.5)
    wait = "await " if made.is_async else ""
    query.ahead = 2
    query.before += [
        f"count = {wait}s.scalar(select(func.count()).select_from({entity}))",
        f"{wait}s.execute(text('SELECT 1'))",
        f"{wait}s.execute(select({entity}.id).order_by({entity}.id))",
    ]


@kind
def sqlmodel_exec(made, random):
    """`exec`, where the sessions have it."""
    form = "exec" if made.schema.is_sqlmodel else "execute_scalars"
    base_query(made, random, form=form, options=random.random() < 0.5)
