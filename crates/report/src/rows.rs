//! One row a variant: what charts, tables and sentences say of it.

use crate::format;
use fetchscope_engine::stats::paired::{Comparison, Verdict};
use fetchscope_experiment::outcome::{Agreement, Counts, End, Outcome, VariantOutcome};
use fetchscope_experiment::spec::Expectation;
use fetchscope_experiment::standing;
use fetchscope_experiment::summary::Summary;

/// A variant as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its letter: `A`.
    pub letter: String,
    /// Its name, without control characters; with † where it loads something in a way that SQLAlchemy does not have.
    pub name: String,
    /// Whether it loads everything in ways that SQLAlchemy has.
    pub is_sqlalchemy: bool,
    /// Index of its colour.
    pub colour: usize,
    /// Exact counts of one request; `None` when none finished.
    pub counts: Option<Counts>,
    /// Latency; `None` without a sample, and where the answer is wrong: a wrong answer has no time worth a bar.
    pub latency: Option<Summary>,
    /// Against the baseline: over the rounds where they are enough, of the medians where not; `None` for the baseline itself, and where a side has no time.
    pub ratio: Option<f64>,
    /// Queries against the baseline's; `None` for the baseline itself, and where a side has no count or the baseline 0.
    pub query_ratio: Option<f64>,
    /// Whether the others are compared with this one.
    pub is_baseline: bool,
    /// `baseline`, `same answer`, `wrong answer: 4 roots missing`, `raises InvalidRequestError`, `not compared`.
    pub verdict: String,
    /// Whether the verdict is a wrong answer or an error.
    pub bad: bool,
    /// Why there is no time, where there is none.
    pub no_time: Option<String>,
    /// Requests that failed.
    pub failures: u64,
    /// Why they failed, the most frequent reason first, in words.
    pub failure: Option<String>,
    /// The paired comparison with the baseline; `None` for the baseline itself, and where a side has no time.
    pub comparison: Option<Comparison>,
    /// For every row, whether the rounds tell this one from it; `None` where they are too few, or a side has no time.
    pub apart: Vec<Option<bool>>,
    /// Indices of the rows that the rounds do not tell from this one.
    pub indistinguishable: Vec<usize>,
}

/// What † after a name says.
pub const NOT_SQLALCHEMY: &str = "† not SQLAlchemy: it has no option that loads this way";

/// The rows of an outcome, in the user's order.
#[must_use]
pub fn rows(outcome: &Outcome) -> Vec<Row> {
    let mut rows: Vec<Row> =
        outcome.variants.iter().enumerate().map(|(index, variant)| row(outcome, index, variant)).collect();
    let baseline = rows.iter().find(|row| row.is_baseline).cloned();
    for row in &mut rows {
        if let Some(baseline) = baseline.as_ref().filter(|_| !row.is_baseline) {
            row.ratio = quotient(row.median(), baseline.median());
            row.query_ratio = quotient(row.queries(), baseline.queries());
        }
    }
    let comparisons = standing::against_baseline(outcome);
    for (row, (comparison, apart)) in
        rows.iter_mut().zip(comparisons.into_iter().zip(standing::told_apart(&outcome.variants)))
    {
        // The ratio over the rounds, so that charts, tables and sentences say the same.
        row.ratio = comparison.as_ref().and_then(|one| one.ratio).map(|ratio| ratio.value).or(row.ratio);
        row.comparison = comparison;
        row.indistinguishable = (0..apart.len()).filter(|other| apart[*other] == Some(false)).collect();
        row.apart = apart;
    }
    rows
}

impl Row {
    /// The median in nanoseconds.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        self.latency.as_ref().map(|latency| latency.p50.value)
    }

    fn queries(&self) -> Option<f64> {
        self.counts.map(|counts| counts.queries as f64)
    }

    /// Letter and name: `B selectin`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{} {}", self.letter, self.name)
    }

    /// The p50 interval, where the sample is large enough to have one.
    #[must_use]
    pub fn interval(&self) -> Option<(f64, f64)> {
        let p50 = self.latency.as_ref()?.p50;
        Some((p50.low?, p50.high?))
    }
}

/// The queries of a request, and on Citus what they become there: `3`, `3 (96 shard tasks)`.
#[must_use]
pub fn queries_text(counts: &Counts) -> String {
    let queries = format::count(counts.queries);
    match counts.shard_tasks {
        None => queries,
        Some(tasks) => format!("{queries} ({} shard tasks)", format::count(tasks)),
    }
}

/// The letter of a variant: A to Z, then AA.
#[must_use]
pub fn letter(index: usize) -> String {
    let last = char::from(b'A' + (index % 26) as u8);
    match index / 26 {
        0 => last.to_string(),
        rest => format!("{}{last}", letter(rest - 1)),
    }
}

