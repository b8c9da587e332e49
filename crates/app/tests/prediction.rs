//! Random plans, without SQLAlchemy: every strategy returns the same objects, and what is predicted is what is measured.
//!
//! The plans are seeded. `FETCHSCOPE_PLANS=2000` tries more of them, `FETCHSCOPE_SEED=7` others.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use fetchscope_app::passwords::{Passwords, SystemKeyring};
use fetchscope_app::source::{Opened, Source};
use fetchscope_app::{Paths, prediction, request};
use fetchscope_drivers::sqlite::create_from_script;
use fetchscope_engine::mapping::document::{EntityDocument, MappingDocument};
use fetchscope_engine::plan::document::{BulkForm, FilterDocument, NodeDocument, PlanDocument, Strategy};
use fetchscope_engine::trace::OrmErrorType;
use fetchscope_test_postgres::{script, server};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// What loads the same objects, whatever the data.
const SAME: [Strategy; 7] = [
    Strategy::Select,
    Strategy::Joined,
    Strategy::Selectin,
    Strategy::Subquery,
    Strategy::Immediate,
    Strategy::Bulk,
    Strategy::JsonAgg,
];

/// What is there besides: inner joins drop owners without a target, `noload` leaves empty what is not, and the others
/// raise, so SQLAlchemy's own answers differ. What they cost is predicted all the same.
const OTHERS: [Strategy; 5] =
    [Strategy::JoinedInner, Strategy::JoinedInnerUnnested, Strategy::Noload, Strategy::Raise, Strategy::RaiseOnSql];

/// Beyond so many rows a plan is left out: joined collections beside each other multiply.
const MOST_ROWS: u64 = 30_000;

struct Bench {
    _folder: tempfile::TempDir,
    sources: Vec<(Opened, MappingDocument)>,
}

/// Where the rows are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum On {
    Sqlite,
    Postgres,
}

impl Bench {
    fn new(on: On) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        let recorded = tests.join("../../tests/fidelity");
        let sources = [(recorded.clone(), "citizen"), (recorded, "composite"), (tests.join("tests/odd"), "odd")];
        let open = |(from, name): (std::path::PathBuf, &str)| {
            let read = |ending: &str| std::fs::read_to_string(from.join(format!("{name}.{ending}"))).unwrap();
            let mapping: MappingDocument = serde_json::from_str(&read("schema.json")).unwrap();
            let source = match on {
                On::Sqlite => {
                    let path = folder.path().join(format!("{name}.db"));
                    create_from_script(&path, &read("sql")).unwrap();
                    format!("sqlite:{}", path.display())
                }
                On::Postgres => {
                    server().unwrap().database(&script::from_sqlite(&mapping, &read("sql")).unwrap()).unwrap()
                }
            };
            let source: Source = source.parse().unwrap();
            let opened = source
                .open(
                    &Paths::under(folder.path()),
                    &Passwords::of(SystemKeyring),
                    Some(&mapping),
                    &mut |_| {},
                    &AtomicBool::new(false),
                )
                .unwrap();
            (opened, mapping)
        };
        let sources = sources.map(open).into();
        Bench { _folder: folder, sources }
    }
}

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn pick<'a, T>(rng: &mut ChaCha8Rng, of: &'a [T]) -> &'a T {
    &of[rng.random_range(0..of.len())]
}

/// Up to five relationships to depth 3, below a list of roots in the total order of their key.
fn random_plan(rng: &mut ChaCha8Rng, mapping: &MappingDocument) -> PlanDocument {
    let root = pick(rng, &mapping.entities);
    let direction = *pick(rng, &["", "-"]);
    let order_by = root.columns.iter().filter(|column| column.pk).map(|column| format!("{direction}{}", column.name));
    let limited = rng.random_bool(0.6);
    let filter = FilterDocument {
        order_by: order_by.collect(),
        limit: limited.then(|| rng.random_range(1..25)),
        offset: (limited && rng.random_bool(0.3)).then(|| rng.random_range(0..5)),
        distinct: rng.random_bool(0.1),
        ..FilterDocument::default()
    };
    let mut left = 5;
    let relationships = random_nodes(rng, mapping, root, 1, &mut left);
    PlanDocument { filter, relationships, ..PlanDocument::of(&root.name) }
}

fn random_nodes(
    rng: &mut ChaCha8Rng,
    mapping: &MappingDocument,
    entity: &EntityDocument,
    depth: u32,
    left: &mut u32,
) -> Vec<NodeDocument> {
    let mut nodes: Vec<NodeDocument> = Vec::new();
    for _ in 0..rng.random_range(u32::from(depth == 1)..=2) {
        let one = pick(rng, &entity.relationships);
        if *left == 0 || nodes.iter().any(|known| known.name == one.name) {
            continue;
        }
        *left -= 1;
        let target = mapping.entities.iter().find(|other| other.name == one.target).unwrap();
        let relationships = if depth < 3 { random_nodes(rng, mapping, target, depth + 1, left) } else { Vec::new() };
        nodes.push(NodeDocument { accessed: rng.random_bool(0.9), relationships, ..NodeDocument::of(&one.name) });
    }
    nodes
}

