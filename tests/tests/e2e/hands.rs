//! What a person does in the window, in a person's words.

use crate::stage::{Stage, digits};
use fetchscope_tests::window::Fault;

impl Stage {
    /// Selects a variant by its letter.
    pub(crate) fn select(&self, letter: char) -> Result<(), Fault> {
        self.click_id(&format!("variant-{letter}"))
    }

    /// Deletes a variant by its letter.
    pub(crate) fn delete_variant(&self, letter: char) -> Result<(), Fault> {
        self.select(letter)?;
        self.click_id("delete-variant")?;
        self.wait(&format!("{letter} is deleted"), || {
            Ok(if self.has(&format!("variant-{letter}"))? { Err("it is there") } else { Ok(()) })
        })
    }

    /// Lets the response read one more relationship of the class at `path`.
    pub(crate) fn add_relationship(&self, path: &str, name: &str) -> Result<(), Fault> {
        self.choose(&format!("add-relationship:{path}"), name)
    }

    /// Opens the workload and writes into its fields.
    pub(crate) fn set_workload(&self, fields: &[(&str, &str)]) -> Result<(), Fault> {
        self.click_id("workload")?;
        for (field, text) in fields {
            self.fill(field, text)?;
        }
        self.click_id("workload")
    }

    /// Chooses "Open SQLite file…"; the dialog is answered by the journey.
    pub(crate) fn open_file(&self) -> Result<(), Fault> {
        self.choose("source-menu", "open-file")
    }

    /// The theme its button says.
    pub(crate) fn theme(&self) -> Result<String, Fault> {
        let button = self.by_id("theme")?;
        let said = self.script("return arguments[0].getAttribute('aria-label')", &[button.json()])?;
        Ok(said.as_str().unwrap_or_default().trim_start_matches("Theme: ").to_owned())
    }

    /// Presses the theme's button until it says `theme`.
    pub(crate) fn set_theme(&self, theme: &str) -> Result<(), Fault> {
        for _ in 0..3 {
            if self.theme()? == theme {
                return Ok(());
            }
            self.click_id("theme")?;
        }
        Err(Fault::Program { program: "the theme's button".to_owned(), problem: format!("never said {theme}") })
    }

    /// Presses Run and waits until it tells how far it is.
    pub(crate) fn begin_run(&self) -> Result<(), Fault> {
        self.click_id("run")?;
        self.wait_text("progress", "tells how far it is", |text| digits(text).is_some()).map(drop)
    }

    /// Waits until nothing runs.
    pub(crate) fn await_end_of_run(&self) -> Result<(), Fault> {
        self.wait("the run has ended", || Ok(if self.has("run")? { Ok(()) } else { Err("it goes on") }))
    }

    /// The statements of the selected variant, once its trace has answered with `wanted`.
    pub(crate) fn await_queries(&self, wanted: u64) -> Result<(), Fault> {
        self.wait_text("query-count", &format!("is {wanted}"), |text| digits(text) == Some(wanted)).map(drop)
    }
}
