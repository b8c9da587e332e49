"""A mapping: tables with keys of every shape, and relationships along them."""

from .names import Names

PLAIN_TYPES = ["integer", "string(40)", "boolean"]
OTHER_TYPES = ["text", "float", "numeric", "datetime", "date", "biginteger", "smallinteger", "largebinary"]
# Not drawn: `json`, `uuid` and `time`. They can be added here once both sides are to be compared on them.
KEY_TYPES = ["integer", "integer", "integer", "string(40)", "biginteger"]
# A table may have these as the target of a foreign key, though they are not its primary key.
UNIQUE_TYPES = ["integer", "string(40)"]


class Schema:
    """The mapping under construction; `links` remember for the rows what refers to what."""

    def __init__(self, dice):
        self.dice, self.names = dice, Names(dice)
        self.entities, self.associations = [], []
        # (table, columns, referred table, referred columns, whether each target is referred to once at most)
        self.links = []
        self.unique = {}

    def document(self):
        return {"name": "random", "entities": self.entities, "association_tables": self.associations}

    def table(self, name):
        return next(one for one in self.entities + self.associations if one["table"] == name)

    def entity(self, name):
        return next(one for one in self.entities if one["name"] == name)


def schema(dice):
    made = Schema(dice)
    for _ in range(dice.random.choice([1, 2, 2, 3, 3, 3, 4, 4, 5, 6])):
        made.entities.append(_entity(made))
    for _ in range(dice.random.randint(1, len(made.entities) * 2)):
        _link(made)
    while dice.uses("many_to_many") and len(made.associations) < 3:
        _association(made)
    for entity in made.entities:
        dice.random.shuffle(entity["relationships"])
        dice.random.shuffle(entity["foreign_keys"])
    return made


def keys(table):
    return [column["name"] for column in table["columns"] if column["pk"]]


def _column(name, kind, nullable=False, pk=False):
    return {"name": name, "type": kind, "nullable": nullable, "pk": pk}


def _entity(made):
    dice, names = made.dice, made.names
    random = dice.random
    table = names.table()
    if dice.uses("composite_keys"):
        number = random.choice([2, 2, 2, 3])
        key = [_column(names.column(table), random.choice(KEY_TYPES), pk=True) for _ in range(number)]
    elif dice.uses("string_keys"):
        key = [_column(names.column(table), "string(40)", pk=True)]
    else:
        name = names.like(table, "id") if dice.chance(0.7) else names.column(table)
        key = [_column(name, "integer", pk=True)]
    data = []
    for _ in range(random.randint(0, 4)):
        kind = random.choice(OTHER_TYPES) if dice.uses("types") else random.choice(PLAIN_TYPES)
        data.append(_column(names.column(table, wild=True), kind, nullable=dice.chance(0.5)))
    if dice.uses("unique_targets"):
        data.append(_column(names.column(table), random.choice(UNIQUE_TYPES)))
        made.unique[table] = data[-1]["name"]
    columns = key + data
    if dice.chance(0.1):
        random.shuffle(columns)
    name = names.entity()
    return {"name": name, "table": table, "columns": columns, "foreign_keys": [], "indexes": [], "relationships": []}


def _target(made, parent):
    """The columns a foreign key refers to."""
    table = parent["table"]
    if table in made.unique and made.dice.chance(0.5):
        return [made.unique[table]]
    return keys(parent)


def _refer(made, table, parent, targets, nullable, pk=False, reuse=()):
    """Gives `table` columns that refer to `targets`, some of which may be there already."""
    random = made.dice.random
    columns = []
    for target in targets:
        described = next(column for column in parent["columns"] if column["name"] == target)
        if reuse and (found := next((one for one in reuse if _fits(one, described) and one["name"] not in columns), None)):
            columns.append(found["name"])
            continue
        wished = f"{parent['table']}_{target}" if made.dice.chance(0.5) else made.names.column("wishes")
        name = made.names.like(table["table"], wished.replace(".", "_"))
        new = _column(name, described["type"], nullable, pk)
        first = len(table["columns"]) if pk else 1
        table["columns"].insert(random.randint(min(first, len(table["columns"])), len(table["columns"])), new)
        columns.append(name)
    return columns


