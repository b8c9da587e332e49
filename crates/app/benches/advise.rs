//! Whether `advise` recommends the best: generated endpoints, each searched, and then measured with every combination there
//! is. Printed are how often the recommended one is detectably slower than the best, by how much, and what the search took.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark that cannot go on has failed, and prints")]

use fetchscope_app::advise::application;
use fetchscope_app::advise::{Load, advise};
use fetchscope_app::application::{Overrides, Program, open};
use fetchscope_app::passwords::{Passwords, SystemKeyring};
use fetchscope_app::python::Python;
use fetchscope_app::source::{Opened, Source};
use fetchscope_app::{Paths, experiment};
use fetchscope_engine::plan::document::Strategy;
use fetchscope_engine::plan::endpoint::Endpoint;
use fetchscope_engine::stats::paired::{Verdict, compare};
use fetchscope_experiment::outcome::Outcome;
use fetchscope_experiment::spec::{Application, Conditions, Experiment, Request, Variant, Workload};
use fetchscope_experiment::standing::comparable;
use indexmap::IndexMap;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

static NEVER: AtomicBool = AtomicBool::new(false);

/// Generated endpoints of a mapping.
const PLANS: usize = 30;

/// Seconds of every combination in the exhaustive search: as long as those that the search ends with are measured.
const EACH: f64 = 1.0;

/// Root, relationships, and each path with whether it is a collection.
type Tree = (&'static str, &'static str, &'static [(&'static str, bool)]);

/// Trees of relationships on the sample, up to three paths each.
const TREES: [Tree; 6] = [
    (
        "User",
        "[{ name = \"organization\", relationships = [{ name = \"tenant\" }] }]",
        &[("organization", false), ("organization.tenant", false)],
    ),
    ("User", "[{ name = \"organization\" }, { name = \"roles\" }]", &[("organization", false), ("roles", true)]),
    ("User", "[{ name = \"roles\" }, { name = \"assigned_tasks\" }]", &[("roles", true), ("assigned_tasks", true)]),
    ("Organization", "[{ name = \"tenant\" }, { name = \"projects\" }]", &[("tenant", false), ("projects", true)]),
    (
        "Organization",
        "[{ name = \"projects\", relationships = [{ name = \"tasks\" }] }, { name = \"tenant\" }]",
        &[("projects", true), ("projects.tasks", true), ("tenant", false)],
    ),
    (
        "User",
        "[{ name = \"organization\", relationships = [{ name = \"tenant\" }] }, { name = \"roles\" }]",
        &[("organization", false), ("organization.tenant", false), ("roles", true)],
    ),
];

/// Requests of the sample's program.
const REQUESTS: [&str; 5] = [
    "/users?limit=50",
    "/users/roles?limit=30",
    "/organizations?limit=30",
    "/async/users/selectin?limit=50",
    "/dashboard",
];

/// What came of one endpoint.
struct Row {
    /// Time of the recommended one over that of the best, in the exhaustive measurement.
    ratio: f64,
    is_slower: bool,
    searched: f64,
    exhausted: f64,
}

fn main() {
    let cache = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let paths = Paths::under(&cache);
    let mut rows = plans(&paths);
    match std::env::var_os("FETCHSCOPE_REFERENCE_PYTHON") {
        Some(python) => rows.extend(applications(&paths, Path::new(&python))),
        None => println!("no application is searched: FETCHSCOPE_REFERENCE_PYTHON names no Python"),
    }
    let n = rows.len() as f64;
    let slower = rows.iter().filter(|row| row.is_slower).count();
    let worst = rows.iter().map(|row| row.ratio).fold(1.0, f64::max);
    let (searched, exhausted) = rows.iter().fold((0.0, 0.0), |(a, b), row| (a + row.searched, b + row.exhausted));
    println!(
        "{} of {} ({:.0} %) not detectably slower than the best; at most {:.1} % slower; {:.0} % of the exhaustive time",
        rows.len() - slower,
        rows.len(),
        (n - slower as f64) / n * 100.0,
        (worst - 1.0) * 100.0,
        searched / exhausted * 100.0
    );
}

