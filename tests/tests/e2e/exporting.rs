//! The report, as another browser sees it.

use crate::running::run_two_variants;
use crate::stage::{artefact, play_in};
use fetchscope_tests::window::Fault;
use serde_json::json;
use std::fs;

#[test]
fn the_exported_report_opens_by_itself_and_shows_its_charts() -> Result<(), Fault> {
    let answer = |home: &std::path::Path| Some(home.join("report.html"));
    play_in("exporting", answer, |stage| {
        run_two_variants(stage)?;
        stage.click_id("export")?;
        let file = stage.home().join("report.html");
        stage.wait("the report is written", || Ok(if file.is_file() { Ok(()) } else { Err("it is not") }))?;
        stage.wait_text("notice", "says where it is", |text| text.contains("report.html"))?;
        let html = fs::read_to_string(&file).unwrap_or_default();
        for remote in ["src=\"http", "href=\"http", "url(http", "@import"] {
            assert!(!html.contains(remote), "the report fetches something: {remote}");
        }
        // The window's own engine opens it from the disk, outside the application.
        stage.navigate(&format!("file://{}", file.display()))?;
        let charts = stage.script(
            "return [...document.querySelectorAll('svg')].filter((svg) => svg.getBoundingClientRect().width > 100).length",
            &[],
        )?;
        assert!(charts.as_u64() >= Some(2), "{charts} charts are to be seen");
        let text = stage.script("return document.body.innerText", &[])?;
        let text = text.as_str().unwrap_or_default();
        for word in ["111", "SELECT", "seed"] {
            assert!(text.contains(word), "the report says nothing of {word}");
        }
        assert_ne!(stage.script("return document.title", &[])?, json!(""));
        stage.picture(&artefact("report.png"))
    })
}
