//! What a run finds, piece by piece. Whoever keeps the pieces loses no finished round, however the run ends: they give an
//! outcome at any moment.

use crate::outcome::{
    Control, End, Failure, LaneOutcome, Outcome, Sample, ServerWaits, SweepOutcome, SweepPoint, Tenant, VariantOutcome,
};
use crate::spec::Axis;
use fetchscope_engine::trace::Nanos;
use serde::{Deserialize, Serialize};

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Piece {
    /// The run began: its outcome before anything was measured.
    Began {
        /// It.
        outcome: Box<Outcome>,
    },
    /// What follows is measured at a value of a sweep.
    Sweeping {
        /// What is changed.
        over: Axis,
        /// To what.
        asked: f64,
    },
    /// What follows is measured in the real SQLAlchemy.
    ChangingLane,
    /// Every variant was served once.
    Checked {
        /// One entry a variant, without samples.
        variants: Vec<VariantOutcome>,
        /// The tenants that requests ask for.
        tenants: Vec<Tenant>,
        /// What a reader should know of it.
        notes: Vec<String>,
    },
    /// A round has ended, or was broken off.
    Round {
        /// One entry a variant, in the experiment's order.
        measured: Vec<Measured>,
        /// What the baseline's second self did, where it has one.
        control: Option<Vec<Sample>>,
    },
}

/// What was measured of one variant in one round.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// One entry a request.
    pub samples: Vec<Sample>,
    /// Requests that failed, by message.
    pub failures: Vec<Failure>,
    /// Wall clock during which its requests ran.
    pub busy: Nanos,
    /// Processor time that the process took meanwhile.
    pub processor: Option<Nanos>,
    /// Time that reading the clocks took.
    pub tracing: Nanos,
    /// What its sessions were seen waiting for.
    pub waits: Option<ServerWaits>,
}

impl VariantOutcome {
    /// Takes in what was measured.
    pub fn take_in(&mut self, measured: &Measured) {
        let Measured { samples, failures, busy, processor, tracing, waits } = measured;
        self.samples.extend_from_slice(samples);
        self.busy += *busy;
        self.tracing += *tracing;
        if let Some(processor) = processor {
            *self.processor.get_or_insert_default() += *processor;
        }
        for Failure { message, count } in failures {
            match self.failures.iter_mut().find(|failure| failure.message == *message) {
                Some(failure) => failure.count += count,
                None => self.failures.push(Failure { message: message.clone(), count: *count }),
            }
        }
        if let Some(ServerWaits { looks, seen }) = waits {
            let known = self.waits.get_or_insert_default();
            known.looks += looks;
            for (wait, times) in seen {
                *known.seen.entry(wait.clone()).or_default() += times;
            }
        }
    }
}

/// A note of one value of a sweep, with the value.
fn noted_at(over: Axis, asked: f64, note: &str) -> String {
    format!("At {} {asked}: {note}", over.title())
}

/// An outcome put together from the pieces of a run.
#[derive(Debug, Clone)]
pub struct Assembly {
    outcome: Outcome,
    place: Place,
}

/// Where the next pieces belong.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    in_sqlalchemy: bool,
    value: Option<(Axis, f64)>,
}

impl Assembly {
    /// Puts pieces together; `None` unless the first of them begins a run.
    pub fn of(pieces: impl IntoIterator<Item = Piece>) -> Option<Assembly> {
        let mut pieces = pieces.into_iter();
        let Some(Piece::Began { outcome }) = pieces.next() else { return None };
        let mut assembly = Assembly::begin(*outcome);
        pieces.for_each(|piece| assembly.add(&piece));
        Some(assembly)
    }

    /// A run that begins: its outcome before anything was measured.
    #[must_use]
    pub fn begin(outcome: Outcome) -> Assembly {
        Assembly { outcome, place: Place { in_sqlalchemy: false, value: None } }
    }

    /// What was measured so far.
    #[must_use]
    pub fn so_far(&self) -> &Outcome {
        &self.outcome
    }

