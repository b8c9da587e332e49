//! What every cell has in common, whoever makes its requests: whose data they ask for, warm-up, and interleaved rounds.

use super::audience::Audience;
use super::batch::{Report, Share};
use super::limit::Limit;
use super::shapes::Params;
use super::{RunError, Setup};
use crate::event::Event;
use crate::found::{Measured, Piece};
use crate::outcome::{End, Failure, Sample, ServerWaits, VariantOutcome};
use crate::spec::{Experiment, Workload};
use fetchscope_drivers::postgres::activity::{Waits, Watcher};
use fetchscope_drivers::sqlalchemy::WorkerError;
use fetchscope_engine::stats::paired::FEWEST_ROUNDS;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::time::Duration;

/// What is to know of a cell beside the pieces that it found.
pub(super) struct Cell {
    /// One entry a variant, as it was checked.
    pub(super) checked: Vec<VariantOutcome>,
    /// Parameters of their statements, of each the first.
    pub(super) params: Vec<Vec<Params>>,
    pub(super) end: End,
    /// Why its crew could not go on.
    pub(super) failure: Option<WorkerError>,
}

/// A variant that takes part.
pub(super) struct Contender<W> {
    /// What its crew needs to make its requests.
    pub(super) work: W,
    pub(super) outcome: VariantOutcome,
    pub(super) limit: Limit,
    /// Parameters of its statements, of each the first.
    pub(super) params: Vec<Params>,
}

/// Those who make the requests: threads of this program, or a worker process.
pub(super) trait Crew {
    /// A variant made ready for them.
    type Work;

    /// A round's share of a variant's requests.
    fn run(
        &mut self,
        work: &Self::Work,
        limit: &Limit,
        share: Share,
        progress: &mut dyn FnMut(u32),
    ) -> Result<Report, WorkerError>;
}

/// A crew and the variants that it has served once.
pub(super) struct Ready<C: Crew> {
    pub(super) crew: C,
    pub(super) contenders: Vec<Contender<C::Work>>,
    /// What a reader should know of them.
    pub(super) notes: Vec<String>,
}

/// Measures the variants of an experiment in rounds, once `get_ready` has served each of them. An application has no
/// `setup`: it is asked one request, of a database that only it knows.
pub(super) fn measure<C: Crew>(
    setup: Option<&Setup<'_>>,
    experiment: &Experiment,
    get_ready: impl FnOnce(&Audience, &mut dyn FnMut(Event)) -> Result<Ready<C>, RunError>,
    emit: &mut dyn FnMut(Event),
) -> Result<Cell, RunError> {
    let audience = setup.map_or_else(|| Ok(Audience::default()), |setup| Audience::of(setup, experiment))?;
    let Ready { mut crew, mut contenders, mut notes } = get_ready(&audience, emit)?;
    for Contender { limit, outcome, .. } in &mut contenders {
        notes.extend(limit.shorten(experiment, &outcome.name));
    }
    let (rounds, fewer) = rounds(experiment, &contenders);
    notes.extend(fewer);
    notes.iter().for_each(|note| emit(Event::Note(note.clone())));
    let watch = |setup: &Setup<'_>| setup.database.watch(LOOK).map_err(|error| RunError::Data(Box::new(error)));
    let watcher = setup.map(watch).transpose()?.flatten();
    let variants = contenders.iter().map(|contender| contender.outcome.clone()).collect();
    emit(Piece::Checked { variants, tenants: audience.tenants, notes }.into());
    let end = Rounds { experiment, rounds, contenders: &contenders, watcher }.run(&mut crew, emit);
    let (end, failure) = match end {
        Ok(end) => (end, None),
        Err(error) => (End::Completed, Some(error)),
    };
    let (checked, params) = contenders.into_iter().map(|contender| (contender.outcome, contender.params)).unzip();
    Ok(Cell { checked, params, end, failure })
}

/// How often the server's sessions are looked at: seldom enough that the looks themselves are nothing beside the requests.
const LOOK: Duration = Duration::from_millis(50);

/// Rounds that are enough to tell variants apart on an ordinary machine.
const ENOUGH_ROUNDS: u32 = 10;

/// Requests that every client should have in a round: with one, all that is measured is how a batch begins and ends.
/// Too few rounds are worse, though, since then nothing can be told.
const REQUESTS_EACH: u32 = 2;

/// At most as many rounds as leave every client requests in each, and a note where those are few and fewer than
/// asked for, or where even one round has too few.
fn rounds<W>(experiment: &Experiment, contenders: &[Contender<W>]) -> (u32, Option<String>) {
    let Workload { concurrency, rounds, .. } = experiment.workload;
    let expected = contenders.iter().map(|one| one.limit.expected()).filter(|expected| *expected > 0);
    // Of so many seconds a slow variant gets as many as a fast one, and leaves rounds out.
    let fewest = if experiment.workload.seconds.is_some() { expected.max() } else { expected.min() };
    let Some(fewest) = fewest else { return (rounds, None) };
    // In an open loop the rate says how many are in flight.
    let at_once = if experiment.workload.rate.is_some() { 1 } else { concurrency };
    if fewest < at_once && experiment.workload.seconds.is_none() {
        let note = format!(
            "With {fewest} requests a variant, no more than {fewest} were in flight at once, not {concurrency}."
        );
        return (1, Some(note));
    }
    let comfortable = fewest / at_once.saturating_mul(REQUESTS_EACH);
    let possible = comfortable.max((fewest / at_once).min(FEWEST_ROUNDS as u32)).clamp(1, rounds);
    if possible >= rounds.min(ENOUGH_ROUNDS) {
        return (possible, None);
    }
    let needed = rounds.saturating_mul(at_once).saturating_mul(REQUESTS_EACH);
    let note = format!(
        "Measured in {possible} instead of {rounds} rounds, so that each of {concurrency} clients has requests in each; \
         {needed} requests a variant allow {rounds}, and more rounds tell smaller differences."
    );
    (possible, Some(note))
}

