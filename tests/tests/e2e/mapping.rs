//! Somebody's own schema: looked at, mapped otherwise, asked for in one's own way, and still so after a restart.

use crate::stage::{Stage, artefact, play};
use fetchscope_test_postgres::server;
use fetchscope_tests::window::Fault;
use serde_json::json;
use std::fs;

/// What no foreign key says: who reviewed an order.
const SHOP: &str = "CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, active boolean NOT NULL);
    CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customers (id), reviewer int, total numeric);
    CREATE TABLE items (id int PRIMARY KEY, order_id int NOT NULL REFERENCES orders (id), name text);
    INSERT INTO customers SELECT i, 'C ' || i, i % 2 = 0 FROM generate_series(1, 8) AS i;
    INSERT INTO orders SELECT i, 1 + i % 8, 1 + i % 3, i FROM generate_series(1, 30) AS i;
    INSERT INTO items SELECT i, 1 + i % 30, 'I ' || i FROM generate_series(1, 90) AS i;";

/// A chain of a thousand tables, each referring to the one before.
const THOUSAND: &str = "CREATE TABLE t0 (id int PRIMARY KEY, name text);
    DO $$ BEGIN FOR i IN 1..999 LOOP
        EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, before_id int REFERENCES t%s (id), name text)', i, i - 1);
    END LOOP; END $$;";

fn connect(stage: &Stage, address: &str) -> Result<(), Fault> {
    stage.choose("source-menu", "connect")?;
    stage.fill("server-address", address)?;
    stage.click_id("server-connect")?;
    stage.wait_text("status", "shows the server", |text| text.contains("PostgreSQL")).map(drop)
}

/// Ticks or unticks the box with that id.
fn tick(stage: &Stage, id: &str, on: bool) -> Result<(), Fault> {
    let boxed = stage.by_id(id)?;
    stage
        .script("if (arguments[0].checked !== arguments[1]) arguments[0].click();", &[boxed.json(), json!(on)])
        .map(drop)
}

#[test]
fn a_mapping_and_an_endpoint_of_ones_own_survive_a_restart() -> Result<(), Fault> {
    let server = server().expect("a server");
    let address = server.database(SHOP).expect("a database");
    let password = address.split_once('@').and_then(|(who, _)| who.rsplit_once(':')).expect("an address").1.to_owned();
    play("mapping", |stage| {
        stage.await_queries(111)?;
        connect(stage, &address)?;
        stage.click_id("tab-schema")?;
        stage.fill("schema-search", "orders")?;
        stage.click_id("schema-root:orders")?;
        stage.await_queries(9)?;

        // A relationship that has another name in the application.
        stage.click_id("schema:orders")?;
        stage.click_id("rename:orders.customer")?;
        rename(stage, "orders.customer", "buyer")?;
        stage.by_id("schema:orders.buyer")?;
        stage.by_id("strategy:buyer")?;
        stage.await_queries(9)?;

        // One that no foreign key says; a name that is taken is refused in words.
        stage.click_id("schema-add:orders")?;
        stage.fill("relationship-name", "total")?;
        stage.fill("relationship-target", "customers")?;
        stage.choose("relationship-pair-0-0", "reviewer")?;
        stage.choose("relationship-pair-0-1", "id")?;
        stage.click_id("add-relationship-apply")?;
        stage.wait_text("relationship-problem", "says that the name is taken", |text| text.contains("total"))?;
        stage.picture(&artefact("mapping-add.png"))?;
        stage.fill("relationship-name", "reviewed_by")?;
        stage.click_id("add-relationship-apply")?;
        stage.by_id("schema:orders.reviewed_by")?;
        stage.picture(&artefact("mapping-tree.png"))?;

        // An endpoint of one's own: the orders above a total, with both.
        stage.click_id("edit-endpoint")?;
        stage.click_id("add-condition")?;
        stage.choose("condition-column-0", "id")?;
        stage.choose("condition-operator-0", ">")?;
        stage.fill("condition-value-0", "10")?;
        stage.fill("endpoint-limit", "12")?;
        tick(stage, "endpoint-reads:reviewed_by", true)?;
        stage.picture(&artefact("endpoint-dialog.png"))?;
        stage.click_id("apply-endpoint")?;
        // Twelve orders in a row are of all eight customers; a reviewer is one of them.
        stage.await_queries(1 + 8)?;
        stage.by_id("strategy:reviewed_by")?;
        stage.set_workload(&[("requests", "20"), ("concurrency", "2")])?;
        stage.begin_run()?;
        stage.await_end_of_run()?;

        stage.click_id("schema-diagram")?;
        stage.by_id("box:orders")?;
        stage.find(".svelte-flow__edge-label")?;
        let labels = stage.script(
            "return [...document.querySelectorAll('.svelte-flow__edge-label')].map((one) => one.innerText).join(' ')",
            &[],
        )?;
        for said in ["buyer N:1 · select", "reviewed_by N:1 · select", "N:1"] {
            assert!(labels.as_str().unwrap_or_default().contains(said), "{labels}");
        }
        stage.picture(&artefact("mapping-diagram.png"))?;
        stage.set_theme("dark")?;
        stage.picture(&artefact("mapping-diagram-dark.png"))?;
        stage.click_id("schema-tree")?;
        stage.picture(&artefact("mapping-tree-dark.png"))?;

        stage.await_saved("reviewed_by")?;
        stage.await_saved("\"dark\"")?;
        stage.crash_and_reopen()?;
        stage.wait_text("server-answer", "asks for the password", |text| text.contains("asks for the password"))?;
        stage.fill("server-password", &password)?;
        stage.click_id("server-connect")?;
        stage.select('A')?;
        stage.await_queries(1 + 8)?;
        stage.by_id("strategy:buyer")?;
        stage.click_id("tab-schema")?;
        stage.wait_text("mapping-edits", "says that there are two", |text| text.contains("2 changes"))?;

        // How the server runs one of its statements.
        stage.click_id("tab-sql")?;
        let button = stage.by_id("explain:1")?;
        // What is out of sight is laid out a frame later.
        stage.wait("the button is laid out", || {
            let drawn = stage
                .script("return arguments[0].checkVisibility({ contentVisibilityAuto: true })", &[button.json()])?;
            Ok(if drawn == json!(true) { Ok(()) } else { Err("it is not") })
        })?;
        stage.click_id("explain:1")?;
        stage.wait_text("plan:1", "shows a step", |text| text.contains("orders"))?;
        stage.picture(&artefact("explain-dark.png"))?;
        stage.set_theme("light")?;
        stage.picture(&artefact("explain.png"))?;

        // Back to what the database says, and back again.
        stage.click_id("tab-schema")?;
        stage.click_id("reset-mapping")?;
        stage.by_id("strategy:customer")?;
        assert!(!stage.has("strategy:reviewed_by")?, "a relationship is read that is no longer there");
        stage.click_id("undo")?;
        stage.by_id("strategy:reviewed_by")?;
        stage.await_queries(1 + 8)?;
        Ok(())
    })
}

