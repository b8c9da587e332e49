"""Whether this program answers what was recorded: a check of the program, and of the versions it stands on."""

import json
import re
import sqlite3
import tempfile
from collections import Counter
from pathlib import Path

from fetchscope_lane import model as models
from fetchscope_lane import session
from fetchscope_lane.address import Address

FOLDER = Path(__file__).resolve().parent.parent


def check():
    """Prints each recorded answer that is not met; the number of those."""
    recorded = {one["id"]: one for one in map(json.loads, (FOLDER / "golden-sqlite.jsonl").open(encoding="utf-8"))}
    plans = json.loads((FOLDER / "plans.json").read_text(encoding="utf-8"))
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        models_by_name = {name: _prepare(name, folder) for name in {one["db"] for one in plans}}
        for one in plans:
            have = session.answer(Address.of_url(f"sqlite:///{folder}/{one['db']}.db"), models_by_name[one["db"]], one["plan"])
            difference = _difference(recorded[one["id"]], have)
            if difference:
                missed += 1
                print(f"{one['id']}: {difference}")
    print(f"{len(plans) - missed} of {len(plans)} recorded answers are met")
    return missed


def _prepare(name, folder):
    database = sqlite3.connect(Path(folder) / f"{name}.db")
    database.executescript((FOLDER / f"{name}.sql").read_text(encoding="utf-8"))
    database.close()
    return models.Model(json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8")))


def _difference(want, have):
    for key in want.keys() & have.keys() - {"statements", "error", "hash_as_returned"}:
        if want[key] != have[key]:
            return f"{key} is {have[key]!r}, not {want[key]!r}"
    if _named(want["error"]) != _named(have["error"]):
        return f"the error is {have['error']!r}, not {want['error']!r}"
    # Exactly, in any order; or, where rows have no order or composite keys are a set, as the same words in other places.
    for view in (_exactly, _as_words):
        wanted, got = view(want["statements"]), view(have["statements"])
        if wanted == got:
            return None
    return f"not sent: {(wanted - got).most_common(1)}, sent instead: {(got - wanted).most_common(1)}"


def _named(error):
    return error and {key: error.get(key) for key in ("type", "phase", "path", "raised_as")}


def _exactly(statements):
    return Counter((*_place(one), one["sql"], one["params_sha"], one["rows"]) for one in statements)


def _as_words(statements):
    words = Counter()
    for one in statements:
        words.update((*_place(one), word) for word in re.findall(r"[^\s,]+", one["sql"]))
        words[(*_place(one), None)] += one["rows"] or 0
    return words


def _place(statement):
    return statement["phase"], statement["path"]
