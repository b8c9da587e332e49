"""A plan over a mapping: what an endpoint asks for, and how each relationship is loaded."""

from .schema import keys

# Names that mean something else in a plan's filter.
FILTER_WORDS = {"pk", "where", "join", "has", "order_by", "limit", "offset", "distinct"}
# Types whose values stand in JSON as they stand in SQL.
SIMPLE = {"integer", "smallinteger", "biginteger", "string(40)", "text", "boolean", "float"}


def plan(schema, rows):
    drawn = Plans(schema, rows)
    made = drawn.request()
    if schema.dice.uses("before") and made.get("session") != "async":
        made["before"] = [drawn.earlier(made["root"]) for _ in range(schema.dice.random.choice([1, 1, 2]))]
        if schema.dice.uses("drop_before"):
            made["hold"] = False
    return made


class Plans:
    """Draws plans over one mapping and its rows."""

    def __init__(self, schema, rows):
        self.schema, self.rows, self.dice = schema, rows, schema.dice

    def request(self):
        dice = self.dice
        root = self._root()
        made = {"root": root["name"]}
        mode = self._mode(made)
        made["filter"] = self._by_identity(root) if mode == "get" else self._filter(root, made)
        if mode == "one" and dice.chance(0.8):
            made["filter"] = {"pk": self._identity(root)}
        budget = [dice.random.choice([0, 1, 1, 2, 2, 3, 3, 4, 5, 6])]
        depth = 4 if dice.uses("deep") else 3
        made["relationships"] = self._nodes(root, depth, budget, set(made["filter"].get("join", [])), "")
        if dice.uses("columns"):
            made["columns"] = self._some_columns(root)
        if dice.uses("wildcard"):
            made["wildcard"] = dice.random.choice(["raise", "raise_on_sql", "select", "noload"])
        if dice.uses("unique_off"):
            made["unique"] = False
        return made

    def earlier(self, root):
        """A smaller plan, which leaves objects behind in the session."""
        entity = self.schema.entity(root) if self.dice.chance(0.5) else self._root()
        made = {"root": entity["name"], "filter": self._filter(entity, {})}
        made["filter"].pop("join", None)
        made["filter"] = {name: one for name, one in made["filter"].items() if name != "where"}
        made["filter"]["order_by"] = [one for one in made["filter"].get("order_by", []) if "." not in one]
        made["relationships"] = self._nodes(entity, 2, [self.dice.random.randint(0, 2)], set(), "")
        return made

    def _root(self):
        entities = self.schema.entities
        return self.dice.random.choices(entities, [1 + 3 * len(one["relationships"]) for one in entities])[0]

    def _mode(self, made):
        """How the roots are fetched and what the session does, written into the plan; the mode."""
        dice = self.dice
        mode = next((one for one in ("one", "first", "get") if dice.uses(f"mode_{one}")), None)
        if mode is None and dice.uses("execute_only"):
            mode = "execute_only"
        if dice.uses("async"):
            made["session"] = "async"
            if mode is None and dice.uses("stream"):
                mode = dice.random.choice(["stream", "stream", "stream_execute_only"])
            if dice.uses("run_sync"):
                made["async_walk"] = "run_sync"
        elif mode is None and dice.uses("stream_drop"):
            mode = "stream_drop"
        # An AsyncSession streams with `stream` alone.
        batched = ("stream",) if "session" in made else (None, "stream_drop")
        if mode in batched and dice.uses("yield_per"):
            made["yield_per"] = dice.random.choice([1, 2, 3, 5, 10])
        if mode != "stream_drop" and dice.uses("commit"):
            made["commit_before_walk"] = True
        if dice.uses("expire_off") and made.get("commit_before_walk"):
            made["expire_on_commit"] = False
        if mode != "stream_drop" and dice.uses("close"):
            made["close_before_walk"] = True
        if mode:
            made["mode"] = mode
        return mode

    # Roots

    def _identity(self, entity):
        """The primary key of a row, now and then of one that is not there."""
        names = keys(entity)
        rows = self.rows.of[entity["table"]]
        row = self.dice.random.choice(rows) if rows and self.dice.chance(0.9) else {}
        kinds = {column["name"]: column["type"] for column in entity["columns"]}
        key = [row.get(name, "none" if kinds[name].startswith("string") else 999) for name in names]
        return key if len(key) > 1 else key[0]

    def _by_identity(self, entity):
        return {"pk": self._identity(entity)}

    def _filter(self, root, made):
        dice, random = self.dice, self.dice.random
        said = {}
        joined = self._joins(root) if dice.uses("join") else []
        if joined:
            said["join"] = [path for path, _ in joined]
        if dice.uses("pk"):
            several = [self._identity(root) for _ in range(random.randint(1, 6))]
            said["pk"] = [one for i, one in enumerate(several) if one not in several[:i]]
        if dice.uses("equals"):
            self._equals(root, said)
        if dice.uses("where"):
            reach = [("", root), *((f"{path}.", entity) for path, entity in joined)]
            drawn = [self._condition(*random.choice(reach)) for _ in range(random.choice([1, 1, 2]))]
            said["where"] = [one for one in drawn if one]
        if dice.uses("has"):
            drawn = self._exists(root)
            said["has"] = [drawn] if drawn else []
        self._order(root, joined, said, made.get("mode") in ("first", "one"))
        if dice.uses("distinct"):
            said["distinct"] = True
        return {name: one for name, one in said.items() if one not in (None, [])}

    def _joins(self, root):
        """Paths to join explicitly, none of which reaches a table twice: the statement would need aliases."""
        random = self.dice.random
        paths, at, prefix, seen = [], root, "", {root["table"]}
        for _ in range(random.choice([1, 1, 1, 2])):
            free = [one for one in at["relationships"] if self._tables(one).isdisjoint(seen)]
            if not free:
                break
            chosen = random.choice(free)
            seen |= self._tables(chosen)
            target = self.schema.entity(chosen["target"])
            paths.append((prefix + chosen["name"], target))
            if self.dice.chance(0.6):
                at, prefix = target, f"{prefix}{chosen['name']}."
        return paths

    def _tables(self, relationship):
        reached = {self.schema.entity(relationship["target"])["table"]}
        return reached | ({relationship["secondary"]} if "secondary" in relationship else set())

    def _comparable(self, entity):
        """Columns a dotted path can name and a JSON value can stand for."""
        typed = self.dice.uses("typed_filters")
        return [
            one
            for one in entity["columns"]
            if "." not in one["name"] and not one["name"].startswith("-")
            and (one["type"] in SIMPLE or typed and one["type"] != "numeric")
        ]

    def _equals(self, root, said):
        columns = [one for one in self._comparable(root) if one["name"] not in FILTER_WORDS]
        if columns:
            column = self.dice.random.choice(columns)
            said[column["name"]] = self._value(root, column)

    def _condition(self, prefix, entity):
        columns = self._comparable(entity)
        if not columns:
            return None
        random = self.dice.random
        column = random.choice(columns)
        name, kind = prefix + column["name"], column["type"]
        drawn = random.random()
        if column["nullable"] and drawn < 0.15:
            return random.choice([[name, "is", None], [name, "!=", None], [name, "==", None]])
        if drawn < 0.3:
            return [name, "in", [self._value(entity, column) for _ in range(random.randint(0, 4))]]
        if kind in ("string(40)", "text") and drawn < 0.5:
            return [name, "like", random.choice(["%a%", "a%", "%e", "_", "%"])]
        comparisons = ["==", "!="] if kind == "boolean" else ["==", "!=", "<", "<=", ">", ">=", ">="]
        return [name, random.choice(comparisons), self._value(entity, column)]

    def _exists(self, root):
        random = self.dice.random
        path, at = "", root
        for _ in range(random.choice([1, 1, 1, 2, 3])):
            if not at["relationships"]:
                break
            chosen = random.choice(at["relationships"])
            path, at = f"{path}{chosen['name']}.", self.schema.entity(chosen["target"])
        return self._condition(path, at) if path else None

    def _value(self, entity, column):
        """A value of that column that some row has."""
        values = [row[column["name"]] for row in self.rows.of[entity["table"]]]
        values = [one.hex() if isinstance(one, bytes) else one for one in values if one is not None]
        if values:
            return self.dice.random.choice(values)
        return "x" if column["type"] in ("string(40)", "text") else None if column["type"] not in SIMPLE else 1

    def _order(self, root, joined, said, picked):
        """Roots are cut off only where it is defined which ones come first."""
        dice, random = self.dice, self.dice.random
        if dice.uses("limit_unordered"):
            said["limit"] = 1_000
            return
        limited = dice.uses("limit")
        if limited:
            said["limit"] = random.choice([0, 1, 2, 3, 5, 8, 12, 30])
        if dice.uses("offset") and (limited or dice.chance(0.3)):
            said["offset"] = random.choice([0, 1, 2, 5])
        if dice.uses("unordered") and not (picked or limited or "offset" in said):
            return
        names = [one["name"] for one in root["columns"] if not one["pk"] and "." not in one["name"]]
        first = random.sample(names, min(len(names), random.choice([0, 0, 0, 1, 2])))
        for path, entity in joined:
            if dice.chance(0.3):
                names = [one["name"] for one in entity["columns"] if "." not in one["name"]]
                first += [f"{path}.{random.choice(names)}"] if names else []
        signed = ["-" + one if dice.chance(0.25) else one for one in first + keys(root)]
        said["order_by"] = [one for one in signed if not one.startswith("--")]

    # Relationships

    def _nodes(self, entity, depth, budget, joins, prefix):
        dice, random = self.dice, self.dice.random
        nodes = []
        relationships = random.sample(entity["relationships"], len(entity["relationships"]))
        for one in relationships[: random.choice([1, 1, 2, 2, 3])]:
            if budget[0] <= 0:
                break
            budget[0] -= 1
            nodes.append(self._node(one, depth, budget, joins, prefix + one["name"], entity))
            if dice.chance(0.05):
                break
        return nodes

    def _node(self, relationship, depth, budget, joins, path, entity):
        dice, random = self.dice, self.dice.random
        target = self.schema.entity(relationship["target"])
        node = {"name": relationship["name"], "strategy": dice.strategy(path in joins)}
        if dice.uses("unread"):
            node["accessed"] = False
        if dice.uses("columns"):
            node["columns"] = self._some_columns(target)
        if node["strategy"] == "selectin" and dice.uses("chunksize"):
            node["chunksize"] = random.choice([1, 2, 3, 7])
        if node["strategy"] in ("selectin", "immediate") and target is entity and dice.uses("recursion_depth"):
            node["recursion_depth"] = random.choice([1, 2, 3, -1])
        if depth > 1 and dice.chance(0.6):
            # A join that SQLAlchemy is told to take objects from goes on only below objects it takes.
            below = joins if node["strategy"] == "contains_eager" else set()
            inner = self._nodes(target, depth - 1, budget, below, f"{path}.")
            if "recursion_depth" in node:
                # The repeated relationship is loaded by the option above; SQLAlchemy takes no other beside it.
                for one in inner:
                    if one["name"] == node["name"]:
                        one["strategy"] = "default"
                        for setting in ("recursion_depth", "chunksize", "columns"):
                            one.pop(setting, None)
            if inner:
                node["relationships"] = inner
        return node

    def _some_columns(self, entity):
        names = [one["name"] for one in entity["columns"]]
        chosen = set(self.dice.random.sample(names, self.dice.random.randint(1, len(names))))
        return [name for name in names if name in chosen]
