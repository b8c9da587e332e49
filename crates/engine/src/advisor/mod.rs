//! The advisor: what stands out in a request, with the figures that show it and a change that would help.
//!
//! A rule is a pure function over [`Evidence`]. It has a threshold, and a reason for it beside it; it says nothing below
//! the threshold, and what it says is what the figures are. Whether a change helps on this machine is for a run to say.

pub mod evidence;
mod in_chunks;
mod missing_index;
pub mod multiplication;
mod n_plus_one;
mod never_read;
mod pool;
mod siblings;
#[cfg(test)]
mod tests;
pub mod words;
mod wrong_result;

use evidence::Evidence;
use serde::{Deserialize, Serialize};
use words::{Amount, Words};

/// What is looked for. The order is that of findings of the same severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The answer is another one, or none.
    WrongResult,
    /// One statement an object.
    NPlusOne,
    /// Collections joined side by side multiply.
    SiblingCollections,
    /// A lookup by a foreign key without an index.
    MissingIndex,
    /// Requests wait for a connection.
    PoolSaturation,
    /// Loaded, and not read.
    NeverRead,
    /// More keys than fit one IN list.
    InChunks,
}

impl Rule {
    /// All of them.
    pub const ALL: [Rule; 7] = [
        Rule::WrongResult,
        Rule::NPlusOne,
        Rule::SiblingCollections,
        Rule::MissingIndex,
        Rule::PoolSaturation,
        Rule::NeverRead,
        Rule::InChunks,
    ];

    fn find(self, evidence: &Evidence) -> Vec<Finding> {
        match self {
            Rule::WrongResult => wrong_result::find(evidence),
            Rule::NPlusOne => n_plus_one::find(evidence),
            Rule::SiblingCollections => siblings::find(evidence),
            Rule::MissingIndex => missing_index::find(evidence),
            Rule::PoolSaturation => pool::find(evidence),
            Rule::NeverRead => never_read::find(evidence),
            Rule::InChunks => in_chunks::find(evidence),
        }
    }
}

/// How much a finding matters, the most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The answer is not what was asked for.
    Wrong,
    /// Most of what the request does could be spared.
    Costly,
    /// Worth knowing; another choice may or may not be better.
    Notable,
}

/// A figure of the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figure {
    /// What it counts: `rows`.
    pub name: &'static str,
    /// How much.
    pub amount: Amount,
}

/// Something that stands out.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What was looked for.
    pub rule: Rule,
    /// How much it matters.
    pub severity: Severity,
    /// The relationship paths it is about, as in the trace; none where it is about the whole request.
    pub paths: Vec<String>,
    /// The figures that show it.
    pub evidence: Vec<Figure>,
    /// From where on it is said; `None` where there is no more or less of it.
    pub threshold: Option<Figure>,
    /// What happened.
    pub what: Words,
    /// At which place.
    pub place: Words,
    /// How much of the request it is.
    pub how_much: Words,
    /// What to try.
    pub remedy: Words,
}

/// Everything that stands out in a request or a run, what matters most first.
#[must_use]
pub fn advise(evidence: &Evidence) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Rule::ALL.iter().flat_map(|rule| rule.find(evidence)).collect();
    findings.sort_by_key(|finding| (finding.severity, finding.rule));
    findings
}

fn count(name: &'static str, count: u64) -> Figure {
    Figure { name, amount: Amount::Count(count) }
}
