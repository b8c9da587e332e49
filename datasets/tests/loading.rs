//! The samples and the endpoints that ship with them, through the loaders: they show what they are there to show.
#![allow(clippy::expect_used, reason = "a test says what it expects")]

mod sample;

use fetchscope_datasets::Dataset;
use fetchscope_drivers::database::Database;
use fetchscope_drivers::latency::Network;
use fetchscope_drivers::limits::Limits;
use fetchscope_drivers::request::{Circumstances, Prepared};
use fetchscope_engine::mapping::Mapping;
use fetchscope_engine::plan::Program;
use fetchscope_engine::plan::document::Strategy;
use fetchscope_engine::plan::endpoint::Endpoint;
use fetchscope_engine::sql::Dialect;
use indexmap::IndexMap;
use sample::{Sample, sample};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What one request took.
#[derive(Debug, PartialEq, Eq)]
struct Taken {
    statements: u64,
    rows: u64,
    response: Vec<u8>,
}

fn request(sample: &Sample, endpoint: &Endpoint, strategies: &[(&str, Strategy)], otherwise: Strategy) -> Taken {
    let mapping = Arc::new(Mapping::check(&sample.dataset.mapping).expect("mapping"));
    let strategies: IndexMap<String, Strategy> =
        strategies.iter().map(|(path, way)| ((*path).to_owned(), *way)).collect();
    let program = Program::resolve(mapping, &endpoint.plan(&strategies, otherwise), Dialect::Sqlite).expect("plan");
    let prepared = Prepared::new(Arc::new(program));
    let session = Database::open_file(&sample.path).and_then(|database| database.connect()).expect("open");
    let mut how = Circumstances {
        network: &mut Network::none(),
        transaction: false,
        statement_cache: true,
        record: false,
        limits: Limits::default(),
        cancel: &AtomicBool::new(false),
    };
    let served = prepared.serve(&session, &mut how).expect("serve");
    let response = prepared.canonical(&served.loaded, &|| true).expect("nothing cancels it").expect("response");
    Taken { statements: served.query_count, rows: served.row_count, response }
}

fn endpoint(name: &str) -> Endpoint {
    let dataset = Dataset::built_in("citizenapp").expect("dataset");
    dataset.endpoint(name).expect("endpoint").endpoint.clone()
}

/// The default experiment.
#[test]
fn the_list_of_users_takes_111_1_3_3_or_2_statements() {
    let s = sample("citizenapp?size=s");
    let users = endpoint("users");
    let mixed = [("organization", Strategy::Selectin), ("organization.tenant", Strategy::Joined)];
    let taken = [
        request(&s, &users, &[], Strategy::Select),
        request(&s, &users, &[], Strategy::Joined),
        request(&s, &users, &[], Strategy::Selectin),
        request(&s, &users, &[], Strategy::Subquery),
        request(&s, &users, &mixed, Strategy::Select),
    ];
    assert_eq!(taken.each_ref().map(|one| one.statements), [111, 1, 3, 3, 2]);
    assert!(taken.iter().all(|one| one.response == taken[0].response));
}

#[test]
fn two_sibling_collections_of_the_board_multiply() {
    let board = sample("citizenapp?size=board");
    let tasks = endpoint("board");
    let lazy = request(&board, &tasks, &[], Strategy::Select);
    let joined = request(&board, &tasks, &[], Strategy::Joined);
    let split = request(&board, &tasks, &[], Strategy::Selectin);
    assert_eq!((lazy.statements, lazy.rows), (2_401, 25_200));
    assert_eq!((joined.statements, joined.rows), (1, 120_000));
    assert_eq!(split.rows, 25_200);
    assert!(lazy.response == joined.response && lazy.response == split.response);
}

/// Endpoints name tenant 1 and user 42: they must find something in every size, or a beginner sees an empty chart.
#[test]
fn every_endpoint_finds_something_whatever_the_strategy() {
    let dataset = Dataset::built_in("citizenapp").expect("dataset");
    for source in
        ["citizenapp?size=xs", "citizenapp?size=xs&tenants=zipf", "citizenapp?size=s", "citizenapp?size=board"]
    {
        let sample = sample(source);
        for named in &dataset.endpoints {
            let lazy = request(&sample, &named.endpoint, &[], Strategy::Select);
            assert!(lazy.response.len() > 100, "{source}: {} finds nothing", named.name);
            for strategy in [Strategy::Joined, Strategy::Selectin, Strategy::Subquery] {
                let other = request(&sample, &named.endpoint, &[], strategy);
                assert!(other.response == lazy.response, "{source}: {} differs with {}", named.name, strategy.name());
            }
        }
    }
}
