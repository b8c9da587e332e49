//! Running an experiment: check each variant once, warm up, then measure in interleaved rounds.

mod agreement;
mod application;
mod audience;
mod batch;
mod cell;
mod contender;
mod crew;
mod health;
mod limit;
mod plans;
mod rounds;
mod shapes;
mod sqlalchemy;

use crate::check::ExperimentError;
use crate::event::Event;
use crate::found::{Assembly, Piece};
use crate::outcome::{End, Environment, LaneOutcome, Outcome, VERSION};
use crate::spec::{Axis, Experiment, Sweep};
use fetchscope_drivers::database::Database;
use fetchscope_drivers::error::DatabaseError;
use fetchscope_drivers::postgres::statements::{Counted, Counts};
use fetchscope_drivers::sqlalchemy::{Interpreter, WorkerError};
use fetchscope_engine::mapping::Mapping;
use fetchscope_engine::mapping::document::MappingDocument;
use fetchscope_engine::plan::resolve::PlanError;
use fetchscope_engine::trace::Nanos;
use rounds::Cell;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;
use thiserror::Error;

pub use application::{ApplicationSetup, ask, longest, run_application};

/// The SQLAlchemy version whose statements the loaders emit.
pub const EMULATES: &str = "SQLAlchemy 2.1.9";

/// What an experiment runs on.
#[derive(Debug)]
pub struct Setup<'a> {
    /// The experiment.
    pub experiment: &'a Experiment,
    /// The mapping of the source.
    pub mapping: Arc<Mapping>,
    /// The source.
    pub database: &'a Database,
    /// What the data is, for the environment: `CitizenApp s, seed 1`.
    pub data: String,
    /// What the reader of the result should know beforehand.
    pub notes: Vec<String>,
    /// The real SQLAlchemy, for an experiment that asks for it.
    pub sqlalchemy: Option<Sqlalchemy<'a>>,
}

/// Where the real SQLAlchemy is, and what it maps.
#[derive(Debug)]
pub struct Sqlalchemy<'a> {
    /// The Python that has it, or why there is none.
    pub interpreter: Result<Interpreter, WorkerError>,
    /// Where the worker's program is put.
    pub folder: &'a Path,
    /// The mapping as its file says it.
    pub mapping: &'a MappingDocument,
}

/// Why a run could not be made.
#[derive(Debug, Error)]
pub enum RunError {
    /// The experiment contradicts itself.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// A variant's plan does not fit the mapping.
    #[error("in the variant `{variant}`: {error}")]
    Plan {
        /// Name of the variant.
        variant: String,
        /// What is wrong.
        error: Box<PlanError>,
    },
    /// The database failed while a variant was served for the first time.
    #[error("in the variant `{variant}`: {error}")]
    Database {
        /// Name of the variant.
        variant: String,
        /// What is wrong.
        error: Box<DatabaseError>,
    },
    /// The data could not be looked at.
    #[error(transparent)]
    Data(Box<DatabaseError>),
    /// Others would be shut out.
    #[error(
        "the pool would open {wanted} connections, and the server leaves {free}; lower `size` and `overflow` in \
         `[workload.pool]`, or `concurrency`, so that nobody else is shut out"
    )]
    Connections {
        /// As many as the pool may open.
        wanted: u32,
        /// As many as are left.
        free: u64,
    },
    /// There is nobody to ask for.
    #[error("no row has a value in `{column}`, so there are no tenants to ask for")]
    NoTenants {
        /// Path of the tenant column.
        column: String,
    },
    /// Cancelled before anything was measured.
    #[error("the run was cancelled before anything was measured")]
    Cancelled,
    /// The real SQLAlchemy could not go on.
    #[error(transparent)]
    Sqlalchemy(#[from] WorkerError),
    /// A defect.
    #[error("the run could not go on: {0}")]
    Internal(String),
}

