//! Advice for an endpoint of a mapping: every combination is predicted too, which is exact and takes no time.

use super::search::Search;
use super::space::{Choice, Combination, Space, Way, strategy};
use super::{Advice, Candidate, Load, frontier, usual};
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
use indexmap::IndexMap;
use std::sync::atomic::AtomicBool;

/// Combinations that are predicted, at most.
const MOST_PREDICTED: usize = 1_500;

/// What the endpoint is compared with.
const BASELINE: &str = "all lazy";

/// Searches, measures and recommends.
pub fn advise(
    opened: &Opened,
    endpoint: &Endpoint,
    load: Load,
    python: &Python<'_>,
    emit: &mut dyn FnMut(Event),
    cancel: &AtomicBool,
) -> Result<(Advice, Outcome), AppError> {
    let mut paths = Vec::new();
    visit(&opened.document, &endpoint.root, &endpoint.relationships, "", &mut paths)?;
    if paths.is_empty() {
        let words = "the endpoint reads no relationship, so there is nothing to choose";
        return Err(AppError::Input(words.to_owned()));
    }
    let space = Space { choices: paths };
    let (predicted, candidates) = predict(opened, endpoint, &space, cancel)?;
    let lazy = space.taking(|_, way| strategy(way) == Some(Strategy::Select));
    let mut seeds = usual(&space);
    seeds.insert(0, (BASELINE.to_owned(), lazy.clone()));
    // Whatever people would try, the fewest rows for each number of statements are worth a look.
    let frontier = frontier(candidates);
    for one in &frontier {
        let combination = space.taking_exactly(&one.strategies);
        if !seeds.iter().any(|(_, known)| *known == combination) {
            seeds.push((one.name.clone(), combination));
        }
    }
    let baseline = (BASELINE.to_owned(), space.variant(&lazy), Some(lazy));
    let search =
        Search { space: &space, baseline, seeds, experiment: asked(opened, endpoint, load), seconds: load.seconds };
    let found = search.run(&mut |experiment| experiment::run(experiment, opened, python, emit, cancel))?;
    Ok((Advice::of(&found, predicted, frontier), found.outcome))
}

/// The combinations that can be loaded, with what they cost; how many there were to predict.
fn predict(
    opened: &Opened,
    endpoint: &Endpoint,
    space: &Space,
    cancel: &AtomicBool,
) -> Result<(usize, Vec<Candidate>), AppError> {
    let session = opened.database.connect()?;
    let plan = endpoint.plan(&IndexMap::new(), Strategy::Select);
    let survey = prediction::survey(opened, &session, &plan, cancel)?.ok_or_else(|| {
        AppError::Input("the endpoint cannot be loaded as it is; `fetchscope trace` with its plan says why".to_owned())
    })?;
    let mut candidates = Vec::new();
    for combination in space.all(MOST_PREDICTED) {
        let strategies = space.strategies(&combination);
        let prediction = prediction::predict(opened, &endpoint.plan(&strategies, Strategy::Select), &survey)?;
        if prediction.ends_at.is_none() {
            let (statements, rows) = (prediction.statements, prediction.rows);
            candidates.push(Candidate { name: space.name(&combination), strategies, statements, rows });
        }
    }
    Ok((candidates.len(), candidates))
}

impl Space {
    /// The strategies of a combination, by path.
    fn strategies(&self, combination: &Combination) -> IndexMap<String, Strategy> {
        self.variant(combination).strategies
    }

    fn taking_exactly(&self, strategies: &IndexMap<String, Strategy>) -> Combination {
        self.taking(|choice, way| strategy(way) == strategies.get(&choice.key).copied())
    }
}

fn visit(
    mapping: &MappingDocument,
    class: &str,
    nodes: &[ReadNode],
    prefix: &str,
    choices: &mut Vec<Choice>,
) -> Result<(), AppError> {
    let entity = mapping.entities.iter().find(|one| one.name == class);
    let entity = entity.ok_or_else(|| AppError::Input(format!("there is no class `{class}`")))?;
    for node in nodes {
        let found = entity.relationships.iter().find(|one| one.name == node.name);
        let found = found.ok_or_else(|| AppError::Input(format!("`{class}` has no relationship `{}`", node.name)))?;
        let dotted = if prefix.is_empty() { node.name.clone() } else { format!("{prefix}.{}", node.name) };
        let is_collection = found.kind.is_collection();
        let ways = ways(node.accessed, is_collection).iter().map(|strategy| Way::Strategy(*strategy)).collect();
        choices.push(Choice { key: dotted.clone(), shown: dotted.clone(), is_collection, ways });
        visit(mapping, &found.target, &node.relationships, &dotted, choices)?;
    }
    Ok(())
}

/// The strategies worth trying for a path, the most promising first. What is not read is best not loaded.
pub(super) fn ways(is_read: bool, is_collection: bool) -> &'static [Strategy] {
    match (is_read, is_collection) {
        (false, _) => &[Strategy::Select],
        (true, true) => &[Strategy::Selectin, Strategy::Joined, Strategy::Subquery, Strategy::Select],
        (true, false) => &[Strategy::Joined, Strategy::Selectin, Strategy::Select],
    }
}

fn asked(opened: &Opened, endpoint: &Endpoint, load: Load) -> Experiment {
    Experiment {
        version: 1,
        source: opened.source.clone(),
        mapping: None,
        seed: 1,
        baseline: None,
        lanes: vec![Lane::Native],
        endpoint: endpoint.clone(),
        variants: IndexMap::<String, Variant>::new(),
        workload: Workload { concurrency: load.concurrency, ..Workload::default() },
        conditions: Conditions { rtt_ms: load.rtt_ms, ..Conditions::default() },
        limits: Limits::default(),
        sweep: Vec::new(),
        application: None,
        request: None,
        claim: None,
    }
}
