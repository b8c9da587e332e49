//! The report: one HTML file that needs no network and no script, and looks like the window on paper.

mod bands;
mod comparison;
mod conditions;
mod counted;
mod findings;
mod frontier;
mod lane;
mod page_style;
mod queries;
mod statements;
mod sweeps;
mod waits;

pub(crate) use counted::LISTED;

use crate::charts::canvas::UNIT;
use crate::charts::{self, Chart, Style};
use crate::circumstances;
use crate::claims;
use crate::error::ReportError;
use crate::format;
use crate::lanes;
use crate::palette::Theme;
use crate::raw::{self, Raw};
use crate::remarks::{About, remarks};
use crate::rows::{Row, rows};
use crate::sentence::{ended_early, headline};
use fetchscope_experiment::outcome::Outcome;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Width of one chart; two and their gap fill the page.
const CHART_WIDTH: u32 = 560;

/// The report's bytes.
///
/// # Errors
/// Where a font or the token file cannot be used, which only a broken build can cause.
pub fn render(outcome: &Outcome) -> Result<Vec<u8>, ReportError> {
    let rows = rows(outcome);
    let light = drawn(&rows, Theme::Light)?;
    let dark = drawn(&rows, Theme::Dark)?;
    let style = page_style::style()?;
    let answer = headline(&rows);
    let in_sqlalchemy = lanes::in_sqlalchemy(outcome);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy"
                    content="default-src 'none'; style-src 'unsafe-inline'; font-src data:";
                meta name="generator" content=(format!("Fetchscope {}", outcome.environment.fetchscope));
                title { "Fetchscope: " (outcome.experiment.title()) }
                style { (PreEscaped(style)) }
            }
            body {
                main {
                    header {
                        p.context { (circumstances::context(outcome)) }
                        h1 { (answer) }
                        p { (conditions::agreement(&rows)) }
                        @if let Some(early) = ended_early(outcome) { p { (early) } }
                        (lane::headline(outcome, &rows, in_sqlalchemy.as_ref()))
                    }
                    section.charts aria-label="The two charts" {
                        (figure(&light.0, &dark.0))
                        (figure(&light.1, &dark.1))
                    }
                    @if let Some(lane) = &in_sqlalchemy { (lane::section(lane)?) }
                    (queries::section(outcome))
                    (claim(outcome))
                    (notes(outcome, &rows))
                    (sweeps::charts(outcome)?)
                    (comparison::table(outcome, &rows))
                    (findings::section(outcome, &rows))
                    (findings::multiplication(outcome, &rows))
                    (frontier::section(&rows)?)
                    (bands::section(outcome, &rows)?)
                    (waits::section(outcome, &rows)?)
                    (counted::section(outcome))
                    (conditions::method(outcome))
                    (statements::list(outcome, &rows))
                    (conditions::environment(outcome))
                    (conditions::experiment(outcome)?)
                    (raw_data(outcome)?)
                }
            }
        }
    };
    Ok(page.into_string().into_bytes())
}

fn drawn(rows: &[Row], theme: Theme) -> Result<(Chart, Chart), ReportError> {
    let pair = charts::pair(rows, &Style::for_rows(theme, CHART_WIDTH, rows.len(), 1.0))?;
    Ok((pair.queries, pair.latency))
}

/// The result itself, to be saved as a file.
fn raw_data(outcome: &Outcome) -> Result<Markup, ReportError> {
    let Raw { address, kept, measured } = raw::carried(outcome)?;
    let samples = |count: usize| format::count(count as u64);
    Ok(html! {
        section {
            h2 { "Raw data" }
            p {
                a download="outcome.json.gz" href=(address) { "Save the result" }
                ", compressed JSON with "
                @if kept == measured { "all " (samples(measured)) " samples." }
                @else {
                    (samples(kept)) " of the " (samples(measured)) " samples, evenly taken; the figures of this page are of all.                      `--report FILE.json` and `FILE.csv` have every sample."
                }
            }
        }
    })
}

/// A chart in both themes; the style sheet shows one of them.
fn figure(light: &Chart, dark: &Chart) -> Markup {
    html! {
        figure {
            div.light { (tooltips(light)) }
            div.dark { (tooltips(dark)) }
        }
    }
}

/// The drawing with a tooltip a row, which a browser shows without a script.
fn tooltips(chart: &Chart) -> PreEscaped<String> {
    let marks = html! {
        @for mark in &chart.marks {
            rect x=(mark.x * UNIT) y=(mark.y * UNIT) width=(mark.width * UNIT) height=(mark.height * UNIT) fill="transparent" {
                title {
                    (mark.label) ": " (mark.value)
                    @for (name, text) in &mark.details { "\n" (name) ": " (text) }
                }
            }
        }
    };
    let drawing = chart.svg.trim_end().strip_suffix("</svg>").unwrap_or(&chart.svg);
    PreEscaped(format!("{drawing}{}</svg>", marks.into_string()))
}

fn notes(outcome: &Outcome, rows: &[Row]) -> Markup {
    let said: Vec<String> = outcome
        .notes
        .iter()
        .cloned()
        .chain(
            remarks(outcome, rows)
                .into_iter()
                .filter(|one| one.about != About::Lanes || outcome.sqlalchemy.is_none())
                .map(|one| one.text),
        )
        .collect();
    html! {
        section {
            h2 { "What to know about the figures" }
            ul { @for note in said { li { (note) } } }
        }
    }
}

/// The claim that the experiment answers.
fn claim(outcome: &Outcome) -> Markup {
    html! {
        @if let Some(claim) = claims::verdict(outcome) {
            section {
                h2 { "The claim" }
                p { "“" (claim.says) "” " b { (claim.verdict) } "." }
                ul { @for cell in claim.cells { li { (cell) } } }
            }
        }
    }
}

/// A variant's letter and name with its colour.
fn variant(row: &Row) -> Markup {
    html! {
        span class=(format!("swatch v{}", row.colour % page_style::VARIANTS)) {}
        b { (row.letter) } " " (row.name)
    }
}

#[cfg(test)]
mod tests;
