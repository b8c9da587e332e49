"""The program: it is told what to do a line at a time, and answers each with a line, or with one a request.

`hello` (always first, without being asked), `open` a database, `prepare` a variant's plans, `check` one of them, run a
`batch`, and read the `models` of a program; and, for a program of the user's, everything in `application.desk`.
"""

import importlib.metadata
import platform
import sys
import traceback
import warnings

# SQLite comes with Python. What asynchronous sessions need, whatever their driver, is greenlet.
PACKAGES = ("aiosqlite", "psycopg", "asyncpg", "greenlet")

# What is asked about a program of the user's, and not about a mapping.
APPLICATION = {"application", "routes", "request", "trace", "prepare_overrides", "compare", "measure", "change"}


def serve(channel):
    """Does what the channel says, until nobody says anything more."""
    warnings.simplefilter("ignore")
    channel.say(hello=_hello())
    desks = {}
    for order in channel.orders():
        try:
            getattr(_desk(channel, desks, order["do"]), order["do"])(order)
        except BaseException as error:
            traceback.print_exc()
            channel.say(error={"type": type(error).__name__, "message": _sentence(error)})


def _desk(channel, desks, what):
    """Whoever does this, made when first asked: both need SQLAlchemy, which may not be there."""
    is_application = what in APPLICATION
    if is_application not in desks:
        if is_application:
            from .application.desk import ApplicationDesk as Kind
        else:
            from .desk import Desk as Kind
        desks[is_application] = Kind(channel)
    return desks[is_application]


def _hello():
    versions = {name: _version(name) for name in PACKAGES}
    return {
        "python": platform.python_version(),
        "interpreter": sys.executable,
        "sqlalchemy": _version("sqlalchemy"),
        "drivers": {"sqlite3": _sqlite(), **versions},
    }


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _sqlite():
    try:
        import sqlite3
    except ImportError:
        return None
    return sqlite3.sqlite_version


def _sentence(error):
    return (str(error).strip().split("\n", 1)[0] or type(error).__name__)[:600]
