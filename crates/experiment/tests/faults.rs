//! Runs on a PostgreSQL server that stops serving in the middle: each ends soon, says why, and keeps what was measured.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use fetchscope_drivers::database::Database;
use fetchscope_drivers::postgres::Settings;
use fetchscope_engine::mapping::Mapping;
use fetchscope_engine::mapping::document::MappingDocument;
use fetchscope_experiment::event::Event;
use fetchscope_experiment::outcome::{End, Outcome};
use fetchscope_experiment::run::{RunError, Setup, run};
use fetchscope_experiment::spec::Experiment;
use fetchscope_test_postgres::{Server, server};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

const SCRIPT: &str = "CREATE TABLE team (id int PRIMARY KEY, name text);
    CREATE TABLE person (id int PRIMARY KEY, team_id int REFERENCES team (id));
    INSERT INTO team VALUES (1, 'red'), (2, 'blue');
    INSERT INTO person VALUES (1, 1), (2, 1), (3, 2), (4, NULL);";

/// Would run for an hour.
const EXPERIMENT: &str = "version = 1\nsource = \"postgres://localhost/unused\"\n[endpoint]\nroot = \"person\"\n\
    filter = { order_by = [\"id\"] }\nrelationships = [{ name = \"team\" }]\n[variants.lazy]\n[variants.joined]\n\
    team = \"joined\"\n[workload]\nconcurrency = 4\nseconds = 3600\nrounds = 1\n";

/// From what went wrong to the end of the run.
const SOON: Duration = Duration::from_secs(5);

fn open(url: &str) -> Database {
    Database::open_server(&Settings::parse(url, &|_| None).unwrap()).unwrap()
}

fn mapping(url: &str) -> MappingDocument {
    open(url).connect().unwrap().introspect("some").unwrap().mapping
}

/// Runs until requests are served, lets something happen, and says what came of it and how long that took.
fn disturbed(url: &str, text: &str, happen: impl FnOnce()) -> (Outcome, Duration) {
    let mapping = Arc::new(Mapping::check(&mapping(url)).unwrap());
    let (mut happen, mut began) = (Some(happen), Instant::now());
    let mut listen = |event| {
        if matches!(event, Event::Progress { done, .. } if done > 20)
            && let Some(happen) = happen.take()
        {
            happen();
            began = Instant::now();
        }
    };
    let outcome = ran(url, mapping, text, &mut listen, &AtomicBool::new(false)).unwrap();
    (outcome, began.elapsed())
}

fn ran(
    url: &str,
    mapping: Arc<Mapping>,
    text: &str,
    listen: &mut dyn FnMut(Event),
    cancel: &AtomicBool,
) -> Result<Outcome, RunError> {
    let experiment = Experiment::from_toml(text).unwrap();
    let database = open(url);
    let setup = Setup {
        experiment: &experiment,
        mapping,
        database: &database,
        data: "some".into(),
        notes: Vec::new(),
        sqlalchemy: None,
    };
    run(&setup, listen, cancel)
}

/// It ended soon and for this reason, and what was measured before is there.
fn assert_failed((outcome, after): (Outcome, Duration), expected: &str) {
    let End::Failed { reason } = &outcome.end else { panic!("{:?}", outcome.end) };
    assert!(reason.contains(expected), "{reason}");
    assert!(after < SOON, "{after:?}");
    assert!(served(&outcome) > 20, "{}", served(&outcome));
}

/// Requests that were served, those of the baseline's second turn too.
fn served(outcome: &Outcome) -> usize {
    let again = outcome.control.as_ref().map_or(0, |control| control.samples.len());
    outcome.variants.iter().map(|one| one.samples.len()).sum::<usize>() + again
}

/// Nobody is connected to this database any more.
fn assert_nobody_left(server: &Server, url: &str) {
    let name = url.rsplit('/').next().unwrap();
    let script = format!(
        "DO $$ BEGIN FOR i IN 1..100 LOOP \
         IF NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = '{name}') THEN RETURN; END IF; \
         PERFORM pg_sleep(0.02), pg_stat_clear_snapshot(); END LOOP; RAISE 'still connected'; END $$"
    );
    server.execute("postgres", &script).unwrap();
}

