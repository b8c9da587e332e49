//! Advice for an endpoint: every combination of strategies is predicted, the promising ones are measured, one is
//! recommended.

use crate::error::AppError;
use crate::experiment;
use crate::prediction;
use crate::python::Python;
use crate::source::Opened;
use fetchscope_engine::mapping::document::MappingDocument;
use fetchscope_engine::plan::document::Strategy;
use fetchscope_engine::plan::endpoint::{Endpoint, ReadNode};
use fetchscope_experiment::event::Event;
use fetchscope_experiment::outcome::Outcome;
use fetchscope_experiment::spec::{Conditions, Experiment, Lane, Limits, Variant, Workload};
use fetchscope_experiment::standing;
use indexmap::IndexMap;
use serde::Serialize;
use std::sync::atomic::AtomicBool;

/// Combinations that are predicted at most; an endpoint with more gets fewer strategies a relationship.
const MOST_PREDICTED: usize = 1_500;

/// Variants that are measured at most, the baseline among them.
const MOST_MEASURED: usize = 8;

/// How the promising ones are measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// Requests at once.
    pub concurrency: u32,
    /// Injected time per round trip, in milliseconds.
    pub rtt_ms: f64,
    /// Measured requests a variant.
    pub requests: u32,
}

/// A combination of strategies with its predicted cost.
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
    /// Combinations that were predicted.
    pub predicted: usize,
    /// For each number of statements the one with the fewest rows, those with the fewest statements.
    pub frontier: Vec<Candidate>,
}

/// Predicts, measures and recommends.
pub fn advise(
    opened: &Opened,
    endpoint: &Endpoint,
    load: Load,
    python: &Python<'_>,
    emit: &mut dyn FnMut(Event),
    cancel: &AtomicBool,
) -> Result<(Advice, Outcome), AppError> {
    let paths = relationships(&opened.document, endpoint)?;
    let session = opened.database.connect()?;
    let plan = endpoint.plan(&IndexMap::new(), Strategy::Select);
    let survey = prediction::survey(opened, &session, &plan, cancel)?.ok_or_else(|| {
        AppError::Input("the endpoint cannot be loaded as it is; `fetchscope trace` with its plan says why".to_owned())
    })?;
    drop(session);
    let mut candidates = Vec::new();
    for strategies in combinations(&paths) {
        let prediction = prediction::predict(opened, &endpoint.plan(&strategies, Strategy::Select), &survey)?;
        if prediction.ends_at.is_none() {
            let (statements, rows) = (prediction.statements, prediction.rows);
            candidates.push(Candidate { name: name(&strategies), strategies, statements, rows });
        }
    }
    let predicted = candidates.len();
    let frontier = frontier(candidates);
    let experiment = promising(opened, endpoint, &paths, &frontier, load);
    let outcome = experiment::run(&experiment, opened, python, emit, cancel)?;
    let as_fast = standing::unbeaten(&outcome.variants);
    // Of those that are as fast, the one that asks least of the database.
    let cost =
        |index: &usize| outcome.variants[*index].counts.map_or((u64::MAX, u64::MAX), |one| (one.queries, one.rows));
    let recommended = as_fast.iter().min_by_key(|index| cost(index)).ok_or_else(|| {
        AppError::Input("no variant answered as the baseline does, so there is nothing to recommend".to_owned())
    })?;
    let named = |index: &usize| outcome.variants[*index].name.clone();
    let advice =
        Advice { recommended: named(recommended), as_fast: as_fast.iter().map(named).collect(), predicted, frontier };
    Ok((advice, outcome))
}

/// A path of an endpoint, and whether it is a collection and is read.
struct Path {
    dotted: String,
    is_collection: bool,
    accessed: bool,
}

