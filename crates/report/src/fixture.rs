//! Outcomes to draw in tests and in the gallery: seeded, in the shape a real run has, and labelled as made up.

use fetchscope_engine::plan::document::Strategy;
use fetchscope_engine::trace::{Bands, Nanos, OrmError, OrmErrorType, Phase};
use fetchscope_experiment::outcome::Counted;
use fetchscope_experiment::outcome::{
    Agreement, Counts, End, Environment, Explained, Failure, Outcome, Sample, ServerWaits, StatementShape, VERSION,
    VariantOutcome,
};
use fetchscope_experiment::spec::{Conditions, Endpoint, Experiment, Lane, Limits, Pool, ReadNode, Variant, Workload};
use indexmap::IndexMap;

const USERS: &str =
    "SELECT users.id, users.organization_id, users.name, users.email, users.created_at \nFROM users ORDER BY users.id";

/// The seven variants of the default experiment.
pub(crate) fn article() -> Outcome {
    let mut outcome =
        empty(&["all lazy", "joined", "selectin", "subquery", "selectin, tenant joined", "bulk", "json_agg"]);
    outcome.variants = vec![
        measured("all lazy", (111, 1110, 91_200), 86.2e6, 0.11, 1000, lazy_statements()),
        measured("joined", (1, 1000, 214_000), 21.3e6, 0.09, 1000, joined_statements()),
        measured("selectin", (3, 1110, 91_200), 27.4e6, 0.10, 1000, selectin_statements()),
        measured("subquery", (3, 1110, 91_200), 30.9e6, 0.13, 1000, subquery_statements()),
        measured("selectin, tenant joined", (2, 1100, 98_100), 24.6e6, 0.10, 1000, selectin_statements()),
        measured("bulk", (3, 1110, 91_300), 26.1e6, 0.10, 1000, selectin_statements()),
        measured("json_agg", (1, 1000, 188_000), 23.8e6, 0.11, 1000, joined_statements()),
    ];
    outcome.variants[0].agreement = Agreement::Baseline;
    outcome
}

/// Two variants whose medians differ little in queries and time: linear axes.
pub(crate) fn pair() -> Outcome {
    let mut outcome = empty(&["selectin", "joined"]);
    outcome.variants = vec![
        measured("selectin", (3, 1110, 91_200), 27.4e6, 0.10, 400, selectin_statements()),
        measured("joined", (1, 1000, 214_000), 21.3e6, 0.09, 400, joined_statements()),
    ];
    outcome.variants[0].agreement = Agreement::Baseline;
    outcome
}

/// Two variants whose median intervals overlap.
pub(crate) fn tied() -> Outcome {
    let mut outcome = empty(&["all lazy", "selectin", "selectin, tenant joined"]);
    outcome.variants = vec![
        measured("all lazy", (111, 1110, 91_200), 86.2e6, 0.11, 300, lazy_statements()),
        measured("selectin", (3, 1110, 91_200), 27.4e6, 0.30, 300, selectin_statements()),
        measured("selectin, tenant joined", (2, 1100, 98_100), 27.5e6, 0.30, 300, selectin_statements()),
    ];
    outcome.variants[0].agreement = Agreement::Baseline;
    outcome
}

