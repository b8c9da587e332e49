//! The lane of the real SQLAlchemy: the same cells, served by a worker process.

mod cell;
mod compare;
pub(super) mod crew;

use super::{RunError, Setup};
use crate::event::Event;
use crate::found::Piece;
use crate::outcome::{End, LaneOutcome, VariantOutcome};
use crate::spec::Experiment;
use cell::Lane;
use fetchscope_drivers::sqlalchemy::{Worker, WorkerError, unpack};
use std::sync::atomic::AtomicBool;

/// Measures the experiment in the real SQLAlchemy. Whatever happens there, what the native lane found stays. What is
/// measured is in the pieces that it emits, and not in the answer.
pub(super) fn run(
    setup: &Setup<'_>,
    native: &[VariantOutcome],
    emit: &mut dyn FnMut(Event),
    cancel: &AtomicBool,
) -> LaneOutcome {
    let mut lane = LaneOutcome::unmeasured(End::Completed);
    emit(Event::ChangingLane);
    emit(Piece::ChangingLane.into());
    match measure(setup, native, &mut lane, emit, cancel) {
        Ok(()) => {}
        Err(RunError::Cancelled | RunError::Sqlalchemy(WorkerError::Cancelled)) => lane.end = End::Cancelled,
        Err(error) => {
            lane.unusable = matches!(&error, RunError::Sqlalchemy(error) if error.is_input());
            lane.failure = Some(error.to_string());
        }
    }
    lane
}

fn measure(
    setup: &Setup<'_>,
    native: &[VariantOutcome],
    known: &mut LaneOutcome,
    emit: &mut dyn FnMut(Event),
    cancel: &AtomicBool,
) -> Result<(), RunError> {
    let sqlalchemy = setup.sqlalchemy.as_ref().ok_or(WorkerError::NoPython)?;
    let interpreter = sqlalchemy.interpreter.clone()?;
    let mut worker = Worker::start(&interpreter, &unpack(sqlalchemy.folder)?)?;
    let mut lane = Lane { setup, mapping: sqlalchemy.mapping, worker: &mut worker, cancel };
    let experiment = setup.experiment;
    let (cell, disagreements) = lane.measure(experiment, native, emit)?;
    known.versions = Some(lane.worker.versions());
    known.disagreements = disagreements;
    known.end = cell.end;
    if let Some(failure) = cell.failure {
        return Err(failure.into());
    }
    for sweep in &experiment.sweep {
        if known.end == End::Completed {
            let mut measure = |changed: &Experiment, emit: &mut dyn FnMut(Event)| {
                let (mut cell, _) = lane.measure(changed, &[], emit)?;
                cell.failure.take().map_or(Ok(cell), |failure| Err(failure.into()))
            };
            known.end = super::sweep(experiment, sweep, &mut measure, emit);
        }
    }
    if let End::Failed { reason } = &known.end {
        known.failure = Some(reason.clone());
    }
    Ok(())
}
