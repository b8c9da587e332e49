//! What a loader costs over the bare driver: each case is served, and its own statements are replayed in a raw loop
//! that only reads every value. Both alternate in one process; the ratio of the medians is the figure.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark that cannot go on has failed, and prints")]

use fetchscope_drivers::latency::Network;
use fetchscope_drivers::sqlite::{Circumstances, Database, Prepared, create_from_script};
use fetchscope_engine::mapping::Mapping;
use fetchscope_engine::plan::Program;
use fetchscope_engine::trace::StatementTrace;
use serde_json::{Value, json};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// 10 tenants, 100 organizations, 1 000 users with 0 to 2 of 6 roles.
const SCRIPT: &str = "
CREATE TABLE tenants (id INTEGER PRIMARY KEY, name VARCHAR(80));
CREATE TABLE organizations (id INTEGER PRIMARY KEY, tenant_id INTEGER REFERENCES tenants(id), name VARCHAR(80));
CREATE TABLE users (id INTEGER PRIMARY KEY, organization_id INTEGER REFERENCES organizations(id), email VARCHAR(120),
    full_name VARCHAR(120), active BOOLEAN);
CREATE TABLE roles (id INTEGER PRIMARY KEY, name VARCHAR(40));
CREATE TABLE user_roles (user_id INTEGER, role_id INTEGER, PRIMARY KEY (user_id, role_id));
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) INSERT INTO tenants SELECT i, 'Tenant ' || i FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
    INSERT INTO organizations SELECT i, 1 + i % 10, 'Organization ' || i FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
    INSERT INTO users SELECT i, 1 + (i * 7) % 100, 'user' || i || '@example.org', 'User Number ' || i, i % 3 > 0 FROM n;
INSERT INTO roles VALUES (1, 'admin'), (2, 'editor'), (3, 'viewer'), (4, 'billing'), (5, 'auditor'), (6, 'support');
INSERT INTO user_roles SELECT id, 1 + id % 6 FROM users WHERE id % 3 > 0;
INSERT INTO user_roles SELECT id, 1 + (id + 2) % 6 FROM users WHERE id % 3 > 1;
CREATE INDEX by_organization ON users (organization_id);
";

fn mapping() -> Arc<Mapping> {
    let column = |name: &str, of: &str| json!({"name": name, "type": of, "pk": name == "id"});
    let document = json!({"name": "bench", "entities": [
        {"name": "Tenant", "table": "tenants", "columns": [column("id", "integer"), column("name", "string(80)")]},
        {"name": "Organization", "table": "organizations",
         "columns": [column("id", "integer"), column("tenant_id", "integer"), column("name", "string(80)")],
         "relationships": [{"name": "tenant", "kind": "many_to_one", "target": "Tenant", "pairs": [["tenant_id", "id"]]}]},
        {"name": "Role", "table": "roles", "columns": [column("id", "integer"), column("name", "string(40)")]},
        {"name": "User", "table": "users",
         "columns": [column("id", "integer"), column("organization_id", "integer"), column("email", "string(120)"),
                     column("full_name", "string(120)"), column("active", "boolean")],
         "relationships": [
            {"name": "organization", "kind": "many_to_one", "target": "Organization", "pairs": [["organization_id", "id"]]},
            {"name": "roles", "kind": "many_to_many", "target": "Role", "secondary": "user_roles",
             "pairs": [["id", "user_id"]], "secondary_pairs": [["id", "role_id"]]}]}],
        "association_tables": [{"table": "user_roles", "columns": [
            {"name": "user_id", "type": "integer", "pk": true}, {"name": "role_id", "type": "integer", "pk": true}]}]});
    Arc::new(Mapping::check(&serde_json::from_value(document).unwrap()).unwrap())
}

fn cases() -> Vec<(String, Value)> {
    let mut cases = Vec::new();
    for strategy in ["select", "joined", "selectin", "subquery"] {
        let below = json!([{"name": "tenant", "strategy": strategy}]);
        let list = json!([{"name": "organization", "strategy": strategy, "relationships": below}]);
        cases.push((format!("1 000 users + organization + tenant, {strategy}"), list));
    }
    for strategy in ["select", "joined", "selectin"] {
        cases.push((format!("1 000 users + roles, {strategy}"), json!([{"name": "roles", "strategy": strategy}])));
    }
    cases
}

fn raw(connection: &rusqlite::Connection, statements: &[StatementTrace]) -> usize {
    let mut read = 0;
    connection.execute_batch("BEGIN").unwrap();
    for one in statements {
        let mut statement = connection.prepare_cached(&one.sql).unwrap();
        for (index, param) in one.params.iter().enumerate() {
            statement.raw_bind_parameter(index + 1, param.as_i64()).unwrap();
        }
        let width = statement.column_count();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().unwrap() {
            for index in 0..width {
                black_box(row.get::<_, rusqlite::types::Value>(index).unwrap());
                read += 1;
            }
        }
    }
    connection.execute_batch("ROLLBACK").unwrap();
    read
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bench.db");
    create_from_script(&path, SCRIPT).unwrap();
    let database = Database::open(&path).unwrap();
    let session = database.connect().unwrap();
    let plain = rusqlite::Connection::open(&path).unwrap();
    plain.set_prepared_statement_cache_capacity(256);
    let mapping = mapping();
    let rounds = 60;
    println!("{:<52} {:>10} {:>10} {:>10} {:>7}", "case", "statements", "raw", "served", "ratio");
    for (name, relationships) in cases() {
        let plan = json!({"root": "User", "filter": {"order_by": ["id"]}, "relationships": relationships});
        let program = Program::resolve(mapping.clone(), &serde_json::from_value(plan).unwrap()).unwrap();
        let prepared = Prepared::new(Arc::new(program));
        let serve = |record| {
            let mut how = Circumstances {
                network: &mut Network::none(),
                transaction: true,
                statement_cache: true,
                record,
                cancel: &AtomicBool::new(false),
            };
            prepared.serve(&session, &mut how).unwrap()
        };
        let statements = serve(true).statements;
        let (mut bare, mut served) = (Vec::new(), Vec::new());
        for round in 0..rounds + 5 {
            let start = Instant::now();
            black_box(raw(&plain, &statements));
            let middle = Instant::now();
            black_box(serve(false));
            if round >= 5 {
                bare.push(middle - start);
                served.push(middle.elapsed());
            }
        }
        let (bare, served) = (median(bare), median(served));
        let ratio = served.as_secs_f64() / bare.as_secs_f64();
        println!("{name:<52} {:>10} {:>10.3?} {:>10.3?} {ratio:>6.2}x", statements.len(), bare, served);
    }
}
