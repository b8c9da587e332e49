//! Prediction: how many statements and rows a request will cost, before it is sent.
//!
//! A [`Survey`] says which keys there are: which objects each path of an endpoint reaches, whatever the strategies. It
//! takes one statement a relationship and is made once an endpoint. From it [`predict`] works out any variant without
//! asking the database again, by rehearsing the request on the survey's objects: which are in the session already, which
//! statement brings which, how joined rows multiply. No SQL is written and no row is built.
//!
//! A term that cannot be known for certain is marked, and so is the whole.

mod posts;
mod rehearsal;
mod rows;
mod statement;
mod survey;
mod walk;

pub use survey::Survey;

use crate::mapping::Remote;
use crate::plan::{NodeId, Program};
use rehearsal::Rehearsal;
use std::sync::Arc;

/// What a request will cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prediction {
    /// One term for the root and one for each path, parents first; those that cost nothing as well.
    pub terms: Vec<Term>,
    /// Statements of the whole request.
    pub statements: u64,
    /// Rows of all of them.
    pub rows: u64,
    /// Whether both are certain.
    pub exact: bool,
    /// The path whose reading, or loading, ends the request with an exception; the costs are those until then.
    pub ends_at: Option<Arc<str>>,
}

/// The share of one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// `User.organization`, or the root's class.
    pub path: Arc<str>,
    /// Statements that this path causes.
    pub statements: u64,
    /// Rows they return.
    pub rows: u64,
    /// What the number of statements counts: `distinct organizations`, `users × roles`; empty for the root.
    pub reason: String,
    /// Whether both are certain.
    pub exact: bool,
}

/// What one path has cost so far.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    /// Statements for one owner.
    single: u64,
    /// Statements for many owners at once.
    shared: u64,
    rows: u64,
    doubtful: bool,
}

/// Predicts a request of a program from the survey of its endpoint.
#[must_use]
pub fn predict(program: &Program, survey: &Survey) -> Prediction {
    let mut rehearsal = Rehearsal::new(program, survey);
    rehearsal.run();
    let everything = rehearsal.doubtful();
    let mut terms = Vec::new();
    let mut at = vec![program.main.node];
    while let Some(id) = at.pop() {
        at.extend(program.node(id).children.iter().rev());
        let tally = rehearsal.tally(id);
        terms.push(Term {
            path: program.node(id).path.clone(),
            statements: tally.single + tally.shared,
            rows: tally.rows,
            reason: reason(program, id, tally),
            exact: !(everything || tally.doubtful),
        });
    }
    Prediction {
        statements: terms.iter().map(|term| term.statements).sum(),
        rows: terms.iter().map(|term| term.rows).sum(),
        exact: terms.iter().all(|term| term.exact),
        ends_at: rehearsal.ends_at().map(|id| program.node(id).path.clone()),
        terms,
    }
}

/// What the statements of a path are counted by.
fn reason(program: &Program, id: NodeId, tally: Tally) -> String {
    let Some((owner, _, relationship)) = program.relationship(id) else { return String::new() };
    let (owner, target) = (program.mapping.entity(owner), program.mapping.entity(relationship.target));
    match &relationship.remote {
        _ if tally.single <= 1 => format!("for {}", relationship.name),
        Remote::Target(_) if relationship.targets_primary_key => format!("distinct {}", target.table),
        Remote::Target(_) | Remote::Secondary { .. } => format!("{} × {}", owner.table, relationship.name),
    }
}
