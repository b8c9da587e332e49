//! Running an experiment: check each variant once, warm up, then measure in interleaved rounds.

mod agreement;
mod batch;
mod shapes;

use crate::check::ExperimentError;
use crate::event::Event;
use crate::outcome::{Counts, End, Environment, Failure, Outcome, Sample, VERSION, VariantOutcome};
use crate::spec::{Experiment, Workload};
use agreement::Answer;
use batch::{Batch, Limit, Report};
use fetchscope_drivers::sqlite::{Database, Pool, Prepared, ServeError, SqliteError, version};
use fetchscope_engine::graph::response::{self, NotWritten};
use fetchscope_engine::mapping::Mapping;
use fetchscope_engine::plan::Program;
use fetchscope_engine::plan::document::Strategy;
use fetchscope_engine::plan::resolve::PlanError;
use fetchscope_engine::trace::Nanos;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use thiserror::Error;

/// A variant that would take longer than this is measured with fewer requests.
const LONGEST: Duration = Duration::from_secs(60);

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
        error: Box<SqliteError>,
    },
    /// A variant's response would take too much memory.
    #[error("in the variant `{variant}`: {error}")]
    Response {
        /// Name of the variant.
        variant: String,
        /// What is wrong.
        error: NotWritten,
    },
    /// Cancelled before anything was measured.
    #[error("the run was cancelled before anything was measured")]
    Cancelled,
    /// A defect.
    #[error("the run could not go on: {0}")]
    Internal(String),
}

struct Contender {
    prepared: Prepared,
    outcome: VariantOutcome,
    limit: Limit,
}

/// Runs an experiment to its end, or until `cancel` is set; what was measured until then is kept.
pub fn run(setup: &Setup<'_>, emit: &mut dyn FnMut(Event), cancel: &AtomicBool) -> Result<Outcome, RunError> {
    let experiment = setup.experiment;
    experiment.check()?;
    let started_at = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let start = Instant::now();
    let pool_of = &experiment.workload.pool;
    let timeout = Duration::from_secs_f64(pool_of.timeout);
    let pool = Pool::new(setup.database.clone(), pool_of.size, pool_of.overflow, timeout);
    let mut notes = setup.notes.clone();
    let batch = Batch { experiment, pool: &pool, cancel };

    let mut contenders = check_variants(setup, &batch, emit)?;
    let mut said: Vec<String> = contenders.iter_mut().filter_map(|one| shorten(experiment, one)).collect();
    let (rounds, fewer) = rounds(experiment, &contenders);
    said.extend(fewer);
    for note in said {
        emit(Event::Note(note.clone()));
        notes.push(note);
    }
    let end = measure(experiment, rounds, &batch, &mut contenders, emit)?;
    Ok(Outcome {
        version: VERSION,
        experiment: experiment.clone(),
        environment: environment(setup),
        started_at,
        elapsed: start.elapsed().into(),
        end,
        variants: contenders.into_iter().map(|contender| contender.outcome).collect(),
        notes,
    })
}

/// Serves each variant once, recorded and without the injected network.
fn check_variants(
    setup: &Setup<'_>,
    batch: &Batch<'_>,
    emit: &mut dyn FnMut(Event),
) -> Result<Vec<Contender>, RunError> {
    let experiment = setup.experiment;
    let mut contenders = Vec::new();
    let mut answers = Vec::new();
    for (name, variant) in &experiment.variants {
        let plan = experiment.endpoint.plan(&variant.strategies, Strategy::Select);
        let plan = fetchscope_engine::plan::document::PlanDocument { session: experiment.conditions.session, ..plan };
        let program = Program::resolve(setup.mapping.clone(), &plan)
            .map_err(|error| RunError::Plan { variant: name.clone(), error: Box::new(error) })?;
        let prepared = Prepared::new(Arc::new(program));
        emit(Event::Checking { variant: name.clone() });
        let served = batch.once(&prepared).map_err(|error| failed(name, error))?;
        let canonical = prepared.canonical(&served.loaded);
        contenders.push(Contender {
            outcome: VariantOutcome {
                name: name.clone(),
                counts: Some(Counts {
                    queries: served.query_count,
                    round_trips: served.round_trips,
                    rows: served.row_count,
                    bytes: served.byte_count,
                    roots: served.loaded.roots.as_ref().map(|roots| roots.len() as u64),
                }),
                agreement: crate::outcome::Agreement::Unknown,
                hash: canonical.as_deref().map(response::hash),
                statements: shapes::of(&served.statements),
                samples: Vec::new(),
                failures: Vec::new(),
                busy: Nanos(0),
            },
            // A plan that raises has no latency to measure.
            limit: match served.loaded.error {
                Some(_) => Limit::exactly(0),
                None => Limit::of(experiment, served.elapsed, served.round_trips),
            },
            prepared,
        });
        answers.push(Answer { name: name.clone(), canonical, error: served.loaded.error.clone() });
    }
    let key = setup.mapping.find(&experiment.endpoint.root).map(|id| setup.mapping.entity(id));
    let key: Vec<String> = key.map_or_else(Vec::new, |entity| {
        entity.primary_key.iter().map(|column| entity.column(*column).name.to_string()).collect()
    });
    let verdicts = agreement::judge(&answers, experiment.baseline_name(), &key);
    contenders.iter_mut().zip(verdicts).for_each(|(contender, verdict)| contender.outcome.agreement = verdict);
    Ok(contenders)
}

