"""The endpoints. Most of them answer the same list of users and differ only in how its relationships are loaded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query
from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from .database import AsyncDatabase, Database
from .models import Organization, Task, Tenant, User
from .schemas import (
    Dashboard,
    OpenTask,
    OrganizationOut,
    OrganizationProjects,
    TaskOut,
    TenantOut,
    UserName,
    UserOut,
    UserPage,
    UserWithRoles,
)

router = APIRouter()

Limit = Annotated[int, Query(ge=1, le=1000)]


@dataclass
class Paging:
    """How many rows a list has, and of which tenant."""

    limit: Limit = 100
    tenant_id: int | None = None

    def of(self, users: Select) -> Select:
        """The first users by id, of the tenant if there is one."""
        if self.tenant_id is not None:
            users = users.where(User.organization.has(tenant_id=self.tenant_id))
        return users.order_by(User.id).limit(self.limit)


Page = Annotated[Paging, Depends()]


# --- lists of users: the same answer every time ---------------------------------------------------------------------


@router.get("/users", response_model=list[UserOut])
def list_users(page: Page, session: Database) -> Sequence[User]:
    """Naive: the response model loads each organization and each tenant when it reads them."""
    return session.scalars(page.of(select(User))).all()


@router.get("/users/joined", response_model=list[UserOut])
def list_users_joined(page: Page, session: Database) -> Sequence[User]:
    """One query with two joins; an organization is repeated in the row of each of its users."""
    to_tenant = joinedload(User.organization).joinedload(Organization.tenant)
    return session.scalars(page.of(select(User).options(to_tenant))).all()


@router.get("/users/selectin", response_model=list[UserOut])
def list_users_selectin(page: Page, session: Database) -> Sequence[User]:
    """One query for each table, with the keys that the previous one found."""
    to_tenant = selectinload(User.organization).selectinload(Organization.tenant)
    return session.scalars(page.of(select(User).options(to_tenant))).all()


@router.get("/users/by-hand", response_model=list[UserOut])
def list_users_by_hand(page: Page, session: Database) -> list[UserOut]:
    """Two explicit queries, put together in Python."""
    users = session.scalars(page.of(select(User))).all()
    return put_together(users, session.execute(organizations_of(users)))


def organizations_of(users: Sequence[User]) -> Select:
    """The organizations of these users with their tenants, each of them once."""
    keys = {user.organization_id for user in users}
    columns = select(Organization.id, Organization.name, Tenant.id, Tenant.name)
    return columns.join(Organization.tenant).where(Organization.id.in_(sorted(keys)))


def put_together(users: Sequence[User], rows: Iterable[Row]) -> list[UserOut]:
    """Gives each user the organization with its key."""
    organizations = {
        key: OrganizationOut(id=key, name=name, tenant=TenantOut(id=tenant_key, name=tenant))
        for key, name, tenant_key, tenant in rows
    }
    return [
        UserOut(id=user.id, full_name=user.full_name, organization=organizations[user.organization_id])
        for user in users
    ]


# --- other answers: more than the list, less than what is loaded, one record ----------------------------------------


@router.get("/users/roles", response_model=list[UserWithRoles])
def list_users_with_roles(page: Page, session: Database) -> Sequence[User]:
    """Naive, and reads a collection too: one more query for every single user."""
    return session.scalars(page.of(select(User))).all()


@router.get("/users/names", response_model=list[UserName])
def list_names(page: Page, session: Database) -> Sequence[User]:
    """Over-eager: loads six relationships, and the response reads none of them."""
    everything = (
        joinedload(User.organization).joinedload(Organization.tenant),
        joinedload(User.profile),
        joinedload(User.manager),
        selectinload(User.roles),
        selectinload(User.assigned_tasks),
    )
    return session.scalars(page.of(select(User).options(*everything))).all()


@router.get("/users/{user_id}", response_model=UserPage)
def get_user(user_id: int, session: Database) -> User:
    """One record by its key; the response model then loads organization, tenant and profile one by one."""
    user = session.get(User, user_id)
    if user is None:
        raise HTTPException(404, f"there is no user {user_id}")
    return user


# --- other roots: collections, and several queries in one endpoint --------------------------------------------------


@router.get("/organizations", response_model=list[OrganizationProjects])
def list_organizations(session: Database, limit: Limit = 100) -> list[OrganizationProjects]:
    """Naive: the loop below loads the tenant and the projects of each organization."""
    organizations = session.scalars(select(Organization).order_by(Organization.id).limit(limit))
    return [
        OrganizationProjects(
            id=organization.id,
            name=organization.name,
            tenant=organization.tenant,
            projects=[project.name for project in organization.projects],
        )
        for organization in organizations
    ]


@router.get("/tasks", response_model=list[TaskOut])
def list_tasks(session: Database, limit: Limit = 100) -> Sequence[Task]:
    """Two sibling collections in one join: each comment of a task comes back once for each of its tags."""
    both = (joinedload(Task.comments), joinedload(Task.tags))
    return session.scalars(select(Task).options(*both).order_by(Task.id).limit(limit)).unique().all()


@router.get("/dashboard", response_model=Dashboard)
def dashboard(session: Database, limit: Limit = 20) -> Dashboard:
    """Three queries of its own: a count, organizations with their tenants, and tasks without what `open_task` reads."""
    first = select(Organization).options(selectinload(Organization.tenant)).order_by(Organization.id)
    tasks = session.scalars(select(Task).where(Task.done.is_(False)).order_by(Task.id).limit(limit))
    return Dashboard(
        users=session.scalar(select(func.count()).select_from(User)),
        organizations=session.scalars(first.limit(limit)).all(),
        open_tasks=[open_task(task) for task in tasks],
    )


def open_task(task: Task) -> OpenTask:
    """Reads two relationships of a task, so it loads whatever its query left out."""
    assignee = task.assignee.full_name if task.assignee else None
    return OpenTask(title=task.title, project=task.project.name, assignee=assignee)


# --- the same in an asynchronous session ----------------------------------------------------------------------------


@router.get("/async/users", response_model=list[UserOut])
async def async_list_users(page: Page, session: AsyncDatabase) -> Sequence[User]:
    """Naive, and fails with MissingGreenlet: a response model cannot await what it reads."""
    return (await session.scalars(page.of(select(User)))).all()


@router.get("/async/users/joined", response_model=list[UserOut])
async def async_list_users_joined(page: Page, session: AsyncDatabase) -> Sequence[User]:
    """Works: everything is in the one query."""
    to_tenant = joinedload(User.organization).joinedload(Organization.tenant)
    return (await session.scalars(page.of(select(User).options(to_tenant)))).all()


@router.get("/async/users/selectin", response_model=list[UserOut])
async def async_list_users_selectin(page: Page, session: AsyncDatabase) -> Sequence[User]:
    """Works: all three queries run before the await is over."""
    to_tenant = selectinload(User.organization).selectinload(Organization.tenant)
    return (await session.scalars(page.of(select(User).options(to_tenant)))).all()


@router.get("/async/users/by-hand", response_model=list[UserOut])
async def async_list_users_by_hand(page: Page, session: AsyncDatabase) -> list[UserOut]:
    """Works: nothing is read that was not asked for."""
    users = (await session.scalars(page.of(select(User)))).all()
    return put_together(users, await session.execute(organizations_of(users)))


@router.get("/async/users/{user_id}", response_model=UserPage)
async def async_get_user(user_id: int, session: AsyncDatabase) -> User:
    """One record with everything the response reads, in one query."""
    page = (joinedload(User.organization).joinedload(Organization.tenant), joinedload(User.profile))
    user = await session.get(User, user_id, options=page)
    if user is None:
        raise HTTPException(404, f"there is no user {user_id}")
    return user


@router.get("/async/dashboard", response_model=Dashboard)
async def async_dashboard(session: AsyncDatabase, limit: Limit = 20) -> Dashboard:
    """Fails with MissingGreenlet in a line of its own: `open_task` reads what the second query left out."""
    first = select(Organization).options(selectinload(Organization.tenant)).order_by(Organization.id)
    tasks = await session.scalars(select(Task).where(Task.done.is_(False)).order_by(Task.id).limit(limit))
    return Dashboard(
        users=await session.scalar(select(func.count()).select_from(User)),
        organizations=(await session.scalars(first.limit(limit))).all(),
        open_tasks=[open_task(task) for task in tasks],
    )
