//! Another strategy, another number of statements: at once, and as the recorded answers say.

use crate::stage::{play, play_in};
use fetchscope_app::wire::{ExperimentDoc, ReadDoc, Settings, WireError, WireStrategy};
use fetchscope_app::{App, Paths};
use fetchscope_drivers::sqlite::create_from_script;
use fetchscope_tests::window::Fault;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn reading_roles_costs_a_statement_a_user_until_they_are_joined() -> Result<(), Fault> {
    play("toggling", |stage| {
        stage.await_queries(111)?;
        stage.add_relationship("", "roles")?;
        // A thousand users, each with a statement for its roles.
        stage.await_queries(1111)?;
        stage.choose("strategy:roles", "joined")?;
        stage.await_queries(111)?;
        let delta = stage.text_of("delta")?;
        assert!(delta.replace(char::is_whitespace, "").contains("1000statements"), "{delta:?}");
        stage.choose("strategy:roles", "selectin")?;
        stage.await_queries(113)
    })
}

#[test]
fn toggling_roles_of_a_users_own_file_sends_as_many_statements_as_sqlalchemy_did() -> Result<(), Fault> {
    let furnish = |home: &Path| {
        leave_open(home, &recorded("citizen.sql")).expect("the file can be opened and the work kept");
        None
    };
    play_in("recorded", furnish, |stage| {
        stage.wait_text("status", "names the file", |text| text.contains("citizen.db"))?;
        for (strategy, recording) in [("select", "m2m_select"), ("joined", "m2m_joined"), ("selectin", "m2m_selectin")]
        {
            stage.choose("strategy:roles", strategy)?;
            stage.await_queries(recorded_queries(recording))?;
        }
        Ok(())
    })
}

/// Makes the recorded database, and leaves it open in the settings with the endpoint of the recordings.
fn leave_open(home: &Path, script: &Path) -> Result<(), WireError> {
    let file = home.join("citizen.db");
    create_from_script(&file, &fs::read_to_string(script).expect("the recorded data")).expect("a database");
    let app = App::new(Paths::under(&home.join("fetchscope")));
    let source = app.open_source(&format!("sqlite:{}", file.display()), &mut |_| {})?;
    let users = source.endpoints.into_iter().find(|endpoint| endpoint.endpoint.root == "users");
    let mut endpoint = users.expect("an endpoint a class").endpoint;
    endpoint.filter = [("order_by".to_owned(), json!(["id"])), ("limit".to_owned(), json!(20))].into();
    endpoint.relationships = vec![ReadDoc { name: "roles".to_owned(), accessed: true, relationships: Vec::new() }];
    let mut experiment = ExperimentDoc { endpoint, ..source.experiment };
    for variant in &mut experiment.variants {
        variant.strategies.clear();
        variant.strategies.insert("roles".to_owned(), WireStrategy::Subquery);
    }
    app.save_settings(&Settings { experiment: Some(experiment), ..Settings::default() })
}

fn recorded(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fidelity").join(file)
}

/// The statements SQLAlchemy sent on SQLite.
fn recorded_queries(id: &str) -> u64 {
    let recordings = fs::read_to_string(recorded("golden-sqlite.jsonl")).expect("the recorded answers");
    let answers = recordings.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let answer = answers.into_iter().find(|answer| answer["id"] == id).expect("an answer with that id");
    answer["query_count"].as_u64().expect("a count")
}
