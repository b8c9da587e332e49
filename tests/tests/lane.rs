//! The two lanes against each other: a native request and the worker of the real SQLAlchemy, plan by plan.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use fetchscope_tests::fidelity::{Agreement, Fault, Lane, Recorded, ask, compare, recorded, recorded_on_postgres};
use serde_json::Value;

#[test]
fn the_lanes_agree_on_every_plan_of_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let recorded = recorded(folder.path()).unwrap();
    assert!(recorded.len() >= 225);
    println!("on SQLite: {}", lanes_agree(&recorded).unwrap());
}

#[test]
fn the_lanes_agree_on_every_plan_of_postgres() {
    let recorded = recorded_on_postgres().unwrap();
    assert!(recorded.len() >= 225);
    println!("on PostgreSQL: {}", lanes_agree(&recorded).unwrap());
}

/// Plans that are there for what SQLAlchemy's own loaders do to one another, which a program that loads by hand meets otherwise.
const ODD: [(&str, &str); 3] = [
    ("subquery_outlives_selectin_below", "two loaders fill one collection, and which of them stays is theirs to say"),
    ("several_for_one_are_dropped_twice", "objects that a one-to-one drops are reached by no program"),
    ("several_for_one_are_dropped", "objects that a one-to-one drops are reached by no program"),
];

#[test]
fn what_selectin_loads_both_lanes_load_by_hand_as_well() {
    let folder = tempfile::tempdir().unwrap();
    for (database, recorded) in
        [("SQLite", recorded(folder.path()).unwrap()), ("PostgreSQL", recorded_on_postgres().unwrap())]
    {
        let (odd, plans): (Vec<_>, Vec<_>) =
            recorded.into_iter().filter_map(by_hand).partition(|one| ODD.iter().any(|(id, _)| one.id == *id));
        assert!(plans.len() >= 40, "only {} plans", plans.len());
        println!("by hand on {database}: {}; {} left out", lanes_agree(&plans).unwrap(), odd.len());
    }
}

/// The same plan with its selectin loads by hand; `None` where there are none, or where the lane does not do that by hand: what
/// repeats itself, what is streamed, and plans with a wildcard.
fn by_hand(mut recorded: Recorded) -> Option<Recorded> {
    let plan = &mut recorded.plan;
    let lists = plan["mode"].as_str().is_none_or(|mode| mode == "list") && plan.get("wildcard").is_none();
    let streams = plan.get("yield_per").is_some() || plan.get("before").is_some();
    let changed = lists && !streams && change(&mut plan["relationships"]);
    (changed && !plan.to_string().contains("recursion_depth")).then_some(recorded)
}

/// Whether a selectin load became one by hand. Below what is loaded lazily there is nothing to do by hand.
fn change(nodes: &mut Value) -> bool {
    let mut changed = false;
    for node in nodes.as_array_mut().into_iter().flatten() {
        let strategy = node["strategy"].as_str().unwrap_or("default").to_owned();
        if strategy == "selectin" {
            node["strategy"] = Value::from("bulk");
            changed = true;
        }
        if !["default", "select"].contains(&strategy.as_str()) {
            changed |= node.get_mut("relationships").is_some_and(change);
        }
    }
    changed
}

/// Says how closely; panics where they do not agree on a plan, or one of them does not take it.
fn lanes_agree(recorded: &[Recorded]) -> Result<String, Fault> {
    let folder = tempfile::tempdir().unwrap();
    let mut lane = Lane::start(folder.path())?;
    let (mut agree, mut exact, mut raised, mut wrong) = (0, 0, 0, Vec::new());
    for one in recorded {
        let (mut want, mut have) = match (lane.ask(&one.scene, &one.plan), ask(&one.scene, &one.plan)) {
            (Ok(want), Ok(have)) => (want, have),
            (Err(fault), _) => {
                wrong.push(format!("{}: {fault}", one.id));
                lane = Lane::start(folder.path())?;
                continue;
            }
            (Ok(_), Err(refusal)) => {
                wrong.push(format!("{}: {refusal:?}", one.id));
                continue;
            }
        };
        want.forget_streamed_rows(&one.plan);
        want.forget_parameters();
        have.forget_parameters();
        match compare(&one.scene.mapping, &one.plan, &want, &have) {
            Ok(how) => {
                agree += 1;
                exact += usize::from(how == Agreement::Exact);
                raised += usize::from(want.error.is_some());
            }
            Err(difference) => wrong.push(format!("{}: {difference}", one.id)),
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), recorded.len(), wrong.join("\n"));
    Ok(format!(
        "the lanes agree on {agree} plans, {exact} of them statement by statement; {raised} end with an exception"
    ))
}