/// A wrong answer, an exception, failures and a variant that was never reached.
pub(crate) fn troubled() -> Outcome {
    let mut outcome = empty(&["all lazy", "joined", "joined_inner", "raise", "pool of one", "not reached"]);
    outcome.end = End::Cancelled;
    outcome.variants = vec![
        measured("all lazy", (111, 1110, 91_200), 86.2e6, 0.11, 200, lazy_statements()),
        measured("joined", (1, 1000, 214_000), 21.3e6, 0.09, 200, joined_statements()),
        measured("joined_inner", (1, 996, 213_100), 20.8e6, 0.09, 200, joined_statements()),
        measured("raise", (1, 1000, 80_000), 1e6, 0.1, 0, selectin_statements()),
        measured("pool of one", (3, 1110, 91_200), 1e6, 0.1, 0, selectin_statements()),
        measured("not reached", (3, 1110, 91_200), 1e6, 0.1, 0, Vec::new()),
    ];
    outcome.variants[0].agreement = Agreement::Baseline;
    outcome.variants[2].agreement = Agreement::Different { difference: "4 roots missing".to_owned() };
    outcome.variants[3].agreement = Agreement::Raises {
        error: OrmError {
            type_name: OrmErrorType::InvalidRequestError,
            phase: Phase::Walk,
            path: Some("organization".to_owned()),
            message: "User.organization is read, and its strategy is raise".to_owned(),
        },
    };
    outcome.variants[4].failures =
        vec![Failure { message: "no connection became free within 30 s".to_owned(), count: 200 }];
    outcome.variants[5].counts = None;
    outcome.variants[5].agreement = Agreement::Unknown;
    outcome.variants[5].hash = None;
    outcome.notes =
        vec!["all lazy was shortened to 200 requests, because 1\u{2009}000 would have taken over a minute".to_owned()];
    outcome
}

/// Twelve variants, some with long names, with latencies from under a millisecond to over a second.
pub(crate) fn dozen() -> Outcome {
    let names: Vec<String> = (1..=12u32)
        .map(|n| {
            if n % 5 == 0 {
                format!("organization selectin, tenant joined, roles by subquery, {n}")
            } else {
                format!("plan {n}")
            }
        })
        .collect();
    let mut outcome = empty(&names.iter().map(String::as_str).collect::<Vec<_>>());
    outcome.variants = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let grown = 2f64.powi(index as i32);
            measured(
                name,
                (1 + index as u64 * index as u64 * 40, 1200, 96_000),
                0.71e6 * grown,
                0.2,
                250,
                selectin_statements(),
            )
        })
        .collect();
    outcome.variants[0].agreement = Agreement::Baseline;
    outcome
}

/// An outcome with these variants in its experiment and none measured.
pub(crate) fn empty(names: &[&str]) -> Outcome {
    let variant = |name: &&str| {
        let (first, second) = match *name {
            "all lazy" => (Strategy::Select, Strategy::Select),
            "joined" => (Strategy::Joined, Strategy::Joined),
            "joined_inner" => (Strategy::JoinedInner, Strategy::JoinedInner),
            "subquery" => (Strategy::Subquery, Strategy::Subquery),
            "bulk" => (Strategy::Bulk, Strategy::Bulk),
            "json_agg" => (Strategy::JsonAgg, Strategy::JsonAgg),
            "raise" => (Strategy::Raise, Strategy::Select),
            "selectin, tenant joined" => (Strategy::Selectin, Strategy::Joined),
            _ => (Strategy::Selectin, Strategy::Selectin),
        };
        let paths = [("organization", first), ("organization.tenant", second)];
        let strategies = paths.into_iter().map(|(path, strategy)| (path.to_owned(), strategy)).collect();
        ((*name).to_owned(), Variant { strategies, ..Variant::default() })
    };
    let tenant = ReadNode { name: "tenant".to_owned(), accessed: true, relationships: Vec::new() };
    Outcome {
        version: VERSION,
        experiment: Experiment {
            lanes: vec![Lane::Native],
            version: 1,
            source: "sample:citizenapp?size=s".to_owned(),
            mapping: None,
            seed: 1,
            baseline: names.first().map(|name| (*name).to_owned()),
            endpoint: Endpoint {
                name: Some("user list".to_owned()),
                root: "User".to_owned(),
                mode: Default::default(),
                filter: Default::default(),
                relationships: vec![ReadNode {
                    name: "organization".to_owned(),
                    accessed: true,
                    relationships: vec![tenant],
                }],
            },
            variants: names.iter().map(variant).collect::<IndexMap<_, _>>(),
            workload: Workload {
                concurrency: 50,
                requests: Some(1000),
                warmup: 10,
                rounds: 10,
                pool: Pool::default(),
                ..Workload::default()
            },
            conditions: Conditions { rtt_ms: 1.0, ..Conditions::default() },
            limits: Limits::default(),
            sweep: Vec::new(),
            application: None,
            request: None,
            claim: None,
        },
        environment: Environment {
            fetchscope: "0.1.0".to_owned(),
            build: "release".to_owned(),
            platform: "linux x86_64".to_owned(),
            cores: 8,
            database: "SQLite 3.51.0".to_owned(),
            data: "CitizenApp s, seed 1, made up for a test".to_owned(),
            emulates: "SQLAlchemy 2.1".to_owned(),
            server: Vec::new(),
        },
        started_at: "2026-03-01T09:30:00Z".to_owned(),
        elapsed: Nanos(48_200_000_000),
        end: End::Completed,
        variants: Vec::new(),
        control: None,
        tenants: Vec::new(),
        sweeps: Vec::new(),
        counted: Vec::new(),
        sqlalchemy: None,
        application: None,
        estimated: None,
        notes: Vec::new(),
    }
}

