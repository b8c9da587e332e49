//! A sweep, from its switch to what it found.

use crate::stage::{artefact, play};
use fetchscope_tests::window::Fault;
use serde_json::json;

#[test]
fn a_sweep_over_round_trips_is_switched_on_run_and_drawn() -> Result<(), Fault> {
    play("sweeping", |stage| {
        stage.await_queries(111)?;
        for letter in ['G', 'F', 'E', 'D', 'C'] {
            stage.delete_variant(letter)?;
        }
        stage.set_workload(&[("concurrency", "4"), ("requests", "40"), ("warmup", "2"), ("rounds", "8")])?;
        stage.click_id("tab-round_trips")?;
        stage.by_id("sweep-over:rtt_ms")?;
        stage.click_id("workload")?;
        stage.click_id("sweep:rtt_ms")?;
        stage.fill("values:rtt_ms", "0, 1, 2")?;
        stage.picture(&artefact("workload.png"))?;
        stage.click_id("workload")?;
        stage.click_id("run")?;
        stage.await_end_of_run()?;
        stage.wait_text("finding-rtt_ms", "says how joined does", |text| text.to_lowercase().contains("joined"))?;
        for mark in ["rtt_ms:A:1", "rtt_ms:A:3", "rtt_ms:B:3"] {
            stage.by_id(&format!("mark:{mark}"))?;
        }
        assert_eq!(stage.all("[data-testid^=\"mark:rtt_ms:\"]")?.len(), 6);
        stage.hover(&stage.by_id("mark:rtt_ms:A:3")?)?;
        stage.wait_text("tooltip", "tells a latency with its interval", |text| {
            text.contains("all lazy at ") && text.contains("interval")
        })?;
        for theme in ["light", "dark"] {
            stage.set_theme(theme)?;
            for tab in ["round_trips", "time", "compare"] {
                stage.click_id(&format!("tab-{tab}"))?;
                stage.picture(&artefact(&format!("{tab}-{theme}.png")))?;
            }
        }
        assert_eq!(stage.script("return document.querySelectorAll('[role=alert]').length", &[])?, json!(0));
        Ok(())
    })
}
