//! Schemas of somebody's own, as mappings.

use crate::connect;
use fetchscope_drivers::postgres::{introspect, verify};
use fetchscope_engine::mapping::Mapping;
use fetchscope_engine::mapping::document::{EntityDocument, MappingDocument, RelationshipKind};
use fetchscope_test_postgres::server;

const SHOP: &str = "
CREATE SCHEMA billing;
CREATE TYPE mood AS ENUM ('ok', 'bad');
CREATE DOMAIN email AS varchar(80) CHECK (value LIKE '%@%');
CREATE TABLE orgs (id serial PRIMARY KEY, name varchar(40) NOT NULL);
CREATE TABLE users (
    id bigserial PRIMARY KEY, organization_id int REFERENCES orgs (id), manager_id bigint REFERENCES users (id),
    mail email UNIQUE, mood mood, tags varchar(10)[], price numeric(10, 2), at timestamptz, born date, data jsonb,
    raw bytea, u uuid, r int4range, code char(3), d double precision, flag boolean, small smallint
);
CREATE INDEX ON users (organization_id);
CREATE INDEX ON users (lower(mail::text));
CREATE INDEX ON users (born) WHERE born IS NOT NULL;
CREATE TABLE billing.invoices (id int, year int, user_id bigint NOT NULL REFERENCES users (id), PRIMARY KEY (year, id));
CREATE TABLE billing.tagged (
    invoice_id int, invoice_year int, org_id int REFERENCES orgs (id), PRIMARY KEY (invoice_year, invoice_id, org_id),
    FOREIGN KEY (invoice_id, invoice_year) REFERENCES billing.invoices (id, year)
);
CREATE TABLE profile (user_id bigint PRIMARY KEY REFERENCES users (id), \"Größe\" int, \"select\" text);
CREATE TABLE \"Groß\"\"e\" (\"Id\" int PRIMARY KEY, parent_id int REFERENCES \"Groß\"\"e\" (\"Id\"));
CREATE TABLE loose (a int);
CREATE VIEW seen AS SELECT 1 AS one;
CREATE MATERIALIZED VIEW kept AS SELECT 1 AS one;
CREATE TABLE events (id bigint, day date, user_id bigint REFERENCES users (id), PRIMARY KEY (id, day))
    PARTITION BY RANGE (day);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE TABLE readers (id int PRIMARY KEY, event_id bigint, event_day date,
    FOREIGN KEY (event_id, event_day) REFERENCES events (id, day));
INSERT INTO orgs SELECT g, 'o' || g FROM generate_series(1, 5) AS g;
INSERT INTO users (id) SELECT g FROM generate_series(1, 100) AS g;
INSERT INTO events SELECT g, date '2020-06-01' + g % 2 * 365, 1 FROM generate_series(1, 300) AS g;
ANALYZE;
";

fn entity<'m>(mapping: &'m MappingDocument, name: &str) -> &'m EntityDocument {
    mapping.entities.iter().find(|entity| entity.name == name).unwrap()
}

/// Relationships as `name kind target`.
fn relationships(mapping: &MappingDocument, name: &str) -> Vec<String> {
    let said = |kind: RelationshipKind| kind.cardinality();
    let relationships = entity(mapping, name).relationships.iter();
    relationships.map(|one| format!("{} {} {}", one.name, said(one.kind), one.target)).collect()
}

