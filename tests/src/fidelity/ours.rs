//! Fetchscope's own answer, in this process, along the way `fetchscope trace` takes.

use super::{Answer, Scene};
use fetchscope_app::Paths;
use fetchscope_app::error::AppError;
use fetchscope_app::passwords::{Passwords, SystemKeyring};
use fetchscope_app::request::trace;
use fetchscope_app::source::{Opened, Source};
use fetchscope_engine::mapping::document::MappingDocument;
use fetchscope_engine::plan::document::PlanDocument;
use fetchscope_engine::trace::Phase;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Why there is no answer of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The plan asks for what this version does not do yet.
    NotCovered(String),
    /// It should have been answered.
    Failed(String),
}

/// Asks for the answer; a panic is a failure like others.
pub fn ask(scene: &Scene, plan: &Value) -> Result<Answer, Refusal> {
    match std::panic::catch_unwind(|| answer(scene, plan)) {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(words)) if words.contains("is not supported by this version") => Err(Refusal::NotCovered(words)),
        Ok(Err(words)) => Err(Refusal::Failed(words)),
        Err(_) => Err(Refusal::Failed("it panicked".to_owned())),
    }
}

fn answer(scene: &Scene, plan: &Value) -> Result<Answer, String> {
    let mapping: MappingDocument = serde_json::from_value(scene.mapping.clone()).map_err(|error| error.to_string())?;
    let plan: PlanDocument = serde_json::from_value(plan.clone()).map_err(|error| error.to_string())?;
    let source: Source = scene.source.parse().map_err(|error: AppError| error.to_string())?;
    // Neither a file nor a server needs one of the application's folders.
    let nowhere = Paths::under(Path::new(""));
    let opened: Result<Opened, _> =
        source.open(&nowhere, &Passwords::of(SystemKeyring), Some(&mapping), &mut |_| (), &AtomicBool::new(false));
    let commits = plan.commit_before_walk;
    let trace = opened.and_then(|opened| trace(&opened, &plan)).map_err(|error| error.to_string())?;
    // BEGIN and ROLLBACK; with a commit before the walk COMMIT and, where the walk sends something, both again.
    let goes_on = trace.statements.iter().any(|one| one.phase == Phase::Walk);
    // PostgreSQL prepares every text that the connection has not seen.
    let texts: BTreeSet<&str> = trace.statements.iter().map(|one| &*one.sql).collect();
    let prepared = if matches!(source, Source::Postgres(_)) { texts.len() as u64 } else { 0 };
    if trace.round_trips != trace.query_count + prepared + if commits && goes_on { 4 } else { 2 } {
        return Err(format!("{} round trips for {} statements", trace.round_trips, trace.query_count));
    }
    Ok(Answer::of(&trace))
}
