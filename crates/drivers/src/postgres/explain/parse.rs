//! From EXPLAIN's JSON to the tree. Whatever a version or an engine leaves out is taken as not said.

use super::{Buffers, Explained, PlanStep};
use fetchscope_engine::trace::Nanos;
use serde_json::Value as Json;

/// Plans nest as deep as statements do; a tree beyond this is not the answer to one of ours.
const DEEPEST: usize = 200;

/// Letters of a condition that are kept.
const LONGEST_CONDITION: usize = 200;

/// Keys under which the server writes a condition, and its word for each.
const CONDITIONS: [&str; 9] = [
    "Index Cond",
    "Recheck Cond",
    "Hash Cond",
    "Merge Cond",
    "Join Filter",
    "TID Cond",
    "Order By",
    "One-Time Filter",
    "Filter",
];

/// Keys under which the server counts rows that a condition let go.
const REMOVED: [&str; 3] = ["Rows Removed by Filter", "Rows Removed by Join Filter", "Rows Removed by Index Recheck"];

impl Explained {
    /// Reads the answer of `EXPLAIN (FORMAT JSON)`, with or without ANALYZE; `None` if there is no plan in it.
    #[must_use]
    pub fn parse(json: &str) -> Option<Explained> {
        let answer: Json = serde_json::from_str(json).ok()?;
        let statement = answer.get(0).unwrap_or(&answer);
        let plan = statement.get("Plan")?;
        let mut shard_tasks = None;
        let root = step(plan, &mut shard_tasks, DEEPEST)?;
        Some(Explained {
            root,
            planning: milliseconds(statement.get("Planning Time")),
            execution: milliseconds(statement.get("Execution Time")),
            compiling: milliseconds(statement.pointer("/JIT/Timing/Total")),
            shard_tasks,
        })
    }
}

fn step(plan: &Json, shard_tasks: &mut Option<u64>, deeper: usize) -> Option<PlanStep> {
    let deeper = deeper.checked_sub(1)?;
    let text = |key: &str| plan.get(key).and_then(Json::as_str).map(str::to_owned);
    let number = |key: &str| plan.get(key).and_then(Json::as_f64);
    let count = |key: &str| plan.get(key).and_then(Json::as_u64).unwrap_or(0);
    let loops = count("Actual Loops");
    let relation = text("Relation Name");
    let mut children: Vec<PlanStep> = Vec::new();
    for child in plan.get("Plans").and_then(Json::as_array).into_iter().flatten() {
        children.push(step(child, shard_tasks, deeper)?);
    }
    if let Some(job) = plan.pointer("/Distributed Query/Job") {
        let tasks = job.get("Task Count").and_then(Json::as_u64);
        *shard_tasks = tasks.map(|tasks| tasks + shard_tasks.unwrap_or(0)).or(*shard_tasks);
        // Citus shows the plan of one task for all, or of each.
        for remote in job.pointer("/Tasks").and_then(Json::as_array).into_iter().flatten() {
            let plan = remote.pointer("/Remote Plan/0/0/Plan").or_else(|| remote.pointer("/Remote Plan/0/Plan"));
            children.extend(plan.map(|plan| step(plan, shard_tasks, deeper)).unwrap_or_default());
        }
    }
    Some(PlanStep {
        kind: kind(plan, text("Node Type")?),
        join: text("Join Type"),
        alias: text("Alias").filter(|alias| Some(alias) != relation.as_ref()),
        relation,
        index: text("Index Name"),
        conditions: CONDITIONS.iter().filter_map(|key| Some(cut(format!("{key}: {}", text(key)?)))).collect(),
        expected_rows: number("Plan Rows").unwrap_or(0.0),
        rows: number("Actual Rows"),
        removed_rows: REMOVED.iter().filter_map(|key| number(key)).sum(),
        loops,
        time: number("Actual Total Time").map(|each| nanos(each * loops as f64)),
        buffers: Buffers {
            hit: count("Shared Hit Blocks"),
            read: count("Shared Read Blocks"),
            temp_read: count("Temp Read Blocks"),
            temp_written: count("Temp Written Blocks"),
        },
        children,
    })
}

