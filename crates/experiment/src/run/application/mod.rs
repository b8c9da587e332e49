//! A program of the user's: its own endpoint, run in the worker as it is written and with other strategies.

mod cell;

use super::rounds::Cell;
use super::{EMULATES, RunError};
use crate::event::Event;
use crate::found::{Assembly, Piece};
use crate::outcome::{ApplicationOutcome, End, Environment, Outcome, VERSION};
use crate::spec::{Experiment, Request};
use cell::Program;
use fetchscope_drivers::sqlalchemy::{Imported, Injected, Most, Overrides, RequestTrace, Worker, WorkerError};
use fetchscope_engine::trace::Nanos;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// What an experiment with an application runs on.
#[derive(Debug)]
pub struct ApplicationSetup<'a> {
    /// The experiment.
    pub experiment: &'a Experiment,
    /// The worker that has imported the program.
    pub worker: &'a mut Worker,
    /// What it imported.
    pub imported: &'a Imported,
    /// The request as it is written, if it was looked at already and is still the one that the worker means.
    pub seen: Option<&'a RequestTrace>,
    /// What the reader of the result should know beforehand.
    pub notes: Vec<String>,
}

/// Requests of which looking at one consists, at most: twice as it is written, without what is not read, once more plain,
/// and one whose memory is watched; and one for each path where those that are not read are tried one by one.
const LOOKS: u32 = 20;

/// How long looking at a request may take.
#[must_use]
pub fn longest(experiment: &Experiment) -> Duration {
    Duration::from_secs_f64(experiment.limits.seconds * f64::from(LOOKS))
}

/// Tells the worker which request is meant, under which circumstances.
pub fn ask(worker: &mut Worker, experiment: &Experiment) -> Result<(), WorkerError> {
    let request = experiment.request.as_ref().map_or_else(Default::default, Request::http);
    let conditions = &experiment.conditions;
    let injected = Injected { rtt_ms: conditions.rtt_ms, jitter_ms: conditions.jitter_ms };
    let limits = &experiment.limits;
    worker.request(&request, injected, Most { rows: limits.rows, bytes: limits.bytes, seconds: limits.seconds })
}

/// Runs an experiment with an application to its end, or until `cancel` is set; what was measured until then is kept.
///
/// # Errors
/// If the experiment contradicts itself or the endpoint, if the request cannot be made, and if the worker cannot go on
/// before anything was measured.
pub fn run_application(
    setup: &mut ApplicationSetup<'_>,
    emit: &mut dyn FnMut(Event),
    cancel: &AtomicBool,
) -> Result<Outcome, RunError> {
    let experiment = setup.experiment;
    experiment.check()?;
    let started_at = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let start = Instant::now();
    let seen = match setup.seen {
        Some(seen) => seen.clone(),
        None => {
            ask(setup.worker, experiment)?;
            setup.worker.trace(&Overrides::new(), true, longest(experiment), cancel)?
        }
    };
    let mut notes = setup.notes.clone();
    notes.extend(seen.notices.iter().cloned());
    let began = Outcome {
        version: VERSION,
        experiment: kept(experiment),
        environment: environment(setup, &seen),
        started_at,
        elapsed: Nanos(0),
        end: End::Cancelled,
        variants: Vec::new(),
        control: None,
        tenants: Vec::new(),
        sweeps: Vec::new(),
        counted: Vec::new(),
        application: Some(found(&seen)),
        sqlalchemy: None,
        estimated: None,
        notes,
    };
    let mut found = Assembly::begin(began.clone());
    emit(Piece::Began { outcome: Box::new(began) }.into());
    let mut listen = |event: Event| {
        if let Event::Found(piece) = &event {
            found.add(piece);
        }
        emit(event);
    };
    let mut program = Program { worker: setup.worker, cancel, needs_unique: Vec::new() };
    let Cell { mut end, failure, .. } = program.measure(experiment, &mut listen)?;
    let needs_unique = std::mem::take(&mut program.needs_unique);
    if let Some(failure) = failure {
        end = End::Failed { reason: failure.to_string() };
    }
    for sweep in &experiment.sweep {
        if end == End::Completed {
            let mut measure = |changed: &Experiment, emit: &mut dyn FnMut(Event)| {
                ask(program.worker, changed)?;
                program.measure(changed, emit)
            };
            end = super::sweep(experiment, sweep, &mut measure, &mut listen);
        }
    }
    let mut outcome = found.outcome();
    if let Some(application) = &mut outcome.application {
        application.needs_unique = needs_unique;
    }
    Ok(Outcome { elapsed: start.elapsed().into(), end, ..outcome })
}

/// The experiment as it may be kept: nothing in it tells who asked.
fn kept(experiment: &Experiment) -> Experiment {
    Experiment { request: experiment.request.as_ref().map(Request::without_secrets), ..experiment.clone() }
}

fn found(seen: &RequestTrace) -> ApplicationOutcome {
    ApplicationOutcome {
        status: seen.status,
        body_bytes: seen.body_bytes,
        failure: seen.error.as_ref().map(|error| format!("{}: {}", error.type_name, error.message)),
        peak_bytes: seen.peak_bytes,
        queries: seen.queries.clone(),
        needs_unique: Vec::new(),
    }
}

fn environment(setup: &ApplicationSetup<'_>, seen: &RequestTrace) -> Environment {
    let hello = setup.worker.hello();
    let sqlalchemy = format!("SQLAlchemy {}", hello.sqlalchemy.as_deref().unwrap_or_default());
    let import = setup.experiment.application.as_ref().and_then(|one| one.import.as_deref());
    let import = import.unwrap_or("a function");
    let framework = setup.imported.framework.iter().map(|framework| format!(", {framework}")).collect::<String>();
    Environment {
        fetchscope: env!("CARGO_PKG_VERSION").to_owned(),
        build: super::build().to_owned(),
        platform: super::platform(),
        cores: super::limit::cores(),
        database: seen.database.clone().unwrap_or_else(|| "no database was asked".to_owned()),
        data: format!("{import}, Python {}{framework}", hello.python),
        emulates: if hello.sqlalchemy.is_some() { sqlalchemy } else { EMULATES.to_owned() },
        server: Vec::new(),
    }
}