/// Runs an experiment to its end, or until `cancel` is set; what was measured until then is kept.
pub fn run(setup: &Setup<'_>, emit: &mut dyn FnMut(Event), cancel: &AtomicBool) -> Result<Outcome, RunError> {
    let experiment = setup.experiment;
    experiment.check()?;
    let started_at = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let start = Instant::now();
    check_connections(setup)?;
    if let Some(Sqlalchemy { interpreter: Err(error), .. }) =
        setup.sqlalchemy.as_ref().filter(|_| experiment.is_run_in_sqlalchemy())
    {
        // Said before the native lane takes its time.
        emit(Event::Note(format!("The SQLAlchemy lane will not run: {error}.")));
    }
    // Asked before, since a server may be gone after.
    let environment = environment(setup)?;
    let before = setup.database.statement_counts().map_err(|error| RunError::Data(Box::new(error)))?;
    let began = Outcome {
        version: VERSION,
        experiment: experiment.clone(),
        environment,
        started_at,
        elapsed: Nanos(0),
        end: End::Cancelled,
        variants: Vec::new(),
        control: None,
        tenants: Vec::new(),
        sweeps: Vec::new(),
        counted: Vec::new(),
        sqlalchemy: None,
        application: None,
        estimated: None,
        notes: setup.notes.clone(),
    };
    let mut found = Assembly::begin(began.clone());
    emit(Piece::Began { outcome: Box::new(began) }.into());
    let mut listen = |event: Event| {
        if let Event::Found(piece) = &event {
            found.add(piece);
        }
        emit(event);
    };
    let Cell { checked, params, mut end, failure: _ } = cell::measure(setup, experiment, &mut listen, cancel)?;
    for sweep in &experiment.sweep {
        if end == End::Completed {
            let mut measure =
                |changed: &Experiment, emit: &mut dyn FnMut(Event)| cell::measure(setup, changed, emit, cancel);
            end = self::sweep(experiment, sweep, &mut measure, &mut listen);
        }
    }
    let counted = before.map_or_else(Vec::new, |before| counted(setup, &before));
    let lane = (experiment.is_run_in_sqlalchemy() && end == End::Completed)
        .then(|| sqlalchemy::run(setup, &checked, &mut listen, cancel));
    let mut outcome = Outcome { counted, ..found.outcome() };
    outcome.sqlalchemy = outcome.sqlalchemy.zip(lane).map(|(measured, lane)| {
        let LaneOutcome { versions, end, disagreements, failure, unusable, .. } = lane;
        LaneOutcome { versions, end, disagreements, failure, unusable, ..measured }
    });
    if end == End::Completed
        && let Some(note) = plans::ask(setup.database, &mut outcome.variants, &params, cancel)
    {
        emit(Event::Note(note.clone()));
        outcome.notes.push(note);
    }
    Ok(Outcome { elapsed: start.elapsed().into(), end, ..outcome })
}

/// Somebody's server is not filled with connections until nobody else gets one.
fn check_connections(setup: &Setup<'_>) -> Result<(), RunError> {
    let experiment = setup.experiment;
    let over_concurrency = experiment.sweep.iter().filter(|sweep| sweep.over == Axis::Concurrency);
    let swept = over_concurrency.flat_map(|sweep| sweep.values.iter().map(|value| *value as u32));
    let clients = swept.fold(experiment.workload.concurrency, u32::max);
    let wanted = experiment.workload.pool.size.saturating_add(experiment.workload.pool.overflow).min(clients);
    match setup.database.free_connections().map_err(|error| RunError::Data(Box::new(error)))? {
        Some(free) if free < u64::from(wanted) => Err(RunError::Connections { wanted, free }),
        Some(_) | None => Ok(()),
    }
}

/// What the server counted meanwhile. It may be gone by now, and then nothing is known.
fn counted(setup: &Setup<'_>, before: &Counts) -> Vec<Counted> {
    let after = setup.database.statement_counts().ok().flatten();
    after.map_or_else(Vec::new, |after| after.since(before))
}

/// Measures one cell.
type Measure<'a> = dyn FnMut(&Experiment, &mut dyn FnMut(Event)) -> Result<Cell, RunError> + 'a;

/// Measures every value of a sweep, or as many as there is time for. What was measured before it ended stays.
fn sweep(experiment: &Experiment, sweep: &Sweep, measure: &mut Measure<'_>, emit: &mut dyn FnMut(Event)) -> End {
    for (index, asked) in sweep.values.iter().enumerate() {
        let (point, points) = (index as u32 + 1, sweep.values.len() as u32);
        emit(Event::Sweeping { over: sweep.over, value: *asked, point, points });
        emit(Piece::Sweeping { over: sweep.over, asked: *asked }.into());
        match measure(&experiment.at(sweep.over, *asked), emit) {
            Ok(Cell { end: End::Completed, .. }) => {}
            Ok(Cell { end, .. }) => return end,
            Err(RunError::Cancelled | RunError::Sqlalchemy(WorkerError::Cancelled)) => return End::Cancelled,
            Err(error) => return End::Failed { reason: error.to_string() },
        }
    }
    End::Completed
}

fn build() -> &'static str {
    if cfg!(debug_assertions) { "debug" } else { "release" }
}

fn platform() -> String {
    format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)
}

fn environment(setup: &Setup<'_>) -> Result<Environment, RunError> {
    Ok(Environment {
        fetchscope: env!("CARGO_PKG_VERSION").to_owned(),
        build: build().to_owned(),
        platform: platform(),
        cores: limit::cores(),
        database: setup.database.version(),
        data: setup.data.clone(),
        emulates: EMULATES.to_owned(),
        server: setup.database.server_settings().map_err(|error| RunError::Data(Box::new(error)))?,
    })
}
