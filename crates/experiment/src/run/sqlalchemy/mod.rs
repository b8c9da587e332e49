//! The lane of the real SQLAlchemy: the same cells, served by a worker process.

mod cell;
mod compare;
pub(super) mod crew;

use super::rounds::Cell;
use super::{RunError, Setup};
use crate::event::Event;
use crate::found::Piece;
use crate::outcome::{End, LaneOutcome, VariantOutcome};
use crate::spec::Experiment;
use cell::Lane;
use fetchscope_drivers::sqlalchemy::{Worker, WorkerError, unpack};
use std::sync::atomic::AtomicBool;

/// Measures the experiment in the real SQLAlchemy. Whatever happens there, what the native lane found stays.
pub(super) fn run(
    setup: &Setup<'_>,
    native: &[VariantOutcome],
    emit: &mut dyn FnMut(Event),
    cancel: &AtomicBool,
) -> LaneOutcome {
    let mut found = LaneOutcome::unmeasured(End::Completed);
    emit(Event::ChangingLane);
    emit(Piece::ChangingLane.into());
    match measure(setup, native, &mut found, emit, cancel) {
        Ok(()) => {}
        Err(RunError::Cancelled | RunError::Sqlalchemy(WorkerError::Cancelled)) => found.end = End::Cancelled,
        Err(error) => {
            found.unusable = matches!(&error, RunError::Sqlalchemy(error) if error.is_input());
            found.failure = Some(error.to_string());
        }
    }
    found
}

fn measure(
    setup: &Setup<'_>,
    native: &[VariantOutcome],
    found: &mut LaneOutcome,
    emit: &mut dyn FnMut(Event),
    cancel: &AtomicBool,
) -> Result<(), RunError> {
    let sqlalchemy = setup.sqlalchemy.as_ref().ok_or(WorkerError::NoPython)?;
    let interpreter = sqlalchemy.interpreter.clone()?;
    let mut worker = Worker::start(&interpreter, &unpack(sqlalchemy.folder)?)?;
    let mut lane = Lane { setup, mapping: sqlalchemy.mapping, worker: &mut worker, cancel };
    let experiment = setup.experiment;
    let (cell, disagreements) = lane.measure(experiment, native, emit)?;
    found.versions = Some(lane.worker.versions());
    found.disagreements = disagreements;
    (found.variants, found.control, found.end, found.notes) = (cell.variants, cell.control, cell.end, cell.notes);
    if let Some(failure) = cell.failure {
        return Err(failure.into());
    }
    for sweep in &experiment.sweep {
        if found.end == End::Completed {
            let mut measure = |changed: &Experiment, emit: &mut dyn FnMut(Event)| -> Result<Cell, RunError> {
                let (mut cell, _) = lane.measure(changed, &[], emit)?;
                cell.failure.take().map_or(Ok(cell), |failure| Err(failure.into()))
            };
            let (points, end) = super::sweep(experiment, sweep, &mut measure, &mut found.notes, emit)?;
            found.sweeps.push(points);
            found.end = end;
        }
    }
    if let End::Failed { reason } = &found.end {
        found.failure = Some(reason.clone());
    }
    Ok(())
}
