//! Random cases, answered by the real SQLAlchemy and by us.

mod bench;
mod shrink;

use super::{Agreement, Case, Fault, folder};
use bench::Bench;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::{Display, Formatter};
use std::io::Write;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Which cases.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Seeds of the generator.
    pub seeds: Range<u64>,
    /// Groups the generator may use; all when empty.
    pub only: Vec<String>,
    /// Groups it may not use.
    pub without: Vec<String>,
    /// Whether on a PostgreSQL server of the tests' own instead of SQLite.
    pub postgres: bool,
    /// Cases at once.
    pub jobs: usize,
    /// Whether cases that differ are made smaller, as long as they still do.
    pub shrink: bool,
}

/// What became of a case.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// Both answer alike.
    Agreed(Agreement),
    /// The real SQLAlchemy does not always answer alike, or we answer as it does in another process.
    Undecided,
    /// The plan asks for what this version does not do yet.
    NotCovered(String),
    /// The real SQLAlchemy does not take the plan, or it asks for too much.
    Skipped(String),
    /// The answers differ.
    Differs(Box<Disagreement>),
}

/// A case on which the answers differ.
#[derive(Debug, Clone)]
pub struct Disagreement {
    /// Its seed.
    pub seed: u64,
    /// What it is made of.
    pub case: Case,
    /// What differs first.
    pub what: String,
}

/// What became of many cases.
#[derive(Debug, Default)]
pub struct Tally {
    /// Answers alike.
    pub agreed: u64,
    /// Those of them whose statements come in another order that nothing defines: of siblings, or of keys.
    pub rearranged: u64,
    /// Those of them whose statements follow rows that have no order.
    pub shuffled: u64,
    /// Cases on which the real SQLAlchemy does not agree with itself.
    pub undecided: u64,
    /// Reasons why plans were left out, and how often.
    pub skipped: BTreeMap<String, u64>,
    /// What this version does not do yet, and how often it was asked for.
    pub not_covered: BTreeMap<String, u64>,
    /// Answers that differ.
    pub disagreements: Vec<Disagreement>,
}

/// Compares all chosen cases; `tell` hears of each verdict.
pub fn compare(choice: &Choice, tell: &(dyn Fn(u64, &Verdict) + Sync)) -> Result<Tally, Fault> {
    let next = AtomicU64::new(choice.seeds.start);
    let tally = Mutex::new(Ok(Tally::default()));
    std::thread::scope(|scope| {
        for _ in 0..choice.jobs.max(1) {
            scope.spawn(|| {
                let worked = work(choice, &next, &|seed, verdict| {
                    tell(seed, &verdict);
                    if let Ok(Ok(tally)) = tally.lock().as_deref_mut() {
                        tally.add(verdict);
                    }
                });
                if let (Err(fault), Ok(tally)) = (worked, tally.lock().as_deref_mut()) {
                    *tally = Err(fault);
                }
            });
        }
    });
    tally.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn work(choice: &Choice, next: &AtomicU64, add: &dyn Fn(u64, Verdict)) -> Result<(), Fault> {
    let mut bench = Bench::new(choice)?;
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= choice.seeds.end {
            return Ok(());
        }
        add(seed, bench.verdict(seed)?);
    }
}

/// Appends a case with the real answer to the recorded ones, made smaller first where that is chosen and it differs.
pub fn record(choice: &Choice, seed: u64, name: &str) -> Result<(), Fault> {
    let mut bench = Bench::new(choice)?;
    let case = match bench.verdict(seed)? {
        Verdict::Differs(one) => one.case,
        Verdict::Agreed(_) | Verdict::Undecided | Verdict::NotCovered(_) | Verdict::Skipped(_) => bench.case(seed)?,
    };
    let answer = bench.real_answer(&case)?;
    let line = json!({
        "id": name, "mapping": case.mapping, "script": case.script, "plan": case.plan, "answer": answer,
    });
    let path = folder().join("regressions.jsonl");
    let opened = std::fs::OpenOptions::new().append(true).open(&path);
    opened.and_then(|mut file| writeln!(file, "{line}")).map_err(|source| Fault::File { path, source })
}

impl Tally {
    fn add(&mut self, verdict: Verdict) {
        let count = |reasons: &mut BTreeMap<String, u64>, reason: &str| {
            // Names of things differ from case to case; the kind of reason is what repeats.
            let kind: String = reason.split('`').step_by(2).collect::<Vec<_>>().join("…");
            *reasons.entry(kind.chars().take(100).collect()).or_default() += 1;
        };
        match verdict {
            Verdict::Agreed(how) => {
                self.agreed += 1;
                match how {
                    Agreement::Exact => {}
                    Agreement::Rearranged => self.rearranged += 1,
                    Agreement::Shuffled => self.shuffled += 1,
                }
            }
            Verdict::Undecided => self.undecided += 1,
            Verdict::Skipped(reason) => count(&mut self.skipped, &reason),
            Verdict::NotCovered(reason) => {
                *self.not_covered.entry(reason.chars().take(100).collect()).or_default() += 1;
            }
            Verdict::Differs(one) => self.disagreements.push(*one),
        }
    }
}

impl Display for Tally {
    fn fmt(&self, to: &mut Formatter<'_>) -> std::fmt::Result {
        let sum = |reasons: &BTreeMap<String, u64>| reasons.values().sum::<u64>();
        write!(
            to,
            "{} agreed ({} but for the order of siblings or keys, {} but for that of rows without one), {} counted apart (the real one differs from itself), {} skipped, {} not covered, {} disagree",
            self.agreed,
            self.rearranged,
            self.shuffled,
            self.undecided,
            sum(&self.skipped),
            sum(&self.not_covered),
            self.disagreements.len()
        )?;
        for (what, reasons) in [("skipped", &self.skipped), ("not covered", &self.not_covered)] {
            for (reason, number) in reasons {
                write!(to, "\n  {what} {number} times: {reason}")?;
            }
        }
        Ok(())
    }
}

impl Display for Disagreement {
    fn fmt(&self, to: &mut Formatter<'_>) -> std::fmt::Result {
        let Disagreement { seed, case, what } = self;
        write!(to, "seed {seed}\n  plan {}\n  mapping {}\n  {what}", case.plan, case.mapping)
    }
}