fn rename(stage: &Stage, relationship: &str, name: &str) -> Result<(), Fault> {
    stage.fill(&format!("rename-field:{relationship}"), name)
}

#[test]
fn the_mapping_is_exported_as_a_file_that_the_command_line_reads() -> Result<(), Fault> {
    let server = server().expect("a server");
    let address = server.database(SHOP).expect("a database");
    let furnish = |home: &std::path::Path| Some(home.join("shop.mapping.json"));
    crate::stage::play_in("mapping-export", furnish, |stage| {
        stage.await_queries(111)?;
        connect(stage, &address)?;
        stage.click_id("tab-schema")?;
        stage.fill("schema-search", "items")?;
        stage.click_id("schema:items")?;
        stage.click_id("drop:items.order")?;
        stage.by_id("reset-mapping")?;
        stage.click_id("export-mapping")?;
        stage.wait_text("notice", "says where it is", |text| text.contains("shop.mapping.json"))?;
        let written = fs::read_to_string(stage.home().join("shop.mapping.json")).unwrap_or_default();
        let mapping: serde_json::Value = serde_json::from_str(&written).unwrap_or_default();
        let of = |name: &str| {
            let entities = mapping["entities"].as_array().cloned().unwrap_or_default();
            let found = entities.into_iter().find(|entity| entity["name"] == name).unwrap_or_default();
            found["relationships"].as_array().map_or(0, Vec::len)
        };
        assert_eq!((of("items"), of("orders")), (0, 2), "{written}");
        Ok(())
    })
}

#[test]
fn a_thousand_tables_are_searched_and_only_the_nearest_are_drawn() -> Result<(), Fault> {
    let server = server().expect("a server");
    let address = server.database(THOUSAND).expect("a database");
    play("thousand", |stage| {
        stage.await_queries(111)?;
        connect(stage, &address)?;
        stage.click_id("tab-schema")?;
        stage.wait_text("schema-count", "counts them", |text| text.contains("1000 classes"))?;
        let rows = || Ok::<_, Fault>(stage.all("[role=\"treeitem\"]")?.len());
        assert!(rows()? < 200, "rows out of sight are in the page");
        let list = stage.by_id("schema-rows")?;
        stage.script("arguments[0].scrollTop = arguments[0].scrollHeight;", &[list.json()])?;
        // Names are in the order of a dictionary.
        stage.by_id("schema:t999")?;
        stage.fill("schema-search", "t500")?;
        stage.wait_text("schema-count", "counts what is found", |text| text.starts_with("2 of"))?;
        stage.click_id("schema-root:t500")?;
        stage.click_id("schema-diagram")?;
        stage.by_id("box:t500")?;
        stage.wait_text("diagram-note", "says what is shown", |text| text.contains("40 of 1000"))?;
        assert_eq!(stage.all("[data-testid^=\"box:\"]")?.len(), 40);
        stage.picture(&artefact("thousand-diagram.png"))
    })
}
