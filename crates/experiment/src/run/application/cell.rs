//! One cell: every variant asked once beside the endpoint as it is written, then measured in rounds.

use crate::event::Event;
use crate::outcome::{Agreement, Counts, StatementShape, VariantOutcome};
use crate::run::RunError;
use crate::run::audience::Audience;
use crate::run::batch::Share;
use crate::run::limit::Limit;
use crate::run::rounds::{self, Cell, Contender, Crew, Ready};
use crate::run::sqlalchemy::crew::Python;
use crate::spec::{Experiment, Tenants};
use crate::tenants::Draw;
use fetchscope_drivers::sqlalchemy::{Compared, SentStatement, Worker, WorkerError};
use fetchscope_engine::trace::Nanos;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Requests after which it is known how long one takes: the first ones compile their statements.
const TRIED: u32 = 3;

/// The program that is asked.
pub(super) struct Program<'a> {
    pub(super) worker: &'a mut Worker,
    pub(super) cancel: &'a AtomicBool,
    /// Variants whose code would need `.unique()`, with the numbers of the queries.
    pub(super) needs_unique: Vec<(String, Vec<u32>)>,
}

impl Program<'_> {
    pub(super) fn measure(&mut self, experiment: &Experiment, emit: &mut dyn FnMut(Event)) -> Result<Cell, RunError> {
        let get_ready = |_: &Audience, emit: &mut dyn FnMut(Event)| {
            let program = self;
            let (contenders, notes) = program.check_all(experiment, emit)?;
            Ok(Ready { crew: crew(program.worker, program.cancel, experiment), contenders, notes })
        };
        rounds::measure(None, experiment, get_ready, emit)
    }

    fn check_all(
        &mut self,
        experiment: &Experiment,
        emit: &mut dyn FnMut(Event),
    ) -> Result<(Vec<Contender<String>>, Vec<String>), RunError> {
        let longest = Duration::from_secs_f64(experiment.limits.seconds * 3.0);
        let mut compared = Vec::new();
        for (name, variant) in &experiment.variants {
            emit(Event::Checking { variant: name.clone() });
            self.worker.prepare_overrides(name, &variant.overrides(), longest, self.cancel)?;
            compared.push((name, self.worker.compare(name, longest, self.cancel)?));
        }
        let (mut contenders, mut notes) = (Vec::new(), Vec::new());
        for (name, one) in &compared {
            let agreement = agreement(name, one, experiment.baseline_name());
            if let (Agreement::Same, Some(difference)) = (&agreement, &one.difference) {
                notes.push(format!("{name} answers with {difference}: no ORDER BY says which is right."));
            }
            if !one.needs_unique.is_empty() && !self.needs_unique.iter().any(|(known, _)| known == *name) {
                self.needs_unique.push(((*name).clone(), one.needs_unique.clone()));
            }
            let fails = matches!(agreement, Agreement::Stopped { .. });
            let mut made = contender(name, one, agreement);
            if !fails {
                made.limit = self.limit(experiment, &made)?;
            }
            contenders.push(made);
        }
        Ok((contenders, notes))
    }

    /// How long one request takes is found out with a few that have the processor for themselves.
    fn limit(&mut self, experiment: &Experiment, contender: &Contender<String>) -> Result<Limit, WorkerError> {
        let mut alone = experiment.clone();
        alone.workload.concurrency = 1;
        alone.workload.rate = None;
        let share = Share { round: 0, rounds: 1, seed: experiment.seed };
        let report =
            crew(self.worker, self.cancel, &alone).run(&contender.work, &Limit::exactly(TRIED), share, &mut |_| {})?;
        let service = report.samples.iter().map(|one| Nanos(one.service().0.saturating_sub(one.bands.round_trip.0)));
        let round_trips = contender.outcome.counts.map_or(0, |counts| counts.round_trips);
        // One interpreter has one core, however many there are.
        Ok(Limit::of(experiment, service.min().unwrap_or_default(), round_trips, 1))
    }
}

fn crew<'b>(worker: &'b mut Worker, cancel: &'b AtomicBool, experiment: &'b Experiment) -> Python<'b> {
    Python { experiment, worker, draw: Draw::new(Tenants::One, &[]), tenants: 1, cancel, is_application: true }
}

/// How a variant's answer compares with the endpoint's as it is written, or if that fails, with the first one that answers.
fn agreement(name: &str, one: &Compared, baseline: Option<&str>) -> Agreement {
    if let Some(error) = &one.error {
        let place = error.path.as_ref().map(|path| format!(" at {path}")).unwrap_or_default();
        return Agreement::Stopped { reason: format!("raises {}{place}: {}", error.type_name, error.message) };
    }
    match one.agreement.as_str() {
        "same" if baseline == Some(name) => Agreement::Baseline,
        "same" => Agreement::Same,
        "unknown" => Agreement::Unknown,
        _ => Agreement::Different { difference: one.difference.clone().unwrap_or_else(|| "another answer".to_owned()) },
    }
}

fn failed(one: &Compared) -> bool {
    one.error.is_some()
}

fn contender(name: &str, compared: &Compared, agreement: Agreement) -> Contender<String> {
    let counts = Counts {
        queries: compared.query_count,
        round_trips: compared.round_trips,
        rows: compared.row_count,
        bytes: compared.byte_count,
        roots: None,
        shard_tasks: None,
    };
    let outcome = VariantOutcome {
        name: name.to_owned(),
        counts: Some(counts),
        agreement,
        hash: (!failed(compared)).then(|| compared.hash.clone()),
        statements: shapes(&compared.statements),
        objects: None,
        samples: Vec::new(),
        failures: Vec::new(),
        busy: Nanos(0),
        processor: None,
        tracing: Nanos(0),
        waits: None,
    };
    Contender { work: name.to_owned(), outcome, limit: Limit::exactly(0), params: Vec::new() }
}

/// The distinct statements of an answer, in the order of first use.
fn shapes(statements: &[SentStatement]) -> Vec<StatementShape> {
    let mut shapes: Vec<StatementShape> = Vec::new();
    for one in statements {
        let same = |shape: &&mut StatementShape| {
            shape.sql == one.sql && shape.phase == one.phase && shape.path == one.path && shape.origin == one.origin
        };
        match shapes.iter_mut().find(same) {
            Some(shape) => {
                shape.times += 1;
                shape.rows += one.rows;
            }
            None => shapes.push(StatementShape {
                sql: one.sql.clone(),
                phase: one.phase,
                path: one.path.clone(),
                times: 1,
                rows: one.rows,
                origin: one.origin.clone(),
                plan: None,
            }),
        }
    }
    shapes
}