/// A condition may name hundreds of keys, of which the first say what there is to say.
fn cut(condition: String) -> String {
    match condition.char_indices().nth(LONGEST_CONDITION) {
        Some((end, _)) => format!("{} …", &condition[..end]),
        None => condition,
    }
}

/// What a step does. A custom one is called as its provider, which says more.
fn kind(plan: &Json, node_type: String) -> String {
    match plan.get("Custom Plan Provider").and_then(Json::as_str) {
        Some(provider) => format!("{node_type} ({provider})"),
        None => node_type,
    }
}

fn milliseconds(value: Option<&Json>) -> Option<Nanos> {
    value.and_then(Json::as_f64).map(nanos)
}

fn nanos(milliseconds: f64) -> Nanos {
    Nanos((milliseconds * 1e6).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_join_is_read_with_rows_times_blocks_and_conditions() {
        let explained = Explained::parse(include_str!("answers/join.json")).unwrap();
        let root = &explained.root;
        assert_eq!((root.kind.as_str(), root.join.as_deref()), ("Hash Join", Some("Left")));
        assert_eq!((root.rows, root.loops, root.buffers.hit), (Some(18.0), 1, 2));
        assert_eq!(root.conditions, ["Hash Cond: (u.organization_id = o.id)"]);
        let [users, hash] = root.children.as_slice() else { panic!("{root:?}") };
        assert_eq!((users.relation.as_deref(), users.alias.as_deref()), (Some("users"), Some("u")));
        assert_eq!((users.removed_rows, users.children.len()), (82.0, 0));
        assert_eq!(hash.children[0].relation.as_deref(), Some("orgs"));
        assert!(explained.execution.is_some() && explained.planning.is_some());
        assert_eq!((explained.shard_tasks, explained.compiling), (None, None));
    }

    #[test]
    fn a_loop_is_counted_as_often_as_it_ran() {
        let explained = Explained::parse(include_str!("answers/loop.json")).unwrap();
        let [outer, inner] = explained.root.children.as_slice() else { panic!("{explained:?}") };
        assert_eq!((outer.loops, outer.rows), (1, Some(9.0)));
        assert_eq!((inner.index.as_deref(), inner.loops), (Some("orgs_pkey"), 9));
        // Of 9 loops of 0.001 ms each.
        assert_eq!(inner.time, Some(Nanos(9_000)));
    }

    #[test]
    fn a_condition_with_hundreds_of_keys_is_cut() {
        let keys = vec!["4711"; 500].join(",");
        let answer = format!(r#"[{{"Plan": {{"Node Type": "Seq Scan", "Filter": "(id = ANY ('{{{keys}}}'))"}}}}]"#);
        let [condition] = &Explained::parse(&answer).unwrap().root.conditions[..] else { panic!("one condition") };
        assert!(condition.starts_with("Filter: (id = ANY ('{4711,4711,") && condition.ends_with(" …"), "{condition}");
        assert_eq!(condition.chars().count(), LONGEST_CONDITION + 2);
    }

    #[test]
    fn on_citus_the_tasks_are_counted_and_the_plan_of_a_shard_hangs_beneath() {
        // Written in the form that Citus 12 answers in; the other answers are those of a server.
        let explained = Explained::parse(include_str!("answers/citus.json")).unwrap();
        assert_eq!(explained.shard_tasks, Some(32));
        assert_eq!(explained.root.kind, "Custom Scan (Citus Adaptive)");
        assert_eq!(explained.root.children[0].relation.as_deref(), Some("users_102008"));
    }

    #[test]
    fn a_plan_that_was_not_run_has_no_rows_and_another_answer_no_plan() {
        let explained = Explained::parse(r#"[{"Plan": {"Node Type": "Result", "Plan Rows": 1}}]"#).unwrap();
        assert_eq!((explained.root.rows, explained.root.time, explained.root.loops), (None, None, 0));
        for other in ["", "[]", "{}", "[{\"Plan\": {}}]", "null"] {
            assert_eq!(Explained::parse(other), None, "{other}");
        }
        let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
        assert_eq!(Explained::parse(&deep), None);
    }
}
