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
    let variants = &ran.json()["variants"];
    assert_eq!(variants[1]["agreement"]["kind"], "same");
    for statement in variants.as_array().unwrap().iter().flat_map(|one| one["statements"].as_array().unwrap()) {
        assert!(statement["plan"]["root"]["rows"].as_f64() > Some(0.0), "{statement}");
    }
    let written = std::fs::read_to_string(report).unwrap();
    assert!(written.contains("How the server ran it: planning "), "the report has no plans");
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

#[test]
fn a_role_that_may_only_read_uses_everything_but_loading() {
    let (bench, server) = (Bench::new(), server().unwrap());
    let address = server
        .database(
            "CREATE TABLE team (id int PRIMARY KEY, name text);
             CREATE TABLE person (id int PRIMARY KEY, team_id int REFERENCES team (id));
             CREATE TABLE secret (id int PRIMARY KEY);
             INSERT INTO team VALUES (1, 'red'), (2, 'blue'); INSERT INTO person VALUES (1, 1), (2, 2), (3, NULL);
             CREATE ROLE reader LOGIN PASSWORD 'r'; GRANT SELECT ON team, person TO reader;",
        )
        .unwrap();
    let source = address.replace("fetchscope:throwaway", "reader:r");
    let said = bench.say(&["schema", "--source", &source], "");
    assert_eq!(said.json()["entities"].as_array().unwrap().len(), 2);
    assert!(said.err.contains("secret"), "nothing is said of the table that may not be read: {}", said.err);
    let plan = r#"{ "root": "person", "filter": { "order_by": ["id"] },
        "relationships": [{ "name": "team", "strategy": "joined" }] }"#;
    let traced = bench.say(&["trace", "--source", &source, "--plan", "-", "--json"], plan).json();
    assert_eq!((&traced["query_count"], &traced["root_count"]), (&1.into(), &3.into()));
    let explained = bench.say(&["trace", "--source", &source, "--plan", "-", "--explain"], plan);
    assert!(explained.status == 0 && explained.out.contains(" Scan "), "{}{}", explained.out, explained.err);
    let experiment = format!(
        "version = 1\nsource = \"{source}\"\n[endpoint]\nroot = \"person\"\nfilter = {{ order_by = [\"id\"] }}\n\
         relationships = [{{ name = \"team\" }}]\n[variants.lazy]\n[variants.joined]\nteam = \"joined\"\n\
         [workload]\nrequests = 10\nconcurrency = 2\n"
    );
    let ran = bench.say(&["run", "-", "--json"], &experiment).json();
    assert_eq!(ran["variants"][1]["agreement"]["kind"], "same");
    let loaded = bench.say(&["dataset", "load", "citizenapp?size=xs", "--into", &source], "");
    assert!(loaded.sentence(3).contains("permission denied for database"), "{}", loaded.err);
}

/// A folder of its own that holds little, for as long as this lives.
struct Tight(std::path::PathBuf);

impl Tight {
    /// Only root can make one.
    fn new(owner_of: &std::path::Path) -> Option<Tight> {
        use std::os::unix::fs::MetadataExt;
        let folder = tempfile::Builder::new().prefix("fetchscope-tight-").tempdir_in("/tmp").unwrap().keep();
        let owner = std::fs::metadata(owner_of).unwrap();
        let options = format!("size=14m,mode=700,uid={},gid={}", owner.uid(), owner.gid());
        let mount =
            std::process::Command::new("mount").args(["-t", "tmpfs", "-o", &options, "none"]).arg(&folder).output();
        if mount.is_ok_and(|mount| mount.status.success()) {
            return Some(Tight(folder));
        }
        std::fs::remove_dir(&folder).unwrap();
        None
    }
}

impl Drop for Tight {
    fn drop(&mut self) {
        // The server may still hold it open for a moment.
        let unmounted = std::process::Command::new("umount").arg("--lazy").arg(&self.0).status();
        if unmounted.is_ok_and(|status| status.success()) {
            let _ = std::fs::remove_dir(&self.0);
        }
    }
}

#[test]
fn a_server_whose_disk_is_full_keeps_nothing_of_a_sample() {
    let (bench, server) = (Bench::new(), server().unwrap());
    let Some(tight) = Tight::new(server.socket_folder()) else {
        eprintln!("not tested: only root can make a disk that is soon full");
        return;
    };
    let admin = format!("CREATE TABLESPACE tight LOCATION '{}'", tight.0.display());
    server.execute("postgres", &admin).unwrap();
    server.execute("postgres", "CREATE DATABASE tight TABLESPACE tight").unwrap();
    let address = server.url("tight");
    let failed = bench.say(&["dataset", "load", "citizenapp?size=m", "--into", &address], "");
    let words = failed.err.lines().last().unwrap_or_default();
    assert!(failed.status == 3 && words.contains("No space left on device"), "{} {}", failed.status, failed.err);
    let schema = bench.say(&["schema", "--source", &address], "").json();
    assert_eq!(schema["entities"], serde_json::json!([]), "something stayed");
    server.execute("postgres", "DROP DATABASE tight").unwrap();
    server.execute("postgres", "DROP TABLESPACE tight").unwrap();
}
