//! `check`, `advise` and `code`.

use crate::bench::Bench;
use serde_json::{Value, json};

const EXPERIMENT: &str = "version = 1\nsource = \"sample:citizenapp?size=xs\"\n[endpoint]\nroot = \"User\"\n\
    filter = { order_by = [\"id\"] }\nrelationships = [{ name = \"organization\", relationships = [{ name = \"tenant\" }] }]\n\
    [variants.lazy]\n[variants.selectin]\n\"organization\" = \"selectin\"\n\"organization.tenant\" = \"selectin\"\n\
    [workload]\nconcurrency = 2\nrequests = 100\nrounds = 10\n";

#[test]
fn a_budget_that_is_kept_is_status_0_and_a_broken_one_1() {
    let bench = Bench::new();
    let check = |more: &[&str]| bench.say(&[&["check", "-"], more].concat(), EXPERIMENT);
    let kept = check(&["--variant", "selectin", "--max-queries", "3", "--max-rows", "100"]);
    assert_eq!(kept.status, 0, "{}{}", kept.out, kept.err);
    assert!(kept.out.contains("Every budget is kept."), "{}", kept.out);
    let broken = check(&["--variant", "lazy", "--max-queries", "3"]);
    assert_eq!(broken.status, 1, "{}", broken.err);
    assert!(broken.out.contains("queries at most 3") && broken.out.contains("BROKEN"), "{}", broken.out);
    // Without a variant the budget is for all.
    assert_eq!(check(&["--max-queries", "3"]).status, 1);
    let wrong = bench.say(
        &["check", "-", "--variant", "selectin", "--max-queries", "99"],
        &EXPERIMENT.replace("\"organization\" = \"selectin\"", "\"organization\" = \"noload\""),
    );
    assert_eq!(wrong.status, 1);
    assert!(wrong.out.contains("wrong answer"), "{}", wrong.out);
}

#[test]
fn a_time_is_held_against_its_interval() {
    let bench = Bench::new();
    let check = |limit: &str| {
        let said = bench.say(&["check", "-", "--variant", "selectin", "--max-p95", limit, "--json"], EXPERIMENT);
        let told: Value = serde_json::from_str(&said.out).unwrap();
        (said.status, told["held"][1].clone())
    };
    let (status, held) = check("1us");
    assert_eq!((status, &held["measure"], &held["kept"]), (1, &json!("p95"), &json!("no")));
    assert!(held["low"].as_f64().unwrap() > 1000.0);
    let (status, held) = check("1000x");
    assert_eq!((status, &held["measure"], &held["kept"]), (0, &json!("p95_ratio"), &json!("yes")));
    let few = EXPERIMENT.replace("requests = 100", "requests = 4");
    let said = bench.say(&["check", "-", "--variant", "selectin", "--max-p95", "1000s", "--format", "github"], &few);
    assert_eq!(said.status, 0);
    assert!(said.out.contains("::warning ") && said.out.contains("cannot be told"), "{}", said.out);
}

#[test]
fn others_read_its_answer() {
    let bench = Bench::new();
    let format = |format: &str| bench.say(&["check", "-", "--max-queries", "3", "--format", format], EXPERIMENT);
    let junit = format("junit");
    assert_eq!(junit.status, 1);
    let read = "import sys, xml.etree.ElementTree as t; r = t.fromstring(sys.stdin.buffer.read()); \
                print(r.tag, r.get('tests'), r.get('failures'), [c.get('name') for c in r.iter('testcase')])";
    let mut python = std::process::Command::new("python3")
        .args(["-c", read])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut python.stdin.take().unwrap(), junit.out.as_bytes()).unwrap();
    let told = String::from_utf8(python.wait_with_output().unwrap().stdout).unwrap();
    assert!(told.starts_with("testsuites 4 1 ") && told.contains("queries at most 3"), "{told}");
    let github = format("github");
    let lines: Vec<&str> = github.out.lines().collect();
    assert_eq!(lines.iter().filter(|line| line.starts_with("::error title=Fetchscope::lazy: queries")).count(), 1);
    assert!(lines.iter().all(|line| line.starts_with("::")), "{lines:?}");
}

#[test]
fn what_cannot_be_checked_is_status_2() {
    let bench = Bench::new();
    let said = |more: &[&str]| bench.say(&[&["check", "-"], more].concat(), EXPERIMENT);
    assert!(said(&[]).sentence(2).contains("there is no budget"));
    let unknown = said(&["--variant", "eager", "--max-queries", "1"]);
    assert!(unknown.sentence(2).contains("there are `lazy`, `selectin`"));
    let limit = said(&["--max-p95", "fast"]);
    assert!(limit.status == 2 && limit.err.contains("`fast` is neither a time"), "{}", limit.err);
}

#[test]
fn advice_is_measured_and_answers_as_the_baseline_does() {
    let bench = Bench::new();
    let arguments = [
        "advise",
        "--source",
        "sample:citizenapp?size=xs",
        "--endpoint",
        "users",
        "--requests",
        "40",
        "--concurrency",
        "2",
    ];
    let told = bench.say(&[&arguments[..], &["--json"]].concat(), "").json();
    assert_eq!(told["predicted"], 9);
    let frontier = told["frontier"].as_array().unwrap();
    assert_eq!((&frontier[0]["name"], &frontier[0]["statements"]), (&json!("all joined"), &json!(1)));
    let names: Vec<&Value> =
        told["outcome"]["variants"].as_array().unwrap().iter().map(|variant| &variant["name"]).collect();
    assert!(names.contains(&&told["recommended"]), "{names:?}");
    let own = bench.write("endpoint.json", r#"{ "root": "User", "relationships": [{ "name": "roles" }] }"#);
    let said = bench.say(
        &["advise", "--source", "sample:citizenapp?size=xs", "--endpoint", own.to_str().unwrap(), "--requests", "20"],
        "",
    );
    assert!(said.status == 0 && said.out.contains("Recommended: "), "{}{}", said.out, said.err);
    let nothing =
        bench.say(&["advise", "--source", "sample:citizenapp?size=xs", "--endpoint", "-"], r#"{ "root": "User" }"#);
    assert!(nothing.sentence(2).contains("nothing to choose"));
}

#[test]
fn code_is_printed_for_one_orm_or_all() {
    let bench = Bench::new();
    let all = bench.say(&["code", "-", "--variant", "selectin", "--json"], EXPERIMENT).json();
    let pieces = all.as_array().unwrap();
    assert_eq!(pieces.len(), 6);
    assert_eq!(pieces.iter().filter(|piece| piece["exact"] == true).count(), 2);
    assert!(pieces[1]["code"].as_str().unwrap().contains("QUERIES = 3"));
    let one = bench.say(&["code", "-", "--variant", "selectin", "--orm", "django"], EXPERIMENT);
    assert!(one.out.starts_with("# Django: the nearest equivalent"), "{}", one.out);
    assert!(bench.say(&["code", "-", "--variant", "none"], EXPERIMENT).sentence(2).contains("`selectin`"));
}