/// How a server answers EXPLAIN.
const PLAN: &str = r#"[{"Planning Time": 0.2, "Execution Time": 1.5, "Plan": {"Node Type": "Hash Join", "Join Type": "Left",
    "Hash Cond": "(organizations_1.id = users.organization_id)", "Plan Rows": 1000, "Actual Rows": 1000, "Actual Loops": 1,
    "Actual Total Time": 1.4, "Shared Hit Blocks": 21, "Plans": [{"Node Type": "Seq Scan", "Relation Name": "users",
    "Alias": "users", "Plan Rows": 900, "Actual Rows": 1000, "Actual Loops": 1, "Actual Total Time": 0.6}]}}]"#;

/// The article's variants on a server, with a lock that one of them waited for.
pub(crate) fn waited() -> Outcome {
    let mut outcome = article();
    outcome.environment.database = "PostgreSQL 15.18".to_owned();
    let seen = [
        waits(&[("working", 310), ("Client ClientWrite", 42), ("LWLock BufferMapping", 9)], 400),
        waits(&[("working", 90), ("Lock tuple", 60), ("IO DataFileRead", 25), ("Timeout PgSleep", 5)], 100),
    ];
    for (variant, waits) in outcome.variants.iter_mut().zip(seen) {
        variant.waits = Some(waits);
    }
    outcome.variants[1].statements[0].plan = Explained::parse(PLAN);
    outcome.counted = vec![Counted {
        sql: "SELECT users.id, users.name FROM users ORDER BY users.id".to_owned(),
        calls: 1011,
        rows: 1_011_000,
        time: Nanos(2_345_000_000),
        blocks_hit: 20_220,
        blocks_read: 12,
    }];
    outcome
}

/// What sessions were seen at in so many looks.
fn waits(seen: &[(&str, u64)], looks: u64) -> ServerWaits {
    ServerWaits { looks, seen: seen.iter().map(|(wait, times)| ((*wait).to_owned(), *times)).collect() }
}

/// A variant with seeded samples around a median, skewed to the right as latencies are.
pub(crate) fn measured(
    name: &str,
    (queries, rows, bytes): (u64, u64, u64),
    median: f64,
    spread: f64,
    n: u64,
    statements: Vec<StatementShape>,
) -> VariantOutcome {
    let mut state = name.bytes().fold(0x9E37_79B9_7F4A_7C15, |seed: u64, byte| seed.rotate_left(7) ^ u64::from(byte));
    let samples: Vec<Sample> = (0..n)
        .map(|index| {
            let (one, two) = (uniform(&mut state), uniform(&mut state));
            let normal = (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * two).cos();
            let tail = if uniform(&mut state) > 0.96 { 1.5 } else { 1.0 };
            let latency = median * (spread * normal).exp() * tail;
            Sample {
                round: (index % 10) as u32,
                tenant: None,
                latency: Nanos(latency as u64),
                bands: bands(latency, queries),
                queries: queries as u32,
                round_trips: queries as u32 + 2,
                rows,
            }
        })
        .collect();
    let total: u64 = samples.iter().map(|sample| sample.latency.0).sum();
    VariantOutcome {
        name: name.to_owned(),
        counts: Some(Counts { queries, round_trips: queries + 2, rows, bytes, roots: Some(1000), shard_tasks: None }),
        agreement: Agreement::Same,
        hash: Some("5f1c".repeat(16)),
        statements,
        objects: None,
        samples,
        failures: Vec::new(),
        busy: Nanos(total / 15),
        processor: Some(Nanos(total / 15)),
        tracing: Nanos(total / 1_000),
        waits: None,
    }
}

