//! What the server's sessions waited for, where there is a server.

use super::{figure, variant};
use crate::charts::{Style, server_waits};
use crate::error::ReportError;
use crate::palette::Theme;
use crate::rows::Row;
use crate::waits;
use fetchscope_experiment::outcome::Outcome;
use maud::{Markup, html};

const CHART_WIDTH: u32 = 880;

pub(super) fn section(outcome: &Outcome, rows: &[Row]) -> Result<Markup, ReportError> {
    let variants = &outcome.variants;
    if !waits::were_looked_at(variants) {
        return Ok(html! {});
    }
    let draw = |theme| server_waits(rows, variants, &Style::for_rows(theme, CHART_WIDTH, rows.len(), 1.0));
    let (light, dark) = (draw(Theme::Light)?, draw(Theme::Dark)?);
    let table = waits::table(rows, variants);
    Ok(html! {
        section {
            h2 { "What the server's sessions waited for" }
            p { (waits::finding(rows, variants)) }
            (figure(&light, &dark))
            div.scroll {
                table {
                    caption {
                        "Mean number of sessions at work, by what pg_stat_activity showed them at, over looks every 50 ms. "
                        "Lock is another session's lock, LWLock one inside the server, Client the network."
                    }
                    thead {
                        tr {
                            th scope="col" { "variant" }
                            @for title in &table.head { th scope="col" { (title) } }
                        }
                    }
                    tbody {
                        @for (row, figures) in table.rows.iter().filter_map(|(row, figures)| Some((rows.get(*row)?, figures))) {
                            tr {
                                th scope="row" { (variant(row)) }
                                @for figure in figures { td { (figure) } }
                            }
                        }
                    }
                }
            }
        }
    })
}
