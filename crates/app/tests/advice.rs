//! What stands out on the samples, along the way `fetchscope trace` takes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use fetchscope_app::Paths;
use fetchscope_app::passwords::{Passwords, SystemKeyring};
use fetchscope_app::request::advised;
use fetchscope_app::source::{Opened, Source};
use fetchscope_engine::advisor::{Finding, Rule};
use fetchscope_engine::plan::document::PlanDocument;
use fetchscope_report::findings::text;
use serde_json::{Value, json};
use std::sync::atomic::AtomicBool;

fn open(source: &str) -> (Opened, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::under(folder.path());
    let source: Source = source.parse().unwrap();
    (source.open(&paths, &Passwords::of(SystemKeyring), None, &mut |_| {}, &AtomicBool::new(false)).unwrap(), folder)
}

fn findings(opened: &Opened, plan: Value) -> Vec<Finding> {
    let plan: PlanDocument = serde_json::from_value(plan).unwrap();
    advised(opened, &plan).unwrap().1
}

fn rules(findings: &[Finding]) -> Vec<Rule> {
    findings.iter().map(|finding| finding.rule).collect()
}

/// 1 200 tasks with ten comments and ten tags each.
fn board(comments: &str, tags: &str) -> Value {
    json!({"root": "Task", "filter": {"order_by": ["id"]}, "relationships": [
        {"name": "comments", "strategy": comments}, {"name": "tags", "strategy": tags}]})
}

#[test]
fn two_sibling_collections_on_the_board_are_found_and_explained() {
    let (opened, _folder) = open("sample:citizenapp?size=board");
    let found = findings(&opened, board("joined", "joined"));
    assert_eq!(rules(&found), [Rule::SiblingCollections]);
    assert_eq!(
        text(&found[0].what).replace('\u{2009}', " "),
        "joined returned 120 000 rows for 25 200 distinct ones: two sibling collections multiply"
    );
    assert_eq!(rules(&findings(&opened, board("joined", "selectin"))), [Rule::InChunks]);
    let lazy = findings(&opened, board("select", "select"));
    assert_eq!(rules(&lazy), [Rule::NPlusOne, Rule::NPlusOne]);
}

#[test]
fn a_lookup_is_found_where_the_sample_was_made_without_indexes() {
    let profile = json!({"root": "User", "relationships": [{"name": "profile", "strategy": "selectin"}]});
    let (without, _folder) = open("sample:citizenapp?size=xs&fk_indexes=off");
    let tasks = json!({"root": "User", "relationships": [{"name": "assigned_tasks", "strategy": "selectin"}]});
    assert_eq!(rules(&findings(&without, tasks.clone())), [Rule::MissingIndex]);
    let (with, _folder) = open("sample:citizenapp?size=xs");
    assert_eq!(rules(&findings(&with, tasks)), []);
    // A unique key has an index of its own.
    assert_eq!(rules(&findings(&without, profile)), []);
}

#[test]
fn what_is_not_read_and_what_is_not_loaded_are_found() {
    let (opened, _folder) = open("sample:citizenapp?size=xs");
    let plan = json!({"root": "User", "relationships": [
        {"name": "organization", "strategy": "joined", "accessed": false}, {"name": "profile", "strategy": "noload"}]});
    assert_eq!(rules(&findings(&opened, plan)), [Rule::WrongResult, Rule::NeverRead]);
}
