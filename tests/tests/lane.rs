//! The two lanes against each other: a native request and the worker of the real SQLAlchemy, plan by plan.

use fetchscope_tests::fidelity::{Agreement, Fault, Lane, Recorded, ask, compare, recorded, recorded_on_postgres};

#[test]
fn the_lanes_agree_on_every_plan_of_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let recorded = recorded(folder.path()).unwrap();
    println!("on SQLite: {}", lanes_agree(&recorded).unwrap());
}

#[test]
fn the_lanes_agree_on_every_plan_of_postgres() {
    println!("on PostgreSQL: {}", lanes_agree(&recorded_on_postgres().unwrap()).unwrap());
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
    assert!(agree >= 225, "only {agree} agree");
    Ok(format!(
        "the lanes agree on {agree} plans, {exact} of them statement by statement; {raised} end with an exception"
    ))
}
