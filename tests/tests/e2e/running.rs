//! Run, both charts, and what pointing at them says.

use crate::stage::{Stage, artefact, digits, play};
use fetchscope_tests::window::Fault;

#[test]
fn two_variants_are_measured_and_both_charts_have_their_bars() -> Result<(), Fault> {
    play("running", |stage| {
        run_two_variants(stage)?;
        for (chart, kind) in [("chart-queries", "queries"), ("chart-latency", "latency")] {
            // Charts are drawn anew when their panel changes its size, so an element is found and read in one go.
            let area = |css: &str| {
                stage.wait(&format!("{css} has a size"), || {
                    let size = stage.script(
                        "const box = arguments[0].getBoundingClientRect(); return box.width * box.height",
                        &[stage.find(css)?.json()],
                    )?;
                    Ok(size.as_f64().ok_or("no number"))
                })
            };
            let size = area(&format!("[data-testid=\"{chart}\"] svg"))?;
            assert!(size > 10_000.0, "{chart} is {size} px large");
            for letter in ['A', 'B'] {
                let size = area(&format!("[data-testid=\"mark:{kind}:{letter}\"]"))?;
                assert!(size > 0.0, "the bar of {letter} in {chart} has no area");
            }
            assert!(!stage.has(&format!("mark:{kind}:C"))?, "{chart} shows a variant that was deleted");
        }
        Ok(())
    })
}

#[test]
fn pointing_at_a_bar_tells_its_figures() -> Result<(), Fault> {
    play("pointing", |stage| {
        run_two_variants(stage)?;
        stage.hover(&stage.by_id("mark:queries:A")?)?;
        stage.wait_text("tooltip", "tells 111 queries", |text| text.contains("111"))?;
        stage.hover(&stage.by_id("mark:latency:B")?)?;
        let told = stage.wait_text("tooltip", "tells a latency", |text| text.contains("ms") || text.contains("µs"))?;
        assert!(told.lines().count() >= 3, "besides the value there is nothing to learn: {told:?}");
        assert!(told.contains('n') && digits(&told).is_some(), "{told:?}");
        Ok(())
    })
}

#[test]
fn the_charts_follow_a_run() -> Result<(), Fault> {
    play("following", |stage| {
        stage.await_queries(111)?;
        stage.begin_run()?;
        stage.by_id("live")?;
        for letter in ['A', 'G'] {
            stage.by_id(&format!("mark:latency:{letter}"))?;
        }
        stage.picture(&artefact("following-a-run.png"))?;
        assert!(!stage.has("run")?, "the run had ended before its charts were seen");
        stage.click_id("cancel")?;
        stage.await_end_of_run()
    })
}

#[test]
fn a_run_can_be_cancelled_and_the_window_goes_on() -> Result<(), Fault> {
    play("cancelling", |stage| {
        stage.await_queries(111)?;
        stage.begin_run()?;
        stage.click_id("cancel")?;
        stage.await_end_of_run()?;
        stage.select('B')?;
        stage.await_queries(1)
    })
}

/// Leaves all lazy (A) and joined (B), makes the workload small, and runs to the end.
pub(crate) fn run_two_variants(stage: &Stage) -> Result<(), Fault> {
    stage.await_queries(111)?;
    for letter in ['G', 'F', 'E', 'D', 'C'] {
        stage.delete_variant(letter)?;
    }
    stage.set_workload(&[("concurrency", "4"), ("requests", "40"), ("warmup", "2"), ("rounds", "2")])?;
    stage.click_id("run")?;
    stage.await_end_of_run()?;
    stage.by_id("mark:latency:B").map(drop)
}

#[test]
fn light_and_dark_are_both_there() -> Result<(), Fault> {
    play("dark", |stage| {
        run_two_variants(stage)?;
        let mut backgrounds = Vec::new();
        for theme in ["light", "dark"] {
            stage.set_theme(theme)?;
            stage.picture(&artefact(&format!("{theme}.png")))?;
            backgrounds.push(stage.script("return getComputedStyle(document.body).backgroundColor", &[])?);
        }
        assert_ne!(backgrounds[0], backgrounds[1], "both themes have one background");
        Ok(())
    })
}
