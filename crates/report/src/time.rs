//! Where a variant's time goes: the mean of every band.

use crate::format;
use crate::rows::Row;
use crate::table::Table;
use fetchscope_engine::trace::{Bands, Nanos};
use fetchscope_experiment::outcome::VariantOutcome;

/// Names of the bands in the order a request goes through them.
pub const BANDS: [&str; 9] =
    ["scheduling", "pool wait", "round trip", "execute", "fetch", "decode", "hydrate", "serialize", "application"];

/// The bands that are shown: the last one only if there is an application.
#[must_use]
pub fn shown(variants: &[VariantOutcome]) -> &'static [&'static str] {
    let mut samples = variants.iter().flat_map(|variant| &variant.samples);
    let all: &'static [&'static str] = &BANDS;
    if samples.any(|sample| !sample.bands.application.is_nothing()) { all } else { &all[..all.len() - 1] }
}

/// Mean nanoseconds of every band in the order of [`BANDS`], and of the whole request; `None` without a sample.
#[must_use]
pub fn means(variant: &VariantOutcome) -> Option<Means> {
    let n = variant.samples.len();
    if n == 0 {
        return None;
    }
    let (mut sum, mut whole) = (Bands::default(), Nanos(0));
    for sample in &variant.samples {
        sum += sample.bands;
        whole += sample.latency;
    }
    let mean = |nanos: Nanos| nanos.0 as f64 / n as f64;
    let Bands { scheduling, pool_wait, round_trip, execute, fetch, decode, hydrate, serialize, application } = sum;
    let bands = [scheduling, pool_wait, round_trip, execute, fetch, decode, hydrate, serialize, application];
    Some((bands.map(mean), mean(whole)))
}

/// The band a request of it spends most of its time on; `None` without a sample.
#[must_use]
pub fn largest(variant: &VariantOutcome) -> Option<&'static str> {
    let (bands, _) = means(variant)?;
    let largest = BANDS.into_iter().zip(bands).max_by(|one, other| one.1.total_cmp(&other.1));
    largest.map(|(band, _)| band)
}

/// What a request mostly is, in a sentence: `The largest part of a request is round trip for A all lazy (81 %); execute for
/// B joined (62 %).`
#[must_use]
pub fn finding(rows: &[Row], variants: &[VariantOutcome]) -> String {
    let mut largest: [Vec<(&Row, f64)>; BANDS.len()] = Default::default();
    for (row, (bands, mean)) in measured(rows, variants) {
        if let Some((index, band)) = bands.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1)) {
            largest[index].push((row, band / mean));
        }
    }
    let said: Vec<(&str, Vec<(&Row, f64)>)> =
        BANDS.into_iter().zip(largest).filter(|(_, named)| !named.is_empty()).collect();
    match said.as_slice() {
        [] => "No variant was measured.".to_owned(),
        [(band, named)] if named.len() > 1 => {
            let shares = || named.iter().map(|(_, share)| *share);
            let (least, most) = (shares().fold(1.0, f64::min), shares().fold(0.0, f64::max));
            let range = format!("{} to {}", format::percent(least), format::percent(most));
            format!("The largest part of a request is {band}, with every variant: {range} of its mean.")
        }
        several => {
            let one = |(row, share): &(&Row, f64)| format!("{} ({})", row.label(), format::percent(*share));
            let band = |(band, named): &(&str, Vec<(&Row, f64)>)| {
                format!("{band} for {}", named.iter().map(one).collect::<Vec<_>>().join(", "))
            };
            let said: Vec<String> = several.iter().map(band).collect();
            format!("The largest part of a request is {}.", said.join("; "))
        }
    }
}

/// The mean of every band.
#[must_use]
pub fn table(rows: &[Row], variants: &[VariantOutcome]) -> Table {
    let bands = shown(variants);
    let head = bands.iter().copied().chain(["mean"]).map(str::to_owned).collect();
    let line = |(row, (times, mean)): (&Row, Means)| {
        (row.colour, times.into_iter().take(bands.len()).chain([mean]).map(format::duration).collect())
    };
    Table { head, rows: measured(rows, variants).map(line).collect() }
}

/// Nanoseconds of every band, and of the whole request.
pub type Means = ([f64; BANDS.len()], f64);

/// A wrong answer has no time worth looking at.
fn measured<'a>(rows: &'a [Row], variants: &'a [VariantOutcome]) -> impl Iterator<Item = (&'a Row, Means)> {
    let with_time = rows.iter().zip(variants).filter(|(row, _)| row.latency.is_some());
    with_time.filter_map(|(row, variant)| Some((row, means(variant)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn the_bands_add_up_to_the_mean() {
        let (bands, mean) = means(&fixture::article().variants[0]).unwrap();
        assert!((bands.iter().sum::<f64>() - mean).abs() < 8.0, "{bands:?} {mean}");
        let (application, others) = bands.split_last().unwrap();
        assert!(others.iter().all(|band| *band > 0.0));
        assert!(*application == 0.0, "only an application has a part of its own");
        assert!(means(&fixture::troubled().variants[3]).is_none());
    }

    #[test]
    fn what_is_largest_is_said_and_every_band_is_in_the_table() {
        let outcome = fixture::troubled();
        let rows = crate::rows::rows(&outcome);
        let said = finding(&rows, &outcome.variants);
        assert!(said.starts_with("The largest part of a request is ") && said.contains(" %"), "{said}");
        let table = table(&rows, &outcome.variants);
        assert!(table.rows.iter().all(|(_, figures)| figures.len() == table.head.len()));
        assert_eq!(table.rows.len(), rows.iter().filter(|row| row.latency.is_some()).count());
        assert_eq!(finding(&[], &[]), "No variant was measured.");
    }
}