fn name(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

/// Ends every session of a database.
const END_ALL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
    WHERE datname = current_database() AND pid <> pg_backend_pid();";

#[test]
fn a_server_that_stops_ends_the_run() {
    let server = Server::start().unwrap();
    let url = server.database(SCRIPT).unwrap();
    let stopped = disturbed(&url, EXPERIMENT, move || drop(server));
    assert_failed(stopped, "nothing answers at 127.0.0.1");
}

#[test]
fn connections_that_are_cut_are_opened_again() {
    let server = server().unwrap();
    let url = server.database(SCRIPT).unwrap();
    let text = EXPERIMENT.replace("seconds = 3600", "requests = 2000");
    let (outcome, _) = disturbed(&url, &text, || server.execute(name(&url), END_ALL).unwrap());
    assert_eq!(outcome.end, End::Completed);
    let failed: u64 = outcome.variants.iter().flat_map(|one| &one.failures).map(|failure| failure.count).sum();
    // There were four sessions, and each fails one request.
    assert!((1..=4).contains(&failed), "{failed}");
    assert_eq!(served(&outcome) as u64 + failed, 6000);
    assert_nobody_left(server, &url);
}

#[test]
fn a_server_that_takes_no_more_connections_ends_the_run() {
    let server = server().unwrap();
    let script =
        format!("{SCRIPT} CREATE ROLE few LOGIN PASSWORD 'f'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO few;");
    let url = server.database(&script).unwrap();
    let guest = url.replace("fetchscope:throwaway", "few:f");
    let script = format!("ALTER ROLE few CONNECTION LIMIT 0; {END_ALL}");
    let full = disturbed(&guest, EXPERIMENT, || server.execute(name(&url), &script).unwrap());
    assert_failed(full, "connection");
    assert_nobody_left(server, &url);
}

#[test]
fn statements_past_their_time_end_the_run() {
    let server = server().unwrap();
    let url = server.database(SCRIPT).unwrap();
    let slow = "BEGIN; ALTER TABLE person RENAME TO quick; \
        CREATE VIEW person AS SELECT id, team_id FROM quick, pg_sleep(30); COMMIT";
    let text = format!("{EXPERIMENT}[limits]\nseconds = 1\n");
    let slowed = disturbed(&url, &text, || server.execute(name(&url), slow).unwrap());
    assert_failed(slowed, "the longest that a request may take");
    assert_nobody_left(server, &url);
}

#[test]
fn a_table_that_another_session_locks_ends_the_run() {
    let server = server().unwrap();
    let url = server.database(SCRIPT).unwrap();
    let database = name(&url).to_owned();
    let mut holder = None;
    let locked = disturbed(&url, EXPERIMENT, || {
        let lock = "BEGIN; LOCK TABLE person IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(30)";
        holder = Some(std::thread::spawn(move || {
            let _ = server.execute(&database, lock);
        }));
        // Until it holds the lock, requests are served.
    });
    server.execute(name(&url), END_ALL).unwrap();
    holder.unwrap().join().unwrap();
    assert_failed(locked, "lock");
    assert_nobody_left(server, &url);
}

#[test]
fn a_column_that_is_dropped_meanwhile_ends_the_run() {
    let server = server().unwrap();
    let url = server.database(SCRIPT).unwrap();
    let drop_it = "ALTER TABLE team DROP COLUMN name";
    let dropped = disturbed(&url, EXPERIMENT, || server.execute(name(&url), drop_it).unwrap());
    assert_failed(dropped, "name");
    assert_nobody_left(server, &url);
}

#[test]
fn a_column_that_was_dropped_since_it_was_looked_at_is_named() {
    let server = server().unwrap();
    let url = server.database(SCRIPT).unwrap();
    let mapping = Arc::new(Mapping::check(&mapping(&url)).unwrap());
    server.execute(name(&url), "ALTER TABLE team DROP COLUMN name").unwrap();
    let error = ran(&url, mapping, EXPERIMENT, &mut |_| {}, &AtomicBool::new(false)).unwrap_err();
    assert!(matches!(&error, RunError::Database { variant, .. } if variant == "lazy"), "{error}");
    assert!(error.to_string().contains("name"), "{error}");
    assert_nobody_left(server, &url);
}