fn failed(variant: &str, error: ServeError) -> RunError {
    match error {
        ServeError::Database(SqliteError::Cancelled) => RunError::Cancelled,
        ServeError::Database(error) => RunError::Database { variant: variant.to_owned(), error: Box::new(error) },
        ServeError::Response(error) => RunError::Response { variant: variant.to_owned(), error },
        ServeError::Loader(error) => RunError::Internal(error.to_string()),
    }
}

/// Fewer requests for a variant that would take too long, with a note that says so.
fn shorten(experiment: &Experiment, contender: &mut Contender) -> Option<String> {
    let Limit::Requests { planned, expected_each } = &mut contender.limit else { return None };
    let fitting = (LONGEST.as_secs_f64() / expected_each.as_secs_f64().max(1e-9)) as u32;
    if fitting >= *planned {
        return None;
    }
    let wanted = *planned;
    // Never fewer than are in flight at once: a variant measured at a lower concurrency could not be compared.
    *planned = fitting.max(experiment.workload.concurrency).min(wanted);
    if *planned == wanted {
        return None;
    }
    Some(format!(
        "{} was measured with {} instead of {wanted} requests, since it would have taken longer than a minute.",
        contender.outcome.name, *planned
    ))
}

/// As many rounds as leave every variant enough requests to reach the concurrency in each, and a note where that is
/// fewer than asked for, or where even one round has too few.
fn rounds(experiment: &Experiment, contenders: &[Contender]) -> (u32, Option<String>) {
    let Workload { concurrency, rounds, .. } = experiment.workload;
    let fewest = contenders.iter().filter_map(|one| one.limit.planned()).filter(|planned| *planned > 0).min();
    let Some(fewest) = fewest else { return (rounds, None) };
    if fewest < concurrency {
        let note = format!(
            "With {fewest} requests a variant, no more than {fewest} were in flight at once, not {concurrency}."
        );
        return (1, Some(note));
    }
    let possible = fewest / concurrency;
    if possible >= rounds {
        return (rounds, None);
    }
    let note = format!(
        "Measured in {possible} instead of {rounds} rounds, so that {concurrency} requests are in flight in each; more \
         requests allow more rounds."
    );
    (possible, Some(note))
}

/// Warm-up and rounds.
fn measure(
    experiment: &Experiment,
    rounds: u32,
    batch: &Batch<'_>,
    contenders: &mut [Contender],
    emit: &mut dyn FnMut(Event),
) -> Result<End, RunError> {
    let total = contenders.iter().map(|contender| contender.limit.planned()).sum::<Option<u32>>();
    let mut random = ChaCha8Rng::seed_from_u64(experiment.seed);
    let mut order: Vec<usize> = (0..contenders.len()).collect();
    for contender in contenders.iter().filter(|one| experiment.workload.warmup > 0 && one.limit.planned() != Some(0)) {
        emit(Event::WarmingUp { variant: contender.outcome.name.clone() });
        let planned = contender.limit.planned().unwrap_or(u32::MAX);
        let limit = Limit::exactly(experiment.workload.warmup.min(planned));
        if batch.run(&contender.prepared, &limit, 0, 1, experiment.seed, &mut |_| {}).cancelled {
            return Ok(End::Cancelled);
        }
    }
    let mut done = 0;
    for round in 0..rounds {
        order.shuffle(&mut random);
        for index in &order {
            let contender = &mut contenders[*index];
            let variant = contender.outcome.name.clone();
            let seed = experiment.seed ^ (u64::from(round) << 32) ^ (*index as u64 + 1);
            let mut progress = |finished: u32| {
                let done = done + finished;
                emit(Event::Progress { done, total, round: round + 1, rounds, variant: variant.clone() });
            };
            let report = batch.run(&contender.prepared, &contender.limit, round, rounds, seed, &mut progress);
            done += report.finished();
            let cancelled = report.cancelled;
            keep(&mut contender.outcome, report);
            if cancelled {
                return Ok(End::Cancelled);
            }
        }
    }
    Ok(End::Completed)
}

fn keep(outcome: &mut VariantOutcome, report: Report) {
    let Report { samples, failures, busy, .. } = report;
    outcome.samples.extend::<Vec<Sample>>(samples);
    outcome.busy += busy;
    for (message, count) in failures {
        match outcome.failures.iter_mut().find(|failure| failure.message == message) {
            Some(failure) => failure.count += count,
            None => outcome.failures.push(Failure { message, count }),
        }
    }
}

fn environment(setup: &Setup<'_>) -> Environment {
    Environment {
        fetchscope: env!("CARGO_PKG_VERSION").to_owned(),
        build: if cfg!(debug_assertions) { "debug" } else { "release" }.to_owned(),
        platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        cores: std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32),
        database: format!("SQLite {}", version()),
        data: setup.data.clone(),
        emulates: EMULATES.to_owned(),
    }
}
