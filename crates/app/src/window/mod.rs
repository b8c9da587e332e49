//! What the window asks for, in the types of [`crate::wire`].

mod figures;
mod files;
mod history;
mod lessons;
mod live;
mod mapped;
mod plan_view;
mod predictions;
mod progress;
mod pythons;
mod run_view;
mod runs;
mod servers;
mod source_view;
mod trace_view;

use crate::error::AppError;
use crate::history::{History, HistoryError};
use crate::passwords::{Passwords, SystemKeyring};
use crate::paths::Paths;
use crate::presets::Preset;
use crate::source::Opened;
use crate::wire::{
    ChartPair, CodeView, DrawRequest, ExperimentDoc, ExportView, FigureRequest, FigureView, MappingEdit, OpenProgress,
    PlanView, PredictionView, PythonView, RunEvent, RunView, SampleView, ServerFields, ServerView, Settings,
    SourceView, StartView, StatementView, TraceRequest, TraceView, VariantDoc, WireError,
};
use crate::{axes, code, document, explain, settings, strategies};
use fetchscope_datasets::{Progress, Step};
use fetchscope_drivers::database::Session;
use fetchscope_engine::plan::document::{PlanDocument, Strategy};
use fetchscope_engine::plan::endpoint::Endpoint;
use fetchscope_experiment::run::EMULATES;
use fetchscope_report::code::Piece;
use fetchscope_report::format;
use predictions::Predictions;
use pythons::Needs;
use runs::{Asked, Runs};
use servers::Servers;
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};
use trace_view::LastTrace;

/// The application behind a window. All of it may be called from any thread.
#[derive(Debug)]
pub struct App {
    paths: Paths,
    opened: Mutex<HashMap<String, Arc<OpenSource>>>,
    opening: Mutex<Vec<Weak<AtomicBool>>>,
    traces: Mutex<HashMap<String, LastTrace>>,
    predictions: Predictions,
    runs: Runs,
    history: OnceLock<Result<History, HistoryError>>,
    servers: Servers,
    passwords: Passwords,
    /// The Python that was chosen in the window; empty for the one that is found.
    python: Mutex<String>,
    /// Stops making an environment.
    cancel_prepare: AtomicBool,
}

/// A source with the connection its single requests use.
#[derive(Debug)]
struct OpenSource {
    opened: Opened,
    session: Mutex<Option<Session>>,
    /// The same seen through a mapping of one's own, with the edits that make it: the last one that was asked for.
    mapped: Mutex<Option<Mapped>>,
}

/// A source seen through a mapping of the work's own.
#[derive(Debug)]
struct Mapped {
    file: Option<String>,
    edits: Vec<MappingEdit>,
    seen: Arc<OpenSource>,
}

impl OpenSource {
    fn new(opened: Opened) -> Arc<OpenSource> {
        Arc::new(OpenSource { opened, session: Mutex::default(), mapped: Mutex::default() })
    }
}

type Answer<T> = Result<T, WireError>;

impl App {
    /// An application that keeps its files there, and passwords in the keyring of the operating system.
    #[must_use]
    pub fn new(paths: Paths) -> App {
        App::with_passwords(paths, Passwords::of(SystemKeyring))
    }

    /// An application that has passwords from elsewhere.
    #[must_use]
    pub fn with_passwords(paths: Paths, passwords: Passwords) -> App {
        App {
            paths,
            opened: Mutex::default(),
            opening: Mutex::default(),
            traces: Mutex::default(),
            predictions: Predictions::default(),
            runs: Runs::default(),
            history: OnceLock::new(),
            servers: Servers::default(),
            passwords,
            python: Mutex::default(),
            cancel_prepare: AtomicBool::default(),
        }
    }

