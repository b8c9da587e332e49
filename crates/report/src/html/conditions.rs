//! Under which circumstances the figures were measured, and what reproduces them.

use crate::circumstances;
use crate::error::ReportError;
use crate::reproduction::{Form, Reproduction};
use crate::rows::Row;
use fetchscope_experiment::outcome::Outcome;
use maud::{Markup, html};

/// Whether all variants returned the same objects.
pub(super) fn agreement(rows: &[Row]) -> Markup {
    let circumstances::Agreement { wrong, rest } = circumstances::agreement(rows);
    html! {
        @for one in wrong { span.bad { (one) " " } }
        (rest)
    }
}

/// How it was measured, in three sentences.
pub(super) fn method(outcome: &Outcome) -> Markup {
    html! {
        section {
            h2 { "How it was measured" }
            p { (circumstances::method(outcome)) }
        }
    }
}

/// Machine, versions, data and seed.
pub(super) fn environment(outcome: &Outcome) -> Markup {
    html! {
        section {
            h2 { "Environment" }
            dl { @for (name, fact) in circumstances::facts(outcome) { dt { (name) } dd { (fact) } } }
        }
    }
}

/// The experiment in full, as the file that repeats it.
pub(super) fn experiment(outcome: &Outcome) -> Result<Markup, ReportError> {
    let reproduction = Reproduction::of(&outcome.experiment)?;
    let form = match reproduction.form {
        Form::Toml => "TOML. `fetchscope run` repeats it from a file of these lines, or from this report itself",
        Form::Json => {
            "JSON, because its filter has a null, which TOML cannot say. `fetchscope run` repeats it from this report"
        }
    };
    Ok(html! {
        section {
            h2 { "The experiment" }
            p.aside { "In " (form) "." }
            pre { code { (reproduction.marked()) } }
        }
    })
}
