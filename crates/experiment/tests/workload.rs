//! Workloads on a real SQLite file: who is asked for, how requests arrive, what a request may take, and sweeps.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod file;

use fetchscope_engine::trace::Nanos;
use fetchscope_experiment::outcome::{Agreement, End, Outcome};
use fetchscope_experiment::run::RunError;
use fetchscope_experiment::spec::{Axis, Experiment};
use file::run_on;
use serde_json::json;
use std::sync::atomic::AtomicBool;

/// Two tenants: one with a single person, one with five.
const SCRIPT: &str = "CREATE TABLE team (id INTEGER PRIMARY KEY, tenant_id INTEGER, name TEXT);
    CREATE TABLE person (id INTEGER PRIMARY KEY, tenant_id INTEGER, team_id INTEGER REFERENCES team(id));
    INSERT INTO team VALUES (1, 1, 'red'), (2, 2, 'blue'), (3, 2, 'green');
    INSERT INTO person VALUES (1, 1, 1), (2, 2, 2), (3, 2, 2), (4, 2, 3), (5, 2, 3), (6, 2, NULL);";

const HEAD: &str = "version = 1\nsource = \"sqlite:unused\"\n[endpoint]\nroot = \"person\"\nfilter = { order_by = [\"id\"] }\n\
    relationships = [{ name = \"team\" }]\n[variants.lazy]\n[variants.joined]\nteam = \"joined\"\n";

fn on(text: &str) -> Result<Outcome, RunError> {
    run_on(SCRIPT, text, &mut |_| {}, &AtomicBool::new(false))
}

fn outcome(text: &str) -> Outcome {
    on(&format!("{HEAD}{text}")).unwrap()
}

#[test]
fn tenants_take_turns_and_every_variant_asks_for_the_same_ones() {
    let outcome = outcome("[workload]\nrequests = 12\nrounds = 3\ntenants = \"round_robin\"\n");
    let sizes: Vec<_> = outcome.tenants.iter().map(|tenant| (tenant.value.clone(), tenant.roots)).collect();
    assert_eq!(sizes, [(json!(1), 1), (json!(2), 5)]);
    for variant in &outcome.variants {
        let rows: Vec<(Option<u32>, u64)> = variant.samples.iter().map(|one| (one.tenant, one.rows)).collect();
        let of = |tenant| rows.iter().filter(|(who, _)| *who == Some(tenant)).count();
        assert_eq!((of(0), of(1)), (6, 6));
        let expected = if variant.name == "lazy" { [2, 7] } else { [1, 5] };
        assert!(rows.iter().all(|(who, rows)| *rows == expected[who.unwrap() as usize]), "{rows:?}");
    }
    assert_eq!(outcome.variants[1].agreement, Agreement::Same);
}

#[test]
fn a_tenant_column_may_lie_behind_a_many_to_one() {
    let workload = "[workload]\nrequests = 4\nrounds = 1\ntenants = \"by_size\"\ntenant_column = \"team.tenant_id\"\n";
    let sizes: Vec<u64> = outcome(workload).tenants.iter().map(|tenant| tenant.roots).collect();
    assert_eq!(sizes, [1, 4]);
    let wrong = on(&format!("{HEAD}{}", workload.replace("team.tenant_id", "team.nobody"))).unwrap_err().to_string();
    assert!(wrong.contains("`team.nobody`") && wrong.contains("there is no column `nobody`"), "{wrong}");
}

#[test]
fn an_open_loop_counts_latency_from_when_a_request_was_due() {
    // One client, and requests due every 2 ms that take 5 ms each: the last of ten has waited for all before it.
    let outcome = outcome(
        "[workload]\nrequests = 10\nrounds = 1\nwarmup = 0\nrate = 500\n[conditions]\nrtt_ms = 5\ntransaction = false\n",
    );
    let joined = &outcome.variants[1].samples;
    assert_eq!(joined.len(), 10);
    let last = joined.last().unwrap();
    // It began after nine round trips of at least 5 ms, 18 ms after the first was due.
    assert!(last.bands.scheduling >= Nanos(9 * 4_500_000 - 18_000_000), "{last:?}");
    assert!(last.latency >= last.bands.total(), "{last:?}");
}