fn bands(latency: f64, queries: u64) -> Bands {
    let share = |part: f64| Nanos((latency * part) as u64);
    let trips = if queries > 50 { 0.55 } else { 0.12 };
    Bands {
        scheduling: share(1.0 - trips - 0.44),
        pool_wait: share(0.2),
        round_trip: share(trips),
        execute: share(0.08),
        fetch: share(0.05),
        decode: share(0.04),
        hydrate: share(0.05),
        serialize: share(0.02),
        application: Nanos(0),
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014), as a number above 0 and at most 1.
fn uniform(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64 + f64::EPSILON
}

fn shape(sql: &str, phase: Phase, path: Option<&str>, times: u64, rows: u64) -> StatementShape {
    StatementShape { sql: sql.to_owned(), phase, path: path.map(str::to_owned), times, rows, origin: None, plan: None }
}

fn lazy_statements() -> Vec<StatementShape> {
    vec![
        shape(USERS, Phase::Load, None, 1, 1000),
        shape(
            "SELECT organizations.id, organizations.tenant_id, organizations.name \nFROM organizations \nWHERE organizations.id = ?",
            Phase::Walk,
            Some("organization"),
            100,
            100,
        ),
        shape(
            "SELECT tenants.id, tenants.name \nFROM tenants \nWHERE tenants.id = ?",
            Phase::Walk,
            Some("organization.tenant"),
            10,
            10,
        ),
    ]
}

fn joined_statements() -> Vec<StatementShape> {
    vec![shape(
        "SELECT users.id, users.organization_id, users.name, users.email, users.created_at, tenants_1.id AS id_1, tenants_1.name AS name_1, organizations_1.id AS id_2, organizations_1.tenant_id, organizations_1.name AS name_2 \nFROM users LEFT OUTER JOIN organizations AS organizations_1 ON organizations_1.id = users.organization_id LEFT OUTER JOIN tenants AS tenants_1 ON tenants_1.id = organizations_1.tenant_id ORDER BY users.id",
        Phase::Load,
        None,
        1,
        1000,
    )]
}

fn selectin_statements() -> Vec<StatementShape> {
    let keys = vec!["?"; 100].join(", ");
    let organizations = format!(
        "SELECT organizations.id, organizations.tenant_id, organizations.name \nFROM organizations \nWHERE organizations.id IN ({keys})"
    );
    vec![
        shape(USERS, Phase::Load, None, 1, 1000),
        shape(&organizations, Phase::Load, Some("organization"), 1, 100),
        shape(
            "SELECT tenants.id, tenants.name \nFROM tenants \nWHERE tenants.id IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            Phase::Load,
            Some("organization.tenant"),
            1,
            10,
        ),
    ]
}

fn subquery_statements() -> Vec<StatementShape> {
    vec![
        shape(USERS, Phase::Load, None, 1, 1000),
        shape(
            "SELECT organizations.id AS organizations_id, organizations.name AS organizations_name, anon_1.users_organization_id AS anon_1_users_organization_id \nFROM (SELECT DISTINCT users.organization_id AS users_organization_id \nFROM users) AS anon_1 JOIN organizations ON organizations.id = anon_1.users_organization_id",
            Phase::Load,
            Some("organization"),
            1,
            100,
        ),
    ]
}
