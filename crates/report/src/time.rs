//! Where a variant's time goes: the mean of every band.

use fetchscope_engine::trace::{Bands, Nanos};
use fetchscope_experiment::outcome::VariantOutcome;

/// Names of the bands in the order a request goes through them.
pub(crate) const BANDS: [&str; 8] =
    ["scheduling", "pool wait", "round trip", "execute", "fetch", "decode", "hydrate", "serialize"];

/// Mean nanoseconds of every band in the order of [`BANDS`], and of the whole request; `None` without a sample.
pub(crate) fn means(variant: &VariantOutcome) -> Option<([f64; 8], f64)> {
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
    let Bands { scheduling, pool_wait, round_trip, execute, fetch, decode, hydrate, serialize } = sum;
    Some(([scheduling, pool_wait, round_trip, execute, fetch, decode, hydrate, serialize].map(mean), mean(whole)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn the_bands_add_up_to_the_mean() {
        let (bands, mean) = means(&fixture::article().variants[0]).unwrap();
        assert!((bands.iter().sum::<f64>() - mean).abs() < 8.0, "{bands:?} {mean}");
        assert!(bands.iter().all(|band| *band > 0.0));
        assert!(means(&fixture::troubled().variants[3]).is_none());
    }
}
