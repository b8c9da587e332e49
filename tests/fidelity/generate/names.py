"""Names for tables, columns, classes and relationships: plain ones, and those that have to be quoted."""

PLAIN = (
    "account address author badge batch book branch city client course crate device draft event factory field file flight "
    "garden hotel invoice item journal key kitchen lamp league letter machine member message module node note office part "
    "payment person planet player post product profile project region report room route server shelf shop song station "
    "store student task team ticket token train vendor vote ward wheel window"
).split()

# Reserved words, mixed case, spaces, letters beyond ASCII, a leading digit or underscore, and names near 63 bytes.
ODD = [
    "order",
    "select",
    "group",
    "user",
    "table",
    "from",
    "where",
    "index",
    "values",
    "default",
    "UserName",
    "camelCase",
    "ALLCAPS",
    "first name",
    "two  spaces",
    "größe",
    "Straße",
    "été",
    "数量",
    "_leading",
    "2nd",
    "with-dash",
    "a_1",
    "anon_1",
    "param_1",
    "id_1",
    "a_rather_long_name_that_goes_on_until_it_is_nearly_sixty_three_b",
    "another_long_name_with_a_common_beginning_and_an_end_of_its_own_1",
]

# What even fewer people write.
WILD = ["a.b", "100%", 'say "so"', "it's", "a:b", "(in brackets)", "[square]", "semi;colon", "%(name)s", "back`tick", "?", "$1"]


class Names:
    """Names that are unlike each other, in small letters too, as SQLite sees them."""

    def __init__(self, dice):
        self._dice = dice
        self._odd = dice.uses("odd_names")
        self._wild = dice.uses("wild_names")
        self._taken = {}

    def table(self):
        return self._new("tables", wild=True, ending="s")

    def entity(self):
        return self._new("classes", shape=lambda name: name[:1].upper() + name[1:])

    def column(self, table, wild=False):
        return self._new(table, wild=wild)

    def like(self, place, wished):
        """`wished`, or something near it that is still free in `place`."""
        return self._free(place, wished)

    def _new(self, place, wild=False, ending="", shape=str):
        random = self._dice.random
        drawn = random.random()
        if self._wild and wild and drawn < 0.3:
            wished = random.choice(WILD)
        elif self._odd and drawn < 0.5:
            wished = random.choice(ODD)
        else:
            wished = random.choice(PLAIN) + ending
        return self._free(place, shape(wished))

    def _free(self, place, wished):
        taken = self._taken.setdefault(place, set())
        name, number = wished, 2
        while name.lower() in taken:
            name, number = f"{wished}_{number}", number + 1
        taken.add(name.lower())
        return name