fn row(outcome: &Outcome, index: usize, variant: &VariantOutcome) -> Row {
    let planned = outcome.experiment.variants.get(&variant.name);
    let expected = planned.map(|variant| variant.expect);
    let is_sqlalchemy = planned.is_none_or(|one| one.strategies.values().all(|strategy| strategy.is_sqlalchemy()));
    let name: String = variant.name.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let (verdict, bad) = answer(&variant.agreement, expected.unwrap_or_default());
    let latency = if bad { None } else { Summary::of(variant, outcome.experiment.seed, outcome.environment.cores) };
    let no_time = latency.is_none().then(|| if bad { verdict.clone() } else { no_time(outcome, variant) });
    let mut reasons: Vec<_> = variant.failures.iter().collect();
    reasons.sort_by_key(|failure| std::cmp::Reverse(failure.count));
    Row {
        letter: letter(index),
        name: if is_sqlalchemy { name } else { format!("{name} †") },
        is_sqlalchemy,
        colour: index,
        counts: variant.counts,
        latency,
        ratio: None,
        query_ratio: None,
        is_baseline: matches!(variant.agreement, Agreement::Baseline) || is_named_baseline(outcome, index),
        verdict,
        bad,
        no_time,
        failures: variant.failures.iter().map(|failure| failure.count).sum(),
        failure: reasons.first().map(|failure| failure.message.clone()),
        comparison: None,
        apart: Vec::new(),
        indistinguishable: Vec::new(),
    }
}

/// A baseline that raises is still the one the experiment names.
fn is_named_baseline(outcome: &Outcome, index: usize) -> bool {
    let name = &outcome.variants[index].name;
    outcome.experiment.baseline.as_ref().map_or(index == 0, |baseline| baseline == name)
}

fn answer(agreement: &Agreement, expected: Expectation) -> (String, bool) {
    let foreseen = match expected {
        Expectation::Same => "",
        Expectation::Differs => " (as expected)",
    };
    match agreement {
        Agreement::Baseline => ("baseline".to_owned(), false),
        Agreement::Same => ("same answer".to_owned(), false),
        Agreement::Different { difference } => (format!("wrong answer: {difference}{foreseen}"), true),
        Agreement::Raises { error } => (format!("raises {}{foreseen}", error.type_name.name()), true),
        Agreement::Stopped { reason } => (reason.clone(), true),
        Agreement::LeftOut { reason } => (reason.clone(), false),
        Agreement::Unknown => ("not compared".to_owned(), false),
    }
}

fn no_time(outcome: &Outcome, variant: &VariantOutcome) -> String {
    if let Agreement::LeftOut { reason } = &variant.agreement {
        return reason.clone();
    }
    match (variant.failures.first(), &outcome.end) {
        (Some(failure), _) => format!("no request finished: {}", failure.message),
        (None, End::Cancelled) => "not measured: the run was cancelled before".to_owned(),
        (None, End::Failed { .. }) => "not measured: the database failed before".to_owned(),
        (None, End::Completed) => "not measured".to_owned(),
    }
}

fn quotient(value: Option<f64>, baseline: Option<f64>) -> Option<f64> {
    let (value, baseline) = (value?, baseline?);
    (baseline > 0.0).then(|| value / baseline)
}

/// A verdict of the rounds in words.
#[must_use]
pub fn in_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Faster => "faster",
        Verdict::Slower => "slower",
        Verdict::NoDetectableDifference => "no detectable difference",
        Verdict::TooFewRounds => "too few rounds to tell",
    }
}

/// What the rounds say of a variant against the baseline: `×0.24 (0.22 to 0.26), faster`.
#[must_use]
pub fn verdict(comparison: &Comparison) -> String {
    let words = in_words(comparison.verdict);
    let ratio = comparison.ratio.map_or_else(String::new, |ratio| match (ratio.low, ratio.high) {
        (Some(low), Some(high)) => {
            format!("{} ({} to {}), ", format::ratio(ratio.value), format::factor(low), format::factor(high))
        }
        (None, _) | (_, None) => format!("{}, ", format::ratio(ratio.value)),
    });
    format!("{ratio}{words}")
}

/// What is said of an interval: its ends, or why there is none.
#[must_use]
pub fn interval_text(low: Option<f64>, high: Option<f64>) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format::interval(low, high),
        (None, _) | (_, None) => "n is too small".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn letters_go_on_after_z() {
        assert_eq!([0, 1, 25, 26, 27, 51, 52].map(letter), ["A", "B", "Z", "AA", "AB", "AZ", "BA"]);
    }

    #[test]
    fn ratios_are_against_the_baseline_and_the_baseline_has_none() {
        let rows = rows(&fixture::article());
        assert!(rows[0].is_baseline && rows[0].ratio.is_none());
        assert!(rows[1..].iter().all(|row| !row.is_baseline && row.ratio.unwrap() < 1.0));
        assert_eq!(rows[1].query_ratio, Some(1.0 / 111.0));
    }

    #[test]
    fn shard_tasks_stand_beside_the_queries() {
        let counts = rows(&fixture::article())[0].counts.unwrap();
        assert_eq!(queries_text(&counts), "111");
        assert_eq!(queries_text(&Counts { shard_tasks: Some(3552), ..counts }), "111 (3\u{2009}552 shard tasks)");
    }

    #[test]
    fn a_wrong_answer_has_no_time() {
        let rows = rows(&fixture::troubled());
        let wrong = rows.iter().find(|row| row.verdict.starts_with("wrong answer")).unwrap();
        assert!(wrong.bad && wrong.latency.is_none() && wrong.ratio.is_none());
        assert_eq!(wrong.no_time.as_deref(), Some("wrong answer: 4 roots missing"));
    }

    #[test]
    fn variants_that_the_rounds_do_not_tell_apart_know_each_other() {
        let rows = rows(&fixture::tied());
        assert_eq!(rows[1].indistinguishable, [2]);
        assert_eq!(rows[2].indistinguishable, [1]);
        assert!(rows[0].indistinguishable.is_empty());
    }
}