fn relationships(mapping: &MappingDocument, endpoint: &Endpoint) -> Result<Vec<Path>, AppError> {
    let mut paths = Vec::new();
    visit(mapping, &endpoint.root, &endpoint.relationships, "", &mut paths)?;
    if paths.is_empty() {
        let words = "the endpoint reads no relationship, so there is nothing to choose";
        return Err(AppError::Input(words.to_owned()));
    }
    Ok(paths)
}

fn visit(
    mapping: &MappingDocument,
    class: &str,
    nodes: &[ReadNode],
    prefix: &str,
    paths: &mut Vec<Path>,
) -> Result<(), AppError> {
    let entity = mapping.entities.iter().find(|one| one.name == class);
    let entity = entity.ok_or_else(|| AppError::Input(format!("there is no class `{class}`")))?;
    for node in nodes {
        let found = entity.relationships.iter().find(|one| one.name == node.name);
        let found = found.ok_or_else(|| AppError::Input(format!("`{class}` has no relationship `{}`", node.name)))?;
        let dotted = if prefix.is_empty() { node.name.clone() } else { format!("{prefix}.{}", node.name) };
        paths.push(Path { dotted: dotted.clone(), is_collection: found.kind.is_collection(), accessed: node.accessed });
        visit(mapping, &found.target, &node.relationships, &dotted, paths)?;
    }
    Ok(())
}

/// The strategies worth trying for a path, the most promising first. What is not read is best not loaded.
fn choices(path: &Path) -> &'static [Strategy] {
    match (path.accessed, path.is_collection) {
        (false, _) => &[Strategy::Select],
        (true, true) => &[Strategy::Selectin, Strategy::Joined, Strategy::Subquery, Strategy::Select],
        (true, false) => &[Strategy::Joined, Strategy::Selectin, Strategy::Select],
    }
}

fn combinations(paths: &[Path]) -> Vec<IndexMap<String, Strategy>> {
    let mut width = 4;
    let count = |width: usize| -> usize {
        paths.iter().map(|path| choices(path).len().min(width)).fold(1, usize::saturating_mul)
    };
    while width > 1 && count(width) > MOST_PREDICTED {
        width -= 1;
    }
    let mut all: Vec<IndexMap<String, Strategy>> = vec![IndexMap::new()];
    for path in paths {
        let of_path = &choices(path)[..choices(path).len().min(width)];
        all = all
            .into_iter()
            .flat_map(|one| {
                of_path.iter().map(move |strategy| {
                    let mut longer = one.clone();
                    longer.insert(path.dotted.clone(), *strategy);
                    longer
                })
            })
            .collect();
    }
    if width == 1 {
        // One combination is no choice; one deviation from it a path is.
        let first = all[0].clone();
        for path in paths.iter().take(MOST_PREDICTED / 4) {
            for strategy in choices(path).iter().skip(1) {
                let mut other = first.clone();
                other.insert(path.dotted.clone(), *strategy);
                all.push(other);
            }
        }
    }
    all
}

/// `all joined` where all are alike, `joined; roles, tasks selectin` where most are, and otherwise each path.
fn name(strategies: &IndexMap<String, Strategy>) -> String {
    let named = |strategy: Strategy| if strategy == Strategy::Select { "lazy" } else { strategy.name() };
    let mut groups: IndexMap<Strategy, Vec<&str>> = IndexMap::new();
    for (path, strategy) in strategies {
        groups.entry(*strategy).or_default().push(path);
    }
    groups.sort_by(|_, one, _, other| other.len().cmp(&one.len()));
    let mut said = Vec::new();
    for (index, (strategy, paths)) in groups.iter().enumerate() {
        said.push(match (index, groups.len()) {
            (_, 1) => format!("all {}", named(*strategy)),
            (0, _) if paths.len() > 1 => named(*strategy).to_owned(),
            _ => format!("{} {}", paths.join(", "), named(*strategy)),
        });
    }
    said.join("; ")
}

/// For each number of statements the combination with the fewest rows, those with the fewest statements first.
fn frontier(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    candidates.sort_by_key(|one| (one.statements, one.rows));
    candidates.dedup_by_key(|one| one.statements);
    candidates.truncate(MOST_MEASURED - 1);
    candidates
}