fn plans(paths: &Paths) -> Vec<Row> {
    let passwords = Passwords::of(SystemKeyring);
    let source: Source = "sample:citizenapp?size=s".parse().unwrap();
    let opened = source.open(paths, &passwords, None, &mut |_| {}, &NEVER).unwrap();
    let python = Python { paths, chosen: None };
    let mut random = ChaCha8Rng::seed_from_u64(18);
    (0..PLANS)
        .map(|number| {
            let (root, relationships, choices) = TREES[number % TREES.len()];
            let limit = *[20, 50, 100, 200].choose(&mut random).unwrap();
            let concurrency = *[1, 1, 4].choose(&mut random).unwrap();
            let rtt_ms = f64::from(random.random_range(0..=4)) / 2.0;
            let text = format!(
                "root = \"{root}\"\nfilter = {{ order_by = [\"id\"], limit = {limit} }}\nrelationships = {relationships}"
            );
            let endpoint: Endpoint = toml::from_str(&text).unwrap();
            let load = Load { concurrency, rtt_ms, seconds: budget(combinations(choices).len()) };
            plan(&opened, &endpoint, choices, load, &python)
        })
        .collect()
}

/// A quarter of what the exhaustive search takes, or the default.
fn budget(combinations: usize) -> f64 {
    (combinations as f64 * EACH / 4.0).clamp(1.5, 10.0)
}

fn plan(opened: &Opened, endpoint: &Endpoint, choices: &[(&str, bool)], load: Load, python: &Python<'_>) -> Row {
    let began = Instant::now();
    let (advice, outcome) = advise(opened, endpoint, load, python, &mut |_| {}, &NEVER).unwrap();
    let searched = began.elapsed().as_secs_f64();
    let recommended = outcome.experiment.variants[&advice.recommended].strategies.clone();
    let all = combinations(choices);
    let exhaustive = Experiment {
        variants: named(&all),
        workload: Workload { seconds: Some(EACH), concurrency: load.concurrency, rounds: 40, ..Workload::default() },
        conditions: Conditions { rtt_ms: load.rtt_ms, ..Conditions::default() },
        ..outcome.experiment.clone()
    };
    let began = Instant::now();
    let exhausted = experiment::run(&exhaustive, opened, python, &mut |_| {}, &NEVER).unwrap();
    let name = format!("{} {}, {} at once, {} ms", endpoint.root, choices.len(), load.concurrency, load.rtt_ms);
    row(name, &exhausted, &recommended, searched, began.elapsed().as_secs_f64())
}

fn applications(paths: &Paths, python: &Path) -> Vec<Row> {
    let wanted = Application { import: Some("sample:citizenapp?size=s".to_owned()), ..Application::default() };
    let python = Python { paths, chosen: Some(python) };
    let mut program = open(&wanted, None, &python, &mut |_| {}, &NEVER).unwrap();
    let mut rows = Vec::new();
    for path in REQUESTS {
        for (concurrency, rtt_ms) in [(1, 0.0), (1, 1.0), (4, 0.5)] {
            let request = Request { path: Some(path.to_owned()), ..Request::default() };
            rows.push(application_row(&mut program, &wanted, &request, (concurrency, rtt_ms)));
        }
    }
    rows
}

