//! Runs of a window: one at a time, the last ones kept so that their charts can be drawn again and exported.

use super::progress::Narrator;
use super::{OpenSource, figures, lock, run_view};
use crate::error::AppError;
use crate::python::Python;
use crate::wire::{ChartPair, DrawRequest, ExperimentDoc, ExportView, FigureRequest, FigureView, RunEvent, RunView};
use crate::{document, experiment, reports};
use fetchscope_experiment::outcome::Outcome;
use fetchscope_report::charts::SweepChart;
use fetchscope_report::format;
use fetchscope_report::rows::{Row, rows};
use fetchscope_report::sweeps;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// Runs kept.
const KEPT: usize = 20;

/// What somebody who runs a report again has to know of a mapping of one's own.
const MAPPED: &str = "The mapping was changed in the window: to run this again elsewhere, export it there and name the file as `mapping` in \
                      the experiment";

/// The runs of a window.
#[derive(Debug, Default)]
pub(super) struct Runs {
    cancel: AtomicBool,
    running: AtomicBool,
    kept: Mutex<VecDeque<(String, Arc<Run>)>>,
    next: Mutex<u64>,
}

/// A run with what its drawings say, which takes longer to work out than to draw.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) outcome: Outcome,
    pub(super) doc: ExperimentDoc,
    pub(super) rows: Vec<Row>,
    pub(super) sweeps: Vec<SweepChart>,
}

/// Says that no run is going on, however it ended.
struct Running<'a>(&'a AtomicBool);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Runs {
    pub(super) fn run(
        &self,
        doc: &ExperimentDoc,
        python: &Python<'_>,
        open: impl FnOnce(&AtomicBool) -> Result<Arc<OpenSource>, AppError>,
        emit: &mut dyn FnMut(RunEvent),
    ) -> Result<RunView, AppError> {
        if self.running.swap(true, Ordering::AcqRel) {
            return Err(AppError::Input("a run is already going on; cancel it or wait for its end".to_owned()));
        }
        let _running = Running(&self.running);
        self.cancel.store(false, Ordering::Release);
        let experiment = document::experiment(doc)?;
        let open = open(&self.cancel)?;
        let mut narrator = Narrator::new(&experiment);
        let mut tell = |event| emit(narrator.tell(event));
        let mut outcome = experiment::run(&experiment, &open.opened, python, &mut tell, &self.cancel)?;
        if !doc.mapping.is_empty() {
            outcome.notes.push(MAPPED.to_owned());
        }
        let id = {
            let mut next = lock(&self.next);
            *next += 1;
            format!("run{next}")
        };
        let (rows, sweeps) = (rows(&outcome), sweeps::charts(&outcome));
        let run = Arc::new(Run { outcome, doc: doc.clone(), rows, sweeps });
        let view = run_view::view(&id, &run);
        let mut kept = lock(&self.kept);
        kept.push_back((id, run));
        if kept.len() > KEPT {
            kept.pop_front();
        }
        Ok(view)
    }

    pub(super) fn cancel(&self) {
        self.cancel.store(true, Ordering::Release);
    }

    pub(super) fn draw(&self, request: &DrawRequest) -> Result<ChartPair, AppError> {
        let run = self.find(&request.run)?;
        figures::pair(&run, &figures::style(request.theme, request.width, request.height))
    }

    pub(super) fn draw_figure(&self, request: &FigureRequest) -> Result<FigureView, AppError> {
        let run = self.find(&request.run)?;
        figures::draw(&run, request.figure, &figures::style(request.theme, request.width, request.height))
    }

    pub(super) fn export(&self, run: &str, path: &Path) -> Result<ExportView, AppError> {
        let run = self.find(run)?;
        let size = reports::write(&run.outcome, path)?;
        Ok(ExportView { path: path.display().to_string(), size: format::bytes(size) })
    }

    fn find(&self, id: &str) -> Result<Arc<Run>, AppError> {
        let found = lock(&self.kept).iter().find(|(known, _)| known == id).map(|(_, run)| run.clone());
        found.ok_or_else(|| AppError::Input("that run is no longer kept; run the experiment again".to_owned()))
    }
}
