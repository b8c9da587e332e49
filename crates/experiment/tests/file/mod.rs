//! A run on a SQLite file that a script makes.

use fetchscope_drivers::database::Database;
use fetchscope_drivers::sqlite::create_from_script;
use fetchscope_engine::mapping::Mapping;
use fetchscope_experiment::event::Event;
use fetchscope_experiment::outcome::Outcome;
use fetchscope_experiment::run::{RunError, Setup, run};
use fetchscope_experiment::spec::Experiment;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Runs the experiment that a text says.
pub(crate) fn run_on(
    script: &str,
    text: &str,
    emit: &mut dyn FnMut(Event),
    cancel: &AtomicBool,
) -> Result<Outcome, RunError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some.db");
    create_from_script(&path, script).unwrap();
    let database = Database::open_file(&path).unwrap();
    let document = database.connect().unwrap().introspect("some").unwrap().mapping;
    let experiment = Experiment::from_toml(text).unwrap();
    let setup = Setup {
        experiment: &experiment,
        mapping: Arc::new(Mapping::check(&document).unwrap()),
        database: &database,
        data: "some".into(),
        notes: Vec::new(),
        sqlalchemy: None,
    };
    run(&setup, emit, cancel)
}