    /// The outcome of a run that went no further.
    #[must_use]
    pub fn outcome(self) -> Outcome {
        Outcome { end: End::Cancelled, ..self.outcome }
    }

    /// Takes in the next piece.
    pub fn add(&mut self, piece: &Piece) {
        match piece {
            // A run begins once.
            Piece::Began { .. } => {}
            Piece::Sweeping { over, asked } => self.sweep(*over, *asked),
            Piece::ChangingLane => {
                self.place = Place { in_sqlalchemy: true, value: None };
                self.outcome.sqlalchemy = Some(LaneOutcome::unmeasured(End::Cancelled));
            }
            Piece::Checked { variants, tenants, notes } => self.check(variants, tenants, notes),
            Piece::Round { measured, control } => {
                if self.place.value.is_none() {
                    let kept = match self.outcome.sqlalchemy.as_mut().filter(|_| self.place.in_sqlalchemy) {
                        Some(lane) => &mut lane.control,
                        None => &mut self.outcome.control,
                    };
                    if let Some(samples) = control {
                        kept.get_or_insert_with(|| Control { samples: Vec::new() }).samples.extend_from_slice(samples);
                    }
                }
                self.variants().iter_mut().zip(measured).for_each(|(variant, measured)| variant.take_in(measured));
            }
        }
    }

    /// The next value of a sweep. One that has all its values is over: two may change the same circumstance.
    fn sweep(&mut self, over: Axis, asked: f64) {
        self.place.value = Some((over, asked));
        let planned = &self.outcome.experiment.sweep;
        let sweeps = match self.outcome.sqlalchemy.as_mut().filter(|_| self.place.in_sqlalchemy) {
            Some(lane) => &mut lane.sweeps,
            None => &mut self.outcome.sweeps,
        };
        let is_full = |sweep: &SweepOutcome| {
            let planned = planned.get(sweeps.len() - 1).map_or(0, |planned| planned.values.len());
            sweep.over != over || sweep.points.len() >= planned
        };
        if sweeps.last().is_none_or(is_full) {
            sweeps.push(SweepOutcome { over, points: Vec::new() });
        }
    }

    fn check(&mut self, variants: &[VariantOutcome], tenants: &[Tenant], notes: &[String]) {
        let Assembly { outcome, place } = self;
        let (of_variants, sweeps, all_notes) = match outcome.sqlalchemy.as_mut().filter(|_| place.in_sqlalchemy) {
            Some(lane) => (&mut lane.variants, &mut lane.sweeps, &mut lane.notes),
            None => (&mut outcome.variants, &mut outcome.sweeps, &mut outcome.notes),
        };
        let Some((over, asked)) = place.value else {
            *of_variants = variants.to_vec();
            all_notes.extend_from_slice(notes);
            if !place.in_sqlalchemy {
                outcome.tenants = tenants.to_vec();
            }
            return;
        };
        all_notes.extend(notes.iter().map(|note| noted_at(over, asked, note)));
        let tenant = tenants.first().filter(|_| over == Axis::TenantSize).cloned();
        if let Some(sweep) = sweeps.last_mut() {
            sweep.points.push(SweepPoint { asked, tenant, variants: variants.to_vec() });
        }
    }

    /// The variants of the cell being measured.
    fn variants(&mut self) -> &mut [VariantOutcome] {
        let Assembly { outcome, place } = self;
        let (variants, sweeps) = match outcome.sqlalchemy.as_mut().filter(|_| place.in_sqlalchemy) {
            Some(lane) => (&mut lane.variants, &mut lane.sweeps),
            None => (&mut outcome.variants, &mut outcome.sweeps),
        };
        match place.value {
            None => variants,
            Some(_) => {
                let point = sweeps.last_mut().and_then(|sweep| sweep.points.last_mut());
                point.map_or(&mut [], |point| &mut point.variants)
            }
        }
    }
}
