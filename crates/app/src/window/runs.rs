//! Runs of a window: one at a time, each kept in the history; the last ones stay in memory, so that their charts are drawn
//! at once.

use super::live::Live;
use super::progress::Narrator;
use super::{OpenSource, figures, lock, run_view};
use crate::error::AppError;
use crate::history::{History, HistoryError, Kept, KeptRun, Recorder, RunId};
use crate::python::Python;
use crate::wire::{ChartPair, DrawRequest, ExperimentDoc, ExportView, FigureRequest, FigureView, RunEvent, RunView};
use crate::{document, experiment, reports};
use fetchscope_experiment::event::Event;
use fetchscope_experiment::outcome::Outcome;
use fetchscope_experiment::spec::Experiment;
use fetchscope_report::charts::SweepChart;
use fetchscope_report::format;
use fetchscope_report::lanes::{self, InSqlalchemy};
use fetchscope_report::rows::{Row, rows};
use fetchscope_report::sweeps;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// Runs in memory.
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
    /// What the last run has shown of itself while it went on.
    live: Mutex<Option<Arc<Shown>>>,
}

/// What a run shows of itself: its rows so far, and the work they belong to.
#[derive(Debug)]
struct Shown {
    doc: ExperimentDoc,
    rows: Vec<Row>,
}

/// Begins the name of what a run shows while it goes on; a number follows.
const LIVE: &str = "live-";

/// A run with what its drawings say, which takes longer to work out than to draw.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) outcome: Outcome,
    pub(super) doc: ExperimentDoc,
    pub(super) rows: Vec<Row>,
    pub(super) sweeps: Vec<SweepChart>,
    /// The same in the real SQLAlchemy, where it was measured.
    pub(super) lane: Option<InSqlalchemy>,
}

/// A run that is wanted.
pub(super) struct Asked<'a> {
    pub(super) experiment: Experiment,
    /// The work of the window it belongs to.
    pub(super) doc: ExperimentDoc,
    /// What it is called in the history, and its tag, where that is not to follow from what it measures.
    pub(super) called: Option<(&'a str, &'a str)>,
}

/// A run that was made elsewhere.
pub(super) struct Brought<'a> {
    pub(super) outcome: Outcome,
    pub(super) doc: ExperimentDoc,
    pub(super) name: &'a str,
}

