//! What a request will cost, before it is sent: surveying an endpoint, and the formula in words.

use crate::error::AppError;
use crate::request;
use crate::source::Opened;
use fetchscope_drivers::database::Session;
use fetchscope_engine::plan::Program;
use fetchscope_engine::plan::document::PlanDocument;
use fetchscope_engine::predict::{self, Prediction, Survey};
use fetchscope_report::format;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A prediction as a command prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Predicted {
    /// Statements of the whole request.
    pub statements: u64,
    /// Rows of all of them.
    pub rows: u64,
    /// Whether both are certain.
    pub exact: bool,
    /// `1 + 100 distinct organizations + 10 distinct tenants = 111`.
    pub formula: String,
}

/// Which objects each path of a plan reaches: one statement a relationship, keys only, the same for all strategies.
/// `None` where the endpoint itself cannot be loaded.
pub fn survey(
    opened: &Opened,
    session: &Session,
    plan: &PlanDocument,
    cancel: &AtomicBool,
) -> Result<Option<Survey>, AppError> {
    let program = Program::resolve(opened.mapping.clone(), plan, opened.database.dialect())?;
    let program = Arc::new(Survey::program(&program));
    let (_, served) = request::serve_program(session, program.clone(), cancel)?;
    Ok(Survey::of(&program, served.loaded, &served.statements))
}

/// What a plan will cost, from the survey of its endpoint.
pub fn predict(opened: &Opened, plan: &PlanDocument, survey: &Survey) -> Result<Prediction, AppError> {
    Ok(predict::predict(&Program::resolve(opened.mapping.clone(), plan, opened.database.dialect())?, survey))
}

/// Surveys and predicts at once.
pub fn of(opened: &Opened, plan: &PlanDocument) -> Result<Option<Prediction>, AppError> {
    let session = opened.database.connect()?;
    let survey = survey(opened, &session, plan, &AtomicBool::new(false))?;
    survey.map(|survey| predict(opened, plan, &survey)).transpose()
}

/// The statements as a sum: `1 + 100 distinct organizations + 10 distinct tenants`; the root alone is `1`.
#[must_use]
pub fn sum(prediction: &Prediction) -> String {
    let terms = prediction.terms.iter().filter(|term| term.statements > 0);
    let said: Vec<String> = terms
        .map(|term| {
            let number = format::count(term.statements);
            if term.reason.is_empty() { number } else { format!("{number} {}", term.reason) }
        })
        .collect();
    if said.is_empty() { "0".to_owned() } else { said.join(" + ") }
}

/// The sum with its value: `1 + 100 distinct organizations = 101`; `about` where it is not certain.
#[must_use]
pub fn formula(prediction: &Prediction) -> String {
    let total = format::count(prediction.statements);
    let sum = sum(prediction);
    match (prediction.exact, sum == total) {
        (true, true) => total,
        (true, false) => format!("{sum} = {total}"),
        (false, true) => format!("about {total}"),
        (false, false) => format!("{sum} = about {total}"),
    }
}

impl From<&Prediction> for Predicted {
    fn from(prediction: &Prediction) -> Predicted {
        let Prediction { statements, rows, exact, .. } = *prediction;
        Predicted { statements, rows, exact, formula: formula(prediction) }
    }
}
