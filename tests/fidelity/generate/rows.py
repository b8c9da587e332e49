"""Rows for the tables of a mapping, as a script for SQLite."""

DECLARED = {
    "integer": "INTEGER",
    "smallinteger": "SMALLINT",
    "biginteger": "BIGINT",
    "string(40)": "VARCHAR(40)",
    "text": "TEXT",
    "boolean": "BOOLEAN",
    "float": "FLOAT",
    "numeric": "NUMERIC",
    "datetime": "DATETIME",
    "date": "DATE",
    "largebinary": "BLOB",
}

WORDS = ["", "a", "B", "b", "Älter", "naïve", "o'clock", "100%", "two words", "Z_z", "42", "é"]

TIMES = ["00:00:00.000000", "12:30:15.000000", "23:59:59.250000"]


class Rows:
    """For each table its rows, each a dictionary from column to value."""

    def __init__(self, schema):
        self._schema, self._dice = schema, schema.dice
        self.of = {}
        self._dangles = self._dice.uses("dangling")
        self._has_nulls = self._dice.uses("null_keys")
        for table in self._in_order():
            self._fill(table)

    def script(self):
        # Some builds of SQLite hold foreign keys in place unless told not to.
        lines = ["PRAGMA foreign_keys = OFF;", "BEGIN;"]
        for table in self._schema.entities + self._schema.associations:
            lines.append(_create(table))
            for row in self.of[table["table"]]:
                values = ", ".join(_literal(value) for value in row.values())
                lines.append(f"INSERT INTO {quoted(table['table'])} VALUES ({values});")
        return "\n".join([*lines, "COMMIT;"]) + "\n"

    def _in_order(self):
        """Referred tables before those that refer to them, as far as that goes."""
        waiting = list(self._schema.entities)
        while waiting:
            names = {table["table"] for table in waiting}
            free = [
                table
                for table in waiting
                if not any(link[0] == table["table"] != link[2] and link[2] in names for link in self._schema.links)
            ]
            table = (free or waiting)[0]
            waiting.remove(table)
            yield table
        yield from self._schema.associations

    def _fill(self, table):
        dice, name = self._dice, table["table"]
        links = [link for link in self._schema.links if link[0] == name]
        rows = self.of[name] = []
        count = dice.random.choice([0, 1, 2, 4, 6, 9, 13, 20, 28, 40])
        taken = {}
        for number in range(1, count + 1):
            row = {column["name"]: self._value(table, column, number) for column in table["columns"]}
            for link in links:
                self._refer(table, row, link)
            if self._is_new(table, row, links, taken):
                rows.append(row)
        dice.random.shuffle(rows)

    def _refer(self, table, row, link):
        _, columns, parent, targets, _ = link
        dice = self._dice
        candidates = self.of.get(parent, [])
        nullable = all(one["nullable"] for one in table["columns"] if one["name"] in columns)
        if nullable and (not candidates or self._has_nulls and dice.chance(0.25)):
            row.update(dict.fromkeys(columns))
        elif candidates and not (self._dangles and dice.chance(0.1)):
            # A few targets get most of the references.
            chosen = candidates[int(len(candidates) * dice.random.random() ** 2)]
            row.update({column: chosen[target] for column, target in zip(columns, targets)})
        if self._has_nulls and len(columns) > 1 and dice.chance(0.1):
            optional = [one["name"] for one in table["columns"] if one["name"] in columns and one["nullable"]]
            row.update(dict.fromkeys(optional[:1]))

    def _is_new(self, table, row, links, taken):
        """Whether the row breaks no key: primary, unique, or of a relationship that allows one."""
        unique = [[column["name"] for column in table["columns"] if column["pk"]]]
        unique += [[self._schema.unique[table["table"]]]] if table["table"] in self._schema.unique else []
        unique += [link[1] for link in links if link[4]]
        found = [(tuple(columns), tuple(row[column] for column in columns)) for columns in unique if columns]
        found = [(columns, values) for columns, values in found if None not in values]
        if any(values in taken.get(columns, ()) for columns, values in found):
            return False
        for columns, values in found:
            taken.setdefault(columns, set()).add(values)
        return True

    def _value(self, table, column, number):
        random = self._dice.random
        if column["pk"]:
            return self._key(table, column, number)
        if column["name"] == self._schema.unique.get(table["table"]):
            return number * 10 if column["type"] == "integer" else f"code {number}"
        if column["nullable"] and random.random() < 0.2:
            return None
        return value(random, column["type"])

    def _key(self, table, column, number):
        random = self._dice.random
        composite = sum(one["pk"] for one in table["columns"]) > 1
        if column["type"] == "string(40)":
            return random.choice("abcdÄé") if composite else f"k{number:02}"
        return random.randint(1, 5) if composite else number


def value(random, kind):
    """Something of that type, out of few enough that values repeat."""
    if kind == "boolean":
        return random.random() < 0.5
    if kind in ("integer", "smallinteger"):
        return random.randint(-3, 12)
    if kind == "biginteger":
        return random.choice([0, 1, 7, 2**31, 2**53 + 1, -(2**62)])
    if kind == "float":
        return random.choice([0.0, 1.0, -0.5, 0.1, 1 / 3, 1e16, 1e-7, 12345.678])
    if kind == "numeric":
        return random.choice([0, 1, 12.5, -3.25, 100, 0.1, 99999.99])
    if kind in ("date", "datetime"):
        day = f"2024-0{random.randint(1, 9)}-1{random.randint(0, 9)}"
        return day if kind == "date" else f"{day} {random.choice(TIMES)}"
    if kind == "largebinary":
        return bytes(random.choice([b"", b"\x00\xff", b"abc"]))
    return random.choice(WORDS)


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def _literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)


def _create(table):
    parts = []
    for column in table["columns"]:
        nullable = "" if column["nullable"] else " NOT NULL"
        parts.append(f"{quoted(column['name'])} {DECLARED[column['type']]}{nullable}")
    key = [quoted(column["name"]) for column in table["columns"] if column["pk"]]
    if key:
        parts.append(f"PRIMARY KEY ({', '.join(key)})")
    for one in table["foreign_keys"]:
        columns, targets = (", ".join(map(quoted, one[side])) for side in ("columns", "ref_columns"))
        parts.append(f"FOREIGN KEY ({columns}) REFERENCES {quoted(one['ref_table'])} ({targets})")
    return f"CREATE TABLE {quoted(table['table'])} ({', '.join(parts)});"
