//! The SQLAlchemy lane where there is none: what is said, what is kept, and the exit status.

use crate::bench::Bench;
use crate::experiment;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;

/// A run in both lanes with a Python that is this script; what it says and its status.
fn with_python(bench: &Bench, script: &str) -> (i32, Value, String) {
    let python = bench.write("pretender", &format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(&python, std::fs::Permissions::from_mode(0o755)).unwrap();
    let python = python.display().to_string();
    let arguments = ["run", "-", "--lanes", "native,sqlalchemy", "--python", &python, "--json"];
    let said = bench.say(&arguments, &experiment("selectin", ""));
    (said.status, serde_json::from_str(&said.out).unwrap(), said.err)
}

fn hello(sqlalchemy: &str) -> String {
    format!(
        r#"echo '{{"hello":{{"python":"3.12.0","interpreter":"python","sqlalchemy":{sqlalchemy},"drivers":{{"sqlite3":"3.45.0"}}}}}}'"#
    )
}

#[test]
fn a_lane_that_fails_is_status_3_and_one_that_cannot_be_is_2_and_the_native_results_stay() {
    let bench = Bench::new();
    let broken = "echo 'Traceback' >&2; exit 7".to_owned();
    let none = format!("{}; cat > /dev/null", hello("null"));
    let killed = format!("{}; read order; kill -9 $$", hello("\"2.1.9\""));
    for (script, status, words) in [
        (&broken, 3, "ended with status 7: Traceback"),
        (&killed, 3, "was killed by signal 9"),
        (&none, 2, "has no sqlalchemy"),
    ] {
        let (said, outcome, err) = with_python(&bench, script);
        assert_eq!(said, status, "{err}");
        assert!(err.contains("the SQLAlchemy lane could not go on") && err.contains(words), "{err}");
        assert!(outcome["sqlalchemy"]["failure"].as_str().unwrap().contains(words), "{outcome}");
        let samples = outcome["variants"][0]["samples"].as_array().unwrap();
        assert!(!samples.is_empty(), "{outcome}");
    }
}

#[test]
fn a_python_that_is_not_there_is_unusable_input_and_the_native_results_stay() {
    let bench = Bench::new();
    let arguments = ["run", "-", "--lanes", "native,sqlalchemy", "--python", "/nowhere/python"];
    let said = bench.say(&arguments, &experiment("selectin", ""));
    assert_eq!(said.status, 2, "{}", said.err);
    assert!(
        said.err.contains("/nowhere/python is neither a Python interpreter nor a virtual environment"),
        "{}",
        said.err
    );
    assert!(said.out.contains("The SQLAlchemy lane could not go on"), "{}", said.out);
    assert!(said.out.contains("B   other"), "{}", said.out);
}

#[test]
fn models_that_cannot_be_read_are_unusable_input_for_a_trace_too() {
    let bench = Bench::new();
    let plan = r#"{"root": "User", "relationships": []}"#;
    let arguments =
        ["trace", "--source", crate::XS, "--models", "app:Base", "--python", "/nowhere/python", "--plan", "-"];
    let said = bench.say(&arguments, plan);
    assert!(said.sentence(2).contains("neither a Python interpreter"));
}
