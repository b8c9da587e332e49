//! Runs are kept, found again and lost by nobody's death.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use fetchscope_app::experiment::{default_experiment, run_kept};
use fetchscope_app::history::{History, HistoryError, Kept, Recorder, RunId};
use fetchscope_app::passwords::{Passwords, SystemKeyring};
use fetchscope_app::python::Python;
use fetchscope_app::source::{Opened, Source};
use fetchscope_app::wire::{DrawRequest, ExperimentDoc, HistoryEnd, ThemeChoice};
use fetchscope_app::{App, Paths};
use fetchscope_experiment::event::Event;
use fetchscope_experiment::found::Piece;
use fetchscope_experiment::outcome::{End, Outcome};
use fetchscope_experiment::spec::Experiment;
use fetchscope_test_postgres::server;
use std::path::Path;
use std::sync::atomic::AtomicBool;

const XS: &str = "sample:citizenapp?size=xs";

struct Bench {
    folder: tempfile::TempDir,
    paths: Paths,
}

impl Bench {
    fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::under(folder.path());
        Bench { folder, paths }
    }

    fn history(&self) -> History {
        History::open(&self.paths.history).unwrap()
    }

    fn opened(&self, source: &str) -> Opened {
        let source: Source = source.parse().unwrap();
        let passwords = Passwords::of(SystemKeyring);
        source.open(&self.paths, &passwords, None, &mut |_| {}, &AtomicBool::new(false)).unwrap()
    }

    /// Runs a small experiment, as the command line does.
    fn run(&self, history: &History, source: &str, emit: &mut dyn FnMut(Event)) -> (Outcome, Kept) {
        let opened = self.opened(source);
        let experiment = small(&opened.source);
        let python = Python { paths: &self.paths, chosen: None };
        let recorder = Recorder::new(Ok(history), None);
        run_kept(&experiment, &opened, &python, recorder, emit, &AtomicBool::new(false)).unwrap()
    }
}

fn small(source: &str) -> Experiment {
    let endpoint = fetchscope_app::document::endpoint(
        &serde_json::from_value(serde_json::json!({
            "name": null, "root": "User", "mode": "list", "filter": { "order_by": ["id"] },
            "relationships": [{ "name": "organization", "accessed": true, "relationships": [] }],
        }))
        .unwrap(),
    )
    .unwrap();
    let mut experiment = default_experiment(source, endpoint);
    experiment.workload.concurrency = 2;
    experiment.workload.requests = Some(12);
    experiment.workload.rounds = 3;
    experiment.workload.warmup = 1;
    experiment.conditions.rtt_ms = 0.0;
    experiment
}

fn id(kept: &Kept) -> RunId {
    match kept {
        Kept::As(run) => *run,
        Kept::Not(reason) => panic!("not kept: {reason}"),
    }
}

#[test]
fn a_run_is_kept_whole_and_found_by_its_words() {
    let bench = Bench::new();
    let history = bench.history();
    let (outcome, kept) = bench.run(&history, XS, &mut |_| {});
    let (other, _) = bench.run(&history, XS, &mut |_| {});
    let run = id(&kept);
    assert_eq!(history.run(run).unwrap().outcome, outcome);
    history.rename(run, "  before the\n index ").unwrap();
    history.tag(run, &["slow".into(), " ".into(), "Article".into(), "slow".into()]).unwrap();
    let found = |search: &str| history.list(search).unwrap().into_iter().map(|entry| entry.id).collect::<Vec<_>>();
    assert_eq!(found(""), ["2", "1"]);
    assert_eq!(found("INDEX article"), ["1"]);
    assert_eq!(found("selectin"), ["2", "1"]);
    assert!(found("index nothing").is_empty());
    // What was written is there in another process.
    let entry = bench.history().entry(run).unwrap();
    assert_eq!((entry.name.as_str(), entry.tags), ("before the index", vec!["Article".to_owned(), "slow".to_owned()]));
    assert_eq!((entry.end, entry.variants[0].queries.as_ref().unwrap().value), (HistoryEnd::Completed, 6.0));
    assert!(entry.sentence.len() > 20 && entry.variants.iter().all(|one| one.p50.is_some()));
    assert_eq!(bench.history().newest().unwrap().unwrap().to_string(), "2");
    assert_eq!(other.variants.len(), 3);
}

#[test]
fn a_deleted_run_can_be_brought_back_and_a_removed_one_cannot() {
    let bench = Bench::new();
    let history = bench.history();
    let run = id(&bench.run(&history, XS, &mut |_| {}).1);
    history.delete(run).unwrap();
    assert!(history.list("").unwrap().is_empty());
    assert!(matches!(history.run(run), Err(HistoryError::NoSuchRun(_))));
    assert!(matches!(history.delete(run), Err(HistoryError::NoSuchRun(_))));
    bench.history().restore(run).unwrap();
    assert_eq!(history.list("").unwrap().len(), 1);
    history.remove(run).unwrap();
    assert!(matches!(history.restore(run), Err(HistoryError::NoSuchRun(_))));
    // A number is not given twice.
    assert_eq!(id(&bench.run(&history, XS, &mut |_| {}).1).to_string(), "2");
}

