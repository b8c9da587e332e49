//! A hundred thousand statements: only what is in view is in the document. How long frames took and how much memory that was is written to
//! `artefacts/many.txt`, and asserted nowhere: it is the machine's.

use crate::stage::{Stage, artefact, play_in};
use fetchscope_drivers::sqlite::create_from_script;
use fetchscope_tests::window::Fault;
use serde_json::json;
use std::fs;
use std::path::Path;

/// A box and its only thing, a hundred thousand times.
const BOXES: &str = "CREATE TABLE box (id INTEGER PRIMARY KEY, label TEXT);
    CREATE TABLE thing (id INTEGER PRIMARY KEY, box_id INTEGER REFERENCES box (id));
    CREATE INDEX thing_box ON thing (box_id);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) INSERT INTO box SELECT i, 'box ' || i FROM n;
    INSERT INTO thing SELECT id, id FROM box;";

#[test]
fn a_hundred_thousand_statements_are_scrolled_with_few_rows_in_the_document() -> Result<(), Fault> {
    let furnish = |home: &Path| {
        let file = home.join("boxes.db");
        create_from_script(&file, BOXES).expect("a database");
        Some(file)
    };
    play_in("many", furnish, |stage| {
        stage.open_file()?;
        stage.await_queries(101)?;
        stage.click_id("edit-endpoint")?;
        stage.fill("endpoint-limit", "")?;
        stage.click_id("apply-endpoint")?;
        stage.await_queries(100_001)?;
        stage.press(&["Escape"])?;
        // From one end to the other, a screen a frame, and then to a place in the middle.
        let frames = stage.script_async(
            "const [list, done] = [arguments[0], arguments[arguments.length - 1]];
             const times = []; let most = 0; let before = performance.now(); let at = 0;
             function frame(now) {
               times.push(now - before); before = now;
               most = Math.max(most, list.querySelectorAll('[role=option]').length);
               at += list.clientHeight;
               if (times.length > 240) {
                 times.sort((a, b) => a - b);
                 return done({ most, longest: times.at(-1), over50: times.filter((t) => t > 50).length, median: times[120] });
               }
               list.scrollTop = at; requestAnimationFrame(frame);
             }
             requestAnimationFrame(frame);",
            &[stage.by_id("statements")?.json()],
        )?;
        assert!(frames["most"].as_u64() < Some(100), "rows in the document: {frames}");
        stage.script("arguments[0].scrollTop = arguments[0].scrollHeight / 2", &[stage.by_id("statements")?.json()])?;
        stage.wait_text("statement-50000", "is there", |text| text.contains("thing"))?;
        stage.click_id("statement-50000")?;
        stage.wait_text("statement-detail", "tells it", |text| text.contains("Statement 50000"))?;
        let told = format!(
            "frames: {frames}\nmemory (proportional set size, all processes): {} MB\n",
            memory(stage) / 1_000_000
        );
        fs::write(artefact("many.txt"), told).map_err(|source| Fault::File { path: "many.txt".to_owned(), source })?;
        assert_ne!(stage.script("return document.querySelectorAll('[role=option]').length", &[])?, json!(0));
        Ok(())
    })
}

/// Bytes of the application and of the web view's processes, which all know the journey's home.
fn memory(stage: &Stage) -> u64 {
    let home = stage.home().display().to_string();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
    let ours = processes.filter(|process| {
        let read = |file: &str| fs::read(process.join(file)).unwrap_or_default();
        let name = String::from_utf8_lossy(&read("comm")).into_owned();
        let knows = String::from_utf8_lossy(&read("environ")).contains(&home);
        knows && !["tauri-driver", "WebKitWebDriver"].iter().any(|driver| driver.starts_with(name.trim()))
    });
    let shares = ours.map(|process| {
        let told = fs::read_to_string(process.join("smaps_rollup")).unwrap_or_default();
        let line = told.lines().find_map(|line| line.strip_prefix("Pss:"));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) * 1024
    });
    shares.sum()
}
