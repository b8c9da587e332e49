//! Advice for an endpoint of an application: what it reads is watched, the ways to load that are searched, and the change is
//! told for its file and line.

use super::plan::ways;
use super::search::Search;
use super::space::{Choice, Space, Way};
use super::{Advice, Load, frontier, measured, usual};
use crate::application::{Change, Overrides, PathTrace, Program, QueryTrace, RequestTrace};
use crate::error::AppError;
use fetchscope_engine::plan::document::Strategy;
use fetchscope_experiment::event::Event;
use fetchscope_experiment::outcome::Outcome;
use fetchscope_experiment::spec::{Application, Conditions, Experiment, Lane, Limits, Request, Variant, Workload};
use indexmap::IndexMap;
use serde::Serialize;
use std::sync::atomic::AtomicBool;

/// What the endpoint is as its code says it.
const AS_WRITTEN: &str = "as written";

/// Relationships that are mended one after the other until an endpoint answers, at most.
const MOST_MENDED: usize = 12;

/// Column loads of one request from which a query's subclasses are worth a choice.
const MANY_COLUMNS: usize = 3;

/// Advice for an application.
#[derive(Debug, Serialize)]
pub struct ApplicationAdvice {
    /// What to do.
    #[serde(flatten)]
    pub advice: Advice,
    /// The change for each file and line; none if the endpoint is best as it is written.
    pub change: Vec<Change>,
    /// Paths that are loaded and not read.
    pub unread: Vec<String>,
    /// The request as it is written.
    pub seen: RequestTrace,
}

/// Watches, searches, measures and recommends.
pub fn advise(
    program: &mut Program,
    application: &Application,
    request: &Request,
    load: Load,
    emit: &mut dyn FnMut(Event),
    cancel: &AtomicBool,
) -> Result<(ApplicationAdvice, Outcome), AppError> {
    let experiment = asked(application, request, load);
    program.ask(&experiment)?;
    let seen = program.watch(&Overrides::new(), cancel)?;
    if seen.error.is_none() && seen.row_count == 0 {
        let words = "the endpoint found no rows, so there is nothing to compare; give a request that finds some";
        return Err(AppError::Input(words.to_owned()));
    }
    let (mended, answering) = mend(program, &seen, cancel)?;
    let space = space(&answering, !mended.is_empty());
    if space.choices.is_empty() {
        return Err(AppError::Input(nothing_to_choose(&seen)));
    }
    let unread: Vec<String> = unread(&seen).map(|(_, path)| path.path.clone()).collect();
    let written = space.taking(|_, way| matches!(way, Way::Written(_) | Way::Plain));
    let is_written = mended.is_empty();
    let mut seeds = usual(&space);
    if is_written {
        let name =
            if unread.is_empty() { AS_WRITTEN.to_owned() } else { "as written, without what is not read".to_owned() };
        seeds.retain(|(_, one)| *one != written);
        seeds.insert(0, (name, written.clone()));
    }
    // Without what nothing reads it is another variant than the one that is as written.
    let of_baseline = (is_written && unread.is_empty()).then_some(written);
    let baseline = (AS_WRITTEN.to_owned(), Variant::default(), of_baseline);
    let search = Search { space: &space, baseline, seeds, experiment, seconds: load.seconds };
    let found = search.run(&mut |experiment| program.run_again(experiment, &seen, emit, cancel))?;
    let variant = found.outcome.experiment.variants.get(&found.best).cloned().unwrap_or_default();
    let is_baseline = found.best == AS_WRITTEN;
    let change =
        if is_baseline { Vec::new() } else { program.change(&variant.overrides(), &unread_keys(&seen), cancel)? };
    let advice = Advice::of(&found, 0, frontier(measured(&found.outcome)));
    Ok((ApplicationAdvice { advice, change, unread, seen }, found.outcome))
}

/// Loads what cannot be read lazily, one relationship after the other, until the endpoint answers; what that took, and the
/// request that answered.
fn mend(
    program: &mut Program,
    seen: &RequestTrace,
    cancel: &AtomicBool,
) -> Result<(Overrides, RequestTrace), AppError> {
    let mut overrides = Overrides::new();
    let mut last = seen.clone();
    for _ in 0..MOST_MENDED {
        let Some(error) = &last.error else { break };
        let path = error.path.clone().filter(|path| !overrides.contains_key(path));
        let lazy = ["MissingGreenlet", "DetachedInstanceError", "InvalidRequestError", "StatementError"];
        let Some(path) = path.filter(|_| lazy.contains(&error.type_name.as_str())) else { break };
        let known = last.queries.iter().flat_map(|query| &query.paths).find(|one| one.path == path);
        let is_collection = known.is_some_and(|one| one.collection);
        overrides.insert(path, if is_collection { "selectin" } else { "joined" }.to_owned());
        last = program.watch(&overrides, cancel)?;
    }
    match &last.error {
        None if last.status.is_none_or(|status| status < 400) => Ok((overrides, last)),
        None => Err(AppError::Input(format!(
            "the endpoint answers with status {}, so there is nothing to compare{}",
            last.status.unwrap_or_default(),
            last.notices.first().map_or_else(String::new, |notice| format!(": {notice}"))
        ))),
        Some(error) => {
            let place = error.origin.as_ref().map_or_else(String::new, |origin| format!(" at {origin}"));
            Err(AppError::Input(format!(
                "the endpoint fails{place}, and loading its relationships otherwise does not mend it: {}: {}",
                error.type_name, error.message
            )))
        }
    }
}

