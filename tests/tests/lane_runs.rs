//! Whole runs in both lanes, with the real SQLAlchemy and each of its drivers.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use fetchscope_app::experiment;
use fetchscope_app::passwords::{Passwords, SystemKeyring};
use fetchscope_app::python::Python;
use fetchscope_app::source::{Opened, Source};
use fetchscope_app::{Paths, samples};
use fetchscope_experiment::event::Event;
use fetchscope_experiment::outcome::{Agreement, End, LaneOutcome, Outcome, VariantOutcome};
use fetchscope_experiment::spec::Experiment;
use fetchscope_test_postgres::server;
use fetchscope_tests::fidelity::interpreter;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

const SAMPLE: &str = "citizenapp?size=xs";

const VARIANTS: &str = r#"
[variants.lazy]
[variants.joined]
organization = "joined"
"organization.tenant" = "joined"
roles = "joined"
[variants.selectin]
organization = "selectin"
"organization.tenant" = "selectin"
roles = "selectin"
[variants.subquery]
organization = "subquery"
"organization.tenant" = "subquery"
roles = "subquery"
[variants.immediate]
organization = "immediate"
"organization.tenant" = "immediate"
roles = "immediate"
[variants.mixed]
organization = "selectin"
"organization.tenant" = "joined"
roles = "subquery"
[variants."by hand"]
organization = "bulk"
"organization.tenant" = "bulk"
roles = "bulk"
[variants."by hand below a join"]
organization = "joined"
"organization.tenant" = "bulk"
[variants."joins by hand"]
organization = "bulk"
"organization.tenant" = "joined"
roles = "selectin"
"#;

const SIXTEEN: &str = "[workload]\nconcurrency = 4\nrequests = 16\nrounds = 2\nwarmup = 2\n";

/// Where a run happens: the sample in a file of its own, or in a schema of the tests' server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Sqlite,
    Postgres,
}

impl Place {
    fn open(self, folder: &Path) -> Opened {
        let (passwords, cancel) = (Passwords::of(SystemKeyring), AtomicBool::new(false));
        let source = match self {
            Place::Sqlite => format!("sample:{SAMPLE}").parse().unwrap(),
            Place::Postgres => {
                static LOADED: OnceLock<(String, String)> = OnceLock::new();
                let (url, schema) = LOADED.get_or_init(|| {
                    let url = server().unwrap().database("").unwrap();
                    let loaded = samples::load(SAMPLE, &url, &passwords, &mut |_| (), &cancel).unwrap();
                    (url, loaded.schema.unwrap())
                });
                let Source::Postgres(settings) = url.parse().unwrap() else { panic!("{url} is no server") };
                Source::Postgres(Box::new(settings.looking_first_in(schema)))
            }
        };
        source.open(&Paths::under(folder), &passwords, None, &mut |_| (), &cancel).unwrap()
    }
}

/// An experiment on the sample in some lanes; `emit` hears of it and may cancel.
fn run_in(folder: &Path, place: Place, text: &str, lanes: &str, emit: &mut dyn FnMut(&Event, &AtomicBool)) -> Outcome {
    let opened = place.open(folder);
    let head = format!("version = 1\nsource = \"sample:citizenapp\"\nlanes = [{lanes}]\n");
    let experiment = Experiment::from_toml(&format!("{head}{text}")).unwrap();
    let (paths, interpreter) = (Paths::under(folder), interpreter().unwrap());
    let python = Python { paths: &paths, chosen: Some(interpreter.program()) };
    let cancel = AtomicBool::new(false);
    experiment::run(&experiment, &opened, &python, &mut |event| emit(&event, &cancel), &cancel).unwrap()
}

/// Both lanes of an experiment.
fn run(place: Place, text: &str, emit: &mut dyn FnMut(&Event, &AtomicBool)) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), place, text, "\"native\", \"sqlalchemy\"", emit)
}

const USERS: &str = "[endpoint]\nroot = \"User\"\nfilter = { order_by = [\"id\"], limit = 30 }\nrelationships = [\
    { name = \"organization\", relationships = [{ name = \"tenant\" }] }, { name = \"roles\" }]\n";

