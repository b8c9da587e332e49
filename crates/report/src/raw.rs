//! The raw data inside an HTML report: the result as compressed JSON, in a link that saves it as a file.

use crate::error::ReportError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fetchscope_experiment::outcome::{Outcome, Sample, SweepOutcome, VariantOutcome};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use std::io::{Read, Write};

/// Samples that a report carries at most; with more it would be larger than what people send each other.
const MOST: usize = 60_000;

/// No result is larger than this when it is unpacked.
const LARGEST: u64 = 2_000_000_000;

/// What begins the link.
pub(crate) const ADDRESS: &str = "data:application/gzip;base64,";

/// The result, ready to be carried.
pub(crate) struct Raw {
    /// The link's address.
    pub(crate) address: String,
    /// Samples that it has.
    pub(crate) kept: usize,
    /// Samples that were measured.
    pub(crate) measured: usize,
}

/// The result as a report carries it: of too many samples, every so manieth of each variant.
pub(crate) fn carried(outcome: &Outcome) -> Result<Raw, ReportError> {
    let measured = samples(outcome);
    let step = measured.div_ceil(MOST).max(1);
    let thinned = (step > 1).then(|| thinned(outcome, step));
    let carried = thinned.as_ref().unwrap_or(outcome);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&serde_json::to_vec(carried)?)?;
    let packed = encoder.finish()?;
    Ok(Raw { address: format!("{ADDRESS}{}", STANDARD.encode(packed)), kept: samples(carried), measured })
}

/// The JSON that a report carries; `None` where it carries none, or where it is damaged.
pub(crate) fn embedded(report: &[u8]) -> Option<Vec<u8>> {
    let begin = report.windows(ADDRESS.len()).position(|window| window == ADDRESS.as_bytes())? + ADDRESS.len();
    let rest = report.get(begin..)?;
    let packed = STANDARD.decode(rest.get(..rest.iter().position(|byte| *byte == b'"')?)?).ok()?;
    let mut json = Vec::new();
    GzDecoder::new(packed.as_slice()).take(LARGEST).read_to_end(&mut json).ok()?;
    Some(json)
}

fn samples(outcome: &Outcome) -> usize {
    let of = |variants: &[VariantOutcome]| variants.iter().map(|one| one.samples.len()).sum::<usize>();
    let swept = |sweeps: &[SweepOutcome]| {
        sweeps.iter().flat_map(|sweep| &sweep.points).map(|point| of(&point.variants)).sum::<usize>()
    };
    let lane = outcome.sqlalchemy.as_ref().map_or(0, |lane| {
        of(&lane.variants) + swept(&lane.sweeps) + lane.control.as_ref().map_or(0, |one| one.samples.len())
    });
    of(&outcome.variants) + swept(&outcome.sweeps) + outcome.control.as_ref().map_or(0, |one| one.samples.len()) + lane
}

fn thinned(outcome: &Outcome, step: usize) -> Outcome {
    let mut thinned = outcome.clone();
    let thin = |samples: &mut Vec<Sample>| *samples = samples.iter().copied().step_by(step).collect();
    let all = |variants: &mut Vec<VariantOutcome>| variants.iter_mut().for_each(|one| thin(&mut one.samples));
    let swept = |sweeps: &mut Vec<SweepOutcome>| {
        sweeps.iter_mut().flat_map(|sweep| &mut sweep.points).for_each(|point| all(&mut point.variants));
    };
    all(&mut thinned.variants);
    swept(&mut thinned.sweeps);
    thinned.control.iter_mut().for_each(|control| thin(&mut control.samples));
    if let Some(lane) = &mut thinned.sqlalchemy {
        all(&mut lane.variants);
        swept(&mut lane.sweeps);
        lane.control.iter_mut().for_each(|control| thin(&mut control.samples));
    }
    thinned.notes.push(format!("This copy of the raw data has one of every {step} samples."));
    thinned
}
