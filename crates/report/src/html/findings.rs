//! What stands out in each variant, and its rows against the rows it needed.

use super::variant;
use crate::findings::{Told, severity};
use crate::format;
use crate::rows::Row;
use fetchscope_engine::advisor::Severity;
use fetchscope_engine::advisor::multiplication::{JoinedCollection, Multiplication};
use fetchscope_experiment::evidence::findings;
use fetchscope_experiment::outcome::{Outcome, VariantOutcome};
use maud::{Markup, html};

pub(super) fn section(outcome: &Outcome, rows: &[Row]) -> Markup {
    let told = |variant: &VariantOutcome| findings(outcome, variant).iter().map(Told::from).collect::<Vec<_>>();
    let all: Vec<(&Row, Vec<Told>)> = rows.iter().zip(outcome.variants.iter().map(told)).collect();
    html! {
        @if all.iter().any(|(_, told)| !told.is_empty()) {
            section {
                h2 { "What stands out" }
                @for (row, told) in all.iter().filter(|(_, told)| !told.is_empty()) {
                    h3 { (variant(row)) }
                    ul { @for one in told { (finding(one)) } }
                }
            }
        }
    }
}

fn finding(told: &Told) -> Markup {
    let Told { what, place, how_much, remedy, .. } = told;
    html! {
        li {
            b.bad[told.severity == Severity::Wrong] { (severity(told.severity)) } ": " (what) " (" (place) ")."
            div.aside { (how_much) }
            div { "Try: " (remedy) "." }
        }
    }
}

/// Rows and bytes fetched, beside those that were needed.
pub(super) fn multiplication(outcome: &Outcome, rows: &[Row]) -> Markup {
    let known: Vec<(&Row, &Multiplication)> = rows
        .iter()
        .zip(&outcome.variants)
        .filter_map(|(row, variant)| Some((row, &variant.objects.as_ref()?.multiplication)))
        .collect();
    html! {
        @if !known.is_empty() {
            section {
                h2 { "Rows fetched and rows needed" }
                div.scroll {
                    table {
                        caption {
                            "Of one request. A row is needed for each object, and for each pair that a secondary table connects; a "
                            "value is needed once. Joining one collection repeats its owner’s values; joining two side by side also "
                            "repeats their rows. A joined row carries several objects, so fewer may be fetched than are needed."
                        }
                        thead {
                            tr {
                                @for name in ["variant", "rows fetched", "rows needed", "bytes fetched", "bytes needed", "rows ratio"] {
                                    th scope="col" { (name) }
                                }
                                th.words scope="col" { "multiplied by" }
                            }
                        }
                        tbody { @for (row, multiplication) in known { (line(row, multiplication)) } }
                    }
                }
            }
        }
    }
}

fn line(row: &Row, multiplication: &Multiplication) -> Markup {
    let Multiplication { fetched, distinct, statements } = multiplication;
    let factors: Vec<String> =
        statements.iter().filter(|one| one.multiplies()).flat_map(|one| &one.collections).map(by).collect();
    html! {
        tr {
            th scope="row" { (variant(row)) }
            td { (format::count(fetched.rows)) }
            td { (format::count(distinct.rows)) }
            td { (format::bytes(fetched.bytes)) }
            td { (format::bytes(distinct.bytes)) }
            td { (multiplication.factor().map_or_else(|| format::UNKNOWN.to_owned(), format::ratio)) }
            td.words { (if factors.is_empty() { format::UNKNOWN.to_owned() } else { factors.join(", ") }) }
        }
    }
}

fn by(collection: &JoinedCollection) -> String {
    format!("{} {}", collection.path, format::ratio(collection.factor))
}