fn measured(place: Place, text: &str) -> Outcome {
    run(place, text, &mut |_, _| {})
}

/// The lane, which came to its end and did what the native one says.
fn lane(outcome: &Outcome) -> &LaneOutcome {
    let lane = outcome.sqlalchemy.as_ref().unwrap();
    assert_eq!(lane.failure, None);
    assert_eq!(lane.disagreements, [""; 0]);
    assert_eq!(lane.end, End::Completed);
    lane
}

/// Both lanes in full. What does not raise has as many requests as asked for, each of which sent what the first one did.
fn both_agree(place: Place, driver: &str, circumstances: &str) -> Outcome {
    let outcome = measured(place, &format!("{USERS}{VARIANTS}{SIXTEEN}{circumstances}"));
    let found = lane(&outcome);
    let used = &found.versions.as_ref().unwrap().driver;
    assert!(used.starts_with(driver), "{used}");
    let mut served = 0;
    for (native, python) in outcome.variants.iter().zip(&found.variants) {
        let name = &native.name;
        assert_eq!(name, &python.name);
        assert_eq!((&python.agreement, &python.hash), (&native.agreement, &native.hash), "{name}");
        let (ours, theirs) = (native.counts.unwrap(), python.counts.unwrap());
        assert_eq!((theirs.queries, theirs.rows, theirs.roots), (ours.queries, ours.rows, ours.roots), "{name}");
        assert!(python.failures.is_empty(), "{name}: {:?}", python.failures);
        let wanted = if matches!(native.agreement, Agreement::Raises { .. }) { 0 } else { 16 };
        assert_eq!((native.samples.len(), python.samples.len()), (wanted, wanted), "{name}");
        served += usize::from(wanted > 0);
        for one in &python.samples {
            assert_eq!((u64::from(one.queries), one.rows), (ours.queries, ours.rows), "{name}");
            let bands = [one.bands.scheduling, one.bands.execute, one.bands.hydrate, one.bands.serialize];
            assert!(bands.iter().map(|band| band.0).sum::<u64>() <= one.latency.0, "{name}: {one:?}");
        }
    }
    // In an asynchronous session, what is loaded lazily raises.
    assert!(served >= 6, "only {served} variants were served");
    outcome
}

