//! The answer in one sentence, with its interval, and no more certain than the figures are.

use crate::format;
use crate::rows::Row;
use fetchscope_experiment::outcome::{End, Outcome};

/// Says which variant was fastest and by how much, what took no part, and whether the run ended early.
#[must_use]
pub fn sentence(outcome: &Outcome, rows: &[Row]) -> String {
    let bad: Vec<String> =
        rows.iter().filter(|row| row.bad).map(|row| format!("{} ({})", named(row), row.verdict)).collect();
    let mut said = headline(rows);
    if !bad.is_empty() {
        said.push_str(&format!(" Left out: {}.", bad.join(", ")));
    }
    if let Some(early) = ended_early(outcome) {
        said.push_str(&format!(" {early}"));
    }
    said
}

/// Only which variant was fastest and by how much; wrong answers do not compete.
#[must_use]
pub fn headline(rows: &[Row]) -> String {
    format!("{}.", answer(rows))
}

/// The sentence that a run which was stopped, or could not go on, needs beside its figures.
#[must_use]
pub fn ended_early(outcome: &Outcome) -> Option<String> {
    match &outcome.end {
        End::Completed => None,
        End::Cancelled => Some("The run was cancelled: these are the figures measured before.".to_owned()),
        End::Failed { reason } => {
            Some(format!("The run could not go on, these are the figures measured before: {reason}."))
        }
    }
}

/// Of more variants than these that cannot be told apart, only the fastest have their figures in the sentence.
const MOST_FIGURES: usize = 3;

fn answer(rows: &[Row]) -> String {
    let mut racing: Vec<&Row> = rows.iter().filter(|row| row.latency.is_some()).collect();
    racing.sort_by(|a, b| a.median().unwrap_or(f64::MAX).total_cmp(&b.median().unwrap_or(f64::MAX)));
    let counted = |row: &&Row| row.latency.as_ref().is_some_and(|latency| latency.n <= 1);
    match racing.as_slice() {
        [] => "Nothing was measured".to_owned(),
        all if all.len() > 1 && all.iter().all(counted) => {
            "Counts only: one request a variant, whose time says nothing of the next".to_owned()
        }
        [only] => alone(only),
        [fastest, ..] => {
            let ties: Vec<&Row> =
                racing.iter().skip(1).copied().filter(|row| told_apart(fastest, row) == Some(false)).collect();
            let unsure = racing.iter().skip(1).any(|row| told_apart(fastest, row).is_none());
            if unsure {
                too_few(fastest, racing.len())
            } else if ties.is_empty() {
                winner(fastest, &racing, rows)
            } else {
                tied(fastest, &ties, &racing, rows)
            }
        }
    }
}

/// Whether the rounds tell two variants apart; `None` where they are too few.
fn told_apart(a: &Row, b: &Row) -> Option<bool> {
    a.apart.get(b.colour).copied().flatten()
}

fn alone(only: &Row) -> String {
    format!("{} answered with {}, with {}; there is nothing to compare it with", named(only), p50(only), queries(only))
}

fn winner(fastest: &Row, racing: &[&Row], rows: &[Row]) -> String {
    let against = match racing {
        // The baseline itself won: the next one is what it is compared with.
        [_, next, ..] if fastest.is_baseline => Some(*next),
        _ => rows.iter().find(|row| row.is_baseline && row.latency.is_some()),
    };
    let baseline = if fastest.is_baseline { ", the baseline," } else { "" };
    let compared = against.map(|other| format!(", {}", compared(fastest, other))).unwrap_or_default();
    format!("{}{baseline} was fastest: {}{compared}", named(fastest), p50(fastest))
}

fn tied(fastest: &Row, ties: &[&Row], racing: &[&Row], rows: &[Row]) -> String {
    let all: Vec<&Row> = std::iter::once(fastest).chain(ties.iter().copied()).collect();
    let figures: Vec<String> =
        all.iter().take(MOST_FIGURES).map(|row| format!("{} {}", named(row), p50(row))).collect();
    let others = if all.len() == racing.len() { "" } else { "fastest, and " };
    let baseline = rows.iter().find(|row| row.is_baseline && row.latency.is_some());
    let compared = match baseline.filter(|baseline| all.iter().all(|row| row.letter != baseline.letter)) {
        Some(baseline) => format!("; {} is {}", named(fastest), compared(fastest, baseline)),
        None => String::new(),
    };
    format!(
        "{} are {others}indistinguishable, no detectable difference over the rounds: {}{compared}",
        listed(&all.iter().map(|row| named(row)).collect::<Vec<_>>()),
        figures.join("; "),
    )
}