#[test]
fn a_run_that_dies_leaves_every_finished_round() {
    let bench = Bench::new();
    let history = bench.history();
    let mut rounds = 0;
    let mut seen = Vec::new();
    // After every round, what somebody else would find if this process ended now.
    bench.run(&history, XS, &mut |event| {
        if let Event::Found(piece) = &event
            && matches!(**piece, Piece::Round { .. })
        {
            rounds += 1;
            let elsewhere = bench.history();
            let entry = elsewhere.list("").unwrap().remove(0);
            let outcome = elsewhere.run(entry.id.parse().unwrap()).unwrap().outcome;
            seen.push((entry.end, outcome.end, outcome.variants[2].samples.len(), outcome.elapsed.0 > 0));
        }
    });
    assert_eq!(rounds, 3);
    let unfinished = |samples| (HistoryEnd::Unfinished, End::Cancelled, samples, true);
    assert_eq!(seen, [unfinished(4), unfinished(8), unfinished(12)]);
    let entry = history.list("").unwrap().remove(0);
    assert_eq!(entry.end, HistoryEnd::Completed);
}

#[test]
fn an_older_history_opens_and_a_newer_one_says_so() {
    let bench = Bench::new();
    std::fs::create_dir_all(bench.folder.path()).unwrap();
    // An empty file is the oldest format there is.
    std::fs::write(&bench.paths.history, "").unwrap();
    assert!(bench.history().list("").unwrap().is_empty());
    fetchscope_drivers::sqlite::create_from_script(&bench.folder.path().join("newer.db"), "PRAGMA user_version = 99")
        .unwrap();
    let said = History::open(&bench.folder.path().join("newer.db")).unwrap_err().to_string();
    assert!(said.contains("written by a newer Fetchscope (format 99"), "{said}");
    std::fs::write(bench.folder.path().join("other.db"), "not a database, and long enough for a header").unwrap();
    let said = History::open(&bench.folder.path().join("other.db")).unwrap_err().to_string();
    assert!(said.contains("move it away"), "{said}");
}

#[test]
fn a_history_that_cannot_be_written_costs_no_run() {
    let bench = Bench::new();
    let opened = bench.opened(XS);
    let error = History::open(Path::new("/dev/null/nowhere/history.db")).unwrap_err();
    let python = Python { paths: &bench.paths, chosen: None };
    let recorder = Recorder::new(Err(&error), None);
    let (outcome, kept) =
        run_kept(&small(&opened.source), &opened, &python, recorder, &mut |_| {}, &AtomicBool::new(false)).unwrap();
    assert_eq!(outcome.end, End::Completed);
    assert!(matches!(kept, Kept::Not(reason) if reason.contains("no place for the history")));
}

#[test]
fn the_window_reopens_a_run_after_a_restart() {
    let bench = Bench::new();
    let app = App::new(bench.paths.clone());
    let mut doc: ExperimentDoc = app.open_source(XS, &mut |_| {}).unwrap().experiment;
    (doc.workload.requests, doc.workload.concurrency, doc.workload.rounds) = (Some(6), 2, 2);
    doc.variants[1].id = "mine".to_owned();
    let view = app.run(&doc, &mut |_| {}).unwrap();
    let again = App::new(bench.paths.clone());
    let listed = again.list_history("citizenapp").unwrap();
    assert_eq!((listed.len(), listed[0].id.as_str()), (1, view.id.as_str()));
    assert_eq!(again.open_run(&view.id).unwrap(), view);
    let request = DrawRequest { run: view.id.clone(), theme: ThemeChoice::Light, width: 400, height: 200 };
    assert_eq!(again.draw(&request).unwrap(), app.draw(&request).unwrap());
    let path = bench.folder.path().join("old.json");
    again.export_run(&view.id, &path).unwrap();
    assert!(std::fs::read_to_string(&path).unwrap().contains("\"started_at\""));
    assert_eq!(again.rename_run(&view.id, "kept").unwrap().name, "kept");
    again.delete_run(&view.id).unwrap();
    assert!(again.list_history("").unwrap().is_empty());
    assert_eq!(again.restore_run(&view.id).unwrap().name, "kept");
}

#[test]
fn no_password_comes_into_the_history() {
    let bench = Bench::new();
    let script = "CREATE TABLE organization (id int PRIMARY KEY, name text);
        CREATE TABLE \"User\" (id int PRIMARY KEY, organization_id int REFERENCES organization (id));
        INSERT INTO organization VALUES (1, 'one'); INSERT INTO \"User\" VALUES (1, 1), (2, 1);";
    let address = server().unwrap().database(script).unwrap();
    let password = address.split_once('@').unwrap().0.rsplit_once(':').unwrap().1.to_owned();
    let history = bench.history();
    let mut found = String::new();
    let (_, kept) = bench.run(&history, &address, &mut |event| {
        if let Event::Found(piece) = event {
            found += &serde_json::to_string(&piece).unwrap();
        }
    });
    let app = App::new(bench.paths.clone());
    let mut doc = app.open_source(&address, &mut |_| {}).unwrap().experiment;
    doc.source = address.clone();
    (doc.workload.requests, doc.workload.concurrency, doc.workload.rounds, doc.workload.rate) = (Some(6), 2, 2, None);
    let view = app.run(&doc, &mut |_| {}).unwrap();
    for run in [id(&kept), view.id.parse().unwrap()] {
        let whole = history.run(run).unwrap();
        found += &serde_json::to_string(&(whole.entry, whole.outcome, whole.doc)).unwrap();
    }
    for file in ["history.db", "history.db-wal"] {
        found += &String::from_utf8_lossy(&std::fs::read(bench.folder.path().join(file)).unwrap());
    }
    assert!(found.contains("postgres://") && password.len() > 5);
    assert!(!found.contains(&password), "the password stands in the history");
}
