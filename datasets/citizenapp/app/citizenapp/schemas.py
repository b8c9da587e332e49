"""What the endpoints answer. A response model reads every attribute it names, and reading may load."""

from pydantic import BaseModel, ConfigDict


class Schema(BaseModel):
    """A model that is filled from the attributes of an object."""

    model_config = ConfigDict(from_attributes=True)


class TenantOut(Schema):
    id: int
    name: str


class OrganizationOut(Schema):
    id: int
    name: str
    tenant: TenantOut


class UserName(Schema):
    """Columns only: no relationship is read."""

    id: int
    full_name: str


class UserOut(UserName):
    """A user with the organization and its tenant: two steps along relationships."""

    organization: OrganizationOut


class RoleOut(Schema):
    name: str


class UserWithRoles(UserOut):
    roles: list[RoleOut]


class ProfileOut(Schema):
    bio: str | None
    locale: str


class UserPage(UserOut):
    email: str
    profile: ProfileOut | None


class OrganizationProjects(OrganizationOut):
    projects: list[str]


class CommentOut(Schema):
    body: str


class TagOut(Schema):
    label: str


class TaskOut(Schema):
    """A task with both of its collections."""

    id: int
    title: str
    comments: list[CommentOut]
    tags: list[TagOut]


class OpenTask(Schema):
    title: str
    project: str
    assignee: str | None


class Dashboard(Schema):
    users: int
    organizations: list[OrganizationOut]
    open_tasks: list[OpenTask]
