//! Under which circumstances the figures were measured, in words.

use crate::format;
use crate::rows::Row;
use fetchscope_experiment::outcome::{End, Outcome};
use fetchscope_experiment::spec::{Conditions, Experiment, Workload};

/// One line: endpoint, data, load and round trip.
pub(crate) fn context(outcome: &Outcome) -> String {
    let Workload { concurrency, .. } = outcome.experiment.workload;
    let rtt = outcome.experiment.conditions.rtt_ms;
    let parts = [
        outcome.experiment.title(),
        outcome.environment.data.clone(),
        outcome.environment.database.clone(),
        format!("{concurrency} concurrent"),
        if rtt > 0.0 { format!("{} round trip", setting(rtt)) } else { "no injected round trip".to_owned() },
        format!("{} a variant", length(&outcome.experiment)),
    ];
    parts.join(" · ")
}

/// A time as somebody set it, which has no more digits than they wrote.
fn setting(millis: f64) -> String {
    format::duration_tick(millis * 1e6, millis * 1e6)
}

fn length(experiment: &Experiment) -> String {
    match (experiment.workload.requests, experiment.workload.seconds) {
        (None, Some(seconds)) => setting(seconds * 1e3),
        (requests, _) => format!("{} requests", format::count(requests.unwrap_or(100).into())),
    }
}

/// Whether all variants returned the same objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Agreement {
    /// A sentence for each wrong answer.
    pub(crate) wrong: Vec<String>,
    /// What holds for the rest; empty where there is nothing to compare.
    pub(crate) rest: &'static str,
}

/// Whether all variants returned the same objects.
pub(crate) fn agreement(rows: &[Row]) -> Agreement {
    let wrong: Vec<String> =
        rows.iter().filter(|row| row.bad).map(|row| format!("{}: {}.", row.label(), row.verdict)).collect();
    let compared = rows.iter().filter(|row| row.is_baseline || row.verdict == "same answer").count();
    let rest = if !wrong.is_empty() {
        "A wrong answer is not shown as a time."
    } else if rows.len() < 2 {
        ""
    } else if compared == rows.len() {
        "All variants returned the same objects: their answers have the same hash."
    } else {
        "Not every variant’s answer could be compared with the baseline’s."
    };
    Agreement { wrong, rest }
}

/// How it was measured, in three sentences.
pub(crate) fn method(outcome: &Outcome) -> String {
    let Workload { concurrency, warmup, pool, .. } = &outcome.experiment.workload;
    // There may be fewer than were asked for.
    let samples = outcome.variants.iter().flat_map(|variant| &variant.samples);
    let rounds = samples.map(|sample| sample.round + 1).max().unwrap_or(0);
    let Conditions { rtt_ms, jitter_ms, transaction, .. } = outcome.experiment.conditions;
    let jitter =
        if jitter_ms > 0.0 { format!(" with a standard deviation of {}", setting(jitter_ms)) } else { String::new() };
    let transaction = match (&outcome.application, transaction) {
        (Some(_), _) => "in the transactions of the application",
        (None, true) => "BEGIN and ROLLBACK included",
        (None, false) => "in autocommit",
    };
    let through = match &outcome.application {
        Some(_) => "in one Python process, through the application's own engine".to_owned(),
        None => format!("through a pool of {} connections and {} more when busy", pool.size, pool.overflow),
    };
    format!(
        "After {warmup} unmeasured requests, every variant answered {}, {concurrency} at a time, {through}; the variants took turns over {rounds} rounds in seeded random order, so that \
         what disturbs the machine disturbs them alike. Latency is the wall clock from the start of a request to its \
         written response, with {} injected for every round trip{jitter}, {transaction}. Intervals are 95 % and come from \
         drawing whole rounds again and again (bootstrap), since requests of one round resemble each other; which variant \
         is faster is told by the rounds in pairs, not by intervals.",
        length(&outcome.experiment),
        setting(rtt_ms),
    )
}

/// Machine, versions, data and seed, by name.
pub(crate) fn facts(outcome: &Outcome) -> Vec<(String, String)> {
    let environment = &outcome.environment;
    let end = match &outcome.end {
        End::Completed => "completed".to_owned(),
        End::Cancelled => "cancelled".to_owned(),
        End::Failed { reason } => format!("failed: {reason}"),
    };
    let facts = [
        ("Fetchscope", format!("{} ({})", environment.fetchscope, environment.build)),
        ("machine", format!("{}, {} cores", environment.platform, environment.cores)),
        ("database", environment.database.clone()),
        ("data", environment.data.clone()),
        match &outcome.experiment.application {
            Some(application) => ("application", application.import.clone().unwrap_or_default()),
            None => ("source", outcome.experiment.source.clone()),
        },
        (if outcome.application.is_some() { "runs" } else { "emulates" }, environment.emulates.clone()),
        ("seed", outcome.experiment.seed.to_string()),
        ("started", outcome.started_at.clone()),
        ("took", format!("{}, {end}", format::duration(outcome.elapsed.0 as f64))),
    ];
    let facts = facts.into_iter().map(|(name, fact)| (name.to_owned(), fact));
    let versions = outcome.sqlalchemy.iter().filter_map(|lane| lane.versions.as_ref());
    let lane = versions.map(|one| ("lane".to_owned(), format!("{}, {}, {}", one.sqlalchemy, one.driver, one.python)));
    facts.chain(lane).chain(environment.server.iter().cloned()).collect()
}
