//! Experiments on a real SQLite file: what is measured, kept, counted and compared.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod file;

use fetchscope_engine::advisor::words::Amount;
use fetchscope_engine::advisor::{Rule, Severity};
use fetchscope_experiment::event::Event;
use fetchscope_experiment::evidence::findings;
use fetchscope_experiment::outcome::{Agreement, End, Outcome};
use fetchscope_experiment::run::RunError;
use file::run_on;
use std::sync::atomic::{AtomicBool, Ordering};

const SCRIPT: &str = "CREATE TABLE team (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE person (id INTEGER PRIMARY KEY, team_id INTEGER REFERENCES team(id));
    INSERT INTO team VALUES (1, 'red'), (2, 'blue');
    INSERT INTO person VALUES (1, 1), (2, 1), (3, 2), (4, NULL);";

const HEAD: &str = "version = 1\nsource = \"sqlite:unused\"\n[endpoint]\nroot = \"person\"\nfilter = { order_by = [\"id\"] }\n\
    relationships = [{ name = \"team\" }]\n";

const THREE: &str = "[variants.lazy]\n[variants.joined]\nteam = \"joined\"\n[variants.in_list]\nteam = \"selectin\"\n";

fn on(text: &str, emit: &mut dyn FnMut(Event), cancel: &AtomicBool) -> Result<Outcome, RunError> {
    run_on(SCRIPT, text, emit, cancel)
}

fn outcome(text: &str) -> Outcome {
    on(text, &mut |_| {}, &AtomicBool::new(false)).unwrap()
}

#[test]
fn every_variant_is_measured_in_every_round_and_counted_exactly() {
    let workload = "[workload]\nconcurrency = 3\nrequests = 26\nrounds = 4\nwarmup = 2\n";
    let mut order = Vec::new();
    let mut listen = |event| {
        if let Event::Progress { variant, round, .. } = event
            && order.last() != Some(&(round, variant.clone()))
        {
            order.push((round, variant));
        }
    };
    let outcome = on(&format!("{HEAD}{THREE}{workload}"), &mut listen, &AtomicBool::new(false)).unwrap();
    assert_eq!(outcome.end, End::Completed);
    let queries: Vec<u64> = outcome.variants.iter().map(|one| one.counts.unwrap().queries).collect();
    assert_eq!(queries, [3, 1, 2]);
    for variant in &outcome.variants {
        let of = |round| variant.samples.iter().filter(|sample| sample.round == round).count();
        assert_eq!([0, 1, 2, 3].map(of), [7, 7, 6, 6], "{}", variant.name);
        let bands = variant.samples.iter().map(|sample| (sample.bands.total(), sample.latency));
        assert!(bands.clone().all(|(bands, latency)| bands <= latency), "{:?}", bands.collect::<Vec<_>>());
    }
    // Three variants, and the baseline once more; two in a row of the same variant are told as one.
    assert!((12..=16).contains(&order.len()), "{order:?}");
    let control = outcome.control.unwrap();
    assert_eq!(control.samples.len(), outcome.variants[0].samples.len());
    let by_round: Vec<Vec<&str>> = order
        .chunk_by(|one, other| one.0 == other.0)
        .map(|round| round.iter().map(|(_, name)| name.as_str()).collect())
        .collect();
    assert!(by_round.windows(2).any(|two| two[0] != two[1]), "every round in the same order: {by_round:?}");
    assert_eq!(outcome.variants[1].agreement, Agreement::Same);
    assert_eq!(outcome.variants[0].statements.len(), 2);
    assert_eq!((outcome.variants[0].statements[1].times, outcome.variants[0].statements[1].rows), (2, 2));
}

#[test]
fn every_client_has_requests_in_a_round() {
    let rounds = |workload: &str| {
        let outcome = outcome(&format!("{HEAD}[variants.lazy]\n[workload]\n{workload}"));
        let last = outcome.variants[0].samples.iter().map(|sample| sample.round).max().unwrap();
        (last + 1, outcome.notes.join(" "))
    };
    let (few, note) = rounds("concurrency = 4\nrequests = 11\nrounds = 5\n");
    assert_eq!(few, 2);
    assert!(note.contains("2 instead of 5 rounds"), "{note}");
    let (one, note) = rounds("concurrency = 4\nrequests = 3\nrounds = 5\n");
    assert_eq!(one, 1);
    assert!(note.contains("no more than 3 were in flight"), "{note}");
    assert_eq!(rounds("concurrency = 2\nrequests = 20\nrounds = 5\n"), (5, String::new()));
    assert_eq!(rounds("concurrency = 2\nrequests = 44\n"), (11, String::new()), "fewer than the default, but enough");
}

