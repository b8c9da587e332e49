//! Pictures of every view, light and dark, in two sizes and presented: to be looked at. They are in `artefacts/views`.

use crate::stage::{Stage, artefact, play};
use fetchscope_tests::window::Fault;

/// Every tab beneath the charts.
pub(crate) const TABS: [&str; 12] = [
    "compare",
    "time",
    "concurrency",
    "round_trips",
    "size",
    "sqlalchemy",
    "statements",
    "diff",
    "sql",
    "response",
    "code",
    "schema",
];

const SIZES: [(u32, u32); 2] = [(1280, 800), (1920, 1080)];

#[test]
fn every_view_has_its_picture() -> Result<(), Fault> {
    play("pictures", |stage| {
        stage.await_queries(111)?;
        stage.set_workload(&[("concurrency", "10"), ("requests", "100"), ("rounds", "10")])?;
        stage.click_id("tab-round_trips")?;
        stage.click_id("sweep-over:rtt_ms")?;
        // Seven variants at five round-trip times: more than what is waited for at once.
        for _ in 0..8 {
            if stage.await_end_of_run().is_ok() {
                break;
            }
        }
        stage.select('A')?;
        stage.click_id("view-lessons")?;
        stage.click_id("lesson-noload")?;
        stage.click_id("choice-1")?;
        stage.click_id("lesson-run")?;
        stage.by_id("reveal")?;
        stage.click_id("leave-lessons")?;
        for (width, height) in SIZES {
            stage.resize(width, height)?;
            for theme in ["light", "dark"] {
                stage.set_theme(theme)?;
                views(stage, &format!("{width}-{theme}"))?;
            }
        }
        stage.click_id("presenter")?;
        picture(stage, "1920-presenter", "workbench")?;
        stage.click_id("view-lessons")?;
        for _ in ["read", "predict"] {
            stage.click_id("lesson-back")?;
        }
        for step in ["read", "predict", "reveal", "charts", "numbers"] {
            picture(stage, "1920-presenter", step)?;
            stage.click_id("lesson-next")?;
        }
        Ok(())
    })
}

fn views(stage: &Stage, look: &str) -> Result<(), Fault> {
    for tab in TABS {
        stage.click_id(&format!("tab-{tab}"))?;
        picture(stage, look, tab)?;
    }
    stage.click_id("tab-compare")?;
    let chart = stage.by_id("chart-frontier")?;
    stage.script("arguments[0].scrollIntoView({ block: 'center' })", &[chart.json()])?;
    picture(stage, look, "frontier")?;
    stage.click_id("tab-statements")?;
    for _ in 0..3 {
        stage.click_id("walk-on")?;
    }
    picture(stage, look, "stepping")?;
    stage.click_id("tab-schema")?;
    stage.click_id("schema-diagram")?;
    stage.find(".svelte-flow__node")?;
    picture(stage, look, "diagram")?;
    stage.click_id("tab-statements")?;
    stage.click_id("workload")?;
    picture(stage, look, "workload")?;
    stage.click_id("workload")?;
    for (button, dialog) in [("settings", "settings-dialog"), ("shortcuts", "shortcuts-dialog")] {
        stage.click_id(button)?;
        stage.by_id(dialog)?;
        picture(stage, look, button)?;
        stage.press(&["Escape"])?;
    }
    stage.choose("source-menu", "connect")?;
    stage.by_id("connect-dialog")?;
    picture(stage, look, "connect")?;
    stage.press(&["Escape"])?;
    stage.click_id("edit-endpoint")?;
    picture(stage, look, "endpoint")?;
    stage.press(&["Escape"])?;
    stage.click_id("view-history")?;
    stage.by_id("mark:latency:A")?;
    picture(stage, look, "history")?;
    stage.click_id("view-lessons")?;
    stage.by_id("reveal")?;
    picture(stage, look, "lesson")?;
    stage.click_id("leave-lessons")
}

fn picture(stage: &Stage, look: &str, view: &str) -> Result<(), Fault> {
    stage.picture(&artefact(&format!("views/{look}-{view}.png")))
}
