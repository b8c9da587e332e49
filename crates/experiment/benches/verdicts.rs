//! How far verdicts can be trusted on this machine, now: the same variant against itself many times, which should name
//! no winner, and against itself with a tenth added to each of its requests, which should be found slower.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark that cannot go on has failed, and prints")]

use fetchscope_datasets::{Dataset, SampleSpec, ensure};
use fetchscope_drivers::database::Database;
use fetchscope_engine::mapping::Mapping;
use fetchscope_engine::stats::paired::Verdict;
use fetchscope_engine::trace::Nanos;
use fetchscope_experiment::outcome::Outcome;
use fetchscope_experiment::run::{Setup, run};
use fetchscope_experiment::spec::Experiment;
use fetchscope_experiment::standing::{against_baseline, noise};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Runs, each of the default length: one client, 100 requests in 10 rounds.
const RUNS: u64 = 200;

fn main() {
    let spec: SampleSpec = "citizenapp?size=s".parse().unwrap();
    let dataset = Dataset::open(&spec).unwrap();
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = ensure(&dataset, &spec, cache, &mut |_| {}, &AtomicBool::new(false)).unwrap();
    let mapping = Arc::new(Mapping::check(&dataset.mapping).unwrap());
    let database = Database::open_file(&file).unwrap();
    let (mut winners, mut found, mut noisy) = (0, 0, 0);
    for seed in 1..=RUNS {
        let experiment = experiment(&spec.to_string(), seed);
        let setup = Setup {
            experiment: &experiment,
            mapping: mapping.clone(),
            database: &database,
            data: String::new(),
            notes: Vec::new(),
            sqlalchemy: None,
        };
        let mut outcome = run(&setup, &mut |_| {}, &AtomicBool::new(false)).unwrap();
        winners += u64::from(is_told_apart(verdict(&outcome)));
        noisy += u64::from(noise(&outcome).is_some_and(|noise| is_told_apart(noise.verdict)));
        for sample in &mut outcome.variants[1].samples {
            sample.latency += Nanos(sample.latency.0 / 10);
        }
        found += u64::from(verdict(&outcome) == Verdict::Slower);
    }
    println!("same against same: {winners} of {RUNS} comparisons name a winner (its control: {noisy})");
    println!("a tenth slower: found in {found} of {RUNS}");
}

fn experiment(sample: &str, seed: u64) -> Experiment {
    let joined = "\"organization\" = \"joined\"\n\"organization.tenant\" = \"joined\"\n";
    Experiment::from_toml(&format!(
        "version = 1\nsource = \"sample:{sample}\"\nseed = {seed}\n[endpoint]\nroot = \"User\"\nfilter = {{ order_by = [\"id\"] }}\n\
         relationships = [{{ name = \"organization\", relationships = [{{ name = \"tenant\" }}] }}]\n\
         [variants.one]\n{joined}[variants.other]\n{joined}"
    ))
    .unwrap()
}

fn verdict(outcome: &Outcome) -> Verdict {
    against_baseline(outcome)[1].unwrap().verdict
}

fn is_told_apart(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Faster | Verdict::Slower)
}