    /// What the window shows first.
    pub fn start(&self) -> Answer<StartView> {
        let (settings, notice) = settings::load(&self.paths.settings);
        lock(&self.python).clone_from(&settings.python);
        let datasets = fetchscope_datasets::list().map_err(AppError::from)?;
        let samples = datasets.iter().flat_map(|dataset| {
            dataset.sizes.iter().map(|size| SampleView {
                source: format!("sample:{}?size={}", dataset.name, size.name),
                title: format!("{}, size {}", dataset.title, size.name),
                description: size.description.clone(),
            })
        });
        Ok(StartView {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            emulates: EMULATES.to_owned(),
            samples: samples.collect(),
            strategies: strategies::offered(),
            presets: Preset::ALL.map(Preset::info).into(),
            axes: axes::offered(),
            pool: axes::sqlalchemy_pool(),
            server: settings.experiment.as_ref().and_then(|kept| servers::form(&kept.source)),
            settings,
            notices: notice.into_iter().collect(),
        })
    }

    /// Opens a source; a sample that is not there yet is generated first, and `emit` hears how far it has come.
    pub fn open_source(&self, source: &str, emit: &mut dyn FnMut(OpenProgress)) -> Answer<SourceView> {
        // Asked for by hand, a file is looked at afresh.
        lock(&self.opened).remove(source);
        self.predictions.forget();
        let cancel = Arc::new(AtomicBool::new(false));
        {
            let mut opening = lock(&self.opening);
            opening.retain(|other| other.strong_count() > 0);
            opening.push(Arc::downgrade(&cancel));
        }
        let open = self.source_until(source, &mut throttled(emit), &cancel)?;
        Ok(source_view::view(&open.opened)?)
    }

    /// Connects to a PostgreSQL server and opens its database.
    pub fn open_server(&self, form: &ServerFields, emit: &mut dyn FnMut(OpenProgress)) -> Answer<SourceView> {
        let settings = servers::settings(form).map_err(AppError::from)?;
        let mut view = self.servers.open(&settings, |address| self.open_source(address, emit))?;
        view.notices.extend(servers::remember(form, &self.passwords)?);
        Ok(view)
    }

    /// Forgets the password of a server, and says what was forgotten.
    pub fn forget_password(&self, form: &ServerFields) -> Answer<String> {
        Ok(servers::forget(form, &self.passwords)?)
    }

    /// Whether a server can be connected to, and what answers.
    pub fn test_server(&self, form: &ServerFields) -> Answer<ServerView> {
        Ok(servers::test(form, &self.passwords)?)
    }

    /// Stops the generating of every sample that is being opened.
    pub fn cancel_open(&self) {
        for cancel in lock(&self.opening).drain(..).filter_map(|cancel| cancel.upgrade()) {
            cancel.store(true, Ordering::Relaxed);
        }
    }

    /// Runs one request of a variant.
    pub fn trace(&self, request: &TraceRequest) -> Answer<TraceView> {
        let doc = &request.experiment;
        let open = self.source(doc)?;
        let (variant, _, plan) = asked_for(request)?;
        let mut session = lock(&open.session);
        let connected = match session.take() {
            Some(connected) => connected,
            None => open.opened.database.connect().map_err(AppError::from)?,
        };
        // A connection whose request failed is not used again.
        let (prepared, served) = crate::request::serve(&open.opened, &connected, &plan)?;
        *session = Some(connected);
        drop(session);
        let mut traces = lock(&self.traces);
        let context = format!(
            "{} {:?} {:?} {} {:?}",
            doc.source, doc.mapping_file, doc.mapping, doc.endpoint.root, doc.endpoint.filter
        );
        let last = traces.get(&variant.id).filter(|last| last.context == context);
        let (view, seen) = trace_view::view(&variant.id, context, &prepared, &served, last);
        traces.insert(variant.id.clone(), seen);
        Ok(view)
    }

    /// More statements of a variant's last request, from a position on, which counts from 1.
    pub fn statements(&self, variant: &str, serial: u32, from: u32, count: u32) -> Answer<Vec<StatementView>> {
        let page = lock(&self.traces).get(variant).and_then(|last| last.page(serial, from, count));
        Ok(page.ok_or_else(|| AppError::Input("another request was made since; look at its statements".to_owned()))?)
    }

