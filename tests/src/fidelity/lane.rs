//! The SQLAlchemy lane's answer to a plan: from the worker that also measures, along the way a run takes.

use super::answer::{Answer, Ending, Parameters, Statement};
use super::reference::INTERPRETER;
use super::{Fault, Scene};
use fetchscope_app::Paths;
use fetchscope_app::error::AppError;
use fetchscope_app::passwords::{Passwords, SystemKeyring};
use fetchscope_app::source::Source;
use fetchscope_drivers::sqlalchemy::{
    self, Check, Conditions, Interpreter, Open, Place, Pool, Worker, WorkerError, unpack,
};
use fetchscope_engine::mapping::document::MappingDocument;
use fetchscope_engine::plan::document::{PlanDocument, SessionKind};
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Rows that no recorded plan comes near.
const ROWS: u64 = 1_000_000;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The Python that has the real SQLAlchemy.
pub fn interpreter() -> Result<Interpreter, Fault> {
    let missing = || format!("{INTERPRETER} names no Python; `cargo xtask test --only fidelity` provides one");
    let failed = |problem: String| Fault::Program { program: "Python".to_owned(), problem };
    let place = std::env::var_os(INTERPRETER).ok_or_else(|| failed(missing()))?;
    Interpreter::at(Path::new(&place)).map_err(|error| failed(error.to_string()))
}

/// The worker, with the database that it was shown last.
pub struct Lane {
    worker: Worker,
    open: Option<(String, SessionKind)>,
}

impl Lane {
    /// Starts it; its program is put into `folder`.
    pub fn start(folder: &Path) -> Result<Lane, Fault> {
        let program = unpack(folder).map_err(failed)?;
        Ok(Lane { worker: Worker::start(&interpreter()?, &program).map_err(failed)?, open: None })
    }

    /// What it answers; `Err` where it does not take the plan.
    pub fn ask(&mut self, scene: &Scene, plan: &Value) -> Result<Answer, Fault> {
        let plan = PlanDocument::deserialize(plan).map_err(|error| Fault::malformed("a plan", error))?;
        let shown = (scene.source.clone(), plan.session);
        if self.open.as_ref() != Some(&shown) {
            self.show(scene, plan.session)?;
            self.open = Some(shown);
        }
        self.worker.prepare("the plan", &[plan]).map_err(failed)?;
        let check = Check { variant: "the plan", tenant: 0 };
        match self.worker.check(&check, PATIENCE, &AtomicBool::new(false)).map_err(failed)? {
            Ok(answer) => Ok(Answer::from(answer)),
            Err(reason) => Err(Fault::Program { program: "SQLAlchemy".to_owned(), problem: reason }),
        }
    }

    fn show(&mut self, scene: &Scene, session: SessionKind) -> Result<(), Fault> {
        let mapping =
            MappingDocument::deserialize(&scene.mapping).map_err(|error| Fault::malformed("a mapping", error))?;
        let unopened = |error: AppError| Fault::malformed("a source", error);
        let source: Source = scene.source.parse().map_err(unopened)?;
        // Neither a file nor a server needs one of the application's folders.
        let (nowhere, passwords) = (Paths::under(Path::new("")), Passwords::of(SystemKeyring));
        let opened = source.open(&nowhere, &passwords, Some(&mapping), &mut |_| (), &AtomicBool::new(false));
        let place = Place::of(&opened.map_err(unopened)?.database).map_err(failed)?;
        let conditions = Conditions { session, transaction: true, statement_cache: true, rtt_ms: 0.0, jitter_ms: 0.0 };
        let pool = Pool { size: 1, overflow: 0, timeout: PATIENCE.as_secs_f64() };
        let open = Open { database: &place, mapping: &mapping, conditions, pool, rows: ROWS };
        self.worker.open(&open).map_err(failed)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
fn failed(error: WorkerError) -> Fault {
    Fault::Program { program: "the worker".to_owned(), problem: error.to_string() }
}

impl From<sqlalchemy::Answer> for Answer {
    fn from(answer: sqlalchemy::Answer) -> Answer {
        let statements = answer.statements.into_iter().map(|one| Statement {
            phase: one.phase,
            path: one.path,
            reading: None,
            sql: one.sql,
            params: Parameters { params: None, params_sha: None },
            rows: one.rows,
        });
        Answer {
            query_count: answer.query_count,
            root_count: answer.root_count,
            error: answer.error.map(|error| Ending {
                type_name: error.type_name,
                phase: error.phase,
                path: error.path,
            }),
            hash_canonical: answer.hash_canonical,
            response: None,
            statements: statements.collect(),
        }
    }
}
