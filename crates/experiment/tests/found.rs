//! What is kept of a run while it goes on: the pieces are the outcome.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use fetchscope_drivers::database::Database;
use fetchscope_drivers::sqlite::create_from_script;
use fetchscope_engine::mapping::Mapping;
use fetchscope_engine::trace::Nanos;
use fetchscope_experiment::event::Event;
use fetchscope_experiment::found::{Assembly, Piece};
use fetchscope_experiment::outcome::{End, Outcome};
use fetchscope_experiment::run::{Setup, run};
use fetchscope_experiment::spec::Experiment;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const SCRIPT: &str = "CREATE TABLE team (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE person (id INTEGER PRIMARY KEY, team_id INTEGER REFERENCES team(id));
    INSERT INTO team VALUES (1, 'red'), (2, 'blue');
    INSERT INTO person VALUES (1, 1), (2, 1), (3, 2), (4, NULL);";

const SWEPT: &str = "version = 1\nsource = \"sqlite:unused\"\n[endpoint]\nroot = \"person\"\nfilter = { order_by = [\"id\"] }\n\
    relationships = [{ name = \"team\" }]\n[variants.lazy]\n[variants.joined]\nteam = \"joined\"\n\
    [workload]\nconcurrency = 2\nrequests = 24\nrounds = 6\nwarmup = 1\n\
    [[sweep]]\nover = \"concurrency\"\nvalues = [1, 2]\n[[sweep]]\nover = \"rtt_ms\"\nvalues = [0.1]\n\
    [[sweep]]\nover = \"rtt_ms\"\nvalues = [0.2]\n";

/// The outcome, and its pieces in their order.
fn measured(cancel_at: Option<usize>) -> (Outcome, Vec<Piece>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some.db");
    create_from_script(&path, SCRIPT).unwrap();
    let database = Database::open_file(&path).unwrap();
    let document = database.connect().unwrap().introspect("some").unwrap().mapping;
    let experiment = Experiment::from_toml(SWEPT).unwrap();
    let setup = Setup {
        experiment: &experiment,
        mapping: Arc::new(Mapping::check(&document).unwrap()),
        database: &database,
        data: "some".into(),
        notes: vec!["known before".into()],
        sqlalchemy: None,
    };
    let (mut pieces, cancel) = (Vec::new(), AtomicBool::new(false));
    let mut listen = |event| {
        if let Event::Found(piece) = event {
            pieces.push(*piece);
            cancel.store(cancel_at.is_some_and(|at| rounds(&pieces) >= at), Ordering::Relaxed);
        }
    };
    let outcome = run(&setup, &mut listen, &cancel).unwrap();
    (outcome, pieces)
}

fn rounds(pieces: &[Piece]) -> usize {
    pieces.iter().filter(|piece| matches!(piece, Piece::Round { .. })).count()
}

#[test]
fn the_pieces_of_a_run_are_its_outcome() {
    let (outcome, pieces) = measured(None);
    assert_eq!(rounds(&pieces), 5 * 6);
    let written = serde_json::to_string(&pieces).unwrap();
    let read: Vec<Piece> = serde_json::from_str(&written).unwrap();
    let assembled = Assembly::of(read).unwrap().outcome();
    assert_eq!(assembled, Outcome { elapsed: Nanos(0), end: End::Cancelled, ..outcome });
}

#[test]
fn pieces_up_to_any_round_are_an_outcome() {
    let (outcome, pieces) = measured(None);
    for upto in 2..pieces.len() {
        let early = Assembly::of(pieces[..upto].iter().cloned()).unwrap().outcome();
        for (before, after) in early.variants.iter().zip(&outcome.variants) {
            assert_eq!(before.samples, after.samples[..before.samples.len()]);
            assert_eq!(before.agreement, after.agreement);
        }
        assert!(early.sweeps.len() <= outcome.sweeps.len());
    }
    assert!(Assembly::of(pieces[1..].iter().cloned()).is_none());
}

#[test]
fn a_cancelled_run_is_its_pieces_too_with_what_there_is_of_the_round_it_was_cancelled_in() {
    let (outcome, pieces) = measured(Some(2));
    assert_eq!((&outcome.end, rounds(&pieces)), (&End::Cancelled, 3));
    let whole = pieces.iter().filter(|piece| matches!(piece, Piece::Round { .. })).take(2);
    let whole = pieces.iter().take_while(|piece| !matches!(piece, Piece::Round { .. })).chain(whole).cloned();
    let kept = Assembly::of(whole).unwrap().outcome();
    assert_eq!(kept.variants[0].samples.len(), 8);
    assert_eq!(kept.variants[0].samples, outcome.variants[0].samples[..8]);
    assert_eq!(Assembly::of(pieces).unwrap().outcome(), Outcome { elapsed: Nanos(0), ..outcome });
}

#[test]
fn two_sweeps_over_the_same_circumstance_stay_two() {
    let (outcome, _) = measured(None);
    let swept: Vec<Vec<f64>> =
        outcome.sweeps.iter().map(|sweep| sweep.points.iter().map(|point| point.asked).collect()).collect();
    assert_eq!(swept, [vec![1.0, 2.0], vec![0.1], vec![0.2]]);
}
