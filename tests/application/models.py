"""The classes that the snippets of `change.py` load, and a function that reads what a snippet asks for."""

import os

from sqlalchemy import Column, ForeignKey, Table, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, sessionmaker


class Base(DeclarativeBase):
    pass


user_roles = Table(
    "user_roles",
    Base.metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("role_id", ForeignKey("roles.id"), primary_key=True),
)


class Tenant(Base):
    __tablename__ = "tenants"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Organization(Base):
    __tablename__ = "organizations"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    tenant: Mapped[Tenant] = relationship()
    users: Mapped[list["User"]] = relationship(back_populates="organization", order_by="User.id")


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    organization: Mapped[Organization] = relationship(back_populates="users")
    manager: Mapped["User | None"] = relationship(remote_side=id)
    profile: Mapped["Profile | None"] = relationship()
    roles: Mapped[list["Role"]] = relationship(secondary=user_roles, order_by="Role.id")
    tasks: Mapped[list["Task"]] = relationship(back_populates="user", order_by="Task.id")


class Profile(Base):
    __tablename__ = "profiles"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    bio: Mapped[str]


class Role(Base):
    __tablename__ = "roles"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Task(Base):
    """Loads what it belongs to, and its tags, without being asked."""

    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user: Mapped[User] = relationship(back_populates="tasks", lazy="joined")
    tags: Mapped[list["Tag"]] = relationship(order_by="Tag.id", lazy="selectin")


class Tag(Base):
    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str]
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"))


class Party(Base):
    __tablename__ = "parties"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    tenant: Mapped[Tenant] = relationship()
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "party"}


class Person(Party):
    __tablename__ = "people"
    id: Mapped[int] = mapped_column(ForeignKey("parties.id"), primary_key=True)
    email: Mapped[str]
    home_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    home: Mapped[Organization] = relationship()
    __mapper_args__ = {"polymorphic_identity": "person"}


class Bot(Party):
    __tablename__ = "bots"
    id: Mapped[int] = mapped_column(ForeignKey("parties.id"), primary_key=True)
    token: Mapped[str]
    __mapper_args__ = {"polymorphic_identity": "bot"}


class Badge(Base):
    __tablename__ = "badges"
    id: Mapped[int] = mapped_column(primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"))
    party: Mapped[Party] = relationship()


DATABASE = os.environ["CHANGE_DATABASE"]
engine = create_engine(f"sqlite:///{DATABASE}")
Local = sessionmaker(engine)


def asynchronous():
    from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

    return async_sessionmaker(create_async_engine(f"sqlite+aiosqlite:///{DATABASE}"), expire_on_commit=False)


def read(objects, *paths):
    """`read(users, "organization.tenant.name", "roles.name")`: what a response model would read."""
    one = objects if not hasattr(objects, "__iter__") else None
    found = [[_read(each, path.split(".")) for path in ("id", *paths)] for each in ([one] if one is not None else objects)]
    return found


def _read(value, path):
    if not path or value is None:
        return value
    if isinstance(value, list):
        return [_read(one, path) for one in value]
    return _read(getattr(value, path[0], None), path[1:])


def fill():
    Base.metadata.create_all(engine)
    with Local() as session:
        session.add_all(Tenant(id=n, name=f"t{n}") for n in range(1, 4))
        session.add_all(Organization(id=n, name=f"o{n}", tenant_id=1 + n % 3) for n in range(1, 6))
        session.add_all(Role(id=n, name=f"r{n}") for n in range(1, 5))
        session.flush()
        roles = session.query(Role).order_by(Role.id).all()
        for n in range(1, 13):
            session.add(User(
                id=n, name=f"u{n}", organization_id=1 + n % 5, manager_id=n // 2 or None, roles=[roles[(n + k) % 4] for k in range(n % 3)]
            ))
            session.flush()
        session.add_all(Profile(id=n, user_id=n, bio=f"b{n}") for n in range(1, 9))
        session.add_all(Task(id=n, title=f"x{n}", user_id=1 + n % 12) for n in range(1, 16))
        session.flush()
        session.add_all(Tag(id=n, label=f"g{n}", task_id=1 + n % 15) for n in range(1, 25))
        session.add_all(Person(id=n, name=f"p{n}", tenant_id=1 + n % 3, email=f"e{n}", home_id=1 + n % 5) for n in range(1, 7))
        session.add_all(Bot(id=n, name=f"p{n}", tenant_id=1 + n % 3, token=f"k{n}") for n in range(7, 10))
        session.flush()
        session.add_all(Badge(id=n, party_id=n) for n in range(1, 10))
        session.commit()


if __name__ == "__main__":
    fill()