fn application_row(program: &mut Program, wanted: &Application, request: &Request, load: (u32, f64)) -> Row {
    let (concurrency, rtt_ms) = load;
    let seen = program.trace(request, &Overrides::new(), false, &NEVER).unwrap();
    let read = seen.queries.iter().flat_map(|query| &query.paths).filter(|path| path.reads > 0);
    let choices: Vec<(String, bool, String)> =
        read.map(|path| (path.path.clone(), path.collection, path.strategy.clone())).collect();
    let borrowed: Vec<(&str, bool)> = choices.iter().map(|(path, many, _)| (path.as_str(), *many)).collect();
    let all = combinations(&borrowed);
    let load = Load { concurrency, rtt_ms, seconds: budget(all.len()) };
    let began = Instant::now();
    let (advice, outcome) = application::advise(program, wanted, request, load, &mut |_| {}, &NEVER).unwrap();
    let searched = began.elapsed().as_secs_f64();
    let recommended = advice.advice.recommended;
    // What is not named stays as it is written.
    let mut complete: IndexMap<String, Strategy> = IndexMap::new();
    for (path, _, written) in &choices {
        let named = outcome.experiment.variants[&recommended].strategies.get(path).copied();
        let written = serde_json::from_value(serde_json::Value::from(written.as_str())).unwrap();
        complete.insert(path.clone(), named.unwrap_or(written));
    }
    let mut variants: IndexMap<String, Variant> = [("as written".to_owned(), Variant::default())].into();
    variants.extend(named(&all));
    let exhaustive = Experiment {
        variants,
        workload: Workload { seconds: Some(EACH), concurrency, rounds: 40, warmup: 1, ..Workload::default() },
        ..outcome.experiment.clone()
    };
    let began = Instant::now();
    program.ask(&exhaustive).unwrap();
    let exhausted = program.run(&exhaustive, &mut |_| {}, &NEVER).unwrap();
    let name = format!("{}, {concurrency} at once, {rtt_ms} ms", request.title());
    row(name, &exhausted, &complete, searched, began.elapsed().as_secs_f64())
}

fn row(name: String, exhausted: &Outcome, recommended: &IndexMap<String, Strategy>, searched: f64, took: f64) -> Row {
    let measured: Vec<_> = exhausted.variants.iter().map(comparable).collect();
    let of = |wanted: &IndexMap<String, Strategy>| {
        let same = |name: &str| {
            let strategies = &exhausted.experiment.variants[name].strategies;
            strategies.len() == wanted.len() && wanted.iter().all(|(path, one)| strategies.get(path) == Some(one))
        };
        exhausted.variants.iter().position(|variant| same(&variant.name))
    };
    let chosen = of(recommended).unwrap();
    let others: Vec<usize> = (0..measured.len()).filter(|one| *one != chosen && !measured[*one].is_empty()).collect();
    let compared = compare(&measured[chosen], &others.iter().map(|one| &measured[*one]).collect::<Vec<_>>());
    // The best is the one that the chosen one loses most to.
    let best =
        compared.iter().filter_map(|one| Some((one.ratio?.value, one.verdict))).min_by(|a, b| a.0.total_cmp(&b.0));
    let (ratio, verdict) = best.unwrap_or((1.0, Verdict::NoDetectableDifference));
    let is_slower = verdict == Verdict::Faster;
    let ratio = if is_slower { 1.0 / ratio } else { 1.0 };
    println!(
        "{name:<52} {:>3} combinations  searched {searched:>5.1} s  exhaustive {took:>6.1} s  {}",
        measured.len(),
        if is_slower {
            format!("{:.1} % slower than the best", (ratio - 1.0) * 100.0)
        } else {
            "not detectably slower".to_owned()
        }
    );
    Row { ratio, is_slower, searched, exhausted: took }
}

fn named(all: &[IndexMap<String, Strategy>]) -> IndexMap<String, Variant> {
    let one = |(number, strategies): (usize, &IndexMap<String, Strategy>)| {
        (number.to_string(), Variant { strategies: strategies.clone(), ..Variant::default() })
    };
    all.iter().enumerate().map(one).collect()
}

fn combinations(choices: &[(&str, bool)]) -> Vec<IndexMap<String, Strategy>> {
    let mut all = vec![IndexMap::new()];
    for (path, is_collection) in choices {
        let ways: &[Strategy] = match is_collection {
            true => &[Strategy::Select, Strategy::Joined, Strategy::Selectin, Strategy::Subquery],
            false => &[Strategy::Select, Strategy::Joined, Strategy::Selectin],
        };
        let longer = |one: &IndexMap<String, Strategy>| {
            let one = one.clone();
            let with = move |way: &Strategy| {
                let mut longer = one.clone();
                longer.insert((*path).to_owned(), *way);
                longer
            };
            ways.iter().map(with).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(longer).collect();
    }
    all
}
