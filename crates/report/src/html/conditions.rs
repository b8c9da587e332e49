//! Under which circumstances the figures were measured, and what reproduces them.

use crate::error::ReportError;
use crate::format;
use crate::rows::Row;
use fetchscope_experiment::outcome::{End, Outcome};
use fetchscope_experiment::spec::{Conditions, Experiment, Workload};
use maud::{Markup, html};

/// What was asked for: `user list`, or the class where the endpoint has no name.
pub(super) fn endpoint(outcome: &Outcome) -> &str {
    let endpoint = &outcome.experiment.endpoint;
    endpoint.name.as_deref().unwrap_or(&endpoint.root)
}

/// One line: endpoint, data, load and round trip.
pub(super) fn context(outcome: &Outcome) -> String {
    let Workload { concurrency, .. } = outcome.experiment.workload;
    let rtt = outcome.experiment.conditions.rtt_ms;
    let parts = [
        endpoint(outcome).to_owned(),
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
pub(super) fn agreement(rows: &[Row]) -> Markup {
    let wrong: Vec<&Row> = rows.iter().filter(|row| row.bad).collect();
    let compared = rows.iter().filter(|row| row.is_baseline || row.verdict == "same answer").count();
    html! {
        @if wrong.is_empty() && compared == rows.len() && rows.len() > 1 {
            "All variants returned the same objects: their answers have the same hash."
        } @else if !wrong.is_empty() {
            @for row in wrong { span.bad { (row.label()) ": " (row.verdict) ". " } }
            "A wrong answer is not shown as a time."
        } @else if rows.len() > 1 {
            "Not every variant’s answer could be compared with the baseline’s."
        }
    }
}

/// How it was measured, in three sentences.
pub(super) fn method(outcome: &Outcome) -> Markup {
    let Workload { concurrency, warmup, pool, .. } = &outcome.experiment.workload;
    // There may be fewer than were asked for.
    let samples = outcome.variants.iter().flat_map(|variant| &variant.samples);
    let rounds = samples.map(|sample| sample.round + 1).max().unwrap_or(0);
    let Conditions { rtt_ms, jitter_ms, transaction, .. } = outcome.experiment.conditions;
    let jitter =
        if jitter_ms > 0.0 { format!(" with a standard deviation of {}", setting(jitter_ms)) } else { String::new() };
    html! {
        section {
            h2 { "How it was measured" }
            p {
                "After " (warmup) " unmeasured requests, every variant answered " (length(&outcome.experiment)) ", "
                (concurrency) " at a time, through a pool of " (pool.size) " connections and " (pool.overflow)
                " more when busy; the variants took turns over " (rounds) " rounds in seeded random order, so that what "
                "disturbs the machine disturbs them alike. "
                "Latency is the wall clock from the start of a request to its written response, with "
                (setting(rtt_ms)) " injected for every round trip" (jitter)
                @if transaction { ", BEGIN and ROLLBACK included" } @else { ", in autocommit" } ". "
                "Intervals are 95 % and come from drawing whole rounds again and again (bootstrap), since requests of one "
                "round resemble each other; which variant is faster is told by the rounds in pairs, not by intervals."
            }
        }
    }
}

/// Machine, versions, data and seed.
pub(super) fn environment(outcome: &Outcome) -> Markup {
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
        ("source", outcome.experiment.source.clone()),
        ("emulates", environment.emulates.clone()),
        ("seed", outcome.experiment.seed.to_string()),
        ("started", outcome.started_at.clone()),
        ("took", format!("{}, {end}", format::duration(outcome.elapsed.0 as f64))),
    ];
    html! {
        section {
            h2 { "Environment" }
            dl {
                @for (name, fact) in facts { dt { (name) } dd { (fact) } }
                @for (name, value) in &environment.server { dt { (name) } dd { (value) } }
            }
        }
    }
}

/// The experiment in full, as the file that repeats it.
pub(super) fn experiment(outcome: &Outcome) -> Result<Markup, ReportError> {
    // TOML has no null, which a filter may compare with; JSON says it then.
    let (form, text) = match toml::to_string_pretty(&outcome.experiment) {
        Ok(text) => ("TOML: save it as a file, and `fetchscope run FILE` repeats it", text),
        Err(_) => (
            "JSON, because its filter has a null, which TOML cannot say",
            serde_json::to_string_pretty(&outcome.experiment)?,
        ),
    };
    Ok(html! {
        section {
            h2 { "The experiment" }
            p.aside { "In " (form) "." }
            pre { code { (text) } }
        }
    })
}
