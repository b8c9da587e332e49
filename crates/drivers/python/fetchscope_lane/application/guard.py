"""Keeps the engines of an application from writing, from their first connection on."""

from sqlalchemy import event
from sqlalchemy.pool import Pool


WRITES = "it writes to its database, which Fetchscope prevents; --allow-writes permits it"


def is_write(error):
    """Whether a database refused a statement because it writes."""
    said = str(error).lower()
    return "readonly database" in said or "read-only transaction" in said or "read only transaction" in said


class CannotGuard(RuntimeError):
    """A database that nothing is known of to keep it from being written to."""


def install():
    """Once, before anything of the user's is imported: pools made later have it too, and go through it first."""
    event.listen(Pool, "connect", lambda raw, _record: _keep_from_writing(raw))


def _keep_from_writing(raw):
    made_by = f"{type(raw).__module__}.{type(raw).__qualname__}".lower()
    mro = " ".join(f"{one.__module__}.{one.__name__}" for one in type(raw).__mro__).lower()
    if "sqlite" in mro:
        # A database in memory is the application's own, and is gone with it.
        if _asked(raw, "PRAGMA database_list", lambda rows: any(row[2] for row in rows)):
            _run(raw, "PRAGMA query_only = ON")
    elif any(name in mro for name in ("psycopg", "asyncpg", "pg8000")):
        _run(raw, "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        raw.commit()
    elif any(name in mro for name in ("mysql", "mariadb", "asyncmy")):
        _run(raw, "SET SESSION TRANSACTION READ ONLY")
    else:
        raise CannotGuard(
            f"Fetchscope does not know how to keep {made_by} from writing; "
            "if this database may be written to, use --allow-writes"
        )


def _run(raw, sql):
    cursor = raw.cursor()
    try:
        cursor.execute(sql)
    finally:
        cursor.close()


def _asked(raw, sql, answer):
    cursor = raw.cursor()
    try:
        cursor.execute(sql)
        return answer(cursor.fetchall())
    finally:
        cursor.close()
