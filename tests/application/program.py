"""The source of an application for a framework and a driver."""

FRAMEWORKS = {
    # Framework: (whether it is asynchronous, whether the program is a function).
    "fastapi": (False, False),
    "fastapi_async": (True, False),
    "flask": (False, False),
    "flask_sqlalchemy": (False, False),
    "sqlmodel": (False, False),
    "sqlmodel_async": (True, False),
    "function": (False, True),
    "coroutine": (True, True),
}

HEAD = '''"""Made by a test."""
import gc
import os
from typing import Any, List, Optional

from sqlalchemy import Column, ForeignKey, Table, and_, event, func, lambda_stmt, or_, select, text, union_all
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import (
    DeclarativeBase, Load, Mapped, Mapper, Session, aliased, column_property, contains_eager, defaultload, defer, immediateload,
    joinedload, lazyload, load_only, mapped_column, noload, raiseload, relationship, selectin_polymorphic, selectinload,
    sessionmaker, subqueryload, undefer, with_loader_criteria, with_polymorphic, with_parent,
)
from sqlalchemy.pool import NullPool
from sqlalchemy.util import OrderedSet

# Whether an object that nothing refers to is still in a session depends on when cycles are collected.
gc.disable()

# Loads of one query are sent in the order of a set of objects, which is another one in each process.
Mapper._prop_set = property(lambda self: OrderedSet(self._props.values()))
'''

SHOW = '''
def show(one, tree):
    """An object as the answer has it: columns, and what it refers to."""
    if one is None or isinstance(one, (int, str)):
        return one
    if isinstance(one, (list, tuple)):
        return [show(each, tree) for each in one]
    said = {"class": type(one).__name__}
    for key, below in tree.items():
        if getattr(type(one), key, None) is None:
            continue
        value = getattr(one, key)
        said[key] = value if below is None else show(value, below)
    return said
'''

FILL = '''
def fill(schema):
    import json
    with open("rows.json") as file:
        rows = json.load(file)
    sync = create_engine(FILL_URL, **({} if schema is None else {"connect_args": {"options": f"-csearch_path={schema}"}}))
    with sync.begin() as connection:
        if schema is not None:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        METADATA.create_all(connection)
        for table, some in rows:
            connection.execute(METADATA.tables[table].insert(), some)
    sync.dispose()

def drop(schema):
    if schema is None:
        return
    for one in ENGINES:
        one.dispose(close=False)
    sync = create_engine(FILL_URL)
    with sync.begin() as connection:
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
'''


def source(app):
    """The whole module."""
    base = {"flask_sqlalchemy": "db.Model", "sqlmodel": "SQLModel", "sqlmodel_async": "SQLModel"}.get(app.framework, "Base")
    lines = [HEAD, f"URL = {app.url!r}", f"FILL_URL = {app.fill_url!r}", *_base(app)]
    lines += app.schema.source(base)
    lines += ["", f"METADATA = {base}.metadata", *app.module_lines, *_sessions(app), *app.hooks, SHOW, FILL, *_helpers(app), ""]
    for made, *_ in app.endpoints:
        lines += made.models()
    for one in app.routes:
        model = f", List[{one.model}]" if one.model else ""
        lines += [*one.constants, f"@route({one.path!r}{model})", f"{'async ' if app.is_async else ''}def {one.name}(s):",
                  *(f"    {line}" for line in one.lines), ""]
    return "\n".join(lines) + "\n"


def _base(app):
    if app.framework == "flask_sqlalchemy":
        arguments = f", engine_options={{'connect_args': {app.connect!r}}}" if app.connect else ""
        return [
            "from flask import Flask, jsonify", "from flask_sqlalchemy import SQLAlchemy", "",
            "app = Flask(__name__)", "# Flask-SQLAlchemy takes relative paths from a folder of its own.",
            "app.config['SQLALCHEMY_DATABASE_URI'] = URL.replace('///app.db', f'///{os.getcwd()}/app.db')", f"db = SQLAlchemy(app{arguments})", "",
        ]
    if app.framework.startswith("sqlmodel"):
        return ["from sqlmodel import Field, Relationship, SQLModel",
                "from sqlmodel import Session as SQLModelSession",
                "from sqlmodel.ext.asyncio.session import AsyncSession as SQLModelAsyncSession", ""]
    return ["", "class Base(DeclarativeBase):", "    pass", ""]


def _sessions(app):
    connect = f", connect_args={app.connect!r}" if app.connect else ""
    # A loop of its own for each function: a connection of another one cannot be used.
    pool = ", poolclass=NullPool" if app.framework == "coroutine" else ""
    engine = f"create_async_engine(URL{connect}{pool})" if app.is_async else f"create_engine(URL{connect})"
    if app.framework == "flask_sqlalchemy":
        return [
            "Local = db.session", "with app.app_context():", "    ENGINES = [db.engine]", "",
            "def route(path):",
            "    def put(body):",
            "        app.add_url_rule(path, body.__name__, lambda: jsonify(body(db.session)))",
            "        return body", "    return put",
        ]
    lines = [f"engine = {engine}", "ENGINES = [engine.sync_engine]" if app.is_async else "ENGINES = [engine]"]
    kind = "SQLModelAsyncSession" if app.framework == "sqlmodel_async" else "SQLModelSession" if app.framework == "sqlmodel" else None
    given = f", class_={kind}" if kind else ""
    lines.append(f"Local = {'async_sessionmaker' if app.is_async else 'sessionmaker'}(engine{given})")
    wait, keyword = ("async ", "async ") if app.is_async else ("", "")
    if app.framework == "flask":
        lines += [
            "from flask import Flask, jsonify", "app = Flask(__name__)", "",
            "def route(path):",
            "    def put(body):",
            "        def view():",
            "            with Local() as s:", "                return jsonify(body(s))",
            "        app.add_url_rule(path, body.__name__, view)",
            "        return body", "    return put",
        ]
    elif app.is_function:
        lines += [
            "", "def route(path):",
            "    def put(body):",
            f"        {keyword}def call():",
            f"            {keyword}with Local() as s:",
            f"                return {'await ' if app.is_async else ''}body(s)",
            "        return call", "    return put",
        ]
    else:
        lines += [
            "from fastapi import Depends, FastAPI", "from pydantic import BaseModel, ConfigDict", "app = FastAPI()", "",
            f"{keyword}def session():", f"    {wait}with Local() as s:", "        yield s", "",
            "def route(path, model=Any):",
            "    def put(body):",
            f"        {keyword}def endpoint(s=Depends(session)):",
            f"            return {'await ' if app.is_async else ''}body(s)",
            "        app.get(path, response_model=model)(endpoint)",
            "        return body", "    return put",
        ]
    return lines


def _helpers(app):
    wait, keyword = ("await ", "async ") if app.is_async else ("", "")
    return [
        f"{keyword}def all_of(s, statement, unique=False):",
        '    """What every query of the program goes through."""',
        f"    result = {wait}s.scalars(statement)",
        "    return result.unique().all() if unique else result.all()", "",
    ]
