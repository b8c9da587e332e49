//! The same run in the real SQLAlchemy, in a Python that somebody names.

use crate::running::run_two_variants;
use crate::stage::{artefact, play};
use fetchscope_tests::window::Fault;

/// The variable with an interpreter that has SQLAlchemy, which `cargo xtask test` provides.
const INTERPRETER: &str = "FETCHSCOPE_REFERENCE_PYTHON";

#[test]
fn both_lanes_are_measured_and_stand_side_by_side() -> Result<(), Fault> {
    play("in-sqlalchemy", |stage| {
        run_two_variants(stage)?;
        stage.click_id("tab-sqlalchemy")?;
        stage.click_id("ask-sqlalchemy")?;
        stage.fill("python-place", "/nowhere/python")?;
        stage.click_id("python-use")?;
        stage.wait_text("python-problem", "says that there is no Python", |text| text.contains("neither a Python"))?;

        let python = std::env::var(INTERPRETER).unwrap_or_default();
        assert!(!python.is_empty(), "{INTERPRETER} names no Python; `cargo xtask test --only window` provides one");
        stage.fill("python-place", &python)?;
        stage.click_id("python-use")?;
        stage.wait_text("python-state", "says what it has", |text| {
            text.contains("SQLAlchemy 2.1") && text.contains("sqlite3") && !text.contains("It has no")
        })?;

        stage.click_id("run")?;
        stage.await_end_of_run()?;
        stage.wait_text("lane-title", "says what was measured", |text| text.contains("SQLAlchemy 2.1"))?;
        stage.wait_text("finding-sqlalchemy", "compares the rankings", |text| !text.is_empty())?;
        let numbers = stage.wait_text("numbers-sqlalchemy", "has both lanes", |text| text.contains("in SQLAlchemy"))?;
        assert!(numbers.contains("all lazy") && numbers.contains("joined"), "{numbers}");
        assert!(numbers.contains("same answer"), "{numbers}");
        stage.by_id("mark:latency:B")?;
        stage.picture(&artefact("in-sqlalchemy-result.png"))
    })
}
