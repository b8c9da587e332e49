//! Running experiments, and the one to begin with.

use crate::calibration;
use crate::error::AppError;
use crate::history::{Kept, Recorder};
use crate::python::{Python, driver};
use crate::source::Opened;
use fetchscope_drivers::database::Database;
use fetchscope_engine::plan::document::Strategy;
use fetchscope_engine::plan::endpoint::Endpoint;
use fetchscope_experiment::event::Event;
use fetchscope_experiment::outcome::{Agreement, Outcome, VariantOutcome};
use fetchscope_experiment::run::{self, Setup, Sqlalchemy};
use fetchscope_experiment::spec::{Conditions, Expectation, Experiment, Lane, Limits, Variant, Workload};
use indexmap::IndexMap;
use std::sync::atomic::AtomicBool;

/// Runs an experiment on its opened source.
pub fn run(
    experiment: &Experiment,
    opened: &Opened,
    python: &Python<'_>,
    emit: &mut dyn FnMut(Event),
    cancel: &AtomicBool,
) -> Result<Outcome, AppError> {
    // As it is kept and shown: without a password.
    let experiment = &Experiment { source: opened.source.clone(), ..experiment.clone() };
    let setup = Setup {
        experiment,
        mapping: opened.mapping.clone(),
        database: &opened.database,
        data: format!("{}, {}", opened.title, opened.data),
        notes: opened.notices.clone(),
        sqlalchemy: Some(Sqlalchemy {
            interpreter: python.interpreter(),
            folder: &python.paths.python,
            mapping: &opened.document,
        }),
    };
    let mut outcome = run::run(&setup, emit, cancel)?;
    calibrate(&mut outcome, matches!(opened.database, Database::Postgres(_)), python, emit);
    Ok(outcome)
}

/// What a run in both lanes says of this machine is kept; a native run is told what was kept.
fn calibrate(outcome: &mut Outcome, is_server: bool, python: &Python<'_>, emit: &mut dyn FnMut(Event)) {
    let file = &python.paths.calibration();
    let (mut known, unreadable) = calibration::load(file);
    unreadable.into_iter().for_each(|notice| emit(Event::Note(notice)));
    if known.learn(outcome) {
        if let Err(error) = calibration::save(file, &known) {
            emit(Event::Note(format!("What was learnt of this machine is not kept: {error}.")));
        }
    } else if outcome.sqlalchemy.is_none() {
        outcome.estimated = known.estimate(outcome, driver(is_server, outcome.experiment.conditions.session));
    }
}

/// As [`run`], and keeps the run in the history while it goes on.
pub fn run_kept(
    experiment: &Experiment,
    opened: &Opened,
    python: &Python<'_>,
    mut recorder: Recorder<'_>,
    emit: &mut dyn FnMut(Event),
    cancel: &AtomicBool,
) -> Result<(Outcome, Kept), AppError> {
    let mut listen = |event: Event| {
        recorder.hear(&event);
        emit(event);
    };
    let outcome = run(experiment, opened, python, &mut listen, cancel)?;
    let kept = recorder.finish(&outcome);
    Ok((outcome, kept))
}

/// Whether every variant that should return the baseline's graph did, in either lane.
#[must_use]
pub fn agrees(outcome: &Outcome) -> bool {
    let expected = |name: &str| outcome.experiment.variants.get(name).map(|one| one.expect).unwrap_or_default();
    // What the SQLAlchemy lane cannot load at all is no answer that differs.
    let differs = |variant: &VariantOutcome| {
        matches!(variant.agreement, Agreement::Different { .. }) && expected(&variant.name) == Expectation::Same
    };
    if outcome.sqlalchemy.as_ref().is_some_and(|lane| lane.variants.iter().any(differs)) {
        return false;
    }
    outcome.variants.iter().all(|variant| {
        let expected = expected(&variant.name);
        match (&variant.agreement, expected) {
            (_, Expectation::Differs) | (Agreement::Baseline | Agreement::Same, _) => true,
            (
                Agreement::Different { .. }
                | Agreement::Raises { .. }
                | Agreement::Stopped { .. }
                | Agreement::LeftOut { .. }
                | Agreement::Unknown,
                Expectation::Same,
            ) => false,
        }
    })
}

/// The experiment to begin with on a source: the article's benchmark on the sample, and all lazy, joined and selectin
/// for any other endpoint.
#[must_use]
pub fn default_experiment(source: &str, endpoint: Endpoint) -> Experiment {
    let paths = endpoint.paths();
    let all = |strategy| Variant {
        strategies: paths.iter().map(|path| (path.clone(), strategy)).collect(),
        ..Variant::default()
    };
    let mut variants: IndexMap<String, Variant> = IndexMap::new();
    variants.insert("all lazy".to_owned(), all(Strategy::Select));
    variants.insert("joined".to_owned(), all(Strategy::Joined));
    variants.insert("selectin".to_owned(), all(Strategy::Selectin));
    if endpoint.name.as_deref() == Some("users") {
        variants.insert("subquery".to_owned(), all(Strategy::Subquery));
        let mut mixed = all(Strategy::Selectin);
        mixed.strategies.insert("organization.tenant".to_owned(), Strategy::Joined);
        variants.insert("selectin, tenant joined".to_owned(), mixed);
        variants.insert("bulk".to_owned(), all(Strategy::Bulk));
        variants.insert("json_agg".to_owned(), all(Strategy::JsonAgg));
    }
    Experiment {
        version: 1,
        source: source.to_owned(),
        mapping: None,
        seed: 1,
        baseline: variants.keys().next().cloned(),
        endpoint,
        variants,
        workload: Workload { concurrency: 50, requests: Some(1000), warmup: 50, rounds: 10, ..Workload::default() },
        conditions: Conditions { rtt_ms: 1.0, ..Conditions::default() },
        limits: Limits::default(),
        lanes: vec![Lane::Native],
        sweep: Vec::new(),
        application: None,
        request: None,
        claim: None,
    }
}
