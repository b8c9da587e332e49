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
        let before = memory(stage);
        stage.click_id("edit-endpoint")?;
        stage.fill("endpoint-limit", "")?;
        stage.click_id("apply-endpoint")?;
        stage.await_queries(100_001)?;
        stage.press(&["Escape"])?;
        // From one end to the other, a screen a frame, and then to a place in the middle.
        let frames = stage.script_async(
            "const [list, done] = [arguments[0], arguments[arguments.length - 1]];
             const times = []; let most = 0; let before = performance.now(); let at = 0; const began = before;
             function frame(now) {
               times.push(now - before); before = now;
               most = Math.max(most, list.querySelectorAll('[role=option]').length);
               at += list.clientHeight;
               if (times.length > 240 || now - began > 15000) {
                 times.sort((a, b) => a - b);
                 return done({ most, longest: times.at(-1), over50: times.filter((t) => t > 50).length, median: times[times.length >> 1], frames: times.length });
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
            "frames: {frames}
proportional set size, by process:
{before}then
{}",
            memory(stage)
        );
        fs::create_dir_all(artefact(""))
            .and_then(|()| fs::write(artefact("many.txt"), told))
            .map_err(|source| Fault::File { path: "many.txt".to_owned(), source })?;
        assert_ne!(stage.script("return document.querySelectorAll('[role=option]').length", &[])?, json!(0));
        Ok(())
    })
}

/// What the application and the web view's processes hold, a line each; they all know the journey's home.
fn memory(stage: &Stage) -> String {
    let home = stage.home().display().to_string();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
    let lines = processes.filter_map(|process| {
        let read = |file: &str| String::from_utf8_lossy(&fs::read(process.join(file)).unwrap_or_default()).into_owned();
        let name = read("comm").trim().to_owned();
        if !read("environ").contains(&home) || ["tauri-driver", "WebKitWebDriver"].contains(&name.as_str()) {
            return None;
        }
        let told = read("smaps_rollup");
        let share = told.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        let kilobytes: u64 = share.trim().trim_end_matches(" kB").parse().ok()?;
        Some(format!("{name}: {} MB\n", kilobytes * 1024 / 1_000_000))
    });
    lines.collect()
}
