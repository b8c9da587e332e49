//! Bytes as an experiment: it survives being written, the window can open it, and its variants are loaded.

use super::plan;
use fetchscope_app::document;
use fetchscope_engine::plan::document::Strategy;
use fetchscope_experiment::spec::Experiment;

/// Variants that are loaded.
const TRIED: usize = 8;

/// An experiment file.
pub fn experiment(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let experiment = match Experiment::from_toml(text) {
        Ok(experiment) => experiment,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let written = experiment.to_toml().expect("an experiment can be written");
    let read = Experiment::from_toml(&written).expect("a written experiment can be read");
    assert_eq!(read, experiment);
    if let Ok(open) = document::doc(&experiment) {
        // A name of blanks is refused in the window.
        let _ = document::experiment(&open);
    }
    for variant in experiment.variants.values().take(TRIED) {
        plan::requests(&experiment.endpoint.plan(&variant.strategies, Strategy::Select));
    }
}
