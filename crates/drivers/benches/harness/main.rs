//! What measuring costs: fifty clients whose requests send 2 401 statements each, once through the experiment with its
//! clocks, counts, pool and limits, and once through the same loaders in a plain loop that reads no clock (`plain.rs`).
//! Memory is read after every pair, since a harness that keeps too much shows there.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark that cannot go on has failed, and prints"
)]

mod plain;

use fetchscope_datasets::{Dataset, SampleSpec, ensure};
use fetchscope_drivers::database::Database;
use fetchscope_engine::mapping::Mapping;
use fetchscope_engine::stats::quantile::estimate;
use fetchscope_experiment::run::{Setup, run};
use fetchscope_experiment::spec::Experiment;
use plain::Plain;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Pairs, each of so many requests a side: a thousand in all.
const PAIRS: u32 = 30;
const REQUESTS: u32 = 100;
const CLIENTS: u32 = 50;
/// SQLAlchemy's defaults.
const CONNECTIONS: u32 = 15;

fn main() {
    let spec: SampleSpec = "citizenapp?size=board".parse().unwrap();
    let dataset = Dataset::open(&spec).unwrap();
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = ensure(&dataset, &spec, cache, &mut |_| {}, &AtomicBool::new(false)).unwrap();
    let mapping = Arc::new(Mapping::check(&dataset.mapping).unwrap());
    let database = Database::open_file(&file).unwrap();
    let experiment = Experiment::from_toml(&format!(
        "version = 1\nsource = \"sample:{spec}\"\n[endpoint]\nroot = \"Task\"\nfilter = {{ order_by = [\"id\"] }}\n\
         relationships = [{{ name = \"comments\" }}, {{ name = \"tags\" }}]\n[variants.lazy]\n\
         [workload]\nconcurrency = {CLIENTS}\nrequests = {REQUESTS}\nrounds = 1\nwarmup = {CLIENTS}\n\
         [workload.pool]\nsize = {CONNECTIONS}\noverflow = 0\n"
    ))
    .unwrap();
    // Warmed up, since the plain loop keeps its connections, with what SQLite has cached for each, from pair to pair.
    let setup = Setup {
        experiment: &experiment,
        mapping: mapping.clone(),
        database: &database,
        data: String::new(),
        notes: Vec::new(),
        sqlalchemy: None,
    };
    let measured = || {
        let outcome = run(&setup, &mut |_| {}, &AtomicBool::new(false)).unwrap();
        let variant = &outcome.variants[0];
        assert_eq!((variant.samples.len(), variant.counts.unwrap().queries), (REQUESTS as usize, 2401));
        variant.busy.0 as f64 / 1e9
    };
    let plan = experiment.endpoint.plan(&experiment.variants["lazy"].strategies, Default::default());
    let plain = Plain::new(&file, &mapping, &plan, CONNECTIONS);
    let unmeasured = || plain.serve(REQUESTS, CLIENTS).as_secs_f64();
    measured();
    unmeasured();

    println!("{CLIENTS} clients, {REQUESTS} requests of 2 401 statements a side and pair");
    println!("{:>4} {:>12} {:>12} {:>7} {:>12}", "pair", "plain", "harness", "ratio", "memory");
    let mut ratios = Vec::new();
    for pair in 1..=PAIRS {
        // Which goes first changes from pair to pair.
        let (plain, harness) = if pair % 2 == 0 {
            let plain = unmeasured();
            (plain, measured())
        } else {
            let harness = measured();
            (unmeasured(), harness)
        };
        ratios.push(harness / plain);
        let memory = resident().map_or_else(|| "unknown".to_owned(), |kb| format!("{} MB", kb / 1024));
        println!("{pair:>4} {plain:>10.3} s {harness:>10.3} s {:>7.3} {memory:>12}", harness / plain);
    }
    ratios.sort_by(f64::total_cmp);
    let ratio = estimate(&ratios, 0.5).unwrap();
    let end = |end: Option<f64>| end.map_or_else(|| "?".to_owned(), |end| format!("{end:.3}"));
    println!("harness over plain loop: {:.3} [{}, {}]", ratio.value, end(ratio.low), end(ratio.high));
}

/// Resident memory in kB, where the operating system says.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().trim_end_matches(" kB").parse().ok())
}