def _fits(column, target):
    return column["pk"] and column["type"] == target["type"]


def _link(made):
    """A foreign key with a relationship on one or both of its sides."""
    dice, random = made.dice, made.dice.random
    child = random.choice(made.entities)
    others = [entity for entity in made.entities if entity is not child]
    parent = child if not others or dice.uses("self_reference") else random.choice(others)
    targets = _target(made, parent)
    referred_by_others = any(link[2] == child["table"] for link in made.links)
    # What others refer to keeps its key; so does a table that refers to itself.
    identifying = dice.uses("identifying") and parent is not child and not referred_by_others
    reuse = [] if parent is child or not dice.chance(0.3) else child["columns"]
    columns = _refer(made, child, parent, targets, not identifying and dice.chance(0.8), identifying, reuse)
    order = list(range(len(columns)))
    if dice.chance(0.3):
        random.shuffle(order)
    columns, targets = [columns[i] for i in order], [targets[i] for i in order]
    if not dice.uses("logical"):
        child["foreign_keys"].append({"columns": columns, "ref_table": parent["table"], "ref_columns": targets})
    single = dice.uses("one_to_one")
    made.links.append((child["table"], columns, parent["table"], targets, single and not dice.uses("several_for_one")))
    up = {"kind": "many_to_one", "target": parent["name"], "pairs": [list(pair) for pair in zip(columns, targets)]}
    down = {
        "kind": "one_to_one" if single else "one_to_many",
        "target": child["name"],
        "pairs": [list(pair) for pair in zip(targets, columns)],
    }
    _relate(made, (child, up), (parent, down))


def _association(made):
    dice, random = made.dice, made.dice.random
    left = random.choice(made.entities)
    others = [entity for entity in made.entities if entity is not left]
    right = left if not others or dice.uses("self_reference") else random.choice(others)
    name = made.names.table()
    table = {"table": name, "columns": [], "foreign_keys": [], "indexes": []}
    keyed = not dice.uses("duplicate_links")
    sides = []
    for entity in (left, right):
        targets = _target(made, entity)
        columns = _refer(made, table, entity, targets, nullable=False, pk=keyed)
        table["foreign_keys"].append({"columns": columns, "ref_table": entity["table"], "ref_columns": targets})
        made.links.append((name, columns, entity["table"], targets, False))
        sides.append([list(pair) for pair in zip(targets, columns)])
    made.associations.append(table)
    there, back = (
        {"kind": "many_to_many", "target": target["name"], "secondary": name, "pairs": near, "secondary_pairs": far}
        for target, near, far in ((right, *sides), (left, *reversed(sides)))
    )
    _relate(made, (left, there), (right, back))


def _relate(made, *sides):
    """Declares the relationship on both sides, or on one of them."""
    dice = made.dice
    if dice.uses("one_sided"):
        sides = [dice.random.choice(sides)]
    for entity, relationship in sides:
        target = made.entity(relationship["target"])
        wished = target["name"].lower() if dice.chance(0.7) else made.names.column("wishes")
        if relationship["kind"].endswith("many") and dice.chance(0.8):
            wished += "_list"
        # A relationship and a column share the names of a class.
        relationship["name"] = made.names.like(entity["table"], wished.replace(".", "_"))
        if relationship["kind"].endswith("many") and dice.uses("relation_order"):
            relationship["order_by"] = _order(dice, target)
        entity["relationships"].append(relationship)
    if len(sides) == 2 and dice.chance(0.8):
        (_, one), (_, other) = sides
        one["back_populates"], other["back_populates"] = other["name"], one["name"]


def _order(dice, target):
    """Columns that leave no two rows in doubt."""
    others = [column["name"] for column in target["columns"] if not column["pk"]]
    first = dice.random.sample(others, min(len(others), dice.random.choice([0, 1, 1, 2])))
    return first + keys(target)
