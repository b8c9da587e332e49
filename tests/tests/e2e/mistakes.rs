//! What cannot be done is said in a sentence, and the open work stays.

use crate::stage::{play, play_in};
use fetchscope_tests::window::Fault;
use std::fs;

#[test]
fn a_file_that_is_no_database_is_refused_and_the_work_stays() -> Result<(), Fault> {
    let answer = |home: &std::path::Path| {
        let file = home.join("notes.txt");
        fs::write(&file, "Buy milk.\n").ok().map(|()| file)
    };
    play_in("no-database", answer, |stage| {
        stage.await_queries(111)?;
        stage.open_file()?;
        let said = stage.wait_text("error", "tells what is wrong", |text| text.contains("notes.txt"))?;
        assert!(said.contains("SQLite"), "{said:?}");
        assert!(stage.text_of("status")?.contains("CitizenApp"), "the open source is gone");
        stage.select('B')?;
        stage.await_queries(1)
    })
}

#[test]
fn a_concurrency_of_zero_is_refused_and_the_work_stays() -> Result<(), Fault> {
    play("no-concurrency", |stage| {
        stage.await_queries(111)?;
        stage.set_workload(&[("concurrency", "0")])?;
        stage.click_id("run")?;
        let said = stage.wait_text("error", "tells what is wrong", |text| text.to_lowercase().contains("concurren"))?;
        assert!(said.contains('1') && said.contains("200"), "it does not say what would do: {said:?}");
        stage.select('B')?;
        stage.await_queries(1)
    })
}