    /// Runs one statement of a variant's request once more, and says how the server did it.
    pub fn explain(&self, request: &TraceRequest, n: u32) -> Answer<PlanView> {
        let open = self.source(&request.experiment)?;
        let (_, _, plan) = asked_for(request)?;
        let session = open.opened.database.connect().map_err(AppError::from)?;
        let (_, served) = crate::request::serve(&open.opened, &session, &plan)?;
        let statement = served.statements.iter().find(|one| one.n == n);
        let statement = statement
            .ok_or_else(|| AppError::Input(format!("the request no longer sends a statement {n}; look at it again")))?;
        Ok(plan_view::view(&explain::explained(&session, statement)?))
    }

    /// What one request of a variant will cost. The first time an endpoint is asked for, its keys are read; `None` where it
    /// cannot be loaded.
    pub fn predict(&self, request: &TraceRequest) -> Answer<Option<PredictionView>> {
        let open = self.source(&request.experiment)?;
        let (variant, endpoint, plan) = asked_for(request)?;
        let prediction = self.predictions.predict(&open, &endpoint, &plan)?;
        Ok(prediction.map(|prediction| predictions::view(&variant.id, &prediction)))
    }

    /// The code that loads as a variant does, for every ORM.
    pub fn code(&self, request: &TraceRequest) -> Answer<Vec<CodeView>> {
        let open = self.source(&request.experiment)?;
        let (variant, endpoint, plan) = asked_for(request)?;
        let prediction = self.predictions.predict(&open, &endpoint, &plan)?;
        let experiment = document::experiment(&request.experiment)?;
        let pieces = code::with(&open.opened, &experiment, &variant.name, prediction.as_ref())?;
        let view =
            |Piece { title, exact, notes, code, .. }: Piece| CodeView { title: title.to_owned(), exact, notes, code };
        Ok(pieces.into_iter().map(view).collect())
    }

    /// A variant with the strategies of a preset.
    pub fn apply_preset(&self, experiment: &ExperimentDoc, variant: &str, preset: &str) -> Answer<VariantDoc> {
        let known = Preset::ALL.into_iter().find(|one| one.id() == preset);
        let preset = known.ok_or_else(|| AppError::Input(format!("there is no preset `{preset}`")))?;
        let found = experiment.variants.iter().find(|one| one.id == variant);
        let variant =
            found.ok_or_else(|| AppError::Input("the variant to change is not among the open ones".to_owned()))?;
        let open = self.source(experiment)?;
        let strategies = preset.strategies(&open.opened.document, &experiment.endpoint);
        Ok(VariantDoc { strategies, ..variant.clone() })
    }

    /// Runs the experiment; returns when it is done or cancelled.
    pub fn run(&self, experiment: &ExperimentDoc, emit: &mut dyn FnMut(RunEvent)) -> Answer<RunView> {
        let chosen = lock(&self.python).clone();
        let python = pythons::chosen(&self.paths, &chosen);
        let open = |cancel: &AtomicBool| self.source_as_mapped(experiment, cancel);
        let asked = Asked { experiment: document::experiment(experiment)?, doc: experiment.clone(), called: None };
        Ok(self.runs.run(asked, &python, self.history(), open, emit)?)
    }

    /// What a Python has for measuring a source in the real SQLAlchemy; runs from now on use it. Without a place, the one that
    /// is found.
    pub fn look_at_python(&self, place: &str, source: &str, asynchronous: bool) -> Answer<PythonView> {
        place.trim().clone_into(&mut lock(&self.python));
        Ok(pythons::look(&pythons::chosen(&self.paths, place), Needs { source, asynchronous })?)
    }

