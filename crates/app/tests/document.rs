//! Experiments that are opened and run are the same experiments: for hundreds of random ones, by way of the text that crosses
//! to the window and back.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use fetchscope_app::document::{doc, experiment};
use fetchscope_app::wire::ExperimentDoc;
use fetchscope_engine::plan::document::{FilterDocument, Mode, Operator, SessionKind, Strategy};
use fetchscope_engine::plan::endpoint::{Endpoint, ReadNode};
use fetchscope_experiment::spec::{
    Axis, Claim, Conditions, Expectation, Experiment, Lane, Limits, Pool, Sweep, Tenants, Variant, Workload,
};
use indexmap::IndexMap;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng as Random;
use serde_json::{Value, json};

/// Experiments that are tried.
const CASES: u64 = 600;

const STRATEGIES: [Strategy; 14] = [
    Strategy::Default,
    Strategy::Select,
    Strategy::Joined,
    Strategy::JoinedInner,
    Strategy::JoinedInnerUnnested,
    Strategy::Selectin,
    Strategy::Subquery,
    Strategy::Immediate,
    Strategy::Raise,
    Strategy::RaiseOnSql,
    Strategy::Noload,
    Strategy::ContainsEager,
    Strategy::Bulk,
    Strategy::JsonAgg,
];

const MODES: [Mode; 7] =
    [Mode::List, Mode::One, Mode::First, Mode::Get, Mode::ExecuteOnly, Mode::Stream, Mode::StreamExecuteOnly];

/// Something, or nothing, as often.
fn maybe<T>(random: &mut Random, make: impl FnOnce(&mut Random) -> T) -> Option<T> {
    random.random_bool(0.5).then(|| make(random))
}

fn amount(random: &mut Random, most: f64) -> f64 {
    random.random_range(0.001..most)
}

fn value(random: &mut Random) -> Value {
    match random.random_range(0..5) {
        0 => Value::Null,
        1 => json!(random.random_bool(0.5)),
        2 => json!(random.random_range(-1_000_000..1_000_000_i64)),
        3 => json!(amount(random, 1e6)),
        _ => json!(format!("text {}", random.random_range(0..99))),
    }
}

fn reads(random: &mut Random, depth: u32) -> Vec<ReadNode> {
    let count = if depth == 0 { 0 } else { random.random_range(0..=3) };
    let one = |number| ReadNode {
        name: format!("r{number}"),
        accessed: random.random_bool(0.8),
        relationships: reads(random, depth - 1),
    };
    (0..count).map(one).collect()
}

fn comparisons(random: &mut Random) -> Vec<(String, Operator, Value)> {
    let operators = [Operator::Equal, Operator::NotEqual, Operator::Less, Operator::Like];
    let count = random.random_range(0..3);
    let one = |number| (format!("r0.c{number}"), *operators.choose(random).unwrap(), value(random));
    (0..count).map(one).collect()
}

fn filter(random: &mut Random) -> FilterDocument {
    let mut columns: Vec<(String, Value)> = (0..4).map(|number| (format!("c{number}"), value(random))).collect();
    columns.shuffle(random);
    columns.truncate(random.random_range(0..=4));
    FilterDocument {
        pk: maybe(random, |random| json!([random.random_range(1..9), 2])),
        conditions: comparisons(random),
        join: (0..random.random_range(0..2)).map(|number| format!("r{number}")).collect(),
        has: comparisons(random),
        order_by: (0..random.random_range(0..3)).map(|number| format!("-c{number}")).collect(),
        limit: maybe(random, |random| random.random_range(1..1000)),
        offset: maybe(random, |random| random.random_range(0..1000)),
        distinct: random.random_bool(0.3),
        columns: columns.into_iter().collect(),
    }
}

fn endpoint(random: &mut Random) -> Endpoint {
    Endpoint {
        name: maybe(random, |_| "people".to_owned()),
        root: "Person".to_owned(),
        mode: *MODES.choose(random).unwrap(),
        filter: filter(random),
        relationships: reads(random, 3),
    }
}

fn variant(random: &mut Random, paths: &[String]) -> Variant {
    let mut paths: Vec<&String> = paths.iter().filter(|_| random.random_bool(0.8)).collect();
    paths.shuffle(random);
    let strategies = paths.into_iter().map(|path| (path.clone(), *STRATEGIES.choose(random).unwrap())).collect();
    let expect = if random.random_bool(0.2) { Expectation::Differs } else { Expectation::Same };
    Variant { expect, strategies, polymorphic: Vec::new() }
}

