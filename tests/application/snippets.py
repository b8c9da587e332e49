"""Programs for `change.py`: how people write queries, what is to change, and what must come of it."""

import textwrap


class Case:
    """`options`, `has` and `has_not` are texts to be found; `note`: there is no diff, and this is why; `path`: an application."""

    def __init__(
        self, name, source, strategies=None, remove=(), options=None, has=(), has_not=(), note=None, path=None, files=None,
        is_long=False, more_notes=False,
    ):
        self.name, self.strategies, self.remove = name, strategies or {}, list(remove)
        self.source = textwrap.dedent(source).lstrip("\n") if isinstance(source, str) else source
        self.options, self.note, self.path, self.is_long, self.more_notes = options, note, path, is_long, more_notes
        self.has, self.has_not = ([one] if isinstance(one, str) else list(one) for one in (has, has_not))
        self.files = {name: textwrap.dedent(one).lstrip("\n") for name, one in (files or {}).items()}
        self.show = False


HEAD = """
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from models import Local, Organization, User, read
"""
ORG, TENANT = {"User.organization": "joined"}, {"User.organization": "joined", "User.organization.tenant": "joined"}
BOTH = "joinedload(User.organization).joinedload(Organization.tenant)"


def sync(name, body, strategies=None, head=HEAD, **more):
    """A function that has a session."""
    body = textwrap.indent(textwrap.dedent(body).strip("\n"), "        ")
    return Case(name, f"{head.strip()}\n\n\ndef main():\n    with Local() as session:\n{body}\n", strategies, **more)