#[test]
fn a_schema_with_everything_in_it_becomes_a_mapping() {
    let session = connect(&server().unwrap().database(SHOP).unwrap());
    let found = introspect(&session, "shop").unwrap();
    let mapping = &found.mapping;
    Mapping::check(mapping).unwrap();
    verify(&session, mapping).unwrap();

    let names: Vec<&str> = mapping.entities.iter().map(|entity| entity.name.as_str()).collect();
    assert_eq!(names, ["Groß\"e", "billing.invoices", "events", "orgs", "profile", "readers", "users"]);
    assert_eq!(
        found.notices,
        [
            "The materialized view `kept` is left out: a view has no primary key.",
            "The view `seen` is left out: a view has no primary key.",
            "The table `loose` is left out: it has no primary key, so its rows cannot be told apart as objects.",
        ]
    );
    assert_eq!((found.estimates["users"], found.estimates["events"]), (100, 300));

    let types: Vec<String> =
        entity(mapping, "users").columns.iter().map(|column| format!("{} {}", column.name, column.type_name)).collect();
    let expected = "id biginteger, organization_id integer, manager_id biginteger, mail string(80), mood enum, \
                    tags string[], price numeric(10, 2), at timestamptz, born date, data jsonb, raw largebinary, \
                    u uuid, r int4range, code character(3), d float, flag boolean, small smallinteger";
    assert_eq!(types.join(", "), expected);
    assert_eq!(entity(mapping, "users").indexes, [["organization_id"]]);

    assert_eq!(relationships(mapping, "Groß\"e"), ["parent N:1 Groß\"e", "Groß\"e_by_parent_id 1:N Groß\"e"]);
    assert_eq!(relationships(mapping, "billing.invoices"), ["user N:1 users", "orgs N:N orgs"]);
    assert_eq!(relationships(mapping, "profile"), ["user N:1 users"]);
    assert_eq!(relationships(mapping, "readers"), ["events N:1 events"]);
    assert_eq!(
        relationships(mapping, "users"),
        [
            "invoices 1:N billing.invoices",
            "events 1:N events",
            "profile 1:1 profile",
            "manager N:1 users",
            "users_by_manager_id 1:N users",
            "organization N:1 orgs",
        ]
    );
    let orgs = entity(mapping, "orgs").relationships.iter().find(|one| one.name == "invoices").unwrap();
    assert_eq!(orgs.secondary.as_deref(), Some("billing.tagged"));
}

#[test]
fn a_mapping_that_no_longer_fits_is_refused_by_name() {
    let session = connect(&server().unwrap().database(SHOP).unwrap());
    let mut mapping = introspect(&session, "shop").unwrap().mapping;
    let invoices = mapping.entities.iter_mut().find(|entity| entity.table == "invoices").unwrap();
    invoices.columns[0].name = "gone".to_owned();
    let error = verify(&session, &mapping).unwrap_err().to_string();
    assert!(error.contains("the column `gone`"), "{error}");
    mapping.entities.retain(|entity| entity.table == "invoices");
    mapping.entities[0].schema = None;
    let error = verify(&session, &mapping).unwrap_err().to_string();
    assert!(error.contains("the table `invoices`"), "{error}");
}

#[test]
fn a_search_path_that_leads_nowhere_is_said_with_where_it_could_lead() {
    let address = server().unwrap().database("CREATE SCHEMA shop; CREATE TABLE shop.t (id int PRIMARY KEY)").unwrap();
    let session = connect(&format!("{address}?options=-csearch_path%3Dshpo"));
    let error = introspect(&session, "m").unwrap_err();
    assert!(error.is_input());
    let said = error.to_string();
    assert!(said.contains("no schema `shpo`") && said.contains("the database has `shop`"), "{said}");
}

#[test]
fn what_a_role_may_not_read_is_left_out() {
    let script = "CREATE ROLE reader LOGIN PASSWORD 'r'; CREATE TABLE open (id int PRIMARY KEY); \
                  CREATE TABLE shut (id int PRIMARY KEY); GRANT SELECT ON open TO reader; \
                  CREATE SCHEMA closed; CREATE TABLE closed.t (id int PRIMARY KEY); GRANT SELECT ON closed.t TO reader";
    let url = server().unwrap().database(script).unwrap().replace("fetchscope:throwaway", "reader:r");
    let found = introspect(&connect(&url), "some").unwrap();
    let names: Vec<&str> = found.mapping.entities.iter().map(|entity| entity.name.as_str()).collect();
    assert_eq!(names, ["open"]);
    assert_eq!(
        found.notices,
        [
            "The table `closed.t` is left out: this role may not read it.",
            "The table `shut` is left out: this role may not read it.",
        ]
    );
}

#[test]
fn a_thousand_tables_are_read() {
    let script = "DO $$ BEGIN CREATE TABLE t0 (id int PRIMARY KEY); FOR i IN 1..999 LOOP \
                  EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, a text, b numeric(10, 2), c timestamp, \
                  p_id int REFERENCES t%s (id), q_id int REFERENCES t0 (id))', i, i - 1); END LOOP; END $$";
    let session = connect(&server().unwrap().database(script).unwrap());
    let mapping = introspect(&session, "many").unwrap().mapping;
    assert_eq!(mapping.entities.len(), 1000);
    assert_eq!(mapping.entities[1].relationships.len(), 3);
}
