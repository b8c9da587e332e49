//! `fetchscope demo`: the default experiment on the sample.

use super::Verdict;
use super::run::How;
use crate::arguments::Demo;
use crate::output;
use anyhow::{Context, Result};
use fetchscope_app::experiment::default_experiment;
use fetchscope_datasets::{Dataset, SampleSpec};

/// Measures seven ways to load the article's list.
pub(crate) fn run(arguments: &Demo) -> Result<Verdict> {
    output::check_reports(&arguments.report)?;
    let spec = SampleSpec::of("citizenapp");
    let dataset = Dataset::open(&spec)?;
    let endpoint = dataset.endpoint("users").context("the sample has lost its list of users")?.endpoint.clone();
    let mut experiment = default_experiment(&format!("sample:{spec}"), endpoint);
    super::run::in_lanes(&mut experiment, &arguments.lanes);
    let how = How {
        stdin: false,
        models: None,
        python: arguments.python.as_deref(),
        reports: &arguments.report,
        json: arguments.json,
    };
    super::run::measure(&experiment, &how)
}