#[test]
fn a_request_that_takes_too_much_is_stopped_with_a_clear_outcome() {
    let rows = outcome("[limits]\nrows = 6\n");
    let said = |outcome: &Outcome, index: usize| {
        let Agreement::Stopped { reason } = &outcome.variants[index].agreement else { panic!("it was not stopped") };
        reason.clone()
    };
    assert!(said(&rows, 0).starts_with("stopped at 6 rows, the most that a request may fetch"), "{}", said(&rows, 0));
    assert!(rows.variants[0].samples.is_empty());
    assert_eq!(rows.variants[1].samples.len(), 100);
    let bytes = outcome("[limits]\nbytes = 20\n");
    assert!(said(&bytes, 1).starts_with("stopped at 20 bytes"), "{}", said(&bytes, 1));
}

#[test]
fn a_sweep_measures_the_same_again_at_every_value() {
    let outcome = outcome(
        "[workload]\nrequests = 10\nrounds = 2\n[[sweep]]\nover = \"page_size\"\nvalues = [1, 4]\n\
         [[sweep]]\nover = \"tenant_size\"\nvalues = [2, 100]\n",
    );
    assert_eq!(outcome.end, End::Completed);
    let queries = |sweep: usize| -> Vec<u64> {
        outcome.sweeps[sweep].points.iter().map(|point| point.variants[0].counts.unwrap().queries).collect()
    };
    assert_eq!((outcome.sweeps[0].over, queries(0)), (Axis::PageSize, vec![2, 4]));
    let tenants: Vec<u64> = outcome.sweeps[1].points.iter().map(|one| one.tenant.as_ref().unwrap().roots).collect();
    assert_eq!((outcome.sweeps[1].over, tenants, queries(1)), (Axis::TenantSize, vec![1, 5], vec![2, 3]));
    assert!(outcome.sweeps.iter().flat_map(|sweep| &sweep.points).all(|point| point.variants[1].samples.len() == 10));
}

#[test]
fn the_bands_of_a_request_explain_its_wall_clock() {
    let outcome = outcome("[workload]\nrequests = 200\nrounds = 2\nconcurrency = 8\n[conditions]\nrtt_ms = 1\n");
    for variant in &outcome.variants {
        let sum = |of: fn(&fetchscope_experiment::outcome::Sample) -> Nanos| -> u64 {
            variant.samples.iter().map(|sample| of(sample).0).sum()
        };
        let (bands, wall) = (sum(|sample| sample.bands.total()), sum(|sample| sample.latency));
        assert!(bands <= wall && bands as f64 >= wall as f64 * 0.98, "{}: {bands} of {wall}", variant.name);
    }
}

#[test]
fn what_cannot_be_run_is_said_before_anything_runs() {
    let error = |text: &str| Experiment::from_toml(&format!("{HEAD}{text}")).unwrap_err().to_string();
    assert!(error("[workload]\nrate = 0\n").starts_with("`workload.rate` is 0"));
    assert!(error("[[sweep]]\nover = \"concurrency\"\nvalues = [1, 500]\n").contains("between 1 and 200"));
    assert!(error("[[sweep]]\nover = \"rtt_ms\"\nvalues = [2, 1]\n").contains("ascending"));
    assert!(error("[[sweep]]\nover = \"page_size\"\nvalues = [0.5]\n").contains("whole `values`"));
    assert!(error("[claim]\nsays = \"x\"\n").contains("just one of"));
    assert!(error("[claim]\nsays = \"x\"\nfaster = \"jioned\"\n").contains("`jioned`"));
    assert!(error("[workload]\ntenants = \"nearest\"\n").contains("`nearest` is not known here, expected"));
}
