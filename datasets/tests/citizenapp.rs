//! CitizenApp, as somebody who opens it finds it.
#![allow(clippy::expect_used, clippy::panic, reason = "a test says what it expects")]

mod sample;

use fetchscope_datasets::Dataset;
use sample::{Sample, sample};
use std::collections::{HashMap, HashSet};

/// Hashes of the canonical dump. Another machine must find the same; a change of the generator changes them, and then
/// `VERSION` in `generator.rs` goes up with them.
const XS_SEED_1: &str = "2bcbb4fb3f2025d1869d32bc98b5dc406568ec27631c7415c4d8dd6da3041d6b";
const XS_SEED_2: &str = "920a4ea830eee7760a285ab1532e41d307f6f1b01c92a3c41c985db2c3044ffb";
const XS_ZIPF: &str = "bdb267dc5a978868aa34639254493aa9e476cb42061773d512eeb7e0783b1bdf";

#[test]
fn the_same_seed_gives_the_recorded_data_whatever_the_indexes() {
    assert_eq!(sample("citizenapp?size=xs&fk_indexes=off").hash(), XS_SEED_1);
    assert_eq!(sample("citizenapp?size=xs&seed=2").hash(), XS_SEED_2);
    assert_eq!(sample("citizenapp?size=xs&tenants=zipf").hash(), XS_ZIPF);
    assert_eq!(HashSet::from([XS_SEED_1, XS_SEED_2, XS_ZIPF]).len(), 3);
}

#[test]
fn its_mapping_is_that_of_the_recorded_answers() {
    let recorded = include_str!("../../tests/fidelity/citizen.schema.json");
    let dataset = Dataset::built_in("citizenapp").expect("dataset");
    assert_eq!(dataset.mapping, serde_json::from_str(recorded).expect("mapping"));
}

#[test]
fn foreign_keys_have_indexes_or_none_has() {
    let on = sample("citizenapp?size=xs").indexes();
    assert_eq!(on.len(), 10);
    assert!(on.contains(&"ix_users_organization_id".to_owned()));
    assert_eq!(sample("citizenapp?size=xs&fk_indexes=off").indexes(), Vec::<String>::new());
}

#[test]
fn every_size_has_the_rows_it_says() {
    let xs = sample("citizenapp?size=xs");
    assert_eq!((xs.count("tenants"), xs.count("organizations"), xs.count("users")), (2, 5, 50));
    let s = sample("citizenapp?size=s");
    assert_eq!((s.count("tenants"), s.count("organizations"), s.count("users")), (10, 100, 1_000));
}

/// The list of users, lazily: 1 statement, one per organization, one per tenant.
#[test]
fn the_users_of_size_s_need_111_statements_lazily_for_every_seed() {
    for source in ["citizenapp?size=s", "citizenapp?size=s&seed=99", "citizenapp?size=s&tenants=zipf"] {
        let s = sample(source);
        let organizations: HashSet<i64> = s.column("users", "organization_id").into_iter().flatten().collect();
        let tenant_of = s.by_id("organizations", "tenant_id");
        let tenants: HashSet<i64> = organizations.iter().filter_map(|organization| tenant_of[organization]).collect();
        assert_eq!(1 + organizations.len() + tenants.len(), 111, "{source}");
    }
}

#[test]
fn the_board_has_1200_tasks_with_10_comments_and_10_tags_each() {
    let board = sample("citizenapp?size=board");
    assert_eq!((board.count("tasks"), board.count("comments"), board.count("task_tags")), (1_200, 12_000, 12_000));
    for table in ["comments", "task_tags"] {
        let per_task = counts(board.column(table, "task_id"));
        assert_eq!(per_task.len(), 1_200);
        assert!(per_task.values().all(|count| *count == 10), "{table}");
    }
    let dataset = Dataset::built_in("citizenapp").expect("dataset");
    assert_eq!(dataset.default_endpoint("board").expect("endpoint").name, "board");
    assert_eq!(dataset.default_endpoint("s").expect("endpoint").name, "users");
}

#[test]
fn every_foreign_key_finds_its_row() {
    for source in ["citizenapp?size=s", "citizenapp?size=board&tenants=zipf"] {
        let sample = sample(source);
        for table in sample.tables() {
            for key in &table.foreign_keys {
                let rows = sample.count(&key.ref_table) as i64;
                let found = sample
                    .column(&table.table, &key.columns[0])
                    .into_iter()
                    .flatten()
                    .all(|id| (1..=rows).contains(&id));
                assert!(found, "{}.{}", table.table, key.columns[0]);
            }
        }
    }
}