fn nothing_to_choose(seen: &RequestTrace) -> String {
    if seen.queries.iter().all(|query| query.entities.is_empty()) {
        "the endpoint loads no objects through the ORM, so there is no relationship to choose for".to_owned()
    } else {
        "the endpoint reads and loads no relationship, so there is nothing to choose".to_owned()
    }
}

/// The paths that are read or loaded, with the ways to load them. `is_failing`: as it is written the endpoint fails, so
/// what is lazy now is no choice.
fn space(seen: &RequestTrace, is_failing: bool) -> Space {
    let mut choices = Vec::new();
    for query in &seen.queries {
        for path in &query.paths {
            let key = key(seen, query, &path.path);
            let written = strategy(&path.strategy);
            let shown = path.path.split_once('.').map_or(path.path.as_str(), |(_, below)| below);
            let shown = if key.contains('/') { key.clone() } else { shown.to_owned() };
            let ways = if path.unread {
                // What nothing reads is best not loaded.
                vec![Way::Strategy(Strategy::Select)]
            } else if path.reads == 0 && path.statements == 0 && path.written_by == "default" {
                continue;
            } else {
                read_ways(path, written, is_failing)
            };
            choices.push(Choice { key, shown, is_collection: path.collection, ways });
        }
        let columns = seen.statements.iter().filter(|one| one.kind == "column" && one.query == Some(query.n)).count();
        if let (Some(entity), false) = (&query.entity, query.subclasses.is_empty())
            && columns >= MANY_COLUMNS
        {
            let key = key(seen, query, entity);
            let ways = vec![Way::Polymorphic, Way::Plain];
            choices.push(Choice { shown: entity.clone(), key, is_collection: false, ways });
        }
    }
    Space { choices }
}

fn read_ways(path: &PathTrace, written: Option<Strategy>, is_failing: bool) -> Vec<Way> {
    let is_option = is_failing && path.written_by == "option";
    let mut found: Vec<Way> = ways(true, path.collection)
        .iter()
        .filter(|strategy| !(is_failing && **strategy == Strategy::Select))
        .map(|strategy| match written == Some(*strategy) && !is_option {
            true => Way::Written(*strategy),
            false => Way::Strategy(*strategy),
        })
        .collect();
    if !is_failing && !found.iter().any(|way| matches!(way, Way::Written(_))) {
        // As an option says it that is none of the usual ones.
        found.push(Way::Written(written.unwrap_or_default()));
    }
    found
}

/// A strategy by its name; `None` if it is none that an option can give.
fn strategy(name: &str) -> Option<Strategy> {
    serde_json::from_value(serde_json::Value::from(name)).ok()
}

/// A path as a variant names it: with the number of its query if several load its entity.
fn key(seen: &RequestTrace, query: &QueryTrace, path: &str) -> String {
    let root = path.split('.').next().unwrap_or(path);
    let several = seen.queries.iter().filter(|one| one.entities.iter().any(|entity| entity == root)).count() > 1;
    if several { format!("{}/{path}", query.n) } else { path.to_owned() }
}

fn unread(seen: &RequestTrace) -> impl Iterator<Item = (&QueryTrace, &PathTrace)> {
    let all = seen.queries.iter().flat_map(|query| query.paths.iter().map(move |path| (query, path)));
    all.filter(|(_, path)| path.unread)
}

fn unread_keys(seen: &RequestTrace) -> Vec<String> {
    unread(seen).map(|(query, path)| key(seen, query, &path.path)).collect()
}

fn asked(application: &Application, request: &Request, load: Load) -> Experiment {
    Experiment {
        version: 1,
        source: String::new(),
        mapping: None,
        seed: 1,
        baseline: None,
        lanes: vec![Lane::Native],
        endpoint: Default::default(),
        variants: IndexMap::new(),
        workload: Workload { concurrency: load.concurrency, warmup: 1, ..Workload::default() },
        conditions: Conditions { rtt_ms: load.rtt_ms, ..Conditions::default() },
        limits: Limits::default(),
        sweep: Vec::new(),
        application: Some(application.clone()),
        request: Some(request.clone()),
        claim: None,
    }
}
