//! A variant made ready for the native lane: its programs, what one request of it costs, and whether it answers as the
//! others do.

use super::agreement::{self, Answer};
use super::audience::Audience;
use super::batch::Batch;
use super::limit::{Limit, cores};
use super::rounds::Contender;
use super::shapes;
use super::{RunError, Setup};
use crate::event::Event;
use crate::outcome::{Agreement, Counts, VariantOutcome};
use crate::spec::{Experiment, Variant};
use fetchscope_drivers::error::DatabaseError;
use fetchscope_drivers::request::{Prepared, ServeError, Served};
use fetchscope_engine::advisor::evidence::Objects;
use fetchscope_engine::advisor::multiplication::Volume;
use fetchscope_engine::graph::response;
use fetchscope_engine::plan::Program;
use fetchscope_engine::trace::Nanos;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// One program a tenant, or one in all.
type Native = Arc<[Prepared]>;

/// Serves each variant once for each tenant compared, recorded and without the injected network.
pub(super) fn check_variants(
    setup: &Setup<'_>,
    batch: &Batch<'_>,
    audience: &Audience,
    emit: &mut dyn FnMut(Event),
) -> Result<Vec<Contender<Native>>, RunError> {
    let experiment = batch.experiment;
    let compared = audience.compared();
    let go_on: &dyn Fn() -> bool = &|| !batch.cancel.load(Ordering::Relaxed);
    let cancelled = |_: DatabaseError| RunError::Cancelled;
    let mut contenders = Vec::new();
    let mut answers: Vec<Vec<Answer>> = compared.iter().map(|_| Vec::new()).collect();
    for (name, variant) in &experiment.variants {
        emit(Event::Checking { variant: name.clone() });
        let prepared = prepare(setup, experiment, audience, (name, variant))?;
        let mut first: Option<(Served, Option<String>)> = None;
        let mut stopped = None;
        for (tenant, answers) in compared.iter().zip(&mut answers) {
            match batch.once(&prepared[*tenant]) {
                Ok(served) => {
                    let canonical = prepared[*tenant].canonical(&served.loaded, go_on).map_err(cancelled)?;
                    let hash = match &canonical {
                        Some(response) => Some(response::hash_while(response, go_on).ok_or(RunError::Cancelled)?),
                        None => None,
                    };
                    answers.push(Answer { name: name.clone(), canonical, error: served.loaded.error.clone() });
                    first.get_or_insert((served, hash));
                }
                Err(ServeError::Limit(reached)) => {
                    answers.push(Answer { name: name.clone(), canonical: None, error: None });
                    stopped = Some(Agreement::Stopped { reason: reached.to_string() });
                }
                Err(error) => return Err(failed(name, error)),
            }
        }
        let objects = first.as_ref().zip(compared.first()).map(|((served, _), tenant)| {
            let fetched = Volume { rows: served.row_count, bytes: served.byte_count };
            Objects::of(prepared[*tenant].program(), &served.loaded, fetched)
        });
        let tasks = first.as_ref().map(|(served, _)| setup.database.shard_tasks(&served.statements)).transpose();
        let tasks = tasks.map_err(|error| failed(name, error.into()))?.flatten();
        let mut contender = contender(experiment, name, prepared, first, stopped, tasks);
        contender.outcome.objects = objects.map(|objects| looked_up(setup, name, objects)).transpose()?;
        contenders.push(contender);
    }
    judge(setup, experiment, &mut contenders, &answers, go_on)?;
    Ok(contenders)
}

/// With what the database says of the indexes that its relationships are looked up by.
fn looked_up(setup: &Setup<'_>, variant: &str, mut objects: Objects) -> Result<Objects, RunError> {
    let session = setup.database.connect();
    let checked = session.and_then(|session| session.look_up_indexes(&mut objects.relationships));
    checked.map_err(|error| failed(variant, error.into()))?;
    Ok(objects)
}

fn prepare(
    setup: &Setup<'_>,
    experiment: &Experiment,
    audience: &Audience,
    (name, variant): (&String, &Variant),
) -> Result<Vec<Prepared>, RunError> {
    let mut prepared: Vec<Prepared> = Vec::new();
    for plan in audience.plans(experiment, variant) {
        let program = Program::resolve(setup.mapping.clone(), &plan, setup.database.dialect())
            .map_err(|error| RunError::Plan { variant: name.clone(), error: Box::new(error) })?;
        let program = Arc::new(program);
        prepared.push(match prepared.first() {
            // Only the tenant differs, which is a parameter.
            Some(first) => first.with(program),
            None => Prepared::new(program),
        });
    }
    Ok(prepared)
}

fn contender(
    experiment: &Experiment,
    name: &str,
    prepared: Vec<Prepared>,
    first: Option<(Served, Option<String>)>,
    stopped: Option<Agreement>,
    shard_tasks: Option<u64>,
) -> Contender<Native> {
    let counts = first.as_ref().map(|(served, _)| Counts {
        queries: served.query_count,
        round_trips: served.round_trips,
        rows: served.row_count,
        bytes: served.byte_count,
        roots: served.loaded.roots.as_ref().map(|roots| roots.len() as u64),
        shard_tasks,
    });
    let limit = match &first {
        // A plan that raises, or that is stopped, has no latency to measure.
        Some((served, _)) if served.loaded.error.is_none() && stopped.is_none() => {
            Limit::of(experiment, served.elapsed, served.round_trips, cores())
        }
        Some(_) | None => Limit::exactly(0),
    };
    let ((statements, params), hash) =
        first.map_or_else(Default::default, |(served, hash)| (shapes::of(&served.statements), hash));
    let outcome = VariantOutcome {
        name: name.to_owned(),
        counts,
        agreement: stopped.unwrap_or(Agreement::Unknown),
        hash,
        statements,
        objects: None,
        samples: Vec::new(),
        failures: Vec::new(),
        busy: Nanos(0),
        processor: None,
        tracing: Nanos(0),
        waits: None,
    };
    Contender { work: prepared.into(), outcome, limit, params }
}

/// Whether every variant answers as the baseline does, for every tenant compared.
fn judge(
    setup: &Setup<'_>,
    experiment: &Experiment,
    contenders: &mut [Contender<Native>],
    answers: &[Vec<Answer>],
    go_on: &dyn Fn() -> bool,
) -> Result<(), RunError> {
    let key = setup.mapping.find(&experiment.endpoint.root).map(|id| setup.mapping.entity(id));
    let key: Vec<String> = key.map_or_else(Vec::new, |entity| {
        entity.primary_key.iter().map(|column| entity.column(*column).name.to_string()).collect()
    });
    for of_tenant in answers {
        let verdicts =
            agreement::judge(of_tenant, experiment.baseline_name(), &key, go_on).ok_or(RunError::Cancelled)?;
        for (contender, verdict) in contenders.iter_mut().zip(verdicts) {
            let known = &mut contender.outcome.agreement;
            // The first tenant with another answer is the one that is told.
            if matches!(known, Agreement::Unknown | Agreement::Same) {
                *known = verdict;
            }
        }
    }
    Ok(())
}

fn failed(variant: &str, error: ServeError) -> RunError {
    match error {
        ServeError::Database(DatabaseError::Cancelled) => RunError::Cancelled,
        ServeError::Database(error) => RunError::Database { variant: variant.to_owned(), error: Box::new(error) },
        ServeError::Limit(reached) => RunError::Internal(reached.to_string()),
        ServeError::Loader(error) => RunError::Internal(error.to_string()),
    }
}
