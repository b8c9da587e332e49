//! Where the time goes: the mean of every band, a variant a row.

use super::{figure, variant};
use crate::charts::{Style, where_time_goes};
use crate::error::ReportError;
use crate::format;
use crate::palette::Theme;
use crate::rows::Row;
use crate::time::{means, shown};
use fetchscope_experiment::outcome::Outcome;
use maud::{Markup, html};

const CHART_WIDTH: u32 = 880;

pub(super) fn section(outcome: &Outcome, rows: &[Row]) -> Result<Markup, ReportError> {
    let draw = |theme| where_time_goes(rows, &outcome.variants, &Style::for_rows(theme, CHART_WIDTH, rows.len(), 1.0));
    let (light, dark) = (draw(Theme::Light)?, draw(Theme::Dark)?);
    Ok(html! {
        section {
            h2 { "Where the time goes" }
            (figure(&light, &dark))
            (table(outcome, rows))
        }
    })
}

fn table(outcome: &Outcome, rows: &[Row]) -> Markup {
    let names = shown(&outcome.variants);
    html! {
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
                            @for name in names { th scope="col" { (name) } }
                            th scope="col" { "mean" }
                        }
                    }
                    tbody {
                        @for (row, measured) in rows.iter().zip(&outcome.variants) {
                            tr {
                                th scope="row" { (variant(row)) }
                                @match row.latency.as_ref().and_then(|_| means(measured)) {
                                    Some((bands, mean)) => {
                                        @for band in bands.into_iter().take(names.len()) {
                                            td { (format::duration(band)) small { (format::percent(band / mean)) } }
                                        }
                                        td { b { (format::duration(mean)) } }
                                    }
                                    None => td.words.bad[row.bad] colspan=(names.len() + 1) {
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

/// The bands' share of all requests' wall clock.
fn explained(outcome: &Outcome) -> f64 {
    let samples = || outcome.variants.iter().flat_map(|variant| &variant.samples);
    let bands: u64 = samples().map(|sample| sample.bands.total().0).sum();
    let whole: u64 = samples().map(|sample| sample.latency.0).sum();
    if whole == 0 { 1.0 } else { bands as f64 / whole as f64 }
}
