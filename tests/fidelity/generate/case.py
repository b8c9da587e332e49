"""One case of a seed."""

from .groups import Dice
from .plans import plan
from .rows import Rows
from .schema import schema


def case(seed, only=(), without=()):
    """The mapping, the script that makes its database on SQLite, and the plan."""
    made = schema(Dice(seed, only, without))
    rows = Rows(made)
    return {"mapping": made.document(), "script": rows.script(), "plan": plan(made, rows)}