fn with(plan: &PlanDocument, mut strategy: impl FnMut() -> Strategy) -> PlanDocument {
    fn visit(nodes: &mut [NodeDocument], strategy: &mut impl FnMut() -> Strategy) {
        for node in nodes {
            node.strategy = strategy();
            // Some of the keys as an array: what is left to chance elsewhere may not change the plans of a seed.
            node.form = if node.name.len().is_multiple_of(2) { BulkForm::Any } else { BulkForm::In };
            visit(&mut node.relationships, strategy);
        }
    }
    let mut plan = plan.clone();
    visit(&mut plan.relationships, &mut strategy);
    plan
}

/// What is wrong with a plan, and whether it was predicted as certain.
fn check(opened: &Opened, plan: &PlanDocument, baseline: Option<&PlanDocument>) -> Result<Option<bool>, String> {
    let failed = |error| format!("{error}");
    let predicted = prediction::of(opened, plan).map_err(failed)?.unwrap();
    if predicted.rows > MOST_ROWS || predicted.statements > MOST_ROWS {
        return Ok(None);
    }
    let trace = request::trace(opened, plan).map_err(failed)?;
    if trace.error.as_ref().is_some_and(|error| error.type_name == OrmErrorType::RecursionError) && !predicted.exact {
        // Loads that bring about each other without end: SQLAlchemy's would not end either.
        return Ok(None);
    }
    if predicted.exact && (predicted.statements, predicted.rows) != (trace.query_count, trace.row_count) {
        return Err(format!(
            "predicted {} with {} rows, measured {} with {} rows; {:?}",
            prediction::formula(&predicted),
            predicted.rows,
            trace.query_count,
            trace.row_count,
            predicted.terms.iter().map(|term| (&*term.path, term.statements, term.rows)).collect::<Vec<_>>()
        ));
    }
    if predicted.exact && predicted.ends_at.is_some() != trace.error.is_some() {
        return Err(format!("predicted to end at {:?}, measured {:?}", predicted.ends_at, trace.error));
    }
    if let Some(baseline) = baseline {
        let other = request::trace(opened, baseline).map_err(failed)?;
        if other.hash_canonical != trace.hash_canonical || trace.hash_canonical.is_none() {
            return Err(format!("answers differ from {}", serde_json::to_string(baseline).unwrap()));
        }
    }
    Ok(Some(predicted.exact))
}

/// Every plan with one relationship less.
fn smaller(plan: &PlanDocument) -> Vec<PlanDocument> {
    fn visit(nodes: &[NodeDocument]) -> Vec<Vec<NodeDocument>> {
        let mut all = Vec::new();
        for index in 0..nodes.len() {
            let mut without = nodes.to_vec();
            without.remove(index);
            all.push(without);
            for below in visit(&nodes[index].relationships) {
                let mut with = nodes.to_vec();
                with[index].relationships = below;
                all.push(with);
            }
        }
        all
    }
    visit(&plan.relationships).into_iter().map(|relationships| PlanDocument { relationships, ..plan.clone() }).collect()
}

/// Makes a wrong plan as small as it stays wrong, and says what is wrong.
fn shrunk(opened: &Opened, plan: &PlanDocument, compare: bool, mut wrong: String) -> String {
    let baseline = |plan: &PlanDocument| compare.then(|| with(plan, || Strategy::Select));
    let mut plan = plan.clone();
    while let Some((next, words)) = smaller(&plan).into_iter().find_map(|next| {
        let words = check(opened, &next, baseline(&next).as_ref()).err()?;
        Some((next, words))
    }) {
        (plan, wrong) = (next, words);
    }
    format!("{}: {}\n    {wrong}", opened.title, serde_json::to_string(&plan).unwrap())
}

#[test]
fn strategies_agree_and_predictions_are_what_is_measured() {
    eprintln!("{}", hold(&Bench::new(On::Sqlite), 45));
}

#[test]
fn so_they_do_on_postgres() {
    eprintln!("{}", hold(&Bench::new(On::Postgres), 15));
}

/// Says how many were predicted as certain; panics where one is wrong.
fn hold(bench: &Bench, plans: u64) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(setting("FETCHSCOPE_SEED", 1));
    let (mut tried, mut exact, mut wrong) = (0_u32, 0_u32, Vec::new());
    for index in 0..setting("FETCHSCOPE_PLANS", plans) {
        let (opened, mapping) = &bench.sources[index as usize % bench.sources.len()];
        let plan = random_plan(&mut rng, mapping);
        let all = SAME.map(|strategy| with(&plan, || strategy));
        let mixed = [(); 3].map(|()| with(&plan, || *pick(&mut rng, &SAME)));
        let any: Vec<Strategy> = SAME.into_iter().chain(OTHERS).collect();
        let odd = [(); 3].map(|()| with(&plan, || *pick(&mut rng, &any)));
        let same = all.into_iter().chain(mixed).map(|plan| (plan, true));
        for (plan, compare) in same.chain(odd.into_iter().map(|plan| (plan, false))) {
            let baseline = compare.then(|| with(&plan, || Strategy::Select));
            match check(opened, &plan, baseline.as_ref()) {
                Ok(None) => {}
                Ok(Some(certain)) => {
                    tried += 1;
                    exact += u32::from(certain);
                }
                Err(words) => wrong.push(shrunk(opened, &plan, compare, words)),
            }
        }
    }
    wrong.sort_by_key(String::len);
    assert!(
        wrong.is_empty(),
        "{} plans are wrong; the smallest:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(5)].join("\n")
    );
    let share = f64::from(exact) / f64::from(tried);
    assert!(u64::from(tried) > 6 * plans && share >= 0.6, "{exact} of {tried} plans were predicted as certain");
    format!("{exact} of {tried} plans were predicted as certain")
}