/// A table with a column of every sort that an application may have, filled and empty.
const SORTS: &str = "CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE DOMAIN positive AS int CHECK (value > 0);
    CREATE TABLE thing (id int PRIMARY KEY, address inet, network cidr, hardware macaddr, bits bit(4), more varbit, place point,
        clock time, zoned timetz, mood mood, moods mood[], positive positive, page xml, day date, days date[], amount numeric(10, 2),
        amounts numeric[], truths boolean[], number float8, numbers float8[], matrix int[][], words text[], document jsonb,
        plain json, documents jsonb[], phrase jsonb, stay interval, back interval, number4 float4, dates daterange,
        span tsrange, zoned_span tstzrange, several int4multirange, moment timestamp, zoned_moment timestamptz, ids uuid[],
        letter \"char\", code char(5), found tsvector, price money, blob bytea);
    INSERT INTO thing VALUES (1, '10.0.0.1', '10.0.0.0/8', '08:00:2b:01:02:03', B'1010', B'101', '(1,2.5)', '10:11:12.5',
        '10:11:12+02', 'glad', '{sad,glad}', 3, '<a>1</a>', '2024-02-29', '{2024-01-02}', 12.50, '{1.50,NULL}', '{t,f}', 1.5,
        '{1.5,NaN}', '{{1,2},{3,4}}', ARRAY['a,b', NULL, '\"q\"', 'ünï'], '{\"k\": 1, \"z\": [1, {\"x\": null}]}',
        '{\"b\": 1, \"a\": \"ü\"}', ARRAY['{\"a\": 1}']::jsonb[], '\"text\"', '3 hours 4.5 seconds', '-1 day', 1.25,
        '[2024-01-01,2024-02-01)', '[2024-01-01 10:00,2024-01-02)', '[2024-01-01 10:00+00,)', '{[1,3),[5,8)}',
        '2024-01-01 10:00:00.123', '2024-01-01 10:00+02', ARRAY['c4ca4238-a0b9-2382-0dcc-509a6f75849b']::uuid[], 'x', 'ab',
        'fat:2A,4 cat:3', 12.34, '\\x00ff');
    INSERT INTO thing (id) VALUES (2);
    CREATE TABLE item (id int PRIMARY KEY, thing_id int REFERENCES thing);
    INSERT INTO item SELECT i, 1 + i % 2 FROM generate_series(1, 4) AS i;";

#[test]
fn columns_of_every_sort_answer_the_same() {
    let url = server().unwrap().database(SORTS).unwrap();
    for (session, driver) in [("sync", "psycopg"), ("async", "asyncpg")] {
        let (folder, cancel) = (tempfile::tempdir().unwrap(), AtomicBool::new(false));
        let (paths, passwords) = (Paths::under(folder.path()), Passwords::of(SystemKeyring));
        let source: Source = url.parse().unwrap();
        let opened = source.open(&paths, &passwords, None, &mut |_| (), &cancel).unwrap();
        let experiment = Experiment::from_toml(&format!(
            "version = 1\nsource = \"postgres://localhost/unused\"\nlanes = [\"native\", \"sqlalchemy\"]\n[endpoint]\n\
             root = \"item\"\nfilter = {{ order_by = [\"id\"] }}\nrelationships = [{{ name = \"thing\" }}]\n\
             [variants.joined]\nthing = \"joined\"\n[workload]\nconcurrency = 1\nrequests = 4\nrounds = 2\n\
             [conditions]\nsession = \"{session}\"\n"
        ));
        let interpreter = interpreter().unwrap();
        let python = Python { paths: &paths, chosen: Some(interpreter.program()) };
        let outcome = experiment::run(&experiment.unwrap(), &opened, &python, &mut |_| (), &cancel).unwrap();
        let found = lane(&outcome);
        assert!(found.versions.as_ref().unwrap().driver.starts_with(driver));
        assert_eq!(found.variants[0].hash, outcome.variants[0].hash, "{driver}");
        assert_eq!(found.variants[0].samples.len(), 4, "{driver}");
    }
}

/// Round trips of every request of the lane beyond its statements.
fn beyond_statements(outcome: &Outcome) -> BTreeSet<u32> {
    let samples = lane(outcome).variants.iter().flat_map(|one| &one.samples);
    samples.map(|one| one.round_trips - one.queries).collect()
}

#[test]
fn sqlite3_agrees() {
    let outcome = both_agree(Place::Sqlite, "sqlite3", "");
    assert_eq!(beyond_statements(&outcome), BTreeSet::from([2]), "BEGIN and ROLLBACK");
}

#[test]
fn aiosqlite_agrees() {
    both_agree(Place::Sqlite, "aiosqlite", "[conditions]\nsession = \"async\"\n");
}

#[test]
fn psycopg_agrees() {
    let outcome = both_agree(Place::Postgres, "psycopg", "");
    assert_eq!(beyond_statements(&outcome), BTreeSet::from([2]), "BEGIN and ROLLBACK");
}

#[test]
fn asyncpg_agrees() {
    both_agree(Place::Postgres, "asyncpg", "[conditions]\nsession = \"async\"\n");
}

#[test]
fn autocommit_has_no_round_trips_beyond_statements() {
    for (place, driver) in [(Place::Sqlite, "sqlite3"), (Place::Postgres, "psycopg")] {
        let outcome = both_agree(place, driver, "[conditions]\ntransaction = false\n");
        assert_eq!(beyond_statements(&outcome), BTreeSet::from([0]));
    }
}

#[test]
fn without_a_statement_cache_every_statement_is_prepared_again() {
    let off = "[conditions]\nstatement_cache = false\n";
    both_agree(Place::Sqlite, "sqlite3", off);
    both_agree(Place::Postgres, "psycopg", off);
    both_agree(Place::Sqlite, "aiosqlite", &format!("{off}session = \"async\"\n"));
    let outcome = both_agree(Place::Postgres, "asyncpg", &format!("{off}session = \"async\"\n"));
    for one in lane(&outcome).variants.iter().flat_map(|one| &one.samples) {
        assert_eq!(one.round_trips, 2 * one.queries + 2);
    }
}

#[test]
fn a_network_with_jitter_is_as_long_as_asked_for_and_in_its_band() {
    for session in ["sync", "async"] {
        let network = format!("[conditions]\nrtt_ms = 2\njitter_ms = 1\nsession = \"{session}\"\n");
        let outcome = both_agree(Place::Sqlite, "", &network);
        let samples: Vec<_> = lane(&outcome).variants.iter().flat_map(|one| &one.samples).collect();
        let (took, trips) = samples
            .iter()
            .fold((0, 0), |(took, trips), one| (took + one.bands.round_trip.0, trips + u64::from(one.round_trips)));
        // What is asked for on the average of some hundred draws; what a machine adds to it is scheduling.
        let mean = took as f64 / trips as f64 / 1e6;
        assert!((1.7..2.3).contains(&mean), "{mean} ms a round trip");
        assert!(samples.iter().any(|one| one.bands.round_trip.0 % 1_000 != 0));
    }
}

#[test]
fn tenants_take_turns_in_the_lane_as_well() {
    for tenants in ["round_robin", "by_size"] {
        let workload = format!("{SIXTEEN}tenants = \"{tenants}\"\ntenant_column = \"tenant_id\"\n");
        let outcome = measured(Place::Sqlite, &format!("{USERS}{VARIANTS}{workload}"));
        let found = lane(&outcome);
        for (native, python) in outcome.variants.iter().zip(&found.variants) {
            let asked = |one: &VariantOutcome| {
                let mut asked: Vec<_> = one.samples.iter().map(|one| (one.round, one.tenant, one.rows)).collect();
                asked.sort_unstable();
                asked
            };
            assert_eq!(asked(native), asked(python), "{}", native.name);
            let whose: BTreeSet<_> = python.samples.iter().map(|one| one.tenant).collect();
            assert!(whose.len() > 1, "{whose:?}");
        }
    }
}

#[test]
fn an_open_loop_counts_from_when_a_request_was_due() {
    for session in ["sync", "async"] {
        // More than two clients can serve: the later a request is due, the longer it waits.
        let text = format!(
            "{USERS}[variants.lazy]\nroles = \"selectin\"\norganization = \"selectin\"\n\"organization.tenant\" = \"selectin\"\n\
             [workload]\nconcurrency = 2\nrequests = 40\nrounds = 1\nwarmup = 2\nrate = 400\n\
             [conditions]\nrtt_ms = 5\nsession = \"{session}\"\n"
        );
        let outcome = measured(Place::Sqlite, &text);
        let samples = &lane(&outcome).variants[0].samples;
        assert_eq!(samples.len(), 40);
        // Six round trips of 5 ms by two clients: 40 requests take 600 ms, and the last was due after 100.
        let longest = samples.iter().map(|one| one.latency.0).max().unwrap();
        assert!(longest > 400_000_000, "{longest}");
        let late = samples.iter().map(|one| one.bands.scheduling.0).max().unwrap();
        assert!(late > 300_000_000, "{late}");
    }
}

#[test]
fn every_value_of_a_sweep_is_measured_in_the_lane() {
    let sweeps = "[[sweep]]\nover = \"concurrency\"\nvalues = [1, 3]\n[[sweep]]\nover = \"rtt_ms\"\nvalues = [0, 1]\n\
                  [[sweep]]\nover = \"page_size\"\nvalues = [5, 20]\n";
    let outcome = measured(Place::Sqlite, &format!("{USERS}{VARIANTS}{SIXTEEN}{sweeps}"));
    let found = lane(&outcome);
    assert_eq!(found.sweeps.len(), 3);
    for (native, python) in outcome.sweeps.iter().zip(&found.sweeps) {
        assert_eq!((native.over, native.points.len()), (python.over, python.points.len()));
        for (native, python) in native.points.iter().zip(&python.points) {
            for (native, python) in native.variants.iter().zip(&python.variants) {
                assert_eq!(native.hash, python.hash, "{}", native.name);
                assert_eq!(native.counts.unwrap().queries, python.counts.unwrap().queries, "{}", native.name);
                assert_eq!(python.samples.len(), 16, "{}", native.name);
            }
        }
    }
}

#[test]
fn what_was_measured_before_the_lane_was_cancelled_is_kept() {
    for session in ["sync", "async"] {
        let workload = format!(
            "[workload]\nconcurrency = 4\nrequests = 400\nrounds = 2\nwarmup = 0\n[conditions]\nsession = \"{session}\"\nrtt_ms = 20\n"
        );
        let variants =
            "[variants.joined]\norganization = \"joined\"\n\"organization.tenant\" = \"joined\"\nroles = \"joined\"\n";
        let mut in_lane = false;
        let outcome = run(Place::Sqlite, &format!("{USERS}{variants}{workload}"), &mut |event, cancel| match event {
            Event::ChangingLane => in_lane = true,
            Event::Progress { done, .. } if in_lane && *done > 20 => cancel.store(true, Ordering::Relaxed),
            Event::Checking { .. }
            | Event::WarmingUp { .. }
            | Event::Progress { .. }
            | Event::Sweeping { .. }
            | Event::Note(_)
            | Event::Found(_) => {}
        });
        assert_eq!(outcome.variants[0].samples.len(), 400);
        let lane = outcome.sqlalchemy.unwrap();
        assert_eq!((lane.end, lane.failure), (End::Cancelled, None));
        let kept = lane.variants[0].samples.len();
        assert!((20..400).contains(&kept), "{kept} requests");
    }
}

#[test]
fn a_run_in_both_lanes_calibrates_and_a_native_run_is_told_what_python_would_take() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("{USERS}{VARIANTS}{SIXTEEN}[[sweep]]\nover = \"page_size\"\nvalues = [5, 50]\n");
    assert!(run_in(folder.path(), Place::Sqlite, &text, "\"native\"", &mut |_, _| {}).estimated.is_none());
    let both = run_in(folder.path(), Place::Sqlite, &text, "\"native\", \"sqlalchemy\"", &mut |_, _| {});
    let found = lane(&both);
    assert!(both.estimated.is_none());
    let native = run_in(folder.path(), Place::Sqlite, &text, "\"native\"", &mut |_, _| {});
    let estimated = native.estimated.unwrap();
    assert_eq!(estimated.versions, found.versions.clone().unwrap());
    assert_eq!(estimated.calibrated_at, both.started_at);
    println!("estimated with a median error of {:.0} %", estimated.error * 100.0);
    for (variant, python) in native.variants.iter().zip(&found.variants) {
        let said = estimated.service[&variant.name].0;
        let mut measured: Vec<u64> = python.samples.iter().map(|one| one.service().0).collect();
        measured.sort_unstable();
        println!("{}: {} ms estimated, {} ms measured", variant.name, said as f64 / 1e6, measured[8] as f64 / 1e6);
        // Python is never free.
        assert!(said > variant.samples.iter().map(|one| one.bands.execute.0).min().unwrap());
    }
    // Another driver is another client.
    let asynchronous = format!("{text}[conditions]\nsession = \"async\"\n");
    assert!(run_in(folder.path(), Place::Sqlite, &asynchronous, "\"native\"", &mut |_, _| {}).estimated.is_none());
}

#[test]
fn json_built_by_the_database_is_left_out_with_a_reason() {
    let variants = "[variants.joined]\norganization = \"joined\"\n[variants.json]\norganization = \"json_agg\"\n\
                    [variants.\"by hand below lazy\"]\n\"organization.tenant\" = \"bulk\"\n";
    let outcome = measured(Place::Sqlite, &format!("{USERS}{variants}{SIXTEEN}"));
    let reasons = lane(&outcome).variants.iter().map(|one| match &one.agreement {
        Agreement::LeftOut { reason } => reason.as_str(),
        Agreement::Baseline
        | Agreement::Same
        | Agreement::Different { .. }
        | Agreement::Raises { .. }
        | Agreement::Stopped { .. }
        | Agreement::Unknown => "",
    });
    let reasons: Vec<&str> = reasons.collect();
    assert_eq!(reasons[0], "");
    assert!(reasons[1].contains("json_agg is not available in SQLAlchemy"), "{reasons:?}");
    assert!(reasons[2].contains("below organization, which is loaded lazily"), "{reasons:?}");
}
