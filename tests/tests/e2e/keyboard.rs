//! Everything without a mouse.

use crate::stage::{Stage, play};
use fetchscope_tests::window::Fault;
use serde_json::json;

#[test]
fn from_the_first_look_to_a_report_with_keys_alone() -> Result<(), Fault> {
    play("keyboard", |stage| {
        stage.await_queries(111)?;
        stage.press(&["2"])?;
        stage.await_queries(1)?;
        // A copy, under a name of its own, one place up.
        stage.press(&["Ctrl+d", "F2"])?;
        stage.by_id("name-C")?;
        for letter in ["m", "i", "n", "e"] {
            stage.press(&[letter])?;
        }
        stage.press(&["Enter"])?;
        stage.wait_text("variant-C", "has its name", |text| text.contains("mine"))?;
        focus(stage, "variant-C")?;
        stage.press(&["Alt+ArrowUp"])?;
        stage.wait_text("variant-B", "is the copy", |text| text.contains("mine"))?;
        // Its strategies, by their place in the menu: lazy is the first.
        walk_to(stage, "strategy:organization")?;
        stage.press(&["1"])?;
        stage.await_queries(101)?;
        stage.press(&["Alt+ArrowDown"])?;
        assert_eq!(focused(stage)?, json!("strategy:organization.tenant"));
        stage.press(&["1"])?;
        stage.await_queries(111)?;
        // The statements, one after the other.
        walk_to(stage, "tab-statements")?;
        walk_to(stage, "statements")?;
        stage.press(&["ArrowDown", "ArrowDown"])?;
        stage.wait_text("statement-detail", "is the third", |text| text.contains("Statement 3"))?;
        // History, lessons, the keys, and back.
        stage.press(&["Ctrl+h"])?;
        stage.by_id("history")?;
        stage.press(&["Escape", "Ctrl+l"])?;
        stage.by_id("lessons")?;
        stage.press(&["Escape", "?"])?;
        stage.wait("the keys are shown", || shown(stage, "shortcuts-dialog"))?;
        stage.press(&["Escape"])?;
        stage.wait("the keys are gone", || gone(stage, "shortcuts-dialog"))?;
        walk_to(stage, "settings")?;
        stage.press(&["Enter"])?;
        stage.wait("the settings are shown", || shown(stage, "settings-dialog"))?;
        stage.press(&["Escape"])?;
        stage.wait("the settings are gone", || gone(stage, "settings-dialog"))?;
        stage.press(&["Ctrl+Enter"])?;
        stage.by_id("cancel")?;
        stage.press(&["Escape"])?;
        stage.await_end_of_run()
    })
}

/// The `data-testid` of what has the focus.
fn focused(stage: &Stage) -> Result<serde_json::Value, Fault> {
    stage.script("return document.activeElement?.dataset.testid ?? null", &[])
}

/// Presses Tab until the focus is there; on the way every place shows that it has it.
fn walk_to(stage: &Stage, id: &str) -> Result<(), Fault> {
    for _ in 0..80 {
        stage.press(&["Tab"])?;
        let seen = stage.script(
            "const here = document.activeElement;
             if (here === null || here === document.body) return 'nowhere';
             const { outlineStyle, outlineWidth } = getComputedStyle(here);
             return outlineStyle !== 'none' && parseFloat(outlineWidth) > 0 ? 'seen' : `unseen: ${here.outerHTML.slice(0, 120)}`",
            &[],
        )?;
        assert!(seen == json!("seen") || seen == json!("nowhere"), "the focus is {seen}");
        if focused(stage)? == json!(id) {
            return Ok(());
        }
    }
    let problem = format!("80 times Tab do not lead to {id}");
    Err(Fault::Program { program: "the window".to_owned(), problem })
}

fn focus(stage: &Stage, id: &str) -> Result<(), Fault> {
    stage.script("arguments[0].focus()", &[stage.by_id(id)?.json()]).map(drop)
}

fn gone(stage: &Stage, id: &str) -> Result<Result<(), &'static str>, Fault> {
    Ok(if shown(stage, id)?.is_ok() { Err("it is shown") } else { Ok(()) })
}

fn shown(stage: &Stage, id: &str) -> Result<Result<(), &'static str>, Fault> {
    let open = stage.script("return arguments[0].open", &[stage.by_id(id)?.json()])?;
    Ok(if open == json!(true) { Ok(()) } else { Err("it is not") })
}
