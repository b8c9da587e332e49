"""The users of CitizenApp with organization and tenant, served by SQLAlchemy.

Reads a JSON object a line (`strategy`, `repeats`), serves the request so often and writes how long that took and the hash
of the answer. Engine and compiled statements stay warm between requests; the session is a new one each time.
"""

import hashlib
import json
import platform
import sqlite3
import sys
from time import perf_counter_ns

import sqlalchemy
from sqlalchemy import ForeignKey, create_engine, select
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    joinedload,
    lazyload,
    mapped_column,
    relationship,
    selectinload,
)


class Base(DeclarativeBase):
    pass


class Tenant(Base):
    __tablename__ = "tenants"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    plan: Mapped[str]


class Organization(Base):
    __tablename__ = "organizations"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    name: Mapped[str]
    tenant: Mapped[Tenant] = relationship()


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    email: Mapped[str]
    full_name: Mapped[str]
    active: Mapped[bool]
    organization: Mapped[Organization] = relationship()


STRATEGIES = {"joined": joinedload, "selectin": selectinload, "select": lazyload}


def body(user):
    """The keys are in alphabetical order, so that nothing has to be sorted."""
    organization = user.organization
    tenant = organization.tenant
    return {
        "active": user.active,
        "email": user.email,
        "full_name": user.full_name,
        "id": user.id,
        "manager_id": user.manager_id,
        "organization": {
            "id": organization.id,
            "name": organization.name,
            "tenant": {"id": tenant.id, "name": tenant.name, "plan": tenant.plan},
            "tenant_id": organization.tenant_id,
        },
        "organization_id": user.organization_id,
        "tenant_id": user.tenant_id,
    }


def serve(engine, strategy):
    load = STRATEGIES[strategy]
    plan = select(User).options(load(User.organization).options(load(Organization.tenant))).order_by(User.id)
    with Session(engine) as session:
        users = session.scalars(plan).all()
        return json.dumps([body(user) for user in users], separators=(",", ":"), ensure_ascii=False)


def say(answer):
    print(json.dumps(answer), flush=True)


def main():
    engine = create_engine(f"sqlite:///{sys.argv[1]}")
    python, sqlite = platform.python_version(), sqlite3.sqlite_version
    say({"versions": f"SQLAlchemy {sqlalchemy.__version__}, Python {python}, SQLite {sqlite}"})
    for line in sys.stdin:
        request = json.loads(line)
        start = perf_counter_ns()
        for _ in range(request["repeats"]):
            response = serve(engine, request["strategy"])
        took = perf_counter_ns() - start
        say({"nanoseconds": took, "sha256": hashlib.sha256(response.encode()).hexdigest()})


main()
