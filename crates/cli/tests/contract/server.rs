//! The command line on a PostgreSQL server: a sample of its own there, and somebody's own database.

use crate::bench::Bench;
use fetchscope_test_postgres::server;

const PLAN: &str = r#"{ "root": "User", "filter": { "order_by": ["id"], "limit": 30 },
    "relationships": [{ "name": "organization", "strategy": "selectin" }, { "name": "roles", "strategy": "joined" }] }"#;

#[test]
fn a_sample_answers_the_same_in_a_server_as_in_a_file() {
    let (bench, server) = (Bench::new(), server().unwrap());
    let address = server.database("").unwrap();
    let loaded = bench.say(&["dataset", "load", "citizenapp", "--into", &address, "--json"], "");
    let loaded = loaded.json();
    assert_eq!(loaded["schema"], "fetchscope_citizenapp_s");
    // The address it prints has no password; whoever loaded it knows one.
    let password = address.split_once('@').unwrap().0.rsplit(':').next().unwrap().to_owned();
    let source = loaded["source"].as_str().unwrap();
    assert!(!source.contains(&password), "{source}");
    let source = source.replacen('@', &format!(":{password}@"), 1);

    let trace = |source: &str| bench.say(&["trace", "--source", source, "--plan", "-", "--json"], PLAN).json();
    let (there, here) = (trace(&source), trace("sample:citizenapp"));
    assert_eq!(there["hash_canonical"], here["hash_canonical"]);
    assert_eq!(there["query_count"], here["query_count"]);
    assert_eq!(there["row_count"], here["row_count"]);

    let explained = bench.say(&["trace", "--source", &source, "--plan", "-", "--explain"], PLAN);
    assert_eq!(explained.status, 0, "{}", explained.err);
    assert!(explained.out.contains("in the server:") && explained.out.contains(" Scan "), "{}", explained.out);
    let file = bench.say(&["trace", "--source", "sample:citizenapp", "--plan", "-", "--explain"], PLAN);
    assert!(file.sentence(2).contains("only a PostgreSQL server"));

    let again = bench.say(&["dataset", "load", "citizenapp", "--into", &address], "");
    assert!(again.sentence(2).contains("already there"));

    let experiment = format!(
        "version = 1\nsource = \"{source}\"\n[endpoint]\nroot = \"User\"\nfilter = {{ order_by = [\"id\"], limit = 30 }}\n\
         relationships = [{{ name = \"organization\" }}]\n[variants.lazy]\n[variants.joined]\norganization = \"joined\"\n\
         [workload]\nrequests = 10\nconcurrency = 2\n"
    );
    let report = bench.path("out.html");
    let ran = bench.say(&["run", "-", "--json", "--report", report.to_str().unwrap()], &experiment);
    assert_eq!(ran.json()["variants"][1]["agreement"]["kind"], "same");
    let written = std::fs::read_to_string(report).unwrap();
    assert!(written.contains("PostgreSQL"), "the report does not say what was measured");
    assert!(!written.contains(&password) && !ran.out.contains(&password), "the password was written down");

    let refused = bench.say(&["dataset", "drop", "public", "--from", &address], "");
    assert!(refused.sentence(2).contains("was not made by Fetchscope"));
    let dropped = bench.say(&["dataset", "drop", "fetchscope_citizenapp_s", "--from", &address], "");
    assert_eq!(dropped.status, 0, "{}", dropped.err);
    assert_eq!(bench.say(&["trace", "--source", &source, "--plan", "-"], PLAN).status, 2);
}

#[test]
fn a_pool_larger_than_the_server_leaves_is_refused() {
    let (bench, server) = (Bench::new(), server().unwrap());
    let address = server.database("CREATE TABLE item (id int PRIMARY KEY);").unwrap();
    let database = address.rsplit('/').next().unwrap();
    server.execute(database, &format!("ALTER DATABASE \"{database}\" CONNECTION LIMIT 4")).unwrap();
    let experiment = format!(
        "version = 1\nsource = \"{}\"\n[endpoint]\nroot = \"item\"\n[variants.one]\n[workload]\nrequests = 10\nconcurrency = 10\n",
        address
    );
    let said = bench.say(&["run", "-"], &experiment);
    let words = said.sentence(2);
    assert!(words.contains("10 connections") && words.contains("concurrency"), "{words}");
}

#[test]
fn a_server_that_is_not_there_is_named_and_the_password_is_not() {
    let bench = Bench::new();
    let said = bench.say(&["schema", "--source", "postgres://me:hidden@127.0.0.1:1/shop"], "");
    assert!(said.status == 2 || said.status == 3, "{}", said.status);
    assert!(said.err.contains("127.0.0.1:1") && !said.err.contains("hidden"), "{}", said.err);
}

#[test]
fn somebody_at_a_terminal_is_asked_for_the_password_and_a_script_is_not() {
    let (bench, server) = (Bench::new(), server().unwrap());
    let address = server.database("CREATE TABLE item (id int PRIMARY KEY);").unwrap();
    let (who, place) = address.split_once('@').unwrap();
    let (user, password) = who.rsplit_once(':').unwrap();
    let source = format!("{user}@{place}");
    let said = bench.say(&["schema", "--source", &source], "");
    assert!(said.sentence(2).contains("asks for the password"));

    let said = bench.type_into_a_terminal(&["schema", "--source", &source], "Password of", &format!("{password}\n"));
    assert!(said.contains("\"item\""), "{said}");
}