CASES = [
    # Where the statement is.
    sync("scalars inline", """
        users = session.scalars(select(User).order_by(User.id)).all()
        return read(users, "organization.tenant.name")
    """, TENANT, options=BOTH, has=f"select(User).order_by(User.id).options({BOTH})"),
    sync("two children", """
        users = session.scalars(select(User).order_by(User.id)).all()
        return read(users, "organization.tenant.name", "organization.users.name", "roles.name")
    """, {"User.organization.tenant": "joined", "User.organization.users": "selectin", "User.organization": "selectin",
          "User.roles": "selectin"},
        options="selectinload(User.organization).options(joinedload(Organization.tenant), selectinload(Organization.users)), "
                "selectinload(User.roles)"),
    sync("execute scalars", """
        result = session.execute(select(User).order_by(User.id))
        return read(result.scalars().all(), "organization.name")
    """, ORG),
    sync("name", """
        stmt = select(User).order_by(User.id)
        users = session.scalars(stmt).all()
        return read(users, "organization.name")
    """, ORG, has="session.scalars(stmt.options(joinedload(User.organization)))"),
    sync("name reassigned", """
        stmt = select(User)
        if session is not None:
            stmt = stmt.where(User.id < 9)
        stmt = stmt.order_by(User.id)
        return read(session.scalars(stmt), "organization.name")
    """, ORG),
    sync("name with options, reassigned", """
        stmt = select(User).options(selectinload(User.organization))
        stmt = stmt.order_by(User.id)
        return read(session.scalars(stmt), "organization.tenant.name")
    """, TENANT, options=BOTH, has_not="selectinload(User"),
    sync("options in a branch that is taken", """
        stmt = select(User).order_by(User.id)
        if session is not None:
            stmt = stmt.options(selectinload(User.organization))
        return read(session.scalars(stmt), "organization.name")
    """, ORG),
    sync("options in a branch that is not taken", """
        stmt = select(User).order_by(User.id)
        if session is None:
            stmt = stmt.options(selectinload(User.organization))
        return read(session.scalars(stmt), "organization.name")
    """, ORG, has="session.scalars(stmt.options(joinedload(User.organization)))"),
    sync("conditional expression", """
        few = True
        return read(session.scalars(select(User).where(User.id < 4) if few else select(User)), "organization.name")
    """, ORG, has=").options(joinedload(User.organization))", is_long=True),
    sync("walrus", """
        return read(session.scalars(stmt := select(User)), "organization.name"), str(stmt)[:3]
    """, ORG),
    sync("helper with the statement", """
        def first(stmt, count):
            return stmt.order_by(User.id).limit(count)

        return read(session.scalars(first(select(User), 5)), "organization.name")
    """, ORG),
    sync("helper with options inside", """
        def first(stmt, count):
            return stmt.order_by(User.id).limit(count)

        return read(session.scalars(first(select(User).options(selectinload(User.organization)), 5)), "organization.name", "roles.name")
    """, {**ORG, "User.roles": "selectin"}, options="joinedload(User.organization), selectinload(User.roles)"),
    Case("statement of another function", HEAD + """

def users():
    return select(User).order_by(User.id)

def main():
    with Local() as session:
        return read(session.scalars(users()), "organization.name")
""", ORG, note="another function, `users`", options="joinedload(User.organization)"),
    Case("statement is a parameter", HEAD + """

def fetch(session, stmt):
    return session.scalars(stmt).all()

def main():
    with Local() as session:
        return read(fetch(session, select(User)), "organization.name")
""", ORG, note="the statement is built in another function"),
    Case("generic repository", HEAD + """

class Repository:
    def __init__(self, session, model):
        self.session, self.model = session, model

    def all(self):
        return self.session.scalars(select(self.model)).all()

def main():
    with Local() as session:
        return read(Repository(session, User).all(), "organization.name")
""", ORG, note="more than one class"),
    sync("nested function", """
        stmt = select(User).order_by(User.id)

        def inner():
            return session.scalars(stmt).all()

        return read(inner(), "organization.name")
    """, ORG),
    sync("lambda", """
        load = lambda count: session.scalars(select(User).limit(count)).all()
        return read(load(5), "organization.name")
    """, ORG),
    sync("comprehension", """
        return [user.organization.name for user in session.scalars(select(User).order_by(User.id))]
    """, ORG, is_long=True),
    sync("decorated method", """
        import functools

        class Service:
            @functools.lru_cache
            def users(self, count: int):
                return session.execute(
                    select(User).limit(count)
                ).scalars().all()

        return read(Service().users.__wrapped__(Service(), 5), "organization.name")
    """, ORG),
    sync("two queries on one line", """
        a, b = session.scalars(select(User)).all(), session.scalars(select(Organization)).all()
        return read(a, "organization.name"), read(b, "tenant.name")
    """, {"User.organization": "joined", "Organization.tenant": "selectin"},
        has=["select(User).options(joinedload(User.organization))", "select(Organization).options(selectinload(Organization.tenant))"]),
    sync("two queries of one class on one line", """
        a, b = session.scalars(select(User).where(User.id < 3)).all(), session.scalars(select(User).where(User.id > 8)).all()
        return read(a, "organization.name"), read(b, "profile.bio")
    """, {"1/User.organization": "joined", "2/User.profile": "joined"}, is_long=True),
    sync("two queries of one function", """
        users = session.scalars(select(User).order_by(User.id)).all()
        organizations = session.scalars(select(Organization)).all()
        return read(users, "roles.name"), read(organizations, "users.name")
    """, {"User.roles": "subquery", "Organization.users": "subquery"},
        has="from sqlalchemy.orm import joinedload, selectinload, subqueryload"),
    sync("one of two queries is so already", """
        users = session.scalars(select(User).order_by(User.id)).all()
        again = session.scalars(
            select(User).where(User.id > 8).options(joinedload(User.organization))
        ).all()
        return read(users, "organization.name"), read(again, "organization.name")
    """, ORG),
    sync("one line for two queries", """
        found = []
        for low in (True, False):
            stmt = select(User).where(User.id < 4) if low else select(User).where(User.id > 8)
            found += read(session.scalars(stmt), "organization.name")
        return found
    """, ORG, more_notes=True),
    sync("one line for two queries, of which one changes", """
        found = []
        for low in (True, False):
            stmt = select(User).where(User.id < 4) if low else select(User).where(User.id > 8)
            found += read(session.scalars(stmt), "organization.name")
        return found
    """, {"1/User.organization": "joined", "2/User.organization": "selectin"}, note="separate the two"),
    sync("several entities", """
        rows = session.execute(select(User, Organization).join(User.organization).order_by(User.id)).all()
        return [(u.id, [r.name for r in u.roles], o.tenant.name) for u, o in rows]
    """, {"User.roles": "selectin", "Organization.tenant": "joined"}, is_long=True),
    sync("an alias", """
        from sqlalchemy.orm import aliased
        boss = aliased(User)
        rows = session.scalars(select(boss).where(boss.id < 8)).all()
        return read(rows, "organization.tenant.name")
    """, TENANT, has="joinedload(boss.organization)"),
    sync("entity and its alias", """
        from sqlalchemy.orm import aliased
        boss = aliased(User, name="boss")
        stmt = select(User, boss).join(boss, User.manager_id == boss.id).order_by(User.id)
        return [(u.id, u.organization.name, b.organization.name) for u, b in session.execute(stmt)]
    """, ORG, has="joinedload(User.organization), joinedload(boss.organization)", is_long=True),
    sync("scalar", """
        user = session.scalar(select(User).where(User.id == 5))
        return read(user, "organization.name")
    """, ORG),
    sync("subquery of the same class", """
        ids = select(User.id).where(User.id > 3).scalar_subquery()
        users = session.scalars(select(User).where(User.id.in_(ids)).order_by(User.id)).all()
        return read(users, "organization.name")
    """, ORG),

    # Unique.
    sync("unique", """
        users = session.scalars(select(User).order_by(User.id)).all()
        return read(users, "roles.name")
    """, {"User.roles": "joined"}, has=".options(joinedload(User.roles))).unique().all()"),
    sync("unique later", """
        result = session.execute(select(User).order_by(User.id))
        users = result.scalars().all()
        return read(users, "roles.name")
    """, {"User.roles": "joined"}, has=".options(joinedload(User.roles))).unique()\n"),
    sync("unique is there", """
        users = session.execute(select(User).order_by(User.id)).scalars().unique().all()
        return read(users, "roles.name")
    """, {"User.roles": "joined"}, has_not="unique().scalars"),

    # Get.
    sync("get", """
        return read(session.get(User, 5), "organization.tenant.name")
    """, TENANT, has=f"session.get(User, 5, options=[{BOTH}])"),
    sync("get with options", """
        return read(session.get(User, 5, options=[selectinload(User.organization)]), "organization.name", "roles.name")
    """, {**ORG, "User.roles": "selectin"}, has="options=[joinedload(User.organization), selectinload(User.roles)]"),
    sync("get with options in a name", """
        page = (selectinload(User.organization),)
        return read(session.get(User, 5, options=page), "organization.name", "roles.name")
    """, {**ORG, "User.roles": "selectin"}, has="page = (joinedload(User.organization), selectinload(User.roles))"),
    sync("get without its options", """
        return read(session.get(User, 5, options=[selectinload(User.roles)]), "name")
    """, remove=["User.roles"], has="session.get(User, 5)", has_not="options="),
    sync("get of several lines", """
        user = session.get(
            User,
            5,
        )
        return read(user, "organization.name")
    """, ORG, has="            5,\n            options=[joinedload(User.organization)],\n"),
    sync("get_one", """
        return read(session.get_one(User, 5), "organization.name")
    """, ORG),
    sync("get of any class", """
        model = [User][0]
        return read(session.get(model, 5), "organization.name")
    """, ORG, note="more than one class"),

    # Legacy queries.
    sync("query all", """
        return read(session.query(User).order_by(User.id).all(), "organization.name")
    """, ORG, has="session.query(User).order_by(User.id).options(joinedload(User.organization)).all()"),
    sync("query joined collection", """
        return read(session.query(User).order_by(User.id).all(), "roles.name")
    """, {"User.roles": "joined"}, has_not="unique"),
    sync("query first", """
        return read(session.query(User).filter_by(id=4).first(), "organization.name")
    """, ORG),
    sync("query one of several lines", """
        user = (
            session.query(User)
            .filter(User.id == 4)
            .one()
        )
        return read(user, "organization.name")
    """, ORG, has="            .filter(User.id == 4)\n            .options(joinedload(User.organization))\n            .one()"),
    sync("query get", """
        return read(session.query(User).get(4), "organization.name")
    """, ORG),
    sync("query iteration", """
        found = []
        for user in session.query(User).order_by(User.id):
            found.append(user.organization.name)
        return found
    """, ORG, has="in session.query(User).order_by(User.id).options(joinedload(User.organization)):"),
    sync("query in a name", """
        query = session.query(User)
        query = query.filter(User.id > 2)
        return read(query.order_by(User.id).all(), "organization.name")
    """, ORG),
    sync("query in list()", """
        return read(list(session.query(User).filter(User.id > 2)), "organization.name")
    """, ORG),
    sync("query slice", """
        return read(session.query(User).order_by(User.id)[2:5], "organization.name")
    """, ORG),
    sync("query with options", """
        query = session.query(User).options(joinedload(User.organization), joinedload(User.roles))
        return read(query.order_by(User.id).all(), "organization.name", "roles.name")
    """, {"User.roles": "selectin"}, has="options(joinedload(User.organization), selectinload(User.roles))"),

    # Options that are there.
    sync("chain is restated", """
        stmt = select(User).options(selectinload(User.organization).selectinload(Organization.tenant))
        return read(session.scalars(stmt), "organization.tenant.name")
    """, TENANT, has=BOTH),
    sync("chain is restated in part", """
        stmt = select(User).options(selectinload(User.organization).selectinload(Organization.tenant))
        return read(session.scalars(stmt), "organization.tenant.name")
    """, {"User.organization.tenant": "joined"}, has="selectinload(User.organization).joinedload(Organization.tenant)"),
    sync("chain goes on", """
        stmt = select(User).options(selectinload(User.organization))
        return read(session.scalars(stmt), "organization.tenant.name")
    """, {"User.organization.tenant": "joined"}, has="options(selectinload(User.organization).joinedload(Organization.tenant))"),
    sync("columns stay", """
        stmt = select(User).options(
            selectinload(User.organization).load_only(Organization.name).selectinload(Organization.tenant),
        )
        return read(session.scalars(stmt), "organization.tenant.name")
    """, TENANT, is_long=True),
    sync("options in options", """
        from sqlalchemy.orm import load_only
        stmt = select(User).options(selectinload(User.organization).options(load_only(Organization.name)))
        return read(session.scalars(stmt), "organization.tenant.name")
    """, TENANT, has="joinedload(User.organization).options(load_only(Organization.name), joinedload(Organization.tenant))", is_long=True),
    sync("innerjoin", """
        stmt = select(User).options(joinedload(User.organization, innerjoin=True))
        return read(session.scalars(stmt), "organization.name")
    """, {"User.organization": "selectin"}, has="selectinload(User.organization))"),
    sync("innerjoin is new", """
        stmt = select(User).options(selectinload(User.organization))
        return read(session.scalars(stmt), "organization.name")
    """, {"User.organization": "joined_inner"}, has="joinedload(User.organization, innerjoin=True)"),
    sync("innerjoin from nothing", """
        return read(session.scalars(select(User)), "organization.name")
    """, {"User.organization": "joined_inner"}, options="joinedload(User.organization, innerjoin=True)"),
    sync("Load", """
        from sqlalchemy.orm import Load
        stmt = select(User).options(Load(User).selectinload(User.organization))
        return read(session.scalars(stmt), "organization.tenant.name")
    """, TENANT, has="Load(User).joinedload(User.organization).joinedload(Organization.tenant)"),
    sync("and_", """
        from models import Role
        stmt = select(User).options(selectinload(User.roles.and_(Role.id > 1)))
        return read(session.scalars(stmt), "roles.name")
    """, {"User.roles": "subquery"}, has="subqueryload(User.roles.and_(Role.id > 1))"),
    sync("contains_eager", """
        from sqlalchemy.orm import contains_eager
        stmt = select(User).join(User.organization).options(contains_eager(User.organization))
        return read(session.scalars(stmt), "organization.name")
    """, {"User.organization": "selectin"}, has="selectinload(User.organization)"),
    sync("contains_eager stays", """
        from sqlalchemy.orm import contains_eager
        stmt = select(User).join(User.organization).options(contains_eager(User.organization))
        return read(session.scalars(stmt), "organization.tenant.name", "roles.name")
    """, {"User.organization.tenant": "joined", "User.roles": "selectin"},
        has="contains_eager(User.organization).joinedload(Organization.tenant)", is_long=True),
    sync("a wildcard stays", """
        from sqlalchemy.orm import raiseload
        stmt = select(User).options(raiseload("*"), selectinload(User.organization))
        return read(session.scalars(stmt), "organization.name", "roles.name")
    """, {"User.roles": "selectin"}, options="raiseload('*'), selectinload(User.organization), selectinload(User.roles)"),
    sync("defaultload", """
        from sqlalchemy.orm import defaultload
        stmt = select(User).options(defaultload(User.organization).selectinload(Organization.tenant))
        return read(session.scalars(stmt), "organization.tenant.name")
    """, ORG, has="joinedload(User.organization).selectinload(Organization.tenant)"),
    sync("middle of a chain", """
        stmt = select(User).options(selectinload(User.organization).selectinload(Organization.tenant))
        return read(session.scalars(stmt), "organization.tenant.name", "organization.users.name")
    """, {"User.organization.users": "selectin"}, has="defaultload(User.organization).selectinload(Organization.users)", is_long=True),
    sync("two lists of options", """
        stmt = select(User).options(selectinload(User.organization)).order_by(User.id).options(selectinload(User.roles))
        return read(session.scalars(stmt), "organization.name", "roles.name", "profile.bio")
    """, {**ORG, "User.profile": "joined"},
        has="options(joinedload(User.organization)).order_by(User.id).options(", is_long=True),
    sync("option in a name", """
        to_tenant = selectinload(User.organization).selectinload(Organization.tenant)
        return read(session.scalars(select(User).options(to_tenant)), "organization.tenant.name")
    """, TENANT, options=BOTH, has=f"to_tenant = {BOTH}"),
    sync("options in a tuple", """
        both = (selectinload(User.organization), selectinload(User.roles))
        return read(session.scalars(select(User).options(*both)), "organization.name", "roles.name")
    """, ORG, options="joinedload(User.organization), selectinload(User.roles)"),
    sync("options in a list that grows", """
        both = [selectinload(User.organization)]
        if session is not None:
            both.append(selectinload(User.roles))
        return read(session.scalars(select(User).options(*both)), "organization.name", "roles.name")
    """, {"User.roles": "joined"}, has=["both.append(joinedload(User.roles))", ".unique()"], is_long=True),
    Case("option of the module", HEAD + """
WITH_ORGANIZATION = selectinload(User.organization)

def main():
    with Local() as session:
        return read(session.scalars(select(User).options(WITH_ORGANIZATION)), "organization.name")
""", ORG, has=["WITH_ORGANIZATION = selectinload(User.organization)", "options(joinedload(User.organization))"]),
    Case("options of the module", HEAD + """
EVERYTHING = [selectinload(User.organization), selectinload(User.roles)]

def main():
    with Local() as session:
        return read(session.scalars(select(User).options(*EVERYTHING)), "organization.name", "roles.name")
""", ORG, has=["EVERYTHING = [selectinload(User.organization), sel", "options(joinedload(User.organization), selectinload(User.roles))"]),
    Case("option of another module", HEAD + """
from loading import WITH_ORGANIZATION

def main():
    with Local() as session:
        return read(session.scalars(select(User).options(WITH_ORGANIZATION)), "organization.name")
""", ORG, note="not in this function", files={"loading.py": """
        from sqlalchemy.orm import selectinload
        from models import User
        WITH_ORGANIZATION = selectinload(User.organization)
    """}),
    Case("statement of the module", HEAD + """
USERS = select(User).order_by(User.id)

def main():
    with Local() as session:
        return read(session.scalars(USERS), "organization.name")
""", ORG, has="session.scalars(USERS.options(joinedload(User.organization)))"),
    Case("statement of the module with options", HEAD + """
USERS = select(User).options(selectinload(User.organization))

def main():
    with Local() as session:
        return read(session.scalars(USERS), "organization.name")
""", ORG, note="not in this function"),
    sync("options of many lines", """
        stmt = (
            select(User)
            .options(
                selectinload(User.organization),  # for the list
                selectinload(User.profile)  # for the badge
            )
            .order_by(User.id)
        )
        return read(session.scalars(stmt), "organization.name", "profile.bio", "roles.name")
    """, {"User.roles": "selectin", **ORG},
        has="                selectinload(User.profile),  # for the badge\n                selectinload(User.roles)\n            )"),
    sync("options of many lines with a comma", """
        stmt = select(User).options(
            selectinload(User.organization),
            selectinload(User.profile),  # for the badge
        )
        return read(session.scalars(stmt), "organization.name", "profile.bio", "roles.name")
    """, {"User.roles": "selectin"},
        has="            selectinload(User.profile),  # for the badge\n            selectinload(User.roles),\n        )"),

    # What is taken out.
    sync("remove an option", """
        stmt = select(User).options(selectinload(User.organization), selectinload(User.roles)).order_by(User.id)
        return read(session.scalars(stmt), "organization.name")
    """, remove=["User.roles"], has="options(selectinload(User.organization))"),
    sync("remove the only option", """
        stmt = select(User).options(selectinload(User.roles)).order_by(User.id)
        return read(session.scalars(stmt), "name")
    """, remove=["User.roles"], has="stmt = select(User).order_by(User.id)", options=""),
    sync("remove the tail", """
        stmt = select(User).options(joinedload(User.organization).joinedload(Organization.tenant)).order_by(User.id)
        return read(session.scalars(stmt), "organization.name")
    """, remove=["User.organization.tenant"], has="options(joinedload(User.organization)).order_by"),
    sync("remove with defaultload", """
        from sqlalchemy.orm import defaultload
        stmt = select(User).options(defaultload(User.organization).joinedload(Organization.tenant)).order_by(User.id)
        return read(session.scalars(stmt), "name")
    """, remove=["User.organization.tenant"], has="stmt = select(User).order_by(User.id)", more_notes=True),
    sync("remove inside options", """
        stmt = select(User).options(joinedload(User.organization).options(joinedload(Organization.tenant)))
        return read(session.scalars(stmt), "organization.name")
    """, remove=["User.organization.tenant"], has="select(User).options(joinedload(User.organization))\n"),
    sync("remove one of many lines", """
        stmt = select(User).options(
            selectinload(User.organization),
            selectinload(User.roles),  # never read
            selectinload(User.profile),
        )
        return read(session.scalars(stmt), "organization.name", "profile.bio")
    """, remove=["User.roles"], has="            selectinload(User.organization),\n            selectinload(User.profile),\n"),
    sync("remove the last of many lines", """
        stmt = select(User).options(
            selectinload(User.organization),
            selectinload(User.roles)
        )
        return read(session.scalars(stmt), "organization.name")
    """, remove=["User.roles"], has="            selectinload(User.organization),\n        )"),
    sync("remove everything", """
        stmt = select(User).options(
            joinedload(User.organization).joinedload(Organization.tenant),
            selectinload(User.roles),
        )
        return read(session.scalars(stmt), "name")
    """, remove=["User.organization", "User.organization.tenant", "User.roles"], has="stmt = select(User)\n"),
    sync("remove an option in a name", """
        to_tenant = selectinload(User.organization).selectinload(Organization.tenant)
        return read(session.scalars(select(User).options(to_tenant, selectinload(User.roles))), "roles.name")
    """, remove=["User.organization", "User.organization.tenant"], has_not="to_tenant"),
    sync("remove an option in a tuple", """
        both = (selectinload(User.organization), selectinload(User.roles))
        return read(session.scalars(select(User).options(*both)), "organization.name")
    """, remove=["User.roles"], has="both = (selectinload(User.organization),)"),
    sync("remove and replace", """
        stmt = select(User).options(joinedload(User.organization), joinedload(User.roles)).order_by(User.id)
        return read(session.scalars(stmt).unique(), "organization.name", "profile.bio")
    """, {"User.profile": "joined"}, remove=["User.roles"], has="options(joinedload(User.organization), joinedload(User.profile))"),
    sync("remove what the class loads", """
        from models import Task
        return read(session.scalars(select(Task).order_by(Task.id)), "title")
    """, remove=["Task.tags", "Task.user"], options="lazyload(Task.tags), lazyload(Task.user)"),
    sync("remove an option of what the class loads", """
        from models import Task
        return read(session.scalars(select(Task).options(joinedload(Task.tags)).order_by(Task.id)).unique(), "user.name")
    """, remove=["Task.tags"], options="lazyload(Task.tags)"),

    # Subclasses.
    sync("polymorphic", """
        from models import Party
        return read(session.scalars(select(Party).order_by(Party.id)), "email", "token")
    """, {"Party": "selectin_polymorphic"}, options="selectin_polymorphic(Party, [Person, Bot])", has="import Bot, Local, Organization, "),
    sync("relationship of a subclass", """
        from models import Party
        return read(session.scalars(select(Party).order_by(Party.id)), "home.name", "tenant.name")
    """, {"Party.home": "joined", "Party.tenant": "joined", "Party": "selectin_polymorphic"}),
    sync("relationship of a subclass below", """
        from models import Badge
        return read(session.scalars(select(Badge).order_by(Badge.id)), "party.home.name")
    """, {"Badge.party": "joined", "Badge.party.home": "selectin"}),

    # Imports.
    Case("alias of a loader", """
        from sqlalchemy import select
        from sqlalchemy.orm import joinedload as jl
        from models import Local, User, read


        def main():
            with Local() as session:
                return read(session.scalars(select(User)), "organization.tenant.name")
    """, TENANT, options="jl(User.organization).joinedload(Organization.tenant)", has="from models import Local, Organization, User, read"),
    Case("orm prefix", """
        import sqlalchemy as sa
        import sqlalchemy.orm as orm
        import models


        def main():
            with models.Local() as session:
                stmt = sa.select(models.User).options(orm.selectinload(models.User.organization))
                return models.read(session.scalars(stmt), "organization.tenant.name", "roles.name")
    """, {**TENANT, "User.roles": "selectin"},
        has=["orm.joinedload(models.User.organization).joinedload(models.Organization.tenant)", "from sqlalchemy.orm import selectinload"]),
    Case("models as another name", """
        from sqlalchemy import select
        import models as db_models


        def main():
            with db_models.Local() as session:
                return db_models.read(session.scalars(select(db_models.User)), "organization.tenant.name")
    """, TENANT, options="joinedload(db_models.User.organization).joinedload(db_models.Organization.tenant)"),
    Case("many imports", """
        from sqlalchemy import select
        from sqlalchemy.orm import (
            aliased,
            load_only,
            selectinload,
        )
        from models import Local, User, read


        def main():
            with Local() as session:
                return read(session.scalars(select(User)), "organization.name")
    """, ORG, has="    aliased,\n    joinedload,\n    load_only,\n"),
    Case("unsorted imports of many lines", """
        from sqlalchemy import select
        from sqlalchemy.orm import (selectinload,
                                    aliased)
        from models import Local, User, read


        def main():
            with Local() as session:
                return read(session.scalars(select(User)), "organization.name")
    """, ORG),
    Case("no import of orm", '''
        """A docstring."""
        from __future__ import annotations

        import os
        from sqlalchemy import select
        from models import Local, User, read

        CONSTANT = os.sep


        def main():
            with Local() as session:
                return read(session.scalars(select(User)), "organization.name")
    ''', ORG, has="from models import Local, User, read\nfrom sqlalchemy.orm import joinedload\n\nCONSTANT"),
    Case("name is taken", """
        from sqlalchemy import select
        from models import Local, User, read


        class Organization:
            pass


        def main():
            with Local() as session:
                return read(session.scalars(select(User)), "organization.tenant.name")
    """, TENANT, has="Organization as OrganizationModel"),
    Case("local imports", """
        def main():
            from sqlalchemy import select
            from models import Local, User, read

            with Local() as session:
                return read(session.scalars(select(User)), "organization.tenant.name")
    """, TENANT),
    Case("relative imports", """
        from package.routes import main
    """, TENANT, has="from .data import Local, Organization, User, read", files={
        "package/__init__.py": "", "package/data.py": "from models import *", "package/routes.py": """
            from sqlalchemy import select
            from .data import Local, User, read


            def main():
                with Local() as session:
                    return read(session.scalars(select(User)), "organization.tenant.name")
        """}),

    # Text.
    sync("unicode before", """
        title = "Größe – 🎉"; users = session.scalars(select(User).where(User.name != "ü🎉")).all(); note = "ß"
        return read(users, "organization.name", "roles.name"), title, note
    """, {**ORG, "User.roles": "joined"}, has='User.name != "ü🎉").options(', is_long=True),
    sync("long line", """
        users = session.scalars(select(User).order_by(User.id).limit(50)).all()
        return read(users, "organization.tenant.name", "roles.name")
    """, {**TENANT, "User.roles": "selectin"},
        has="limit(50).options(\n            joinedload(User.organization).joinedload(Organization.tenant),\n            selectinload(User.roles),\n        )).all()"),
    sync("long list", """
        users = session.scalars(select(User).options(selectinload(User.organization)).order_by(User.id)).all()
        return read(users, "organization.tenant.name", "roles.name")
    """, {**TENANT, "User.roles": "selectin"},
        has=".options(\n            joinedload(User.organization).joinedload(Organization.tenant),\n            selectinload(User.roles),\n        ).order_by"),
    sync("chain of many lines", """
        users = session.scalars(
            select(User)
            .where(User.id > 2)
            .order_by(User.id)  # as they came
        ).all()
        return read(users, "organization.name", "roles.name")
    """, {**ORG, "User.roles": "joined"},
        has="            .options(joinedload(User.organization), joinedload(User.roles))\n        ).unique().all()"),
    sync("call of many lines", """
        return read(
            session
            .scalars(
                select(User),
            )
            .all(),
            "organization.name",
        )
    """, ORG),
    sync("strings with brackets", """
        stmt = select(User).where(User.name != "),(", User.name != '''(
        ''').options(selectinload(User.organization))
        return read(session.scalars(stmt), "organization.name", f"{'roles'}.name")
    """, {**ORG, "User.roles": "selectin"}),
]


