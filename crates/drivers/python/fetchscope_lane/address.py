"""Where a database is, and how a driver of either kind is told to connect to it."""

import ssl

import sqlalchemy as sa

from .cursor import SqliteConnection, psycopg_cursor

# Seconds that a statement waits for somebody else's lock.
LOCK_TIMEOUT = 1.5


class Address:
    """A URL and the arguments of `connect`, for drivers of threads and for those of an event loop."""

    def __init__(self, threads, loop):
        self._threads, self._loop = threads, loop

    @classmethod
    def of_url(cls, text):
        """One that is connected to as it stands."""
        url = sa.make_url(text)
        if url.get_backend_name() == "sqlite":
            return cls((url, {"factory": SqliteConnection}), (url.set(drivername="sqlite+aiosqlite"), {}))
        return cls((url, {}), (url.set(drivername="postgresql+asyncpg"), {}))

    @classmethod
    def of(cls, database, statement_cache=True):
        """Somebody's own, from which is only read."""
        if database["kind"] == "sqlite":
            return cls(*_sqlite(database, statement_cache))
        return cls(*_postgres(database, statement_cache))

    def engine(self, **settings):
        url, arguments = self._threads
        return sa.create_engine(url, connect_args=dict(arguments), **settings)

    def async_engine(self, **settings):
        from sqlalchemy.ext.asyncio import create_async_engine

        url, arguments = self._loop
        return create_async_engine(url, connect_args=dict(arguments), **settings)


def _sqlite(database, statement_cache):
    file, _, query = database["uri"].partition("?")
    query = {**dict(one.split("=") for one in query.split("&")), "uri": "true"}
    arguments = {"timeout": LOCK_TIMEOUT}
    if not statement_cache:
        arguments["cached_statements"] = 0
    return (
        (sa.URL.create("sqlite", database=file, query=query), {**arguments, "factory": SqliteConnection}),
        (sa.URL.create("sqlite+aiosqlite", database=file, query=query), arguments),
    )


def _postgres(database, statement_cache):
    """Host and password are arguments and stand in no URL, which is what errors show."""
    shared = {name: database[name] for name in ("host", "port", "user") if database[name] is not None}
    if database["password"] is not None:
        shared["password"] = database["password"]
    server = {"application_name": database["application_name"], "options": database["options"]}
    root = database["sslrootcert"]
    verifies = database["sslmode"] in ("verify-ca", "verify-full")
    threads = {
        **shared,
        **server,
        "dbname": database["database"],
        "sslmode": database["sslmode"],
        "connect_timeout": database["connect_timeout"],
    }
    if root is not None or verifies:
        threads["sslrootcert"] = root or "system"
    if not statement_cache:
        threads["prepare_threshold"] = None
    loop = {
        **shared,
        "server_settings": server,
        "database": database["database"],
        "timeout": database["connect_timeout"],
    }
    if not database["host"].startswith("/"):
        loop["ssl"] = _context(root, database["sslmode"] == "verify-full") if verifies else database["sslmode"]
    if not statement_cache:
        loop.update(statement_cache_size=0, prepared_statement_cache_size=0)
    return (_with_cursor(threads), (sa.URL.create("postgresql+asyncpg"), loop))


def _with_cursor(arguments):
    """Only one of the two drivers may be installed."""
    try:
        arguments["cursor_factory"] = psycopg_cursor()
    except ImportError:
        pass
    return sa.URL.create("postgresql+psycopg"), arguments


def _context(root, whole):
    context = ssl.create_default_context(cafile=root)
    context.check_hostname = whole
    return context
