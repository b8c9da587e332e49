//! What became of the claim that an experiment answers, in words.

use fetchscope_experiment::claim::{Holding, judge};
use fetchscope_experiment::outcome::Outcome;

/// A claim with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The claim.
    pub says: String,
    /// `holds`, `holds under conditions`, `does not hold`.
    pub verdict: &'static str,
    /// Where it does and where it does not, a line a cell.
    pub cells: Vec<String>,
}

/// The verdict on the experiment's claim; `None` where it makes none.
#[must_use]
pub fn verdict(outcome: &Outcome) -> Option<Verdict> {
    let claim = outcome.experiment.claim.as_ref()?;
    let judgement = judge(claim, outcome);
    let verdict = match judgement.holding {
        Holding::Holds => "holds",
        Holding::UnderConditions => "holds under conditions",
        Holding::DoesNotHold => "does not hold",
        Holding::Open => "cannot be told from these measurements",
    };
    let cells = judgement.cells.into_iter().map(|(cell, holds)| match holds {
        Some(true) => format!("{cell}: yes"),
        Some(false) => format!("{cell}: no"),
        None => cell,
    });
    Some(Verdict { says: claim.says.clone(), verdict, cells: cells.collect() })
}
