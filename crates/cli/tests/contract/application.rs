//! An experiment with a program of the user's: nothing that a file names is imported before that was agreed to, and what
//! contradicts itself is said.

use crate::bench::Bench;

const EXPERIMENT: &str =
    "version = 1\n[application]\nimport = \"shop:app\"\n[request]\npath = \"/\"\n[variants.\"as written\"]\n";

/// A program that leaves a file behind when it is imported.
fn with_program() -> Bench {
    let bench = Bench::new();
    bench.write("shop.py", "open('imported', 'w').close()\napp = None\n");
    bench
}

#[test]
fn a_file_that_names_code_runs_none_of_it_without_consent() {
    let bench = with_program();
    bench.write("experiment.toml", EXPERIMENT);
    for arguments in [
        &["run", "experiment.toml"][..],
        &["check", "experiment.toml", "--max-queries", "3"],
        &["code", "experiment.toml", "--variant", "as written"],
    ] {
        let said = bench.say(arguments, "");
        assert_eq!(said.status, 2, "{}", said.err);
        assert!(
            said.err.contains("this file would import `shop:app` from ") && said.err.contains("--trust"),
            "{}",
            said.err
        );
        assert!(!bench.path("imported").exists());
    }
}

#[test]
fn what_contradicts_itself_is_said_before_anything_is_imported() {
    let bench = with_program();
    for (with, words) in [
        ("source = \"sample:citizenapp\"\n", "has a database of its own; take `source` and `[endpoint]` out"),
        ("lanes = [\"native\", \"sqlalchemy\"]\n", "runs in its own SQLAlchemy; take `lanes` out"),
    ] {
        let said =
            bench.say(&["run", "-", "--trust"], &EXPERIMENT.replace("[application]", &format!("{with}[application]")));
        assert_eq!(said.status, 2, "{}", said.err);
        assert!(said.err.contains(words), "{}", said.err);
    }
    let bulk = format!("{EXPERIMENT}[variants.bulk]\n\"User.roles\" = \"bulk\"\n");
    let said = bench.say(&["run", "-", "--trust"], &bulk);
    assert!(said.status == 2 && said.err.contains("which no loader option does"), "{}", said.err);
    let none = bench.say(&["run", "-"], "version = 1\n[variants.one]\n");
    assert!(none.status == 2 && none.err.contains("the experiment has no `source`"), "{}", none.err);
    assert!(!bench.path("imported").exists());
}

#[test]
fn a_request_has_a_method_and_a_path() {
    let bench = Bench::new();
    for (request, words) in [("users", "is not a request; write 'GET /path?query'"), ("GET users", "is not a request")]
    {
        let said = bench.say(&["trace", "--app", "shop:app", "--request", request], "");
        assert!(said.status == 2 && said.err.contains(words), "{}", said.err);
    }
    let said = bench.say(&["advise", "--app", "shop:app"], "");
    assert!(said.status == 2 && said.err.contains("`fetchscope endpoints` lists the routes"), "{}", said.err);
}