#[test]
fn people_stay_within_their_tenant_and_organization() {
    let s = sample("citizenapp?size=s");
    let tenant_of = s.by_id("organizations", "tenant_id");
    let organization_of = s.by_id("users", "organization_id");
    for (user, tenant) in s.by_id("users", "tenant_id") {
        let organization = organization_of[&user].expect("organization");
        assert_eq!(tenant, tenant_of[&organization], "user {user}");
    }
    let managers = s.by_id("users", "manager_id");
    for (user, manager) in &managers {
        if let Some(manager) = manager {
            assert_eq!(organization_of[user], organization_of[manager], "user {user}");
        }
        assert!(reaches_the_top(&managers, *user), "user {user} is above themselves");
    }
    let project_organization = s.by_id("projects", "organization_id");
    let projects = s.by_id("tasks", "project_id");
    for (task, assignee) in s.by_id("tasks", "assignee_id") {
        let organization = project_organization[&projects[&task].expect("project")];
        assert!(assignee.is_none_or(|assignee| organization_of[&assignee] == organization), "task {task}");
    }
}

fn reaches_the_top(managers: &HashMap<i64, Option<i64>>, user: i64) -> bool {
    std::iter::successors(Some(user), |user| managers[user]).take(managers.len() + 1).count() <= managers.len()
}

#[test]
fn the_ratios_are_those_of_a_real_application() {
    let s = sample("citizenapp?size=s");
    let share = |rows: usize, of: &str| rows as f64 / s.count(of) as f64;
    assert!((0.87..0.93).contains(&share(s.count("profiles"), "users")));
    assert!((1.2..1.4).contains(&share(s.count("user_roles"), "users")));
    assert!((1.0..1.4).contains(&share(s.count("comments"), "tasks")));
    assert!((1.3..1.6).contains(&share(s.count("task_tags"), "tasks")));
    let without_manager = s.column("users", "manager_id").into_iter().filter(Option::is_none).count();
    assert!((0.1..0.3).contains(&share(without_manager, "users")));
    let roles = counts(s.column("user_roles", "user_id"));
    assert_eq!(*roles.values().max().expect("roles"), 3);
    assert!(roles.len() < 1_000, "some users have no role");
    let used = counts(s.column("user_roles", "role_id"));
    assert!(used.len() == 6 && used.values().all(|count| (150..300).contains(count)), "{used:?}");
}

#[test]
fn zipf_makes_tenant_1_huge() {
    let users_of = |source: &str| counts(sample(source).column("users", "tenant_id"));
    let zipf = users_of("citizenapp?size=s&tenants=zipf");
    assert!((400..520).contains(&zipf[&1]), "{zipf:?}");
    assert!(zipf.values().filter(|count| **count > 200).count() == 1);
    let uniform = users_of("citizenapp?size=s");
    assert!(uniform.values().all(|count| (60..150).contains(count)), "{uniform:?}");
}

#[test]
fn emails_are_unique_and_go_nowhere() {
    let s = sample("citizenapp?size=s");
    let emails = s.texts("users", "email");
    assert_eq!(emails.iter().collect::<HashSet<_>>().len(), 1_000);
    assert!(emails.iter().all(|email| email.ends_with("@example.com")));
    let names: HashSet<String> = s.texts("users", "full_name").into_iter().collect();
    assert!(names.len() > 950, "{} different names", names.len());
}

#[test]
fn six_endpoints_ship_with_it_and_the_dashboard_has_six_relationships() {
    let dataset = Dataset::built_in("citizenapp").expect("dataset");
    let names: Vec<&str> = dataset.endpoints.iter().map(|endpoint| endpoint.name.as_str()).collect();
    assert_eq!(names, ["users", "tenant_users", "profile", "names", "dashboard", "board"]);
    let dashboard = dataset.endpoint("dashboard").expect("dashboard");
    assert_eq!(dashboard.endpoint.paths().len(), 6);
    let profile = dataset.endpoint("profile").expect("profile");
    assert_eq!(profile.endpoint.paths(), ["organization", "organization.tenant", "profile"]);
    let unread = dataset.endpoint("names").expect("names");
    assert!(!unread.endpoint.relationships[0].accessed);
}

fn counts(ids: Vec<Option<i64>>) -> HashMap<i64, usize> {
    ids.into_iter().flatten().fold(HashMap::new(), |mut counts, id| {
        *counts.entry(id).or_default() += 1;
        counts
    })
}

impl Sample {
    /// A column of whole numbers by `id`.
    fn by_id(&self, table: &str, column: &str) -> HashMap<i64, Option<i64>> {
        self.column(table, "id").into_iter().flatten().zip(self.column(table, column)).collect()
    }
}
