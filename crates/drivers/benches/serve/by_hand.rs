//! The same request as a Rust developer writes it without an ORM: typed structs, maps by id, and `serde_json`.
//!
//! It sends the statements that the engine recorded, in their order and with the parameters it finds itself. As in an
//! ORM, all objects are there before the response is written, and each organization and tenant is one object however
//! many rows name it; unlike an ORM, it looks at a row's columns only where it needs them. `serde` writes an organization
//! as often as a user refers to it, where the engine copies what it has written before.

use fetchscope_engine::trace::StatementTrace;
use rusqlite::{CachedStatement, Connection, OpenFlags, Row, params_from_iter};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::ser::{Serialize, Serializer};
use std::path::Path;

struct User {
    id: i64,
    tenant_id: i64,
    organization_id: i64,
    manager_id: Option<i64>,
    email: String,
    full_name: String,
    active: bool,
}

struct Organization {
    id: i64,
    tenant_id: i64,
    name: String,
}

struct Tenant {
    id: i64,
    name: String,
    plan: String,
}

/// The objects of one request.
#[derive(Default)]
struct Objects {
    users: Vec<User>,
    organizations: FxHashMap<i64, Organization>,
    tenants: FxHashMap<i64, Tenant>,
}

/// One request on this connection: the bytes of the response.
pub(crate) fn serve(connection: &Connection, strategy: &str, statements: &[StatementTrace]) -> Vec<u8> {
    connection.prepare_cached("BEGIN").unwrap().execute([]).unwrap();
    let mut texts = statements.iter().map(|statement| &*statement.sql);
    let mut next = || connection.prepare_cached(texts.next().unwrap()).unwrap();
    let objects = match strategy {
        "joined" => joined(next()),
        "selectin" => selectin(&mut next),
        _ => lazy(&mut next),
    };
    assert_eq!(texts.next(), None, "fewer statements than the engine sends");
    connection.prepare_cached("ROLLBACK").unwrap().execute([]).unwrap();
    let mut response = Vec::with_capacity(objects.users.len() * 128);
    serde_json::to_writer(&mut response, &objects).unwrap();
    response
}

/// A connection like the engine's.
pub(crate) fn connect(path: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).unwrap();
    connection.set_prepared_statement_cache_capacity(256);
    connection
}

/// Columns of the user, then of the tenant, then of the organization.
fn joined(mut statement: CachedStatement<'_>) -> Objects {
    let mut objects = Objects::default();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        objects.tenants.entry(row.get(7).unwrap()).or_insert_with(|| tenant(row, 7));
        objects.organizations.entry(row.get(10).unwrap()).or_insert_with(|| organization(row, 10));
        objects.users.push(user(row, 0));
    }
    objects
}

/// The distinct keys that the objects before refer to, 500 in one statement.
fn selectin<'c>(next: &mut impl FnMut() -> CachedStatement<'c>) -> Objects {
    let mut objects = Objects { users: all(&mut next(), &[], |row| user(row, 0)), ..Objects::default() };
    let keys = distinct(objects.users.iter().map(|user| user.organization_id));
    let mut tenant_keys = Vec::new();
    for part in keys.chunks(500) {
        // The row's first column is the key by which it is handed out; here it is the id itself.
        for found in all(&mut next(), part, |row| organization(row, 0)) {
            tenant_keys.push(found.tenant_id);
            objects.organizations.insert(found.id, found);
        }
    }
    for part in distinct(tenant_keys.into_iter()).chunks(500) {
        for found in all(&mut next(), part, |row| tenant(row, 0)) {
            objects.tenants.insert(found.id, found);
        }
    }
    objects
}

/// What a user refers to is asked for when it is needed and not there.
fn lazy<'c>(next: &mut impl FnMut() -> CachedStatement<'c>) -> Objects {
    let mut objects = Objects { users: all(&mut next(), &[], |row| user(row, 0)), ..Objects::default() };
    for user in &objects.users {
        let organization = objects
            .organizations
            .entry(user.organization_id)
            .or_insert_with(|| next().query_row([user.organization_id], |row| Ok(organization(row, 0))).unwrap());
        objects
            .tenants
            .entry(organization.tenant_id)
            .or_insert_with(|| next().query_row([organization.tenant_id], |row| Ok(tenant(row, 0))).unwrap());
    }
    objects
}

fn all<T>(statement: &mut CachedStatement<'_>, keys: &[i64], read: impl Fn(&Row<'_>) -> T) -> Vec<T> {
    let rows = statement.query_map(params_from_iter(keys), |row| Ok(read(row))).unwrap();
    rows.map(Result::unwrap).collect()
}

fn distinct(keys: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut seen = FxHashSet::default();
    keys.filter(|key| seen.insert(*key)).collect()
}

fn user(row: &Row<'_>, at: usize) -> User {
    User {
        id: row.get(at).unwrap(),
        tenant_id: row.get(at + 1).unwrap(),
        organization_id: row.get(at + 2).unwrap(),
        manager_id: row.get(at + 3).unwrap(),
        email: row.get(at + 4).unwrap(),
        full_name: row.get(at + 5).unwrap(),
        active: row.get(at + 6).unwrap(),
    }
}

fn organization(row: &Row<'_>, at: usize) -> Organization {
    Organization { id: row.get(at).unwrap(), tenant_id: row.get(at + 1).unwrap(), name: row.get(at + 2).unwrap() }
}

fn tenant(row: &Row<'_>, at: usize) -> Tenant {
    Tenant { id: row.get(at).unwrap(), name: row.get(at + 1).unwrap(), plan: row.get(at + 2).unwrap() }
}

#[derive(serde::Serialize)]
struct UserBody<'o> {
    active: bool,
    email: &'o str,
    full_name: &'o str,
    id: i64,
    manager_id: Option<i64>,
    organization: OrganizationBody<'o>,
    organization_id: i64,
    tenant_id: i64,
}

#[derive(serde::Serialize)]
struct OrganizationBody<'o> {
    id: i64,
    name: &'o str,
    tenant: TenantBody<'o>,
    tenant_id: i64,
}

#[derive(serde::Serialize)]
struct TenantBody<'o> {
    id: i64,
    name: &'o str,
    plan: &'o str,
}

impl Serialize for Objects {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.users.iter().map(|user| {
            let organization = &self.organizations[&user.organization_id];
            let tenant = &self.tenants[&organization.tenant_id];
            UserBody {
                active: user.active,
                email: &user.email,
                full_name: &user.full_name,
                id: user.id,
                manager_id: user.manager_id,
                organization: OrganizationBody {
                    id: organization.id,
                    name: &organization.name,
                    tenant: TenantBody { id: tenant.id, name: &tenant.name, plan: &tenant.plan },
                    tenant_id: organization.tenant_id,
                },
                organization_id: user.organization_id,
                tenant_id: user.tenant_id,
            }
        }))
    }
}
