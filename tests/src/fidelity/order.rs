//! Which statements may change places: SQLAlchemy keeps siblings in a set, so their post-loads come in any order.

use super::Statement;
use super::lookup::Lookup;
use fetchscope_engine::plan::document::Strategy;
use fetchscope_engine::trace::Phase;

/// Whether `first`, which the real one sent before `second`, has to come before it.
pub(super) fn bound(lookup: &Lookup, first: &Statement, second: &Statement) -> bool {
    let (Some(one), Some(other)) = (Eager::of(lookup, first), Eager::of(lookup, second)) else { return true };
    if first.phase != second.phase {
        return true;
    }
    let shared = one.names.iter().zip(&other.names).take_while(|(a, b)| a == b).count();
    if shared == one.names.len() || shared == other.names.len() {
        // One path continues the other, or is the other.
        return true;
    }
    // Post-loads of post-loads wait until the whole level above has run.
    let waits = other.strategies[shared..].iter().all(|strategy| *strategy == Strategy::Selectin)
        || other.strategies.last() == Some(&Strategy::Immediate)
            && other.strategies[shared..other.strategies.len() - 1].iter().all(|one| *one == Strategy::Selectin);
    other.names.len() > one.names.len() && waits
}

/// A statement that loads ahead, with its place in the tree of relationships.
struct Eager<'a> {
    names: Vec<&'a str>,
    strategies: Vec<Strategy>,
}

impl<'a> Eager<'a> {
    /// `None` for the root's statement and for a lazy load: their places follow from what the program does.
    fn of(lookup: &Lookup, statement: &'a Statement) -> Option<Eager<'a>> {
        let path = statement.path.as_deref()?;
        let names: Vec<&str> = path.split('.').skip(1).collect();
        let strategies = lookup.strategies(statement.phase, path);
        let ahead = match statement.phase {
            Phase::Before | Phase::Load => true,
            Phase::Walk => strategies.last().is_some_and(|strategy| runs_ahead(*strategy)),
        };
        (ahead && strategies.len() == names.len()).then_some(Eager { names, strategies })
    }
}

fn runs_ahead(strategy: Strategy) -> bool {
    match strategy {
        Strategy::Selectin | Strategy::Subquery | Strategy::Immediate => true,
        Strategy::Default
        | Strategy::Select
        | Strategy::Joined
        | Strategy::JoinedInner
        | Strategy::JoinedInnerUnnested
        | Strategy::Raise
        | Strategy::RaiseOnSql
        | Strategy::Noload
        | Strategy::ContainsEager
        | Strategy::Bulk
        | Strategy::JsonAgg => false,
    }
}
