"""The application: `uvicorn citizenapp.main:app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from . import database
from .routes import router


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Nothing to start; connections are closed at the end."""
    yield
    await database.close()


app = FastAPI(title="CitizenApp", description=__doc__, lifespan=lifespan)
app.include_router(router)
