//! A program of the user's: imported into a worker, listed, traced, advised on and measured.

pub mod trust;

use crate::error::AppError;
use crate::history::{Kept, Recorder};
use crate::paths::Paths;
use crate::python::Python;
use crate::source::Source;
use fetchscope_datasets::{Application as Carried, Dataset, Progress, SampleSpec};
pub use fetchscope_drivers::sqlalchemy::{
    Change, Failed, Overrides, PathTrace, QueryTrace, RequestTrace, SentStatement,
};
use fetchscope_drivers::sqlalchemy::{HttpRequest, Import, Imported, Injected, Most, Route, Worker, unpack};
use fetchscope_experiment::event::Event;
use fetchscope_experiment::outcome::Outcome;
use fetchscope_experiment::run::{self, ApplicationSetup};
use fetchscope_experiment::spec::{Application, Experiment, Limits, Request};
use indexmap::IndexMap;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// A program that was imported and started.
#[derive(Debug)]
pub struct Program {
    worker: Worker,
    imported: Imported,
}

/// Imports and starts a program; the application of a sample is unpacked first, and its data generated.
pub fn open(
    application: &Application,
    call: Option<&str>,
    python: &Python<'_>,
    progress: &mut dyn FnMut(Progress<'_>),
    cancel: &AtomicBool,
) -> Result<Program, AppError> {
    let sample = application.import.as_deref().and_then(|import| import.strip_prefix("sample:"));
    let sample = sample.map(|spec| sampled(spec, python.paths, progress, cancel)).transpose()?;
    let named = application.python.as_deref().map(|named| in_folder(application, named));
    let python = Python { chosen: python.chosen.or(named.as_deref()), ..*python };
    let mut worker = Worker::start(&python.interpreter()?, &unpack(&python.paths.python)?)?;
    let (directory, variables, import) = match (&sample, call) {
        (Some(sample), _) => (Some(sample.folder.clone()), sample.variables.clone(), sample.import),
        (None, Some(call)) => (application.directory.clone().map(PathBuf::from), IndexMap::new(), call),
        (None, None) => {
            let import = application.import.as_deref().unwrap_or_default();
            (application.directory.clone().map(PathBuf::from), IndexMap::new(), import)
        }
    };
    // Found from here, since the worker goes to the directory before it looks.
    let env_file = application.env_file.as_deref().map(|file| std::path::absolute(in_folder(application, file)));
    let env_file = env_file.transpose().map_err(|error| AppError::File(error.to_string()))?;
    let imported = worker.import(&Import {
        import,
        is_call: call.is_some(),
        directory: directory.as_deref(),
        env_file: env_file.as_deref(),
        variables: &variables,
        lifespan: application.lifespan,
        allow_writes: application.allow_writes,
    })?;
    Ok(Program { worker, imported })
}

/// A path as an experiment names it: from its directory, unless it is there from here.
fn in_folder(application: &Application, named: &str) -> PathBuf {
    let inside = application.directory.as_ref().map(|directory| Path::new(directory).join(named));
    match inside {
        Some(inside) if !Path::new(named).exists() && inside.exists() => inside,
        Some(_) | None => PathBuf::from(named),
    }
}

/// What is needed to import the application of a sample.
struct Sampled {
    import: &'static str,
    folder: PathBuf,
    variables: IndexMap<String, String>,
}

fn sampled(
    spec: &str,
    paths: &Paths,
    progress: &mut dyn FnMut(Progress<'_>),
    cancel: &AtomicBool,
) -> Result<Sampled, AppError> {
    let Source::Sample(spec) = format!("sample:{spec}").parse::<Source>()? else {
        return Err(AppError::Internal("a sample is not a sample".to_owned()));
    };
    let spec: SampleSpec = spec;
    let dataset = Dataset::open(&spec)?;
    let carried = Carried::of(&dataset.info.name).ok_or_else(|| {
        AppError::Input(format!("the sample `{}` has no application; `sample:citizenapp` has one", dataset.info.name))
    })?;
    let file = fetchscope_datasets::ensure(&dataset, &spec, &paths.samples, progress, cancel)?;
    let folder = carried.unpack(&paths.python)?;
    let address = format!("sqlite:///{}", file.display());
    Ok(Sampled { import: carried.import, folder, variables: [(carried.variable.to_owned(), address)].into() })
}

/// A route with what one request of it showed, where it needs no parameter.
#[derive(Debug, Serialize)]
pub struct Endpoint {
    /// The route.
    #[serde(flatten)]
    pub route: Route,
    /// What one request did.
    pub seen: Option<RequestTrace>,
    /// Why nothing is known of it.
    pub skipped: Option<String>,
}

impl Program {
    /// What was imported.
    #[must_use]
    pub fn imported(&self) -> &Imported {
        &self.imported
    }

    /// One request in full, as it is written or with other strategies.
    pub fn trace(
        &mut self,
        request: &Request,
        overrides: &Overrides,
        peak: bool,
        cancel: &AtomicBool,
    ) -> Result<RequestTrace, AppError> {
        self.send(&request.http())?;
        Ok(self.worker.trace(overrides, peak, longest(), cancel)?)
    }

    /// Every route; those that a GET without parameters reaches with one request each. `tell` hears of each in turn.
    pub fn endpoints(
        &mut self,
        headers: &IndexMap<String, String>,
        tell: &mut dyn FnMut(&Endpoint),
        cancel: &AtomicBool,
    ) -> Result<Vec<Endpoint>, AppError> {
        let routes = self.worker.routes()?.ok_or_else(|| {
            AppError::Input(
                "the routes of this application cannot be listed; `fetchscope trace --app … --request 'GET /path'` looks \
                 at one of them"
                    .to_owned(),
            )
        })?;
        let mut endpoints = Vec::new();
        for route in routes {
            let (seen, skipped) = if route.method != "GET" {
                (None, Some(format!("{} is not sent", route.method)))
            } else if !route.needs.is_empty() {
                (None, Some(format!("needs {}", route.needs.join(", "))))
            } else {
                let request = HttpRequest {
                    method: "GET".to_owned(),
                    path: route.path.clone(),
                    headers: headers.clone(),
                    body: None,
                };
                self.send(&request)?;
                match self.worker.trace(&Overrides::new(), false, longest(), cancel) {
                    Ok(seen) => (Some(seen), None),
                    Err(error) if error.is_input() => (None, Some(error.to_string())),
                    Err(error) => return Err(error.into()),
                }
            };
            let endpoint = Endpoint { route, seen, skipped };
            tell(&endpoint);
            endpoints.push(endpoint);
        }
        Ok(endpoints)
    }

    /// Means a request from now on, under the circumstances of an experiment.
    pub fn ask(&mut self, experiment: &Experiment) -> Result<(), AppError> {
        Ok(run::ask(&mut self.worker, experiment)?)
    }

    /// The request that is meant, as it is written or with other strategies.
    pub fn watch(&mut self, overrides: &Overrides, cancel: &AtomicBool) -> Result<RequestTrace, AppError> {
        Ok(self.worker.trace(overrides, overrides.is_empty(), longest(), cancel)?)
    }

    /// The change to the source that loads as these strategies do, without what is not read.
    pub fn change(
        &mut self,
        overrides: &Overrides,
        unread: &[String],
        cancel: &AtomicBool,
    ) -> Result<Vec<Change>, AppError> {
        Ok(self.worker.change(overrides, unread, longest(), cancel)?)
    }

    /// Runs an experiment on the request that is meant, which was seen before.
    pub fn run_again(
        &mut self,
        experiment: &Experiment,
        seen: &RequestTrace,
        emit: &mut dyn FnMut(Event),
        cancel: &AtomicBool,
    ) -> Result<Outcome, AppError> {
        let Program { worker, imported } = self;
        let mut setup = ApplicationSetup { experiment, worker, imported, seen: Some(seen), notes: Vec::new() };
        Ok(run::run_application(&mut setup, emit, cancel)?)
    }

    /// Runs an experiment with this program.
    pub fn run(
        &mut self,
        experiment: &Experiment,
        emit: &mut dyn FnMut(Event),
        cancel: &AtomicBool,
    ) -> Result<Outcome, AppError> {
        let Program { worker, imported } = self;
        let mut setup = ApplicationSetup { experiment, worker, imported, seen: None, notes: Vec::new() };
        Ok(run::run_application(&mut setup, emit, cancel)?)
    }

    /// As [`Program::run`], and keeps the run in the history while it goes on.
    pub fn run_kept(
        &mut self,
        experiment: &Experiment,
        mut recorder: Recorder<'_>,
        emit: &mut dyn FnMut(Event),
        cancel: &AtomicBool,
    ) -> Result<(Outcome, Kept), AppError> {
        let mut listen = |event: Event| {
            recorder.hear(&event);
            emit(event);
        };
        let outcome = self.run(experiment, &mut listen, cancel)?;
        let kept = recorder.finish(&outcome);
        Ok((outcome, kept))
    }

    fn send(&mut self, request: &HttpRequest) -> Result<(), AppError> {
        let Limits { rows, bytes, seconds } = Limits::default();
        Ok(self.worker.request(request, Injected { rtt_ms: 0.0, jitter_ms: 0.0 }, Most { rows, bytes, seconds })?)
    }
}

/// How long looking at one request may take.
fn longest() -> Duration {
    Duration::from_secs_f64(Limits::default().seconds * 5.0)
}
