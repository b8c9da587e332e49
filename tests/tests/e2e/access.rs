//! What a screen reader and a person who sees little need, looked for by axe in the real window.

use crate::pictures::TABS;
use crate::running::run_two_variants;
use crate::stage::{Stage, play};
use fetchscope_tests::window::Fault;
use serde_json::Value;
use std::path::Path;

/// The checker, which comes with the front end's development packages.
fn axe() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&file).expect("`npm ci` in ui/ brings axe-core")
}

/// What is wrong with the view that is shown, a line each.
fn wrong(stage: &Stage, view: &str) -> Result<Vec<String>, Fault> {
    let found = stage.script_async(
        "const done = arguments[0];
         axe.run(document, { resultTypes: ['violations'] }).then(
           (result) => done(result.violations.flatMap((rule) =>
             rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)} (${node.failureSummary.split('\\n')[1]?.trim()})`))),
           (error) => done([String(error)]));",
        &[],
    )?;
    let lines = found.as_array().into_iter().flatten().filter_map(Value::as_str);
    Ok(lines.map(|line| format!("{view}: {line}")).collect())
}

#[test]
fn every_view_is_clean_in_light_and_dark() -> Result<(), Fault> {
    play("access", |stage| {
        run_two_variants(stage)?;
        let axe = axe();
        stage.script(&format!("{axe}; window.axe = axe;"), &[])?;
        let mut problems = Vec::new();
        for theme in ["light", "dark"] {
            stage.set_theme(theme)?;
            for tab in TABS {
                stage.click_id(&format!("tab-{tab}"))?;
                problems.extend(wrong(stage, &format!("{theme} {tab}"))?);
            }
            for (button, dialog) in [("settings", "settings-dialog"), ("shortcuts", "shortcuts-dialog")] {
                stage.click_id(button)?;
                stage.by_id(dialog)?;
                problems.extend(wrong(stage, &format!("{theme} {dialog}"))?);
                stage.press(&["Escape"])?;
            }
            stage.click_id("workload")?;
            problems.extend(wrong(stage, &format!("{theme} workload"))?);
            stage.click_id("workload")?;
            stage.click_id("view-history")?;
            stage.by_id("mark:latency:A")?;
            problems.extend(wrong(stage, &format!("{theme} history"))?);
            stage.click_id("view-lessons")?;
            stage.by_id("lesson-page")?;
            problems.extend(wrong(stage, &format!("{theme} lessons"))?);
            stage.click_id("leave-lessons")?;
        }
        assert!(problems.is_empty(), "{} things are wrong:\n{}", problems.len(), problems.join("\n"));
        Ok(())
    })
}
