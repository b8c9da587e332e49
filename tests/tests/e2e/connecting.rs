//! Somebody's own PostgreSQL database: connected to by a form, loaded from, measured, and never written down with its
//! password.

use crate::stage::{artefact, play};
use fetchscope_test_postgres::server;
use fetchscope_tests::window::Fault;
use std::fs;

const SHOP: &str = "CREATE TABLE organizations (id int PRIMARY KEY, name text NOT NULL);
    CREATE TABLE users (id int PRIMARY KEY, organization_id int REFERENCES organizations (id), email text);
    INSERT INTO organizations SELECT i, 'Org ' || i FROM generate_series(1, 5) AS i;
    INSERT INTO users SELECT i, 1 + i % 5, 'u' || i FROM generate_series(1, 40) AS i;";

#[test]
fn a_server_is_connected_to_by_a_form() -> Result<(), Fault> {
    let server = server().expect("a server");
    let address = server.database(SHOP).expect("a database");
    let password = address.split_once("@").map(|(before, _)| before.rsplit(':').next().unwrap_or_default().to_owned());
    let password = password.filter(|text| !text.is_empty()).expect("the address has a password");
    play("postgres", |stage| {
        stage.await_queries(111)?;
        stage.choose("source-menu", "connect")?;
        stage.fill("server-address", "127.0.0.1")?;
        stage.fill("server-port", "1")?;
        stage.fill("server-user", "somebody")?;
        stage.click_id("server-test")?;
        stage.wait_text("server-answer", "says that nobody listens", |text| text.contains("127.0.0.1:1"))?;

        stage.fill("server-address", &address)?;
        stage.click_id("server-test")?;
        stage.wait_text("server-answer", "says what answers", |text| text.contains("PostgreSQL"))?;
        stage.picture(&artefact("postgres-connect.png"))?;
        stage.click_id("server-connect")?;
        stage.wait_text("status", "shows the server", |text| text.contains("PostgreSQL"))?;
        stage.choose("endpoint-menu", "1")?;
        stage.select('A')?;
        stage.await_queries(1 + 5)?;
        stage.set_workload(&[("requests", "20"), ("concurrency", "2")])?;
        stage.begin_run()?;
        stage.await_end_of_run()?;

        stage.await_saved("postgres://")?;
        let kept = fs::read_to_string(stage.home().join("fetchscope/settings.json")).unwrap_or_default();
        assert!(!kept.contains(&password), "the password is in the settings");

        // Nobody knows the password after a restart: the work waits for it, and is not overwritten.
        stage.crash_and_reopen()?;
        stage.wait_text("server-answer", "says what is missing", |text| text.contains("asks for the password"))?;
        stage.picture(&artefact("postgres-restart.png"))?;
        stage.click_id("server-connect")?;
        stage.wait_text("server-answer", "says it again", |text| text.contains("asks for the password"))?;
        assert_eq!(fs::read_to_string(stage.home().join("fetchscope/settings.json")).unwrap_or_default(), kept);
        stage.fill("server-password", &password)?;
        stage.click_id("server-connect")?;
        stage.wait_text("status", "shows the server", |text| text.contains("PostgreSQL"))?;
        stage.select('A')?;
        stage.await_queries(1 + 5)?;
        assert!(stage.text_of("workload")?.contains("20 requests"), "the work is another");
        Ok(())
    })
}
