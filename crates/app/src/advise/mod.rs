//! Advice for an endpoint, of a plan or of an application: the ways to load it are searched by measuring, and one is
//! recommended.

pub mod application;
mod plan;
mod search;
mod space;

use fetchscope_engine::plan::document::Strategy;
use fetchscope_experiment::outcome::Outcome;
use fetchscope_experiment::spec::Variant;
use indexmap::IndexMap;
pub use plan::advise;
use search::Found;
use serde::Serialize;
use space::Space;

/// How the endpoint is asked, and for how long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// Requests at once.
    pub concurrency: u32,
    /// Injected time per round trip, in milliseconds.
    pub rtt_ms: f64,
    /// Seconds that the search may take.
    pub seconds: f64,
}

/// A combination of strategies with its cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// What it is called among the variants: `joined; roles selectin`.
    pub name: String,
    /// Strategy by dotted path.
    pub strategies: IndexMap<String, Strategy>,
    /// Statements of a request.
    pub statements: u64,
    /// Rows of all of them.
    pub rows: u64,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Advice {
    /// Name of the recommended variant.
    pub recommended: String,
    /// Variants that are as fast, as far as the rounds tell, the recommended one among them.
    pub as_fast: Vec<String>,
    /// Whether the recommended one is the endpoint as it is.
    pub is_baseline: bool,
    /// Combinations that were predicted; of an application none.
    pub predicted: usize,
    /// How many combinations there are.
    pub space: usize,
    /// How many of them were measured.
    pub measured: usize,
    /// Seconds that it took.
    pub seconds: f64,
    /// For each number of statements the one with the fewest rows, those with the fewest statements first.
    pub frontier: Vec<Candidate>,
}

/// Combinations of the frontier that are named.
const NAMED: usize = 7;

impl Advice {
    fn of(found: &Found, predicted: usize, frontier: Vec<Candidate>) -> Advice {
        let baseline = found.outcome.experiment.baseline_name();
        Advice {
            recommended: found.best.clone(),
            as_fast: found.as_fast.clone(),
            is_baseline: baseline == Some(found.best.as_str()),
            predicted,
            space: found.space,
            measured: found.measured,
            seconds: found.took.as_secs_f64(),
            frontier,
        }
    }
}

/// For each number of statements the combination with the fewest rows, those with the fewest statements first.
fn frontier(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    candidates.sort_by_key(|one| (one.statements, one.rows));
    candidates.dedup_by_key(|one| one.statements);
    candidates.truncate(NAMED);
    candidates
}

/// The variants of a run with what they cost.
fn measured(outcome: &Outcome) -> Vec<Candidate> {
    let of = |name: &str| outcome.experiment.variants.get(name).map_or_else(Variant::default, Clone::clone);
    let one = |variant: &fetchscope_experiment::outcome::VariantOutcome| {
        let counts = variant.counts?;
        let strategies = of(&variant.name).strategies;
        Some(Candidate { name: variant.name.clone(), strategies, statements: counts.queries, rows: counts.rows })
    };
    outcome.variants.iter().filter(|variant| !variant.samples.is_empty()).filter_map(one).collect()
}

/// What people try first, by name, without what there is once already.
fn usual(space: &Space) -> Vec<(String, space::Combination)> {
    let strategy = space::strategy;
    let recommended = space.taking(|choice, way| match strategy(way) {
        Some(strategy) => strategy == if choice.is_collection { Strategy::Selectin } else { Strategy::Joined },
        None => way == space::Way::Polymorphic,
    });
    let all = |wanted: Strategy| space.taking(|_, way| strategy(way).is_none_or(|strategy| strategy == wanted));
    let mut seeds: Vec<(String, space::Combination)> = Vec::new();
    for one in [recommended, all(Strategy::Selectin), all(Strategy::Joined)] {
        if !seeds.iter().any(|(_, known)| *known == one) {
            seeds.push((space.name(&one), one));
        }
    }
    seeds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frontier_has_the_fewest_rows_for_each_number_of_statements() {
        let candidate = |(statements, rows)| {
            let (name, strategies) = (String::new(), IndexMap::new());
            Candidate { name, strategies, statements, rows }
        };
        let all = [(3, 1110), (1, 12_000), (111, 1110), (2, 1100), (1, 13_000), (4, 900)];
        let kept = frontier(all.map(candidate).into());
        let kept: Vec<(u64, u64)> = kept.iter().map(|one| (one.statements, one.rows)).collect();
        assert_eq!(kept, [(1, 12_000), (2, 1100), (3, 1110), (4, 900), (111, 1110)]);
    }
}
