//! Where a journey takes place: a display, a home of its own, and the application opened on it.

use fetchscope_tests::window::{Display, Driver, Fault, Launch, Session, desktop};
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

/// The open window and what it stands on; fields end in the order they are named.
pub(crate) struct Stage {
    session: Session,
    driver: Driver,
    display: Display,
    launch: Launch,
    home: tempfile::TempDir,
}

/// Plays a journey in a fresh window. However it ends, `artefacts/NAME.png` shows how the window looked then.
pub(crate) fn play(name: &str, journey: impl FnOnce(&mut Stage) -> Result<(), Fault>) -> Result<(), Fault> {
    play_in(name, |_| None, journey)
}

/// As [`play`], in a home that was furnished before: `furnish` returns the file that every dialog answers.
pub(crate) fn play_in(
    name: &str,
    furnish: impl FnOnce(&Path) -> Option<PathBuf>,
    journey: impl FnOnce(&mut Stage) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let home = tempfile::tempdir().map_err(|source| Fault::File { path: "a temporary folder".to_owned(), source })?;
    let launch = Launch { home: home.path().to_owned(), dialog_answer: furnish(home.path()) };
    let display = Display::start()?;
    let driver = Driver::start(&display, &launch)?;
    let session = driver.open(&desktop()?)?;
    let mut stage = Stage { session, driver, display, launch, home };
    let played = catch_unwind(AssertUnwindSafe(|| journey(&mut stage)));
    let pictured = stage.picture(&artefact(&format!("{name}.png")));
    match played {
        Ok(outcome) => outcome.and(pictured),
        Err(panic) => resume_unwind(panic),
    }
}

/// A file that stays after the tests, to be looked at.
pub(crate) fn artefact(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../artefacts").join(name)
}

impl Stage {
    /// What belongs to this journey alone.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Waits until the settings on disk say this: what was changed a moment ago is not saved yet.
    pub(crate) fn await_saved(&self, text: &str) -> Result<(), Fault> {
        let file = self.home().join("fetchscope/settings.json");
        self.session.wait("the settings are saved", || {
            let saved = std::fs::read_to_string(&file).unwrap_or_default();
            Ok(if saved.contains(text) { Ok(()) } else { Err(saved) })
        })
    }

    /// Kills the application without a warning and opens it again on the same home.
    pub(crate) fn crash_and_reopen(&mut self) -> Result<(), Fault> {
        self.driver.kill();
        self.driver = Driver::start(&self.display, &self.launch)?;
        self.session = self.driver.open(&desktop()?)?;
        Ok(())
    }
}

impl Deref for Stage {
    type Target = Session;
    fn deref(&self) -> &Session {
        &self.session
    }
}

/// The first number in a text, thin spaces between its thousands left out: `1 001 queries` is 1001.
pub(crate) fn digits(text: &str) -> Option<u64> {
    let from = text.find(|letter: char| letter.is_ascii_digit())?;
    let number = text[from..].chars().take_while(|letter| letter.is_ascii_digit() || letter.is_whitespace());
    number.filter(char::is_ascii_digit).collect::<String>().parse().ok()
}

#[test]
fn a_number_is_read_with_its_thousands() {
    assert_eq!(digits("1\u{2009}001 queries"), Some(1001));
    assert_eq!(digits("statements: 3, rows: 4"), Some(3));
    assert_eq!(digits("—"), None);
}