/// The baseline, the frontier, and what people would try first.
fn promising(opened: &Opened, endpoint: &Endpoint, paths: &[Path], frontier: &[Candidate], load: Load) -> Experiment {
    let all = |strategy: fn(&Path) -> Strategy| -> IndexMap<String, Strategy> {
        let one = |path: &Path| if path.accessed { strategy(path) } else { Strategy::Select };
        paths.iter().map(|path| (path.dotted.clone(), one(path))).collect()
    };
    let usual = [
        all(|path| if path.is_collection { Strategy::Selectin } else { Strategy::Joined }),
        all(|_| Strategy::Selectin),
        all(|_| Strategy::Joined),
    ];
    let mut variants: IndexMap<String, Variant> = IndexMap::new();
    let of = |strategies: IndexMap<String, Strategy>| Variant { strategies, ..Variant::default() };
    variants.insert("all lazy".to_owned(), of(all(|_| Strategy::Select)));
    // What people would try first is measured in any case, whatever the prediction says.
    for strategies in usual.into_iter().chain(frontier.iter().map(|one| one.strategies.clone())) {
        if variants.len() < MOST_MEASURED && !variants.values().any(|one| one.strategies == strategies) {
            variants.insert(name(&strategies), of(strategies));
        }
    }
    Experiment {
        version: 1,
        source: opened.source.clone(),
        mapping: None,
        seed: 1,
        baseline: None,
        lanes: vec![Lane::Native],
        endpoint: endpoint.clone(),
        variants,
        workload: Workload {
            concurrency: load.concurrency,
            requests: Some(load.requests),
            rounds: 20,
            ..Workload::default()
        },
        conditions: Conditions { rtt_ms: load.rtt_ms, ..Conditions::default() },
        limits: Limits::default(),
        sweep: Vec::new(),
        application: None,
        request: None,
        claim: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(statements: u64, rows: u64) -> Candidate {
        Candidate { name: String::new(), strategies: IndexMap::new(), statements, rows }
    }

    #[test]
    fn the_frontier_has_the_fewest_rows_for_each_number_of_statements() {
        let all = [(3, 1110), (1, 12_000), (111, 1110), (2, 1100), (1, 13_000), (4, 900)];
        let kept = frontier(all.map(|(statements, rows)| candidate(statements, rows)).into());
        let kept: Vec<(u64, u64)> = kept.iter().map(|one| (one.statements, one.rows)).collect();
        assert_eq!(kept, [(1, 12_000), (2, 1100), (3, 1110), (4, 900), (111, 1110)]);
    }

    #[test]
    fn a_name_says_what_differs() {
        let of = |all: &[(&str, Strategy)]| name(&all.iter().map(|(path, one)| ((*path).to_owned(), *one)).collect());
        assert_eq!(of(&[("a", Strategy::Select), ("b", Strategy::Select)]), "all lazy");
        assert_eq!(
            of(&[("a", Strategy::Joined), ("b", Strategy::Selectin), ("c", Strategy::Joined)]),
            "joined; b selectin"
        );
        assert_eq!(of(&[("a", Strategy::Joined), ("b", Strategy::Selectin)]), "a joined; b selectin");
    }

    #[test]
    fn combinations_are_all_there_are_and_never_too_many() {
        let path = |name: String, is_collection| Path { dotted: name, is_collection, accessed: true };
        let few = [path("a".into(), true), path("b".into(), false)];
        assert_eq!(combinations(&few).len(), 12);
        let many: Vec<Path> = (0..40).map(|index| path(format!("p{index}"), true)).collect();
        let all = combinations(&many);
        assert!(all.len() <= MOST_PREDICTED && all.len() > 40, "{}", all.len());
        let unread = [Path { dotted: "a".into(), is_collection: true, accessed: false }];
        assert_eq!(combinations(&unread).len(), 1);
    }
}