def with_tabs():
    source = (HEAD.strip() + "\n\ndef main():\n\twith Local() as session:\n\t\tusers = session.scalars(\n\t\t\tselect(User)\n"
              "\t\t\t.where(User.id > 2)\n\t\t)\n\t\treturn read(users, 'organization.name')\n")
    return Case("tabs", source, ORG, has="\t\t\t.where(User.id > 2)\n\t\t\t.options(joinedload(User.organization))\n")


def with_crlf():
    source = "\n".join([
        '"""Ünïcode."""', "from sqlalchemy import select", "from models import Local, User, read", "", "", "def main():",
        "    with Local() as session:", "        stmt = (", "            select(User)", "            .order_by(User.id)", "        )",
        "        return read(session.scalars(stmt), 'organization.tenant.name')",
    ])
    return Case("CRLF, without an end of the last line", source.replace("\n", "\r\n").encode(), TENANT)


def with_mark():
    return Case("byte order mark", "\ufeff".encode() + CASES[0].source.encode(), TENANT)


CASES += [with_tabs(), with_crlf(), with_mark()]

FASTAPI = """
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import Session
from models import Local, User{more}


class Named(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    name: str


class Organized(Named):
    tenant: Named


class Shown(Named):
    organization: Organized
    roles: list[Named]


def database():
    with Local() as session:
        yield session


app = FastAPI()
"""
ALL = {**TENANT, "User.roles": "selectin"}
ASYNC_HEAD = """
from sqlalchemy import select
from models import User, asynchronous, read
"""


