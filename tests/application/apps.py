"""An application of a seed."""

import json
import os
import random
import uuid

from . import endpoints, program
from .kinds import KINDS
from .schema import Schema

COMBINATIONS = [
    ("fastapi", "sqlite3"), ("fastapi_async", "aiosqlite"), ("flask", "sqlite3"), ("sqlmodel", "sqlite3"), ("function", "sqlite3"),
    ("coroutine", "aiosqlite"), ("flask_sqlalchemy", "sqlite3"), ("sqlmodel_async", "aiosqlite"),
]
ON_POSTGRES = [
    ("fastapi", "psycopg"), ("fastapi_async", "asyncpg"), ("flask", "psycopg"), ("fastapi_async", "psycopg_async"),
    ("sqlmodel", "psycopg"), ("sqlmodel_async", "asyncpg"), ("function", "psycopg"), ("coroutine", "asyncpg"),
    ("flask_sqlalchemy", "psycopg"), ("coroutine", "psycopg_async"),
]


def _hook(dice):
    """What a program may do to every query by itself."""
    what = dice.choice([
        ["state.statement = state.statement.options(with_loader_criteria(Comment, Comment.id > 2, include_aliases=True))"],
        ["state.statement = state.statement.options(with_loader_criteria(Role, lambda one: one.id < 4))"],
        ["return state.invoke_statement(statement=state.statement.options(with_loader_criteria(Post, Post.score > 1)))"],
        ["if state.bind_mapper is not None and state.bind_mapper.class_ is User:",
         "    state.statement = state.statement.options(selectinload(User.roles))"],
        ["result = state.invoke_statement()", "return result"],
        ["state.update_execution_options(populate_existing=True)"],
    ])
    return [
        "", '@event.listens_for(Session, "do_orm_execute")', "def _hooked(state):",
        "    if not state.is_select or state.is_column_load or state.is_relationship_load:", "        return None",
        *(f"    {line}" for line in what), "",
    ]


class App:
    def __init__(self, seed, postgres=None, only=None, most=24, count=8):
        self.random = dice = random.Random(f"application {seed}")
        self.seed = seed
        combinations = COMBINATIONS + (ON_POSTGRES if postgres else [])
        self.framework, self.driver = combinations[seed % len(combinations)]
        self.is_async, self.is_function = program.FRAMEWORKS[self.framework]
        self.kind = "wsgi" if self.framework.startswith("flask") else "asgi"
        is_sqlmodel = self.framework.startswith("sqlmodel")
        inheritance = "none" if is_sqlmodel else dice.choice(["none", "joined", "single", "joined"])
        self.schema = Schema(dice, inheritance, is_sqlmodel, lazies=dice.random() < 0.4)
        self.schema_name = None
        self._addresses(postgres)
        self.module_lines = []
        names = list(KINDS)
        chosen = [only] * count if only else dice.sample(names, min(count, len(names)))
        self.endpoints = [
            endpoints.endpoint(dice, self.schema, f"e{number}", name, self.framework, self.is_async, most) for number, name in enumerate(chosen)
        ]
        self.hooks = _hook(dice) if dice.random() < 0.15 or only == "hooked" else []
        self.routes = []
        for _, route, overrides in self.endpoints:
            self.routes.append(route)
            for one in overrides:
                self.routes += [one.by_hand, one.unique]

    def _addresses(self, postgres):
        self.connect = {}
        if self.driver in ("sqlite3", "aiosqlite"):
            self.url = "sqlite:///app.db" if self.driver == "sqlite3" else "sqlite+aiosqlite:///app.db"
            self.fill_url = "sqlite:///app.db"
            return
        # Applications of one seed may run at the same time, for several interpreters.
        self.schema_name = f"app_{self.seed}_{uuid.uuid4().hex[:8]}"
        address = postgres.split("://", 1)[1]
        self.fill_url = f"postgresql+psycopg://{address}"
        if self.driver == "asyncpg":
            self.url = f"postgresql+asyncpg://{address}"
            self.connect = {"server_settings": {"search_path": self.schema_name}}
        else:
            self.url = self.fill_url
            self.connect = {"options": f"-csearch_path={self.schema_name}"}

    def write(self, directory):
        with open(os.path.join(directory, "app.py"), "w") as file:
            file.write(program.source(self))
        with open(os.path.join(directory, "rows.json"), "w") as file:
            json.dump(self.schema.rows(), file)