impl Run {
    fn new(mut outcome: Outcome, doc: ExperimentDoc) -> Run {
        if !doc.mapping.is_empty() {
            outcome.notes.push(MAPPED.to_owned());
        }
        let (rows, sweeps, lane) = (rows(&outcome), sweeps::charts(&outcome), lanes::in_sqlalchemy(&outcome));
        Run { outcome, doc, rows, sweeps, lane }
    }
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
        asked: Asked<'_>,
        python: &Python<'_>,
        history: Result<&History, &HistoryError>,
        open: impl FnOnce(&AtomicBool) -> Result<Arc<OpenSource>, AppError>,
        emit: &mut dyn FnMut(RunEvent),
    ) -> Result<RunView, AppError> {
        if self.running.swap(true, Ordering::AcqRel) {
            return Err(AppError::Input("a run is already going on; cancel it or wait for its end".to_owned()));
        }
        let _running = Running(&self.running);
        self.cancel.store(false, Ordering::Release);
        let Asked { experiment, doc, called } = asked;
        let open = open(&self.cancel)?;
        // As it is kept and shown: without a password.
        let doc = ExperimentDoc { source: open.opened.source.clone(), ..doc };
        let (mut narrator, mut live, mut looks) = (Narrator::new(&experiment), Live::new(), 0_u32);
        let mut tell = |event| {
            let said = if let Event::Found(piece) = event {
                live.take_in(*piece).map(|rows| {
                    *lock(&self.live) = Some(Arc::new(Shown { doc: doc.clone(), rows }));
                    looks += 1;
                    RunEvent::Charts { run: format!("{LIVE}{looks}") }
                })
            } else {
                narrator.tell(event)
            };
            if let Some(said) = said {
                emit(said);
            }
        };
        let mut recorder = Recorder::new(history, Some(&doc));
        if let Some((name, tag)) = called {
            recorder = recorder.called(name, tag);
        }
        let (outcome, kept) =
            experiment::run_kept(&experiment, &open.opened, python, recorder, &mut tell, &self.cancel)?;
        let id = match kept {
            Kept::As(run) => run.to_string(),
            Kept::Not(reason) => {
                emit(RunEvent::Notice { message: format!("The run is shown, but not kept in the history: {reason}.") });
                self.unkept()
            }
        };
        let run = Arc::new(Run::new(outcome, doc));
        let view = run_view::view(&id, &run);
        self.remember(id, run);
        Ok(view)
    }

    /// A run of the history, as it was shown when it had ended.
    pub(super) fn reopen(&self, id: &str, history: Result<&History, &HistoryError>) -> Result<RunView, AppError> {
        let run = self.find(id, history)?;
        Ok(run_view::view(id, &run))
    }

    pub(super) fn cancel(&self) {
        self.cancel.store(true, Ordering::Release);
    }

    /// Takes in a run that was made elsewhere.
    pub(super) fn bring(
        &self,
        brought: Brought<'_>,
        history: Result<&History, &HistoryError>,
    ) -> Result<RunView, AppError> {
        let Brought { outcome, doc, name } = brought;
        let id = match Recorder::new(history, Some(&doc)).called(name, "opened").finish(&outcome) {
            Kept::As(run) => run.to_string(),
            Kept::Not(_) => self.unkept(),
        };
        let run = Arc::new(Run::new(outcome, doc));
        let view = run_view::view(&id, &run);
        self.remember(id, run);
        Ok(view)
    }

    /// What a run is called that is in no history.
    fn unkept(&self) -> String {
        let mut next = lock(&self.next);
        *next += 1;
        format!("not-kept-{next}")
    }

    /// What somebody reads out of a run, and the run as it is shown.
    pub(super) fn read<T>(
        &self,
        id: &str,
        history: Result<&History, &HistoryError>,
        read: impl FnOnce(&Outcome) -> T,
    ) -> Result<(RunView, T), AppError> {
        let run = self.find(id, history)?;
        Ok((run_view::view(id, &run), read(&run.outcome)))
    }

    pub(super) fn draw(
        &self,
        request: &DrawRequest,
        history: Result<&History, &HistoryError>,
    ) -> Result<ChartPair, AppError> {
        let style = figures::style(request.theme, request.width, request.height);
        // The run itself is not to wait for the drawing.
        let live = lock(&self.live).clone().filter(|_| request.run.starts_with(LIVE));
        if let Some(live) = live {
            return figures::pair(&live.rows, &live.doc, &style);
        }
        let run = self.find(&request.run, history)?;
        figures::pair(&run.rows, &run.doc, &style)
    }

    pub(super) fn draw_figure(
        &self,
        request: &FigureRequest,
        history: Result<&History, &HistoryError>,
    ) -> Result<FigureView, AppError> {
        let run = self.find(&request.run, history)?;
        figures::draw(&run, request.figure, &figures::style(request.theme, request.width, request.height))
    }

    pub(super) fn export(
        &self,
        run: &str,
        path: &Path,
        history: Result<&History, &HistoryError>,
    ) -> Result<ExportView, AppError> {
        let run = self.find(run, history)?;
        let size = reports::write(&run.outcome, path)?;
        Ok(ExportView { path: path.display().to_string(), size: format::bytes(size) })
    }

    /// A run in memory, or of the history.
    fn find(&self, id: &str, history: Result<&History, &HistoryError>) -> Result<Arc<Run>, AppError> {
        let found = lock(&self.kept).iter().find(|(known, _)| known == id).map(|(_, run)| run.clone());
        if let Some(found) = found {
            return Ok(found);
        }
        let Ok(number) = id.parse::<RunId>() else {
            return Err(AppError::Input("that run is no longer kept; run the experiment again".to_owned()));
        };
        let history = history.map_err(|error| AppError::File(error.to_string()))?;
        let KeptRun { outcome, doc, .. } = history.run(number)?;
        let doc = doc.map_or_else(|| document::doc(&outcome.experiment), Ok)?;
        let run = Arc::new(Run::new(outcome, doc));
        self.remember(id.to_owned(), run.clone());
        Ok(run)
    }

    fn remember(&self, id: String, run: Arc<Run>) {
        let mut kept = lock(&self.kept);
        kept.retain(|(known, _)| *known != id);
        kept.push_back((id, run));
        if kept.len() > KEPT {
            kept.pop_front();
        }
    }
}