    /// Makes an environment with SQLAlchemy, its drivers and FastAPI, which runs from now on use; `emit` hears what is being done.
    pub fn prepare_python(
        &self,
        source: &str,
        asynchronous: bool,
        emit: &mut dyn FnMut(OpenProgress),
    ) -> Answer<PythonView> {
        let python = pythons::chosen(&self.paths, "");
        self.cancel_prepare.store(false, Ordering::Relaxed);
        let view = pythons::prepare(&python, Needs { source, asynchronous }, emit, &self.cancel_prepare)?;
        // The one that was made, even where another environment is active.
        lock(&self.python).clone_from(&view.place);
        Ok(view)
    }

    /// Stops making an environment.
    pub fn cancel_prepare(&self) {
        self.cancel_prepare.store(true, Ordering::Relaxed);
    }

    /// Stops the run that is going on.
    pub fn cancel_run(&self) {
        self.runs.cancel();
    }

    /// The two charts of a run.
    pub fn draw(&self, request: &DrawRequest) -> Answer<ChartPair> {
        Ok(self.runs.draw(request, self.history())?)
    }

    /// A further chart of a run, with what it says.
    pub fn draw_figure(&self, request: &FigureRequest) -> Answer<FigureView> {
        Ok(self.runs.draw_figure(request, self.history())?)
    }

    /// Writes a run to a file, in the format its ending asks for.
    pub fn export_run(&self, run: &str, path: &Path) -> Answer<ExportView> {
        Ok(self.runs.export(run, path, self.history())?)
    }

    /// Keeps the settings for the next start.
    pub fn save_settings(&self, settings: &Settings) -> Answer<()> {
        Ok(settings::save(&self.paths.settings, settings)?)
    }

    /// The source of the open work, seen through its mapping.
    fn source(&self, experiment: &ExperimentDoc) -> Result<Arc<OpenSource>, AppError> {
        self.source_as_mapped(experiment, &AtomicBool::new(false))
    }

    fn source_until(
        &self,
        source: &str,
        progress: &mut dyn FnMut(Progress<'_>),
        cancel: &AtomicBool,
    ) -> Result<Arc<OpenSource>, AppError> {
        if let Some(open) = lock(&self.opened).get(source) {
            return Ok(open.clone());
        }
        let opened = self.servers.source(source)?.open(&self.paths, &self.passwords, None, progress, cancel)?;
        let open = OpenSource::new(opened);
        let mut all = lock(&self.opened);
        all.insert(open.opened.source.clone(), open.clone());
        all.insert(source.to_owned(), open.clone());
        Ok(open)
    }
}

/// The variant of a request, and its plan.
fn asked_for(request: &TraceRequest) -> Result<(&VariantDoc, Endpoint, PlanDocument), AppError> {
    let doc = &request.experiment;
    let Some(variant) = doc.variants.iter().find(|variant| variant.id == request.variant) else {
        return Err(AppError::Input("the variant to run is not among the open ones".to_owned()));
    };
    let endpoint = document::endpoint(&doc.endpoint)?;
    let plan = endpoint.plan(&document::variant(variant).strategies, Strategy::Select);
    let plan = PlanDocument { session: document::session(doc.conditions.asynchronous), ..plan };
    Ok((variant, endpoint, plan))
}

/// Passes on how far a sample has come, at most some twenty times a second.
fn throttled(emit: &mut dyn FnMut(OpenProgress)) -> impl FnMut(Progress<'_>) {
    let mut last: Option<Instant> = None;
    move |progress| {
        if last.is_some_and(|last| last.elapsed() < Duration::from_millis(50)) {
            return;
        }
        last = Some(Instant::now());
        let what = match progress.step {
            Step::Rows { table, .. } => format!("Writing {table}"),
            Step::Indexes { table } => format!("Indexing {table}"),
            Step::Saving => "Saving".to_owned(),
        };
        let (done, total) = (progress.rows_done, progress.rows_total);
        emit(OpenProgress {
            what: format!("{what}, {} of {} rows", format::count(done), format::count(total)),
            done: done as f64,
            total: total as f64,
        });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
