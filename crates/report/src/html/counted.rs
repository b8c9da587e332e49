//! What the server itself counted of the run's statements, where pg_stat_statements is installed.

use crate::format;
use fetchscope_engine::trace::Nanos;
use fetchscope_experiment::outcome::Counted;
use fetchscope_experiment::outcome::Outcome;
use maud::{Markup, html};

/// Most statements that are listed.
pub(crate) const LISTED: usize = 20;

pub(super) fn section(outcome: &Outcome) -> Markup {
    let counted = &outcome.counted;
    html! {
        @if !counted.is_empty() {
            section {
                h2 { "What the server counted" }
                div.scroll {
                    table {
                        caption {
                            "The statements on which the server spent most time, of " (format::count(counted.len() as u64))
                            ", as pg_stat_statements counted them from the first check to the last sample: all variants, "
                            "warm-up included, and whatever else this role did meanwhile. Blocks have 8 kB as a rule."
                        }
                        thead {
                            tr {
                                th scope="col" { "statement" }
                                @for title in ["calls", "rows", "time", "a call", "blocks hit", "blocks read"] {
                                    th scope="col" { (title) }
                                }
                            }
                        }
                        tbody { @for one in counted.iter().take(LISTED) { (line(one)) } }
                    }
                }
            }
        }
    }
}

fn line(one: &Counted) -> Markup {
    let Nanos(time) = one.time;
    html! {
        tr {
            th scope="row" { code { (one.sql) } }
            td { (format::count(one.calls)) }
            td { (format::count(one.rows)) }
            td { (format::duration(time as f64)) }
            td { (format::duration(time as f64 / one.calls.max(1) as f64)) }
            td { (format::count(one.blocks_hit)) }
            td { (format::count(one.blocks_read)) }
        }
    }
}
