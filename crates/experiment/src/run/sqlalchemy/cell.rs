//! One cell in the lane: every variant checked against what the native lane says of it, then measured in rounds.

use super::compare::{agreement, disagreement};
use super::crew::Python;
use crate::event::Event;
use crate::outcome::{Agreement, Counts, VariantOutcome};
use crate::run::audience::Audience;
use crate::run::batch::Share;
use crate::run::limit::Limit;
use crate::run::rounds::{self, Cell, Contender, Crew, Ready};
use crate::run::{EMULATES, RunError, Setup};
use crate::spec::{Experiment, Variant};
use crate::tenants::Draw;
use fetchscope_drivers::sqlalchemy::{Answer, Check, Conditions, Open, Place, Pool, Worker, WorkerError};
use fetchscope_engine::mapping::document::MappingDocument;
use fetchscope_engine::plan::document::{SessionKind, Strategy};
use fetchscope_engine::trace::Nanos;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Requests after which it is known how long one takes: the first one compiles its statements.
const TRIED: u32 = 3;

/// The lane of one run.
pub(super) struct Lane<'a> {
    pub(super) setup: &'a Setup<'a>,
    pub(super) mapping: &'a MappingDocument,
    pub(super) worker: &'a mut Worker,
    pub(super) cancel: &'a AtomicBool,
}

impl Lane<'_> {
    /// Checks and measures the variants; `native` is what the native lane found, where they are to be compared. With a
    /// sentence for each that does something else there.
    pub(super) fn measure(
        &mut self,
        experiment: &Experiment,
        native: &[VariantOutcome],
        emit: &mut dyn FnMut(Event),
    ) -> Result<(Cell, Vec<String>), RunError> {
        let setup = self.setup;
        let mut disagreements = Vec::new();
        let get_ready = |audience: &Audience, emit: &mut dyn FnMut(Event)| {
            let lane = self;
            lane.open(experiment)?;
            let contenders = lane.check_all(experiment, audience, native, &mut disagreements, emit)?;
            let notes = lane.other_version().into_iter().collect();
            Ok(Ready { crew: lane.crew(experiment, audience), contenders, notes })
        };
        let cell = rounds::measure(Some(setup), experiment, get_ready, emit)?;
        Ok((cell, disagreements))
    }

    fn check_all(
        &mut self,
        experiment: &Experiment,
        audience: &Audience,
        native: &[VariantOutcome],
        disagreements: &mut Vec<String>,
        emit: &mut dyn FnMut(Event),
    ) -> Result<Vec<Contender<String>>, RunError> {
        let mut contenders: Vec<Contender<String>> = Vec::new();
        for (name, variant) in &experiment.variants {
            emit(Event::Checking { variant: name.clone() });
            let known = native.iter().find(|one| one.name == *name);
            let baseline = contenders.iter().find(|one| Some(one.work.as_str()) == experiment.baseline_name());
            let hash = baseline.and_then(|one| one.outcome.hash.clone());
            let (contender, said) = self.check(experiment, audience, (name, variant), known, hash.as_deref())?;
            disagreements.extend(said);
            contenders.push(contender);
        }
        Ok(contenders)
    }

    /// What to know of a version that is not the one whose statements the native lane sends.
    fn other_version(&self) -> Option<String> {
        let version = self.worker.hello().sqlalchemy.as_deref().filter(|version| !is_emulated(version))?;
        Some(format!(
            "SQLAlchemy {version} words its statements otherwise than {EMULATES}, which the native lane follows: their \
             number, rows and answers are compared."
        ))
    }

    fn crew<'b>(&'b mut self, experiment: &'b Experiment, audience: &Audience) -> Python<'b> {
        let draw = Draw::new(experiment.workload.tenants, &audience.tenants);
        let tenants = audience.tenants.len();
        Python { experiment, worker: self.worker, draw, tenants, cancel: self.cancel, is_application: false }
    }

    fn open(&mut self, experiment: &Experiment) -> Result<(), WorkerError> {
        let database = Place::of(self.setup.database)?;
        self.worker.needs("sqlalchemy")?;
        let conditions = &experiment.conditions;
        if conditions.session == SessionKind::Async {
            self.worker.needs("greenlet")?;
        }
        match (&database, conditions.session) {
            (Place::Sqlite { .. }, SessionKind::Sync) => self.worker.needs("sqlite3")?,
            (Place::Sqlite { .. }, SessionKind::Async) => self.worker.needs("aiosqlite")?,
            (Place::Postgres(_), SessionKind::Sync) => self.worker.needs("psycopg")?,
            (Place::Postgres(_), SessionKind::Async) => self.worker.needs("asyncpg")?,
        };
        let pool = &experiment.workload.pool;
        self.worker.open(&Open {
            database: &database,
            mapping: self.mapping,
            conditions: Conditions {
                session: conditions.session,
                transaction: conditions.transaction,
                statement_cache: conditions.statement_cache,
                rtt_ms: conditions.rtt_ms,
                jitter_ms: conditions.jitter_ms,
            },
            pool: Pool { size: pool.size, overflow: pool.overflow, timeout: pool.timeout },
            rows: experiment.limits.rows,
        })
    }

    /// What one request of a variant does, and how many will be made; a sentence where the native lane says otherwise.
    fn check(
        &mut self,
        experiment: &Experiment,
        audience: &Audience,
        (name, variant): (&String, &Variant),
        native: Option<&VariantOutcome>,
        baseline: Option<&str>,
    ) -> Result<(Contender<String>, Option<String>), RunError> {
        let left_out = left_out(variant).map(|reason| Agreement::LeftOut { reason });
        let stopped = native.map(|native| native.agreement.clone());
        let stopped = stopped.filter(|known| matches!(known, Agreement::Stopped { .. }));
        if let Some(agreement) = left_out.or(stopped) {
            return Ok((contender(name, None, agreement, Limit::exactly(0)), None));
        }
        let tenant = audience.compared().first().copied().unwrap_or_default();
        self.worker.prepare(name, &audience.plans(experiment, variant))?;
        let longest = Duration::from_secs_f64(experiment.limits.seconds);
        let answer = match self.worker.check(&Check { variant: name, tenant }, longest, self.cancel)? {
            Ok(answer) => answer,
            Err(reason) => {
                let agreement = Agreement::Stopped { reason };
                return Ok((contender(name, None, agreement, Limit::exactly(0)), None));
            }
        };
        let in_words = self.worker.hello().sqlalchemy.as_deref().is_some_and(is_emulated);
        let said = native.and_then(|native| disagreement(&answer, native, in_words));
        let is_baseline = experiment.baseline_name() == Some(name);
        let agreement = agreement(&answer, native, is_baseline, baseline);
        let mut made = contender(name, Some((experiment, &answer, native)), agreement, Limit::exactly(0));
        if answer.error.is_none() {
            made.limit = self.limit(experiment, audience, &made)?;
        }
        Ok((made, said))
    }

    /// How long one request takes is found out with a few that have the processor for themselves.
    fn limit(
        &mut self,
        experiment: &Experiment,
        audience: &Audience,
        contender: &Contender<String>,
    ) -> Result<Limit, WorkerError> {
        let mut alone = experiment.clone();
        alone.workload.concurrency = 1;
        alone.workload.rate = None;
        let share = Share { round: 0, rounds: 1, seed: experiment.seed };
        let report = self.crew(&alone, audience).run(&contender.work, &Limit::exactly(TRIED), share, &mut |_| {})?;
        let service = report.samples.iter().map(|one| Nanos(one.service().0.saturating_sub(one.bands.round_trip.0)));
        let round_trips = contender.outcome.counts.map_or(0, |counts| counts.round_trips);
        // One interpreter has one core, however many there are.
        Ok(Limit::of(experiment, service.min().unwrap_or_default(), round_trips, 1))
    }
}

