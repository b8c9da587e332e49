//! What a lesson says once it was measured: which predictions were right, and its last part with the figures in place.

use super::Lesson;
use fetchscope_experiment::outcome::Outcome;
use fetchscope_experiment::spec::Experiment;
use fetchscope_report::charts::SweepChart;
use fetchscope_report::rows::{Row, interval_text, rows, verdict};
use fetchscope_report::{claims, format, sentence, sweeps, time};

/// What came of a lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revealed {
    /// Which predictions were right, in their order; `None` where it cannot be told.
    pub right: Vec<Option<bool>>,
    /// The last part of the page in Markdown.
    pub text: String,
    /// The experiment's claim with its verdict: `holds`, and where.
    pub verdict: Option<claims::Verdict>,
}

/// Holds a lesson against what was measured.
#[must_use]
pub fn reveal(lesson: &Lesson, outcome: &Outcome) -> Revealed {
    let rows = rows(outcome);
    let mut text = String::new();
    let mut rest = lesson.after.as_str();
    while let Some((before, inside)) = rest.split_once('{') {
        text.push_str(before);
        let (placeholder, next) = inside.split_once('}').unwrap_or((inside, ""));
        let figure = Placeholder::read(placeholder, &outcome.experiment).map(|one| one.filled(outcome, &rows));
        text.push_str(&figure.unwrap_or_else(|_| format::UNKNOWN.to_owned()));
        rest = next;
    }
    text.push_str(rest);
    Revealed {
        right: lesson.choices.iter().map(|choice| choice.condition.holds(outcome)).collect(),
        text,
        verdict: claims::verdict(outcome),
    }
}

/// Something that was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Placeholder {
    /// `{queries NAME}` and its like.
    Of(Figure, String),
    /// `{sentence}`: the answer in one sentence.
    Sentence,
    /// `{sweeps}`: what each sweep found.
    Sweeps,
    /// `{verdict}`: what became of the claim.
    Verdict,
}

/// A figure of one variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Figure {
    Queries,
    RoundTrips,
    Rows,
    Bytes,
    P50,
    P95,
    Ratio,
    Answer,
    Most,
}

impl Placeholder {
    pub(super) fn read(text: &str, experiment: &Experiment) -> Result<Placeholder, String> {
        let (word, name) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        let name = name.trim();
        let figure = match (word, name) {
            ("sentence", "") => return Ok(Placeholder::Sentence),
            ("sweeps", "") => return Ok(Placeholder::Sweeps),
            ("verdict", "") => return Ok(Placeholder::Verdict),
            ("queries", _) => Figure::Queries,
            ("round_trips", _) => Figure::RoundTrips,
            ("rows", _) => Figure::Rows,
            ("bytes", _) => Figure::Bytes,
            ("p50", _) => Figure::P50,
            ("p95", _) => Figure::P95,
            ("ratio", _) => Figure::Ratio,
            ("answer", _) => Figure::Answer,
            ("most", _) => Figure::Most,
            _ => return Err(format!("`{word}` is no placeholder; datasets/README.md lists them")),
        };
        match experiment.variants.contains_key(name) {
            true => Ok(Placeholder::Of(figure, name.to_owned())),
            false => Err(format!("the experiment has no variant `{name}`")),
        }
    }

    fn filled(&self, outcome: &Outcome, rows: &[Row]) -> String {
        let (figure, name) = match self {
            Placeholder::Sentence => return sentence::sentence(outcome, rows),
            Placeholder::Sweeps => {
                let charts = sweeps::charts(outcome);
                // Each of several says what it is about, since all end with "everywhere" or "nowhere" of their own.
                let said = |chart: &SweepChart| match charts.len() {
                    1 => sweeps::sentence(&chart.finding),
                    _ => format!("{}: {}", chart.title, chart.finding),
                };
                let found: Vec<String> = charts.iter().map(said).collect();
                return if found.is_empty() { "Nothing was swept.".to_owned() } else { found.join(" ") };
            }
            Placeholder::Verdict => {
                let verdict = claims::verdict(outcome);
                return verdict.map_or_else(|| "makes no claim".to_owned(), |verdict| verdict.verdict.to_owned());
            }
            Placeholder::Of(figure, name) => (*figure, name),
        };
        let index = outcome.variants.iter().position(|variant| variant.name == *name);
        let filled = index.and_then(|index| of_variant(figure, &rows[index], &outcome.variants[index]));
        filled.unwrap_or_else(|| format::UNKNOWN.to_owned())
    }
}

fn of_variant(figure: Figure, row: &Row, variant: &fetchscope_experiment::outcome::VariantOutcome) -> Option<String> {
    let latency = row.latency.as_ref();
    let timed = |estimate: fetchscope_engine::stats::quantile::Estimate| {
        format!("{} ({})", format::duration(estimate.value), interval_text(estimate.low, estimate.high))
    };
    Some(match figure {
        Figure::Queries => format::count(row.counts?.queries),
        Figure::RoundTrips => format::count(row.counts?.round_trips),
        Figure::Rows => format::count(row.counts?.rows),
        Figure::Bytes => format::bytes(row.counts?.bytes),
        Figure::P50 => timed(latency?.p50),
        Figure::P95 => timed(latency?.p95),
        Figure::Ratio => verdict(row.comparison.as_ref()?),
        Figure::Answer => row.verdict.clone(),
        Figure::Most => time::largest(variant)?.to_owned(),
    })
}