fn workload(random: &mut Random) -> Workload {
    let by_time = random.random_bool(0.3);
    Workload {
        concurrency: random.random_range(1..=200),
        requests: maybe(random, |random| random.random_range(1..100_000)).filter(|_| !by_time),
        seconds: by_time.then(|| amount(random, 3600.0)),
        rate: maybe(random, |random| amount(random, 1000.0)),
        warmup: random.random_range(0..100),
        rounds: random.random_range(1..=1000),
        tenants: *[Tenants::One, Tenants::RoundRobin, Tenants::BySize].choose(random).unwrap(),
        tenant_column: maybe(random, |_| "r0.tenant".to_owned()),
        pool: Pool {
            size: random.random_range(1..50),
            overflow: random.random_range(0..50),
            timeout: amount(random, 3600.0),
        },
    }
}

fn sweep(random: &mut Random) -> Sweep {
    let over = *[Axis::Concurrency, Axis::RttMs, Axis::PageSize, Axis::TenantSize].choose(random).unwrap();
    let mut values: Vec<f64> = (0..random.random_range(1..6)).map(|_| f64::from(random.random_range(1..200))).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    Sweep { over, values }
}

fn claim_of(random: &mut Random, names: &[&String]) -> Claim {
    let kind = random.random_range(0..3);
    let mut others = names.to_vec();
    others.shuffle(random);
    others.truncate(random.random_range(0..=names.len()));
    Claim {
        says: "it is so".to_owned(),
        faster: (kind == 0).then(|| (*names.choose(random).unwrap()).clone()),
        than: others.into_iter().filter(|_| kind == 0).cloned().collect(),
        no_winner: kind == 1,
        fewest_not_fastest: kind == 2,
    }
}

/// Any experiment that may be run.
fn any(random: &mut Random) -> Experiment {
    let endpoint = endpoint(random);
    let paths = endpoint.paths();
    let count = random.random_range(1..6);
    let variants = (0..count).map(|number| (format!("variant {}", 9 - number), variant(random, &paths)));
    let variants: IndexMap<String, Variant> = variants.collect();
    let names: Vec<&String> = variants.keys().collect();
    let mut lanes = vec![Lane::Native];
    lanes.extend(maybe(random, |_| Lane::Sqlalchemy));
    lanes.shuffle(random);
    Experiment {
        application: None,
        request: None,
        version: 1,
        source: "sample:citizenapp?size=s".to_owned(),
        mapping: maybe(random, |_| "mapping.json".to_owned()),
        // Small ones, and some that no number of JavaScript holds.
        seed: maybe(random, |random| random.random_range(0..100)).unwrap_or_else(|| random.random()),
        baseline: maybe(random, |random| (*names.choose(random).unwrap()).clone()),
        lanes,
        workload: workload(random),
        conditions: Conditions {
            rtt_ms: amount(random, 100.0),
            jitter_ms: maybe(random, |random| amount(random, 10.0)).unwrap_or_default(),
            transaction: random.random_bool(0.5),
            statement_cache: random.random_bool(0.5),
            session: if random.random_bool(0.5) { SessionKind::Sync } else { SessionKind::Async },
        },
        limits: maybe(random, |random| Limits {
            rows: random.random_range(1..=u64::MAX),
            bytes: random.random_range(1..=1_000_000_000),
            seconds: amount(random, 3600.0),
        })
        .unwrap_or_default(),
        sweep: (0..random.random_range(0..3)).map(|_| sweep(random)).collect(),
        claim: maybe(random, |random| claim_of(random, &names)),
        endpoint,
        variants: variants.clone(),
    }
}

#[test]
fn an_experiment_that_is_opened_and_run_is_the_same() {
    for seed in 0..CASES {
        let wanted = any(&mut Random::seed_from_u64(seed));
        wanted.check().unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let crossing = serde_json::to_string(&doc(&wanted).unwrap()).unwrap();
        let open: ExperimentDoc = serde_json::from_str(&crossing).unwrap();
        let run = experiment(&open).unwrap();
        assert_eq!(run, wanted, "seed {seed}");
        // Maps are equal in any order, and files are not.
        assert_eq!(serde_json::to_string(&run).unwrap(), serde_json::to_string(&wanted).unwrap(), "seed {seed}");
        assert_eq!(doc(&run).unwrap(), open, "seed {seed}");
    }
}
