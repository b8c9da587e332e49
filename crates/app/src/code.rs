//! The code of a variant, with the number of its queries on the data at hand.

use crate::error::AppError;
use crate::prediction;
use crate::source::Opened;
use fetchscope_engine::plan::document::Strategy;
use fetchscope_engine::predict::Prediction;
use fetchscope_experiment::spec::Experiment;
use fetchscope_report::code::{Expected, Piece, code};

/// The code of a variant for every ORM.
pub fn of(opened: &Opened, experiment: &Experiment, variant: &str) -> Result<Vec<Piece>, AppError> {
    let strategies = experiment.variants.get(variant).map(|one| &one.strategies);
    let predicted = match strategies {
        Some(strategies) => prediction::of(opened, &experiment.endpoint.plan(strategies, Strategy::Select))?,
        None => None,
    };
    with(opened, experiment, variant, predicted.as_ref())
}

/// The same where it is already predicted.
pub(crate) fn with(
    opened: &Opened,
    experiment: &Experiment,
    variant: &str,
    predicted: Option<&Prediction>,
) -> Result<Vec<Piece>, AppError> {
    let certain = predicted.filter(|one| one.exact && one.ends_at.is_none());
    let data = || format!("{}, {}", opened.title, opened.data);
    let expected = certain.map(|one| Expected { queries: one.statements, data: data() });
    code(experiment, variant, &opened.document, expected.as_ref()).map_err(|error| AppError::Input(error.to_string()))
}