/// Whether the native lane sends the statements of this version, and not only as many.
fn is_emulated(version: &str) -> bool {
    let series = |version: &str| version.split('.').take(2).map(str::to_owned).collect::<Vec<_>>();
    EMULATES.strip_prefix("SQLAlchemy ").is_some_and(|emulated| series(emulated) == series(version))
}

/// Why the lane has no way to load as a variant asks for. What a program can do by hand with SQLAlchemy, the lane does.
fn left_out(variant: &Variant) -> Option<String> {
    variant.strategies.iter().find_map(|(path, strategy)| match strategy {
        Strategy::JsonAgg => {
            Some("left out: json_agg is not available in SQLAlchemy, which has no option for it".to_owned())
        }
        Strategy::Bulk => {
            let above = above(path).find(|above| {
                let strategy = variant.strategies.get(*above).copied().unwrap_or_default();
                matches!(strategy, Strategy::Default | Strategy::Select)
            });
            above.map(|above| {
                format!("left out: bulk of {path} is not available in SQLAlchemy below {above}, which is loaded lazily")
            })
        }
        Strategy::Default
        | Strategy::Select
        | Strategy::Joined
        | Strategy::JoinedInner
        | Strategy::JoinedInnerUnnested
        | Strategy::Selectin
        | Strategy::Subquery
        | Strategy::Immediate
        | Strategy::Raise
        | Strategy::RaiseOnSql
        | Strategy::Noload
        | Strategy::ContainsEager => None,
    })
}

/// The dotted paths above one.
fn above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('.').map(|(end, _)| &path[..end])
}

fn contender(
    name: &str,
    answered: Option<(&Experiment, &Answer, Option<&VariantOutcome>)>,
    agreement: Agreement,
    limit: Limit,
) -> Contender<String> {
    let counts = answered.map(|(experiment, answer, native)| Counts {
        queries: answer.query_count,
        round_trips: answer.query_count + if experiment.conditions.transaction { 2 } else { 0 },
        rows: answer.row_count,
        // Its drivers do not tell; the same rows have the same size.
        bytes: native.and_then(|native| native.counts).map_or(0, |counts| counts.bytes),
        roots: answer.root_count,
        shard_tasks: native.and_then(|native| native.counts).and_then(|counts| counts.shard_tasks),
    });
    let outcome = VariantOutcome {
        name: name.to_owned(),
        counts,
        agreement,
        hash: answered.and_then(|(_, answer, _)| answer.hash_canonical.clone()),
        statements: answered.map_or_else(Vec::new, |(_, answer, _)| super::compare::shapes(answer)),
        objects: None,
        samples: Vec::new(),
        failures: Vec::new(),
        busy: Nanos(0),
        processor: None,
        tracing: Nanos(0),
        waits: None,
    };
    Contender { work: name.to_owned(), outcome, limit, params: Vec::new() }
}