def aio(name, body, strategies=None, **more):
    body = textwrap.indent(textwrap.dedent(body).strip("\n"), "        ")
    source = f"{ASYNC_HEAD.strip()}\n\n\nasync def main():\n    async with asynchronous()() as session:\n{body}\n"
    return Case(name, source, strategies, **more)


CASES += [
    Case("FastAPI", FASTAPI.format(more="") + """

@app.get("/users", response_model=list[Shown])
def list_users(session: Annotated[Session, Depends(database)], limit: int = 5):
    return session.scalars(select(User).order_by(User.id).limit(limit)).all()
""", ALL, path="/users?limit=7"),
    Case("FastAPI async", FASTAPI.format(more=", asynchronous") + """

async def sessions():
    async with asynchronous()() as session:
        yield session


@app.get("/users")
async def list_users(session=Depends(sessions)) -> list[Shown]:
    result = await session.execute(select(User).order_by(User.id))
    return result.scalars().all()
""", {**TENANT, "User.roles": "joined"}, path="/users", has="result = (await session.execute(select(User)"),
    aio("async scalars", """
        users = (await session.scalars(select(User).order_by(User.id))).all()
        return read(users, "organization.name", "roles.name")
    """, {**ORG, "User.roles": "joined"}, has="))).unique().all()", has_not="((await"),
    aio("async execute", """
        users = (await session.execute(
            select(User).order_by(User.id)
        )).scalars().all()
        return read(users, "organization.name")
    """, ORG),
    aio("async get", """
        return read(await session.get(User, 4), "organization.name")
    """, ORG),
    aio("async stream", """
        found = []
        result = await session.stream_scalars(select(User).order_by(User.id))
        async for user in result:
            found.append((user.organization.name, [role.name for role in user.roles]))
        return found
    """, {**ORG, "User.roles": "joined"}),
    aio("async for", """
        found = []
        async for (user,) in await session.stream(select(User).order_by(User.id)):
            found.append(user.organization.name)
        return found
    """, ORG),
    aio("fails before the second query", """
        users = (await session.scalars(select(User).order_by(User.id))).all()
        names = read(users, "organization.name")
        return names, read(await session.get(User, 3, populate_existing=True), "organization.name")
    """, ORG, more_notes=True),
    aio("fails before another class is loaded", """
        from models import Task
        users = (await session.scalars(select(User).order_by(User.id))).all()
        names = read(users, "organization.name", "roles.name")
        bosses = (await session.scalars(
            select(User).where(User.id > 3)
        )).all()
        return names, read(bosses, "organization.name")
    """, {**ORG, "User.roles": "joined"}),
    aio("run_sync", """
        return await session.run_sync(lambda one: read(one.scalars(select(User)).all(), "organization.name"))
    """, ORG),
    Case("Flask", """
        from flask import Flask, jsonify
        from sqlalchemy import select
        from models import Local, User, read

        app = Flask(__name__)


        @app.route("/users")
        def users():
            with Local() as session:
                found = session.scalars(select(User).order_by(User.id)).all()
                return jsonify(read(found, "organization.tenant.name"))
    """, TENANT, path="/users"),
]

