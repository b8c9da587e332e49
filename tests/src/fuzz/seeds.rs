//! What fuzzing begins with: the plans and mappings of the recorded answers, the examples of the README, and the words in
//! them. Made from what is there anyway, so that they never grow old.

use crate::fidelity::folder;
use fetchscope_app::experiment::default_experiment;
use fetchscope_engine::plan::document::SessionKind;
use fetchscope_engine::plan::endpoint::Endpoint;
use fetchscope_experiment::spec::{Expectation, Experiment};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

/// Numbers at the edges of what is counted with.
pub(super) const EDGES: [&str; 8] =
    ["-1", "0", "0.5", "64", "4294967295", "9223372036854775807", "18446744073709551615", "1e308"];

/// The two mappings that most recorded answers are about.
#[must_use]
pub fn recorded_mappings() -> Vec<String> {
    ["citizen.schema.json", "composite.schema.json"].map(read).into()
}

/// Plan files.
#[must_use]
pub fn plans() -> Vec<String> {
    let recorded: Vec<Value> = serde_json::from_str(&read("plans.json")).unwrap();
    let found = recorded.into_iter().chain(regressions()).map(|one| one["plan"].to_string());
    found.chain(examples("json")).collect()
}

/// Mapping files.
#[must_use]
pub fn mappings() -> Vec<String> {
    let of_regressions = regressions().into_iter().filter_map(|one| Some(one.get("mapping")?.to_string()));
    let without_spaces = |text: String| serde_json::from_str::<Value>(&text).unwrap().to_string();
    recorded_mappings().into_iter().map(without_spaces).chain(of_regressions).collect()
}

/// Experiment files.
#[must_use]
pub fn experiments() -> Vec<String> {
    let mut found = examples("toml");
    for plan in plans().iter().map(|plan| serde_json::from_str::<Value>(plan).unwrap()) {
        let Some(endpoint) = endpoint(&plan) else { continue };
        let mut experiment: Experiment = default_experiment("sample:citizenapp?size=s", endpoint);
        if found.len().is_multiple_of(2) {
            experiment.mapping = Some("mapping.json".to_owned());
            experiment.workload.requests = None;
            experiment.workload.seconds = Some(0.5);
            experiment.conditions.session = SessionKind::Async;
            experiment.conditions.jitter_ms = 0.25;
            experiment.variants.values_mut().skip(1).for_each(|variant| variant.expect = Expectation::Differs);
        }
        // A value that TOML has no word for, such as null, is not in a file.
        found.extend(experiment.to_toml());
    }
    found.sort();
    found.dedup();
    found
}

/// The endpoint of a plan: what is left without its strategies.
fn endpoint(plan: &Value) -> Option<Endpoint> {
    fn reads(nodes: &Value) -> Value {
        let one = |node: &Value| {
            let mut read = serde_json::json!({"name": node["name"], "relationships": reads(&node["relationships"])});
            if let Some(accessed) = node.get("accessed") {
                read["accessed"] = accessed.clone();
            }
            read
        };
        nodes.as_array().into_iter().flatten().map(one).collect()
    }
    let mut left = serde_json::json!({"root": plan["root"], "relationships": reads(&plan["relationships"])});
    for key in ["mode", "filter"] {
        if let Some(value) = plan.get(key) {
            left[key] = value.clone();
        }
    }
    serde_json::from_value(left).ok()
}

/// The words of some seeds, as libFuzzer reads a dictionary: one in quotes a line.
#[must_use]
pub fn dictionary(seeds: &[String]) -> String {
    let mut words: BTreeSet<&str> = EDGES.into();
    for seed in seeds {
        words.extend(seed.split(|letter: char| !letter.is_alphanumeric() && letter != '_'));
    }
    let plain = words.into_iter().filter(|word| (1..=40).contains(&word.len()) && word.is_ascii());
    plain.map(|word| format!("\"{word}\"\n\"\\\"{word}\\\"\"\n")).collect()
}

fn read(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap()
}

fn regressions() -> Vec<Value> {
    read("regressions.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The README's examples in a language.
fn examples(language: &str) -> Vec<String> {
    let readme = fs::read_to_string(folder().join("../../README.md")).unwrap();
    let blocks = readme.split("```").skip(1).step_by(2);
    blocks.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n').map(str::to_owned)).collect()
}
