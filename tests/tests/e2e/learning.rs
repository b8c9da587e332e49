//! A lesson from its claim to what was measured, and one of somebody's own.

use crate::stage::{artefact, play, play_in};
use fetchscope_tests::window::Fault;
use std::fs;

#[test]
fn a_lesson_is_read_predicted_run_and_revealed_and_stays_so() -> Result<(), Fault> {
    play("lesson", |stage| {
        stage.await_queries(111)?;
        stage.click_id("view-lessons")?;
        stage.click_id("lesson-noload")?;
        stage.wait_text("lesson-page", "tells the claim", |text| text.contains("noload"))?;
        assert!(!stage.has("reveal")?, "it is revealed before it was run");
        stage.click_id("choice-1")?;
        stage.click_id("lesson-run")?;
        stage.wait_text("reveal", "tells what was measured", |text| text.contains("wrong answer"))?;
        assert_eq!(stage.text_of("told-1")?, "right");
        assert_eq!(stage.text_of("told-0")?, "wrong");
        stage.by_id("mark:latency:A")?;
        // Not the prediction alone, which is saved before.
        stage.await_saved("\"right\": true")?;
        stage.crash_and_reopen()?;
        stage.await_queries(111)?;
        stage.click_id("view-lessons")?;
        stage.wait_text("lesson-noload", "is done", |text| text.contains("predicted rightly"))?;
        stage.click_id("lesson-noload")?;
        stage.wait_text("reveal", "is there again", |text| text.contains("wrong answer"))?;
        // Presented: one part at a time, larger, with the keys of a clicker.
        stage.click_id("presenter")?;
        stage.press(&["PageDown", "PageDown", "PageDown"])?;
        stage.by_id("chart-latency")?;
        assert!(!stage.has("choice-0")?, "more than one part is shown");
        stage.picture(&artefact("presenter.png"))
    })
}

const PAGE: &str = "# My own claim\n\nUsers by id.\n\n## Predict\n\nHow many statements?\n\n- One. `queries lazy = 1`\n\
    - Six. `queries lazy = 6`\n\n## Reveal\n\nIt sent {queries lazy}.\n";
const EXPERIMENT: &str = "version = 1\nsource = \"sample:citizenapp?size=xs\"\n[endpoint]\nroot = \"User\"\n\
    relationships = [{ name = \"organization\" }]\n[variants.lazy]\n[workload]\nrequests = 10\nrounds = 2\n";

#[test]
fn a_trainer_adds_a_lesson_without_rust() -> Result<(), Fault> {
    let furnish = |home: &std::path::Path| {
        let folder = home.join("fetchscope/lessons");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("mine.md"), PAGE).expect("a page");
        fs::write(folder.join("mine.toml"), EXPERIMENT).expect("an experiment");
        None
    };
    play_in("own-lesson", furnish, |stage| {
        stage.await_queries(111)?;
        stage.click_id("view-lessons")?;
        stage.click_id("lesson-mine")?;
        stage.click_id("choice-1")?;
        stage.click_id("lesson-run")?;
        stage.wait_text("reveal", "tells what was measured", |text| text.contains("It sent 6."))?;
        assert_eq!(stage.text_of("told-1")?, "right");
        Ok(())
    })
}
