//! Predictions for a window: the survey of the endpoint that is open is kept, so that a toggle asks the database nothing.

use super::{OpenSource, lock};
use crate::error::AppError;
use crate::prediction;
use crate::wire::{PredictionView, Quantity, TermView};
use fetchscope_engine::plan::document::PlanDocument;
use fetchscope_engine::plan::endpoint::Endpoint;
use fetchscope_engine::predict::{Prediction, Survey};
use fetchscope_report::format;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// The survey of the endpoint that is open.
#[derive(Debug, Default)]
pub(super) struct Predictions {
    current: Mutex<Option<Arc<Surveyed>>>,
}

/// A survey, made or being made.
#[derive(Debug)]
struct Surveyed {
    /// What it depends on: the source with its mapping, and the endpoint.
    open: Arc<OpenSource>,
    endpoint: String,
    cancel: AtomicBool,
    survey: Mutex<Made>,
}

#[derive(Debug, Default)]
enum Made {
    /// Not yet, or the last attempt failed.
    #[default]
    Not,
    /// The endpoint cannot be loaded, and so not be predicted.
    Impossible,
    Survey(Box<Survey>),
}

impl Predictions {
    /// Stops and forgets the survey.
    pub(super) fn forget(&self) {
        if let Some(old) = lock(&self.current).take() {
            old.cancel.store(true, Ordering::Relaxed);
        }
    }

    /// Predicts a plan of an endpoint. A survey of another endpoint that is still being made is stopped.
    pub(super) fn predict(
        &self,
        open: &Arc<OpenSource>,
        endpoint: &Endpoint,
        plan: &PlanDocument,
    ) -> Result<Option<Prediction>, AppError> {
        let filter = serde_json::to_string(&endpoint.filter)
            .map_err(|error| AppError::Internal(format!("a filter cannot be written: {error}")))?;
        let key = format!("{} {filter} {}", endpoint.root, endpoint.paths().join(" "));
        let surveyed = {
            let mut current = lock(&self.current);
            match &*current {
                Some(known) if known.endpoint == key && Arc::ptr_eq(&known.open, open) => known.clone(),
                other => {
                    if let Some(old) = other {
                        old.cancel.store(true, Ordering::Relaxed);
                    }
                    let open = open.clone();
                    let new = Surveyed { open, endpoint: key, cancel: AtomicBool::default(), survey: Mutex::default() };
                    current.insert(Arc::new(new)).clone()
                }
            }
        };
        // Whoever asks for the same endpoint meanwhile waits here; single requests have a connection of their own.
        let mut made = lock(&surveyed.survey);
        if matches!(*made, Made::Not) {
            let session = open.opened.database.connect()?;
            let survey = prediction::survey(&open.opened, &session, plan, &surveyed.cancel)?;
            *made = survey.map_or(Made::Impossible, |survey| Made::Survey(Box::new(survey)));
        }
        match &*made {
            Made::Survey(survey) => Ok(Some(prediction::predict(&open.opened, plan, survey)?)),
            Made::Not | Made::Impossible => Ok(None),
        }
    }
}

/// A prediction, as the window shows it.
pub(super) fn view(variant: &str, prediction: &Prediction) -> PredictionView {
    let counted = |number: u64| Quantity { value: number as f64, text: format::count(number) };
    let terms = prediction.terms.iter().filter_map(|term| {
        let (_, path) = term.path.split_once('.')?;
        let about = if term.exact { "" } else { "about " };
        let (statements, rows) = (format::count(term.statements), format::count(term.rows));
        let what = if term.statements == 0 {
            "no statement of its own".to_owned()
        } else {
            format!(
                "{about}{statements} {}, {about}{rows} {}",
                term.reason,
                if term.rows == 1 { "row" } else { "rows" }
            )
        };
        Some(TermView {
            path: path.to_owned(),
            share: format!("{}+{statements}", if term.exact { "" } else { "≈" }),
            explanation: format!("Predicted: {what}"),
        })
    });
    PredictionView {
        variant: variant.to_owned(),
        statements: counted(prediction.statements),
        rows: counted(prediction.rows),
        exact: prediction.exact,
        formula: prediction::formula(prediction),
        terms: terms.collect(),
        ends_at: prediction.ends_at.as_ref().map(|path| path.to_string()),
    }
}
