//! What a Python client adds to a native figure, as the last run in both lanes on this machine had it: an estimate for runs
//! without one.
//!
//! The model is as plain as it can be: beyond what the database takes natively, a request costs so much a statement, a row
//! and an object, and nothing of that is negative. It is fitted to every variant that both lanes measured, in sweeps as well,
//! so that relative errors are small. How wrong it is, is found by leaving out each of them and estimating it from the
//! others. It knows nothing of how wide rows are, of what the response makes of the objects, or of waiting: it estimates
//! the service time.

use crate::outcome::{Estimated, LaneOutcome, Outcome, Sample, VariantOutcome};
use fetchscope_drivers::sqlalchemy::Versions;
use fetchscope_engine::plan::document::Strategy;
use fetchscope_engine::stats::{nonnegative, quantile};
use fetchscope_engine::trace::Nanos;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the stored form.
pub const VERSION: u32 = 1;

/// Variants that a calibration takes at least: one more than there are costs.
const FEWEST: usize = 4;

/// The calibrations of a machine, by the name of the driver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibrations {
    /// Version of this form.
    pub version: u32,
    /// `sqlite3`, `aiosqlite`, `psycopg`, `asyncpg`.
    pub drivers: BTreeMap<String, Calibration>,
}

impl Default for Calibrations {
    fn default() -> Self {
        Calibrations { version: VERSION, drivers: BTreeMap::new() }
    }
}

/// What was learnt from one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// What was measured.
    pub versions: Versions,
    /// When that run began, RFC 3339 in UTC.
    pub started_at: String,
    /// Nanoseconds that a statement costs in the client.
    pub statement: f64,
    /// Nanoseconds that a row costs.
    pub row: f64,
    /// Nanoseconds that a distinct object costs.
    pub object: f64,
    /// Variants it was fitted to.
    pub variants: usize,
    /// Median relative error of the service time of a variant that is estimated from the others.
    pub error: f64,
}

impl Calibrations {
    /// Takes what a run in both lanes has to say, in place of what was known of its driver; whether it said something.
    pub fn learn(&mut self, outcome: &Outcome) -> bool {
        let learnt = outcome.sqlalchemy.as_ref().and_then(|lane| Calibration::of(outcome, lane));
        learnt.is_some_and(|calibration| {
            self.drivers.insert(name(&calibration.versions).to_owned(), calibration);
            true
        })
    }

    /// What a native run would take with a driver, where that is calibrated.
    #[must_use]
    pub fn estimate(&self, outcome: &Outcome, driver: &str) -> Option<Estimated> {
        let known = self.drivers.get(driver)?;
        // What the database builds as JSON, SQLAlchemy does not load at all.
        let is_loaded = |variant: &&VariantOutcome| {
            let planned = outcome.experiment.variants.get(&variant.name);
            planned.is_some_and(|planned| planned.strategies.values().all(|one| *one != Strategy::JsonAgg))
        };
        let variants = outcome.variants.iter().filter(is_loaded);
        let of = |variant: &VariantOutcome| Some((variant.name.clone(), known.service(variant)?));
        let service: BTreeMap<String, Nanos> = variants.filter_map(of).collect();
        let (versions, calibrated_at) = (known.versions.clone(), known.started_at.clone());
        (!service.is_empty()).then_some(Estimated { versions, calibrated_at, error: known.error, service })
    }
}

/// The driver without its version.
fn name(versions: &Versions) -> &str {
    versions.driver.split_whitespace().next().unwrap_or_default()
}

impl Calibration {
    fn of(outcome: &Outcome, lane: &LaneOutcome) -> Option<Calibration> {
        let versions = lane.versions.clone()?;
        let swept = outcome.sweeps.iter().zip(&lane.sweeps);
        let points = swept.flat_map(|(native, python)| native.points.iter().zip(&python.points));
        let cells = points.map(|(native, python)| (&native.variants, &python.variants));
        let cells = std::iter::once((&outcome.variants, &lane.variants)).chain(cells);
        let pairs = cells.flat_map(|(native, python)| native.iter().zip(python));
        let known: Vec<Known> = pairs.filter_map(|(native, python)| Known::of(native, python)).collect();
        if known.len() < FEWEST {
            return None;
        }
        let [statement, row, object] = fitted(known.iter())?;
        let mut errors: Vec<f64> = (0..known.len()).filter_map(|left_out| error_without(&known, left_out)).collect();
        errors.sort_by(f64::total_cmp);
        Some(Calibration {
            versions,
            started_at: outcome.started_at.clone(),
            statement,
            row,
            object,
            variants: known.len(),
            error: quantile::of(&errors, 0.5)?,
        })
    }

    /// The estimated service time of a variant that was measured natively.
    fn service(&self, native: &VariantOutcome) -> Option<Nanos> {
        let counted = counted(native)?;
        let costs = [self.statement, self.row, self.object];
        let time = median(native, |one| one.bands.execute + one.bands.fetch + one.bands.round_trip)?;
        Some(Nanos((time + nonnegative::predicted(&costs, &counted)) as u64))
    }
}

/// A variant that both lanes measured.
struct Known {
    counted: [f64; 3],
    /// What the database takes natively.
    database: f64,
    /// What a request takes in Python, without the injected network.
    service: f64,
}

impl Known {
    fn of(native: &VariantOutcome, python: &VariantOutcome) -> Option<Known> {
        let agree = native.name == python.name && native.hash.is_some() && native.hash == python.hash;
        let counted = counted(native).filter(|_| agree)?;
        let database = median(native, |one| one.bands.execute + one.bands.fetch)?;
        let service = median(python, |one| Nanos(one.service().0.saturating_sub(one.bands.round_trip.0)))?;
        (service > 0.0).then_some(Known { counted, database, service })
    }
}

/// Statements, rows and objects of a request.
fn counted(native: &VariantOutcome) -> Option<[f64; 3]> {
    let (counts, objects) = native.counts.zip(native.objects.as_ref())?;
    let related: u64 = objects.relationships.iter().map(|one| one.objects).sum();
    Some([counts.queries as f64, counts.rows as f64, (counts.roots? + related) as f64])
}

fn median(variant: &VariantOutcome, of: impl Fn(&Sample) -> Nanos) -> Option<f64> {
    let mut all: Vec<f64> = variant.samples.iter().map(|one| of(one).0 as f64).collect();
    all.sort_by(f64::total_cmp);
    quantile::of(&all, 0.5)
}

/// The costs that are relatively least wrong.
fn fitted<'a>(known: impl Iterator<Item = &'a Known>) -> Option<[f64; 3]> {
    let rows = known.map(|one| {
        let weight = 1.0 / one.service;
        (one.counted.map(|count| count * weight), (one.service - one.database) * weight)
    });
    nonnegative::fit(&rows.collect::<Vec<_>>())
}

fn error_without(known: &[Known], left_out: usize) -> Option<f64> {
    let others = known.iter().enumerate().filter(|(place, _)| *place != left_out).map(|(_, one)| one);
    let costs = fitted(others)?;
    let one = &known[left_out];
    Some((one.database + nonnegative::predicted(&costs, &one.counted) - one.service).abs() / one.service)
}
