//! Findings in words, with their figures written as everywhere.

use crate::format;
use fetchscope_engine::advisor::words::{Amount, Word, Words};
use fetchscope_engine::advisor::{Figure, Finding, Rule, Severity};
use serde::Serialize;

/// A finding as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Told {
    /// What was looked for.
    pub rule: Rule,
    /// How much it matters.
    pub severity: Severity,
    /// The relationship paths it is about.
    pub paths: Vec<String>,
    /// The figures that show it.
    pub evidence: Vec<Figure>,
    /// From where on it is said; `None` where there is no more or less of it.
    pub threshold: Option<Figure>,
    /// What happened.
    pub what: String,
    /// At which place.
    #[serde(rename = "where")]
    pub place: String,
    /// How much of the request it is.
    pub how_much: String,
    /// What to try.
    #[serde(rename = "try")]
    pub remedy: String,
}

impl From<&Finding> for Told {
    fn from(finding: &Finding) -> Told {
        Told {
            rule: finding.rule,
            severity: finding.severity,
            paths: finding.paths.clone(),
            evidence: finding.evidence.clone(),
            threshold: finding.threshold,
            what: text(&finding.what),
            place: text(&finding.place),
            how_much: text(&finding.how_much),
            remedy: text(&finding.remedy),
        }
    }
}

/// `wrong`, `costly`, `notable`.
#[must_use]
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Wrong => "wrong",
        Severity::Costly => "costly",
        Severity::Notable => "notable",
    }
}

/// Words with their figures.
#[must_use]
pub fn text(words: &Words) -> String {
    words.0.iter().map(word).collect()
}

fn word(word: &Word) -> String {
    match word {
        Word::Text(text) => text.clone(),
        Word::Counted(1, noun) => format!("1 {noun}"),
        Word::Counted(count, noun) => format!("{} {noun}s", format::count(*count)),
        Word::Amount(amount) => self::amount(*amount),
    }
}

fn amount(amount: Amount) -> String {
    match amount {
        Amount::Count(count) => format::count(count),
        Amount::Bytes(bytes) => format::bytes(bytes),
        Amount::Time(time) => format::duration(time.0 as f64),
        Amount::Factor(factor) => format::factor(factor),
        Amount::Share(share) => format::percent(share),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_everywhere_and_nouns_agree() {
        let words = Words(vec![
            "joined returned ".into(),
            (120_000, "row").into(),
            " for ".into(),
            Amount::Count(25_200).into(),
            " distinct ones, ".into(),
            Amount::Factor(4.76).into(),
            " times as many, in ".into(),
            (1, "statement").into(),
            ", ".into(),
            Amount::Share(0.618).into(),
        ]);
        let said = text(&words).replace('\u{2009}', " ");
        assert_eq!(
            said,
            "joined returned 120 000 rows for 25 200 distinct ones, 4.8 times as many, in 1 statement, 62 %"
        );
    }
}
