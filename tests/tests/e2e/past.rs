//! Runs of the past: after a restart, and after an end nobody planned.

use crate::running::run_two_variants;
use crate::stage::{digits, play};
use fetchscope_tests::window::Fault;

#[test]
fn a_run_is_found_again_after_a_restart_and_opens_with_its_charts() -> Result<(), Fault> {
    play("history", |stage| {
        run_two_variants(stage)?;
        stage.crash_and_reopen()?;
        stage.await_queries(111)?;
        assert!(!stage.has("mark:latency:A")?, "the charts are there without a run");
        stage.click_id("view-history")?;
        stage.wait_text("history-run-1", "is listed", |text| text.contains("users"))?;
        stage.fill("history-name", "before the index")?;
        stage.wait_text("history-run-1", "has its name", |text| text.contains("before the index"))?;
        stage.by_id("mark:latency:B")?;
        stage.wait_text("compare", "has the figures", |text| text.contains("111"))?;
        stage.click_id("history-open")?;
        stage.by_id("tab-compare")?;
        stage.by_id("mark:latency:B")?;
        assert!(!stage.has("stale")?, "the work is not that of the run");
        // A second run, and both beside each other.
        stage.click_id("run")?;
        stage.await_end_of_run()?;
        stage.click_id("view-history")?;
        stage.click_id("history-run-2")?;
        stage.choose("history-compare", "1")?;
        let said = stage.text_of("between")?;
        assert!(said.contains("before the index") && said.contains('×'), "{said}");
        stage.click_id("history-delete")?;
        stage.wait("it is deleted", || Ok(if stage.has("history-run-2")? { Err("it is there") } else { Ok(()) }))?;
        stage.click_id("message-action")?;
        stage.by_id("history-run-2").map(drop)
    })
}

#[test]
fn killing_it_during_a_run_loses_no_finished_round() -> Result<(), Fault> {
    play("interrupted", |stage| {
        stage.await_queries(111)?;
        for letter in ['G', 'F', 'E', 'D', 'C'] {
            stage.delete_variant(letter)?;
        }
        stage.set_workload(&[("concurrency", "2"), ("requests", "20000"), ("warmup", "0"), ("rounds", "1000")])?;
        stage.begin_run()?;
        stage.wait_text("progress", "is past its third round", |text| {
            text.split_once("round ").and_then(|(_, rest)| digits(rest)) > Some(3)
        })?;
        stage.crash_and_reopen()?;
        stage.await_queries(111)?;
        stage.click_id("view-history")?;
        stage.wait_text("history-run-1", "is listed", |text| text.contains("not finished"))?;
        stage.by_id("mark:latency:A")?;
        let table = stage.text_of("compare")?;
        assert!(table.contains("n = ") && !table.contains("n = 0"), "{table}");
        Ok(())
    })
}
