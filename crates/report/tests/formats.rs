//! Result files as others rely on them: the JSON keeps to its schema, and a file of the first format opens.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../src/fixture.rs"]
#[allow(dead_code, reason = "only some of its outcomes are needed here")]
mod fixture;

use fetchscope_engine::trace::Nanos;
use fetchscope_experiment::outcome::{Control, End, Estimated, LaneOutcome, Outcome, ServerWaits, Tenant, Versions};
use fetchscope_report::export::{Format, export};
use fetchscope_report::reopen;
use serde_json::Value;

const SCHEMA: &str = include_str!("../../../docs/outcome.schema.json");

/// A result that Fetchscope 0.1.0 wrote: two variants, a sweep, a few samples.
const FIRST: &str = include_str!("old/outcome-1.json");

/// Everything that a result may have besides.
fn in_both_lanes() -> Outcome {
    let mut outcome = fixture::pair();
    let versions = Versions {
        python: "Python 3.12.1".to_owned(),
        sqlalchemy: "SQLAlchemy 2.1.9".to_owned(),
        driver: "psycopg 3.3.9".to_owned(),
    };
    outcome.estimated = Some(Estimated {
        versions: versions.clone(),
        calibrated_at: "2026-11-29T12:00:00Z".to_owned(),
        error: 0.12,
        service: [("joined".to_owned(), Nanos(150_000_000))].into(),
    });
    outcome.sqlalchemy = Some(LaneOutcome {
        versions: Some(versions),
        variants: outcome.variants.clone(),
        control: Some(Control { samples: outcome.variants[0].samples.clone() }),
        sweeps: Vec::new(),
        end: End::Failed { reason: "the server went away".to_owned() },
        disagreements: vec!["one".to_owned()],
        failure: Some("two".to_owned()),
        unusable: true,
        notes: vec!["three".to_owned()],
    });
    let server = fixture::waited();
    outcome.counted = server.counted;
    outcome.variants[1].statements[0].plan.clone_from(&server.variants[1].statements[0].plan);
    outcome.tenants = vec![Tenant { value: 7.into(), roots: 12 }];
    outcome.environment.server = vec![("work_mem".to_owned(), "4MB".to_owned())];
    let seen = [("Lock relation".to_owned(), 3)].into();
    outcome.variants[1].waits = Some(ServerWaits { looks: 9, seen });
    outcome.variants[1].samples[0].tenant = Some(0);
    outcome
}

fn against_schema(json: &[u8]) -> Vec<String> {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let value: Value = serde_json::from_slice(json).unwrap();
    validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn a_result_of_the_first_format_opens_and_every_report_can_be_made_of_it() {
    let outcome = reopen::outcome(FIRST.as_bytes()).unwrap();
    assert_eq!(outcome.variants.len(), 3);
    assert_eq!(outcome.sweeps.len(), 1);
    for format in Format::ALL {
        assert!(!export(&outcome, format).unwrap().is_empty(), "{format:?}");
    }
    assert_eq!(reopen::experiment(FIRST.as_bytes()).unwrap().unwrap(), outcome.experiment);
}

#[test]
fn the_json_is_as_its_schema_says() {
    assert_eq!(against_schema(FIRST.as_bytes()), [""; 0]);
    for outcome in
        [reopen::outcome(FIRST.as_bytes()).unwrap(), fixture::troubled(), fixture::article(), in_both_lanes()]
    {
        assert_eq!(against_schema(&export(&outcome, Format::Json).unwrap()), [""; 0]);
    }
}

#[test]
fn the_schema_refuses_what_it_does_not_know() {
    let mut value: Value = serde_json::from_str(FIRST).unwrap();
    value["variants"][0]["samples"][0]["latency"] = "fast".into();
    value["surprise"] = 1.into();
    assert_eq!(against_schema(value.to_string().as_bytes()).len(), 2);
}

#[test]
fn a_newer_result_and_another_file_are_refused_in_a_sentence() {
    let newer = FIRST.replacen("\"version\": 1", "\"version\": 9", 1);
    let said = reopen::outcome(newer.as_bytes()).unwrap_err().to_string();
    assert!(said.contains("format 9") && said.contains("newer"), "{said}");
    assert!(reopen::outcome(b"{\"hello\": 1}").unwrap_err().to_string().contains("is not the result of a run"));
    assert!(reopen::outcome(b"%PDF-1.7").unwrap_err().to_string().contains("carries no result"));
    assert!(reopen::experiment(b"version = 1").unwrap().is_none());
}