#[test]
fn a_wrong_answer_and_an_exception_are_outcomes() {
    let variants = "[variants.lazy]\n[variants.empty]\nteam = \"noload\"\n[variants.inner]\nteam = \"joined_inner\"\n\
        [variants.refused]\nteam = \"raise\"\n[workload]\nrequests = 3\nrounds = 1\n";
    let outcome = outcome(&format!("{HEAD}{variants}"));
    let said = |index: usize| match &outcome.variants[index].agreement {
        Agreement::Different { difference } => difference.clone(),
        Agreement::Raises { error } => format!("{} at {}", error.type_name.name(), error.path.clone().unwrap()),
        Agreement::Stopped { reason } | Agreement::LeftOut { reason } => reason.clone(),
        Agreement::Baseline | Agreement::Same | Agreement::Unknown => "nothing".to_owned(),
    };
    assert_eq!(said(1), "3 roots with another `team`");
    assert_eq!(said(2), "1 root missing");
    assert_eq!(said(3), "InvalidRequestError at person.team");
    assert!(outcome.variants[3].samples.is_empty());
    let stand_out = |index: usize| {
        let found = findings(&outcome, &outcome.variants[index]);
        found.into_iter().map(|one| (one.rule, one.paths)).collect::<Vec<_>>()
    };
    assert_eq!(stand_out(0), []);
    for wrong in 1..4 {
        assert_eq!(stand_out(wrong), [(Rule::WrongResult, vec!["person.team".to_owned()])]);
    }
}

#[test]
fn what_was_measured_before_cancelling_is_kept() {
    let cancel = AtomicBool::new(false);
    let workload = "[workload]\nconcurrency = 2\nseconds = 3600\nrounds = 1\n[conditions]\nrtt_ms = 1\n";
    let mut listen = |event| {
        if let Event::Progress { done, .. } = event
            && done > 5
        {
            cancel.store(true, Ordering::Relaxed);
        }
    };
    let outcome = on(&format!("{HEAD}{THREE}{workload}"), &mut listen, &cancel).unwrap();
    assert_eq!(outcome.end, End::Cancelled);
    let again = outcome.control.map_or(0, |control| control.samples.len());
    assert!(outcome.variants.iter().map(|one| one.samples.len()).sum::<usize>() + again > 5);
}

#[test]
fn a_request_in_a_long_round_trip_is_cancelled_too() {
    let cancel = AtomicBool::new(false);
    let workload = "[workload]\nrequests = 5\nrounds = 1\nwarmup = 0\n[conditions]\nrtt_ms = 10000\n";
    let mut listen = |event| {
        if matches!(event, Event::Progress { .. }) {
            cancel.store(true, Ordering::Relaxed);
        }
    };
    let outcome = on(&format!("{HEAD}{THREE}{workload}"), &mut listen, &cancel).unwrap();
    assert_eq!(outcome.end, End::Cancelled);
    assert!(outcome.variants.iter().all(|one| one.samples.is_empty()));
}

#[test]
fn requests_that_get_no_connection_are_counted_and_not_dropped() {
    let workload = "[workload]\nconcurrency = 4\nrequests = 40\nrounds = 1\n[workload.pool]\nsize = 1\noverflow = 0\ntimeout = 0\n\
        [conditions]\nrtt_ms = 5\n";
    let outcome = outcome(&format!("{HEAD}[variants.joined]\nteam = \"joined\"\n{workload}"));
    let failures = &outcome.variants[0].failures;
    assert!(failures[0].message.contains("QueuePool limit reached"), "{failures:?}");
    let failed: u64 = failures.iter().map(|failure| failure.count).sum();
    assert_eq!(failed + outcome.variants[0].samples.len() as u64, 40);
    assert!(!outcome.variants[0].samples.is_empty());
    let found = findings(&outcome, &outcome.variants[0]);
    let [found] = &found[..] else { panic!("{found:?}") };
    assert_eq!((found.rule, found.severity), (Rule::PoolSaturation, Severity::Costly));
    assert_eq!(found.evidence[1].amount, Amount::Count(failed));
}

#[test]
fn a_run_that_would_take_too_long_is_shortened_and_says_so() {
    let workload = "[workload]\nconcurrency = 200\nrequests = 4000000\nrounds = 1\n[conditions]\nrtt_ms = 10\n";
    let cancel = AtomicBool::new(false);
    let mut notes = Vec::new();
    let mut listen = |event| match event {
        Event::Note(note) => notes.push(note),
        Event::Progress { .. } => cancel.store(true, Ordering::Relaxed),
        Event::Checking { .. }
        | Event::WarmingUp { .. }
        | Event::Sweeping { .. }
        | Event::ChangingLane
        | Event::Found(_) => {}
    };
    let outcome = on(&format!("{HEAD}{THREE}{workload}"), &mut listen, &cancel).unwrap();
    assert_eq!(notes.len(), 3, "{notes:?}");
    assert!(notes[0].starts_with("lazy was measured with ") && notes[0].contains("instead of 4000000 requests"));
    assert_eq!(outcome.notes, notes);
}