FLASK = """
from flask import Flask, jsonify
from flask_sqlalchemy import SQLAlchemy
from models import DATABASE{more}

db = SQLAlchemy()
app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{{DATABASE}}"
db.init_app(app)


class Team(db.Model):
    __tablename__ = "organizations"
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)


class Member(db.Model):
    __tablename__ = "users"
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)
    organization_id = db.Column(db.ForeignKey("organizations.id"))
    team = db.relationship(Team)


@app.route("/members")
def members():
    {body}
"""


def flask(name, body, **more):
    body = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ").strip()
    return Case(name, FLASK.format(body=body, more=""), {"Member.team": "joined"}, path="/members", **more)


SQLMODEL = """
from sqlmodel import Field, Relationship, Session, SQLModel, create_engine, select
from models import DATABASE

engine = create_engine(f"sqlite:///{{DATABASE}}")


class Group(SQLModel, table=True):
    __tablename__ = "organizations"
    id: int | None = Field(default=None, primary_key=True)
    name: str
    members: list["Member"] = Relationship(back_populates="group")


class Member(SQLModel, table=True):
    __tablename__ = "users"
    id: int | None = Field(default=None, primary_key=True)
    name: str
    organization_id: int = Field(foreign_key="organizations.id")
    group: Group = Relationship(back_populates="members")


def main():
    with Session(engine) as session:
        {body}
"""