fn too_few(fastest: &Row, racing: usize) -> String {
    let n = fastest.latency.as_ref().map_or(0, |latency| latency.n);
    format!(
        "{} had the lowest median of {racing} variants, {}, but there are too few rounds to tell them apart",
        named(fastest),
        p50_with(fastest, format!("n = {}", format::count(n as u64))),
    )
}

/// `4.1 times as fast as all lazy, with 1 query instead of 111`.
fn compared(fastest: &Row, other: &Row) -> String {
    let times = match (fastest.median(), other.median()) {
        (Some(fast), Some(slow)) if fast > 0.0 => {
            format!("{} times as fast as {}", format::factor(slow / fast), named(other))
        }
        _ => format!("compared with {}", named(other)),
    };
    match (fastest.counts, other.counts) {
        (Some(own), Some(others)) if own.queries == others.queries => {
            format!("{times}, with {} each", queries(fastest))
        }
        (Some(_), Some(others)) => {
            format!("{times}, with {} instead of {}", queries(fastest), format::count(others.queries))
        }
        (None, _) | (_, None) => times,
    }
}

fn p50(row: &Row) -> String {
    let interval = row.interval().map(|(low, high)| format::interval(low, high));
    p50_with(row, interval.unwrap_or_else(|| "too few requests for an interval".to_owned()))
}

fn p50_with(row: &Row, aside: String) -> String {
    format!("p50 {} ({aside})", row.median().map_or_else(|| format::UNKNOWN.to_owned(), format::duration))
}

fn queries(row: &Row) -> String {
    match row.counts.map(|counts| counts.queries) {
        Some(1) => "1 query".to_owned(),
        Some(queries) => format!("{} queries", format::count(queries)),
        None => "an unknown number of queries".to_owned(),
    }
}

/// A variant's name as part of a sentence, in quotation marks where it would read like two.
pub(crate) fn quoted(name: &str) -> String {
    if name.contains([',', ';', '.', ':']) { format!("“{name}”") } else { name.to_owned() }
}

/// A variant's name, in quotes where it would run into the sentence.
fn named(row: &Row) -> String {
    quoted(&row.name)
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::rows::rows;

    fn sentence(outcome: &Outcome) -> String {
        super::sentence(outcome, &rows(outcome))
    }

    #[test]
    fn a_clear_winner_is_named_with_interval_ratio_and_queries() {
        assert_eq!(
            sentence(&fixture::article()),
            "joined was fastest: p50 21.4 ms (21.2 to 21.7 ms), 4.0 times as fast as all lazy, with 1 query instead of 111."
        );
    }

    #[test]
    fn overlapping_intervals_are_said_to_be_indistinguishable() {
        let said = sentence(&fixture::tied());
        assert!(
            said.starts_with("selectin and “selectin, tenant joined” are fastest, and indistinguishable"),
            "{said}"
        );
        assert!(said.contains("times as fast as all lazy, with 3 queries instead of 111"), "{said}");
    }

    #[test]
    fn wrong_answers_do_not_compete_and_a_cancelled_run_says_so() {
        let said = sentence(&fixture::troubled());
        assert!(said.starts_with("joined was fastest"), "{said}");
        assert!(said.contains("Left out: joined_inner (wrong answer: 4 roots missing), raise (raises Inv"), "{said}");
        assert!(said.ends_with("The run was cancelled: these are the figures measured before."), "{said}");
    }

    #[test]
    fn a_baseline_that_wins_is_compared_with_the_next() {
        let mut outcome = fixture::pair();
        outcome.variants.swap(0, 1);
        outcome.experiment.baseline = Some("joined".to_owned());
        outcome.variants.iter_mut().for_each(|variant| {
            variant.agreement = match variant.name.as_str() {
                "joined" => fetchscope_experiment::outcome::Agreement::Baseline,
                _ => fetchscope_experiment::outcome::Agreement::Same,
            };
        });
        let said = sentence(&outcome);
        assert!(said.starts_with("joined, the baseline, was fastest: p50 21."), "{said}");
        assert!(said.ends_with("1.3 times as fast as selectin, with 1 query instead of 3."), "{said}");
    }

    #[test]
    fn few_samples_one_variant_and_nothing_are_said() {
        let mut few = fixture::pair();
        few.variants.iter_mut().for_each(|variant| variant.samples.truncate(3));
        assert!(sentence(&few).contains("too few rounds to tell them apart"), "{}", sentence(&few));
        let mut one = fixture::pair();
        one.variants.truncate(1);
        assert!(sentence(&one).starts_with("selectin answered with p50 27."), "{}", sentence(&one));
        assert_eq!(sentence(&fixture::empty(&["joined"])), "Nothing was measured.");
    }
}
