//! The SQLAlchemy lane: the same rows with the times of a Python process.

use super::{CHART_WIDTH, bands, comparison, figure};
use crate::charts::{self, Style};
use crate::error::ReportError;
use crate::lanes::{self, InSqlalchemy};
use crate::palette::Theme;
use crate::remarks::{About, remarks};
use crate::rows::Row;
use crate::sentence;
use fetchscope_experiment::outcome::Outcome;
use maud::{Markup, html};

/// What is said first: where the lanes rank differently, and what went wrong in one of them.
pub(super) fn headline(outcome: &Outcome, rows: &[Row], lane: Option<&InSqlalchemy>) -> Markup {
    html! {
        @for warning in lanes::warnings(outcome) { p.bad { (warning) } }
        @if let Some(lane) = lane { p { (lanes::ranking(outcome, rows, lane)) } }
    }
}

/// Chart, table and breakdown of the lane.
pub(super) fn section(lane: &InSqlalchemy) -> Result<Markup, ReportError> {
    let draw = |theme| charts::latency(&lane.rows, &Style::for_rows(theme, CHART_WIDTH, lane.rows.len(), 1.0));
    let (light, dark) = (draw(Theme::Light)?, draw(Theme::Dark)?);
    Ok(html! {
        section {
            h2 { "In SQLAlchemy" }
            p { (sentence::headline(&lane.rows)) }
            p.aside {
                "The same requests in a Python process (" (lane.title) "), one thread or task a client. Execute is the database and \
                 its driver; what is decoded is part of fetch and hydrate; scheduling is waiting for the interpreter or its \
                 event loop as well."
            }
            div.charts { (figure(&light, &dark)) }
            ul { @for one in remarks(&lane.outcome, &lane.rows) { @if !matches!(one.about, About::Lanes | About::Python) { li { (one.text) } } } }
        }
        (comparison::table(&lane.outcome, &lane.rows))
        (bands::section(&lane.outcome, &lane.rows)?)
    })
}