CASES += [
    flask("Flask-SQLAlchemy query", """
        return jsonify([one.team.name for one in Member.query.order_by(Member.id).all()])
    """, has="Member.query.order_by(Member.id).options(joinedload(Member.team)).all()"),
    flask("Flask-SQLAlchemy query all", """
        return jsonify([one.team.name for one in Member.query.all()])
    """, has="Member.query.options(joinedload(Member.team)).all()"),
    flask("Flask-SQLAlchemy query get_or_404", """
        return jsonify(Member.query.get_or_404(3).team.name)
    """),
    flask("Flask-SQLAlchemy session", """
        found = db.session.execute(db.select(Member).order_by(Member.id)).scalars()
        return jsonify([one.team.name for one in found])
    """),
    flask("Flask-SQLAlchemy paginate", """
        page = db.paginate(db.select(Member).order_by(Member.id), per_page=5)
        return jsonify([one.team.name for one in page.items])
    """, has="db.paginate(db.select(Member).order_by(Member.id).options(joinedload(Member.team)), per_page=5)"),
    flask("Flask-SQLAlchemy query paginate", """
        page = Member.query.order_by(Member.id).paginate(per_page=5)
        return jsonify([one.team.name for one in page])
    """),
    flask("Flask-SQLAlchemy first_or_404", """
        return jsonify(db.first_or_404(db.select(Member).filter_by(id=3)).team.name)
    """),
    flask("Flask-SQLAlchemy get_or_404", """
        return jsonify(db.get_or_404(Member, 3).team.name)
    """, has="db.get_or_404(Member, 3, options=[joinedload(Member.team)])"),
    flask("Flask-SQLAlchemy options by its object", """
        stmt = db.select(Member).options(db.selectinload(Member.team))
        return jsonify([one.team.name for one in db.session.scalars(stmt)])
    """, has="options(db.joinedload(Member.team))"),
    Case("SQLModel exec", SQLMODEL.format(body="return [one.group.name for one in session.exec(select(Member)).all()]"),
         {"Member.group": "joined"}),
    Case("SQLModel collection", SQLMODEL.format(
        body="return [[m.name for m in one.members] for one in session.exec(select(Group)).all()]"),
        {"Group.members": "joined"}, has="(joinedload(Group.members))).unique().all()"),
]
