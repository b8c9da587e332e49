"""The models of an application: classes with relationships of every kind, as Declarative or as SQLModel."""


class Rel:
    """A relationship: `kind` is m2o, o2m, m2m or o2o."""

    def __init__(self, target, kind, key=None, back=None, order=None, remote=None, foreign=None, secondary=None):
        self.target, self.kind, self.key, self.back, self.order = target, kind, key, back, order
        self.remote, self.foreign, self.secondary = remote, foreign, secondary
        self.lazy, self.innerjoin = None, False

    @property
    def is_many(self):
        return self.kind in ("o2m", "m2m")


class Entity:
    def __init__(self, name, table, columns, rels, base=None):
        # A column is (name, type, whether it may be null, foreign key).
        self.name, self.table, self.columns, self.rels, self.base = name, table, columns, rels, base
        self.keys, self.deferred, self.identity = ["id"], set(), None


class Schema:
    """`inheritance` is none, single or joined."""

    def __init__(self, random, inheritance, is_sqlmodel, lazies):
        self.random, self.inheritance, self.is_sqlmodel = random, inheritance, is_sqlmodel
        self.has_composite = random.random() < 0.4 and not is_sqlmodel
        self.entities = {one.name: one for one in self._entities()}
        if not is_sqlmodel:
            for one in self.entities.values():
                for column in one.columns:
                    if column[0] in ("text", "bio", "size") and random.random() < 0.2:
                        one.deferred.add(column[0])
        if lazies:
            self._draw_lazies()

    def _entities(self):
        user = [("email", "str", True, None)]
        user_rels = {
            "roles": Rel("Role", "m2m", secondary="user_roles", back="users", order="Role.id"),
            "posts": Rel("Post", "o2m", back="author", order="Post.id"),
            "profile": Rel("Profile", "o2o", back="user"),
        }
        common = [("name", "str", False, None), ("organization_id", "int", True, "organizations.id")]
        common_rels = {"organization": Rel("Organization", "m2o", key="organization_id", back="members")}
        if self.inheritance == "none":
            people = [Entity("User", "users", [*common, *user], {**common_rels, **user_rels})]
        else:
            table = None if self.inheritance == "single" else "users"
            party = Entity("Party", "parties", [("kind", "str", False, None), *common], common_rels)
            bot = Entity("Bot", table and "bots", [("token", "str", True, None), ("vendor_id", "int", True, "tenants.id")],
                         {"vendor": Rel("Tenant", "m2o", key="vendor_id")}, base="Party")
            people = [party, Entity("User", table, user, user_rels, base="Party"), bot]
            if self.random.random() < 0.4:
                people.append(Entity("Admin", table and "admins", [("level", "int", True, None)], {}, base="User"))
            for one in people:
                one.identity = one.name.lower()
        member = people[0].name
        self.member = member
        return [
            Entity("Tenant", "tenants", [("name", "str", False, None), ("region", "str", True, None)],
                   {"organizations": Rel("Organization", "o2m", back="tenant", order="Organization.id")}),
            Entity("Organization", "organizations",
                   [("name", "str", False, None), ("size", "int", True, None), ("tenant_id", "int", False, "tenants.id"),
                    ("parent_id", "int", True, "organizations.id")],
                   {
                       "tenant": Rel("Tenant", "m2o", key="tenant_id", back="organizations"),
                       "members": Rel(member, "o2m", back="organization", order=f"{member}.id"),
                       "parent": Rel("Organization", "m2o", key="parent_id", back="branches", remote="Organization.id"),
                       "branches": Rel("Organization", "o2m", back="parent", order="Organization.id"),
                   }),
            *people,
            Entity("Role", "roles", [("name", "str", False, None)],
                   {"users": Rel("User", "m2m", secondary="user_roles", back="roles", order="User.id")}),
            Entity("Profile", "profiles", [("bio", "str", True, None), ("user_id", "int", False, self._users())],
                   {"user": Rel("User", "m2o", key="user_id", back="profile")}),
            Entity("Post", "posts", [("title", "str", False, None), ("text", "str", True, None), ("score", "int", False, None),
                                     ("user_id", "int", True, self._users())],
                   {
                       "author": Rel("User", "m2o", key="user_id", back="posts"),
                       "comments": Rel("Comment", "o2m", back="post", order="Comment.id"),
                       "tags": Rel("Tag", "m2m", secondary="post_tags", order="Tag.id"),
                   }),
            Entity("Comment", "comments", [("text", "str", False, None), ("post_id", "int", False, "posts.id"),
                                           ("member_id", "int", True, self._members())],
                   {
                       "post": Rel("Post", "m2o", key="post_id", back="comments"),
                       "member": Rel(member, "m2o", key="member_id"),
                   }),
            Entity("Tag", "tags", [("word", "str", False, None)], {}),
        ]

    def _users(self):
        return "parties.id" if self.inheritance == "single" else "users.id"

    def _members(self):
        return "users.id" if self.inheritance == "none" else "parties.id"

    def _draw_lazies(self):
        for one in self.entities.values():
            for rel in one.rels.values():
                if self.random.random() < 0.14:
                    rel.lazy = self.random.choice(
                        ["joined", "joined", "selectin", "selectin", "subquery", "immediate", "raise", "raise_on_sql", "noload"])
                    if rel.lazy == "joined" and rel.kind == "m2o" and self.random.random() < 0.4:
                        rel.innerjoin = True

    # What is asked about it.

    def subclasses(self, name):
        """The class and everything below it, the nearest first."""
        below = [one.name for one in self.entities.values() if one.base == name]
        return [name] + [deeper for one in below for deeper in self.subclasses(one)]

    def lineage(self, name):
        found = [name]
        while self.entities[found[-1]].base:
            found.append(self.entities[found[-1]].base)
        return found

    def rels(self, name, with_subclasses=True):
        """Every relationship that objects of a class may have: `{key: (class that has it, Rel)}`."""
        found = {}
        for one in [*reversed(self.lineage(name)), *(self.subclasses(name) if with_subclasses else ())]:
            for key, rel in self.entities[one].rels.items():
                found.setdefault(key, (one, rel))
        return found

    def columns(self, name, with_subclasses=False):
        found = []
        for one in [*reversed(self.lineage(name)), *(self.subclasses(name)[1:] if with_subclasses else ())]:
            for column in self.entities[one].columns:
                if column[3] is None and column[0] not in ("kind",) and column[0] not in found:
                    found.append(column[0])
        return found

    def is_polymorphic(self, name):
        return len(self.subclasses(name)) > 1

    # As it is written.

    def source(self, base):
        lines = []
        lines += self._secondary("user_roles", self._users(), "roles.id", ("user_id", "role_id"), base)
        lines += self._secondary("post_tags", "posts.id", "tags.id", ("post_id", "tag_id"), base)
        for one in self.entities.values():
            lines += ["", ""] + (self._sqlmodel(one) if self.is_sqlmodel else self._declarative(one, base))
        return lines

    def _secondary(self, table, left, right, names, base):
        if self.is_sqlmodel:
            one = "".join(part.title() for part in table.split("_"))
            return [
                f"class {one}(SQLModel, table=True):",
                f"    __tablename__ = {table!r}",
                f"    {names[0]}: int = Field(foreign_key={left!r}, primary_key=True)",
                f"    {names[1]}: int = Field(foreign_key={right!r}, primary_key=True)",
                "", f"{table} = {one}.__table__", "",
            ]
        return [
            f"{table} = Table(",
            f"    {table!r}, {base}.metadata,",
            f"    Column({names[0]!r}, ForeignKey({left!r}), primary_key=True),",
            f"    Column({names[1]!r}, ForeignKey({right!r}), primary_key=True),",
            ")",
        ]

    def _rel_arguments(self, rel):
        said = []
        if rel.secondary:
            said.append(f"secondary={rel.secondary!r}")
        if rel.back:
            said.append(f"back_populates={rel.back!r}")
        if rel.order and rel.is_many:
            said.append(f"order_by={rel.order!r}")
        if rel.remote:
            said.append(f"remote_side={rel.remote!r}")
        if rel.lazy:
            said.append(f"lazy={rel.lazy!r}")
        if rel.innerjoin:
            said.append("innerjoin=True")
        if rel.kind == "o2o":
            said.append("uselist=False")
        return said

    def _declarative(self, one, base):
        lines = [f"class {one.name}({one.base or base}):"]
        if one.table:
            lines.append(f"    __tablename__ = {one.table!r}")
        if one.base is None:
            lines.append("    id: Mapped[int] = mapped_column(primary_key=True)")
        elif one.table:
            above = next(self.entities[name].table for name in self.lineage(one.name)[1:] if self.entities[name].table)
            lines.append(f"    id: Mapped[int] = mapped_column(ForeignKey('{above}.id'), primary_key=True)")
        for name, kind, null, foreign in one.columns:
            said = [f"ForeignKey({foreign!r})"] if foreign else []
            said += ["nullable=True"] if one.base and not one.table else []
            said += ["deferred=True"] if name in one.deferred else []
            annotation = f"Optional[{kind}]" if null else kind
            lines.append(f"    {name}: Mapped[{annotation}] = mapped_column({', '.join(said)})")
        for key, rel in one.rels.items():
            inner = f'list["{rel.target}"]' if rel.is_many else f'Optional["{rel.target}"]'
            lines.append(f"    {key}: Mapped[{inner}] = relationship({', '.join(self._rel_arguments(rel))})")
        if one.identity:
            said = [f"'polymorphic_identity': {one.identity!r}"]
            if one.base is None:
                said.append("'polymorphic_on': 'kind'")
            lines.append(f"    __mapper_args__ = {{{', '.join(said)}}}")
        return lines

    def _sqlmodel(self, one):
        lines = [f"class {one.name}(SQLModel, table=True):", f"    __tablename__ = {one.table!r}",
                 "    id: Optional[int] = Field(default=None, primary_key=True)"]
        for name, kind, null, foreign in one.columns:
            said = (["default=None"] if null else []) + ([f"foreign_key={foreign!r}"] if foreign else [])
            lines.append(f"    {name}: {f'Optional[{kind}]' if null else kind} = Field({', '.join(said)})")
        for key, rel in one.rels.items():
            inner = f'List["{rel.target}"]' if rel.is_many else f'Optional["{rel.target}"]'
            arguments = [f"{word!r}: {value}" for word, value in (said.split("=", 1) for said in self._rel_arguments(rel))
                         if word != "back_populates"]
            back = f"back_populates={rel.back!r}, " if rel.back else ""
            lines.append(f"    {key}: {inner} = Relationship({back}sa_relationship_kwargs={{{', '.join(arguments)}}})")
        return lines

    # The rows.

    def rows(self):
        """`[(table, [row])]` in the order in which they can be inserted."""
        random = self.random
        pick = lambda many: random.randint(1, many)
        maybe = lambda many: None if random.random() < 0.15 else random.randint(1, many)
        tenants = [{"id": n, "name": f"t{n}", "region": random.choice(["eu", "us", None])} for n in range(1, 4)]
        organizations = [
            {"id": n, "name": f"o{n}", "size": n * 10, "tenant_id": pick(3), "parent_id": maybe(n - 1) if n > 1 else None}
            for n in range(1, 7)
        ]
        kinds = {"none": ["user"]}.get(self.inheritance) or [
            name.lower() for name in ("User", "User", "User", "Bot", "Party", "Admin") if name in self.entities]
        people = [{"id": n, "kind": random.choice(kinds), "name": f"u{n}", "organization_id": maybe(6)} for n in range(1, 13)]
        for one in people[:2]:
            one["kind"] = "user"
        users = [one["id"] for one in people if one["kind"] in ("user", "admin")]
        extras = {"user": lambda n: {"email": random.choice([None, f"u{n}@example.org"])},
                  "bot": lambda n: {"token": f"k{n}", "vendor_id": maybe(3)}}
        extras["admin"] = lambda n: {**extras["user"](n), "level": n}
        tables = [("tenants", tenants), ("organizations", organizations)]
        if self.inheritance == "none":
            tables.append(("users", [{**{k: v for k, v in one.items() if k != "kind"}, **extras["user"](one["id"])} for one in people]))
        elif self.inheritance == "single":
            names = {name for entity in self.entities.values() if entity.identity for name, *_ in entity.columns}
            tables.append(("parties", [
                {**dict.fromkeys(names), **one, **extras.get(one["kind"], lambda _: {})(one["id"])} for one in people]))
        else:
            tables.append(("parties", people))
            below = {"users": ("user", "admin"), "bots": ("bot",), "admins": ("admin",)}
            for table, kinds in below.items():
                entity = next((one for one in self.entities.values() if one.table == table), None)
                if entity is None:
                    continue
                wanted = [name for name, *_ in entity.columns]
                rows = []
                for one in people:
                    if one["kind"] in kinds:
                        values = extras[one["kind"]](one["id"])
                        rows.append({"id": one["id"], **{name: values[name] for name in wanted}})
                tables.append((table, rows))
        posts = [{"id": n, "title": f"p{n}", "text": f"text {n}", "score": random.randint(0, 9),
                  "user_id": None if random.random() < 0.1 else random.choice(users)} for n in range(1, 16)]
        comments = [{"id": n, "text": f"c{n}", "post_id": pick(15), "member_id": maybe(12)} for n in range(1, 26)]
        tables += [
            ("roles", [{"id": n, "name": f"r{n}"} for n in range(1, 5)]),
            ("profiles", [{"id": n, "bio": f"bio {n}", "user_id": user} for n, user in enumerate(users, 1) if random.random() < 0.7]),
            ("posts", posts),
            ("comments", comments),
            ("tags", [{"id": n, "word": f"w{n}"} for n in range(1, 5)]),
            ("user_roles", [{"user_id": user, "role_id": role} for user in users for role in range(1, 5) if random.random() < 0.4]),
            ("post_tags", [{"post_id": n, "tag_id": tag} for n in range(1, 16) for tag in range(1, 5) if random.random() < 0.4]),
        ]
        return [(table, rows) for table, rows in tables if rows]
