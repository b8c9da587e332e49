//! Where the time goes: the mean of every band, a variant a row.

use super::variant;
use crate::format;
use crate::rows::Row;
use fetchscope_engine::trace::{Bands, Nanos};
use fetchscope_experiment::outcome::{Outcome, VariantOutcome};
use maud::{Markup, html};

/// Names of the bands in the order a request goes through them.
const NAMES: [&str; 8] =
    ["scheduling", "pool wait", "round trip", "execute", "fetch", "decode", "hydrate", "serialize"];

pub(super) fn table(outcome: &Outcome, rows: &[Row]) -> Markup {
    html! {
        section {
            h2 { "Where the time goes" }
            div.scroll {
                table {
                    caption {
                        "Mean of all requests, and its share. Every moment of a request is in one band; together they explain "
                        (format::percent(explained(outcome))) " of the wall clock. Scheduling is waiting for a core while there "
                        "was work to do, and in an open loop waiting for a client; round trip is the injected network time, as achieved."
                    }
                    thead {
                        tr {
                            th scope="col" { "variant" }
                            @for name in NAMES { th scope="col" { (name) } }
                            th scope="col" { "mean" }
                        }
                    }
                    tbody {
                        @for (row, measured) in rows.iter().zip(&outcome.variants) {
                            tr {
                                th scope="row" { (variant(row)) }
                                @match row.latency.as_ref().and_then(|_| means(measured)) {
                                    Some((bands, mean)) => {
                                        @for band in bands {
                                            td { (format::duration(band)) small { (format::percent(band / mean)) } }
                                        }
                                        td { b { (format::duration(mean)) } }
                                    }
                                    None => td.words.bad[row.bad] colspan=(NAMES.len() + 1) {
                                        (format::UNKNOWN) " " (row.no_time.as_deref().unwrap_or("not measured"))
                                    },
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The bands' share of all requests' wall clock.
fn explained(outcome: &Outcome) -> f64 {
    let samples = || outcome.variants.iter().flat_map(|variant| &variant.samples);
    let bands: u64 = samples().map(|sample| sample.bands.total().0).sum();
    let whole: u64 = samples().map(|sample| sample.latency.0).sum();
    if whole == 0 { 1.0 } else { bands as f64 / whole as f64 }
}

/// Mean nanoseconds of every band in the order of [`NAMES`], and of the whole request; `None` without a sample.
fn means(variant: &VariantOutcome) -> Option<([f64; 8], f64)> {
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
        assert!((bands.iter().sum::<f64>() - mean).abs() < 1.0, "{bands:?} {mean}");
        assert!(bands.iter().all(|band| *band > 0.0));
        assert!(means(&fixture::troubled().variants[3]).is_none());
    }
}
