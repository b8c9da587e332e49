//! One cell of the native lane: its variants served by threads of this program.

use super::audience::Audience;
use super::batch::Batch;
use super::contender::check_variants;
use super::crew::Clients;
use super::rounds::{self, Cell, Ready};
use super::{RunError, Setup};
use crate::event::Event;
use crate::spec::Experiment;
use crate::tenants::Draw;
use fetchscope_drivers::pool::Pool;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Checks and measures the variants of an experiment.
pub(super) fn measure(
    setup: &Setup<'_>,
    experiment: &Experiment,
    emit: &mut dyn FnMut(Event),
    cancel: &AtomicBool,
) -> Result<Cell, RunError> {
    let pool_of = &experiment.workload.pool;
    let timeout = Duration::from_secs_f64(pool_of.timeout);
    let pool = Pool::new(setup.database.clone(), pool_of.size, pool_of.overflow, timeout);
    let cell = std::thread::scope(|scope| {
        let get_ready = |audience: &Audience, emit: &mut dyn FnMut(Event)| {
            let draw = Draw::new(experiment.workload.tenants, &audience.tenants);
            let batch = Arc::new(Batch::new(experiment, &pool, draw, cancel));
            let contenders = check_variants(setup, &batch, audience, emit)?;
            Ok(Ready { crew: Clients::new(batch, scope), contenders, notes: Vec::new() })
        };
        rounds::measure(Some(setup), experiment, get_ready, emit)
    })?;
    match cell.failure {
        Some(error) => Err(RunError::Internal(error.to_string())),
        None => Ok(cell),
    }
}