/// Warm-up and rounds.
struct Rounds<'a, W> {
    experiment: &'a Experiment,
    rounds: u32,
    contenders: &'a [Contender<W>],
    /// Looks what the server's sessions wait for.
    watcher: Option<Watcher>,
}

/// A variant's turn in a round.
struct Turn {
    /// Index of the variant.
    of: usize,
    /// Whether it is the baseline's second one.
    is_control: bool,
}

/// Requests of all rounds so far.
struct Count {
    done: u32,
    planned: Option<u32>,
}

/// What a round has found so far.
struct Found {
    measured: Vec<Measured>,
    control: Option<Vec<Sample>>,
}

impl<W> Rounds<'_, W> {
    fn run(&self, crew: &mut impl Crew<Work = W>, emit: &mut dyn FnMut(Event)) -> Result<End, WorkerError> {
        let mut turns = self.turns();
        let planned = turns.iter().map(|turn| self.contenders[turn.of].limit.planned()).sum();
        let mut count = Count { done: 0, planned };
        let warm = self.warm_up(crew, emit)?;
        if warm != End::Completed {
            return Ok(warm);
        }
        let mut random = ChaCha8Rng::seed_from_u64(self.experiment.seed);
        for round in 0..self.rounds {
            turns.shuffle(&mut random);
            let measured = self.contenders.iter().map(|_| Measured::default()).collect();
            let mut found = Found { measured, control: None };
            let end = self.round(crew, round, &turns, &mut found, &mut count, emit);
            // Of a round that was broken off as well, what there is.
            emit(Piece::Round { measured: found.measured, control: found.control }.into());
            let end = end?;
            if end != End::Completed {
                return Ok(end);
            }
        }
        Ok(End::Completed)
    }

    /// The baseline takes part twice; what its two halves differ by is the noise of the machine.
    fn turns(&self) -> Vec<Turn> {
        let is_baseline = |one: &Contender<W>| Some(one.outcome.name.as_str()) == self.experiment.baseline_name();
        let baseline = self.contenders.iter().position(is_baseline);
        let baseline = baseline.filter(|index| self.contenders[*index].limit.planned() != Some(0));
        let again = baseline.filter(|_| self.contenders.len() > 1).map(|of| Turn { of, is_control: true });
        (0..self.contenders.len()).map(|of| Turn { of, is_control: false }).chain(again).collect()
    }

    fn round(
        &self,
        crew: &mut impl Crew<Work = W>,
        round: u32,
        turns: &[Turn],
        found: &mut Found,
        count: &mut Count,
        emit: &mut dyn FnMut(Event),
    ) -> Result<End, WorkerError> {
        let share = Share { round, rounds: self.rounds, seed: self.experiment.seed ^ (u64::from(round) << 32) };
        for Turn { of, is_control } in turns {
            let contender = &self.contenders[*of];
            if contender.limit.share(round, self.rounds).0 == 0 {
                continue;
            }
            let variant = &contender.outcome.name;
            let mut progress = |finished: u32| {
                let (done, total, rounds) = (count.done + finished, count.planned, self.rounds);
                emit(Event::Progress { done, total, round: round + 1, rounds, variant: variant.clone() });
            };
            self.watcher.as_ref().map(Watcher::take);
            let report = crew.run(&contender.work, &contender.limit, share, &mut progress)?;
            count.done += report.finished();
            let end = report.end();
            let known = &mut found.measured[*of];
            if *is_control {
                // It is the baseline that failed.
                known.failures.extend(report.failures.into_iter().map(Failure::from));
                found.control = Some(report.samples);
            } else {
                let mut measured = measured(report, self.watcher.as_ref().map(Watcher::take));
                measured.failures.append(&mut known.failures);
                *known = measured;
            }
            if end != End::Completed {
                return Ok(end);
            }
        }
        Ok(End::Completed)
    }

    fn warm_up(&self, crew: &mut impl Crew<Work = W>, emit: &mut dyn FnMut(Event)) -> Result<End, WorkerError> {
        let warmup = self.experiment.workload.warmup;
        for contender in self.contenders.iter().filter(|one| warmup > 0 && one.limit.planned() != Some(0)) {
            emit(Event::WarmingUp { variant: contender.outcome.name.clone() });
            let planned = contender.limit.planned().unwrap_or(u32::MAX);
            let few = Limit::exactly(warmup.min(planned));
            let share = Share { round: 0, rounds: 1, seed: self.experiment.seed };
            let end = crew.run(&contender.work, &few, share, &mut |_| {})?.end();
            if end != End::Completed {
                return Ok(end);
            }
        }
        Ok(End::Completed)
    }
}

/// What a batch found, and what its sessions were seen waiting for meanwhile.
fn measured(report: Report, waits: Option<Waits>) -> Measured {
    let Report { samples, failures, busy, processor, tracing, cancelled: _, given_up: _ } = report;
    let failures = failures.into_iter().map(Failure::from).collect();
    Measured { samples, failures, busy, processor, tracing, waits: waits.map(ServerWaits::from) }
}

impl From<(String, u64)> for Failure {
    fn from((message, count): (String, u64)) -> Failure {
        Failure { message, count }
    }
}

impl From<Waits> for ServerWaits {
    fn from(Waits { looks, seen }: Waits) -> ServerWaits {
        ServerWaits { looks, seen: seen.into_iter().map(|(wait, times)| (wait.to_string(), times)).collect() }
    }
}
