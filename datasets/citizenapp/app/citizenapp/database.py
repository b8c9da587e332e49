"""Where the data is, and a session for each request: an ordinary one or an asynchronous one."""

import os
from collections.abc import AsyncIterator, Iterator
from functools import cache
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, HTTPException
from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.orm import Session, sessionmaker

if TYPE_CHECKING:  # Imported when an asynchronous route is called, so that the others work without its packages.
    from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

VARIABLE = "CITIZENAPP_DATABASE"


def address() -> URL:
    """The address in the environment; `postgres://` is understood too."""
    if VARIABLE not in os.environ:
        raise RuntimeError(f"Set {VARIABLE} to the address of a database, such as sqlite:////home/me/citizen.db")
    url = make_url(os.environ[VARIABLE])
    plain = url.drivername in ("postgres", "postgresql")
    return url.set(drivername="postgresql+psycopg") if plain else url


engine = create_engine(address())
new_session = sessionmaker(engine)


def open_session() -> Iterator[Session]:
    """A session that is closed after the response."""
    with new_session() as session:
        yield session


@cache
def async_engine() -> "AsyncEngine":
    """The same database with an asynchronous driver: aiosqlite or asyncpg."""
    from sqlalchemy.ext.asyncio import create_async_engine

    if engine.name == "sqlite":
        return create_async_engine(engine.url.set(drivername="sqlite+aiosqlite"))
    url = engine.url.set(drivername="postgresql+asyncpg", query={})
    return create_async_engine(url, connect_args={"server_settings": dict(engine.url.query)})


@cache
def new_async_session() -> "async_sessionmaker[AsyncSession]":
    """Makes asynchronous sessions, and says what is missing if it cannot."""
    try:
        from sqlalchemy.ext.asyncio import async_sessionmaker

        return async_sessionmaker(async_engine())
    except ImportError as missing:
        raise HTTPException(503, f"asynchronous routes are not available: {missing}") from missing


async def open_async_session() -> AsyncIterator["AsyncSession"]:
    """The same as `open_session`, for asynchronous routes."""
    async with new_async_session()() as session:
        yield session


async def close() -> None:
    """Closes every connection when the application stops."""
    engine.dispose()
    if async_engine.cache_info().currsize:
        await async_engine().dispose()


Database = Annotated[Session, Depends(open_session)]
AsyncDatabase = Annotated["AsyncSession", Depends(open_async_session)]
