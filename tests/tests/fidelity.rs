//! The recorded answers of the real SQLAlchemy, held against ours.

use fetchscope_tests::fidelity::{Agreement, Recorded, Refusal, ask, compare, recorded, recorded_on_postgres};

#[test]
fn every_recorded_answer_of_sqlite_agrees() {
    let folder = tempfile::tempdir().unwrap();
    println!("{}", all_agree(&recorded(folder.path()).unwrap()));
}

#[test]
fn every_recorded_answer_of_postgres_agrees() {
    println!("{}", all_agree(&recorded_on_postgres().unwrap()));
}

/// Says how closely; panics where one does not.
fn all_agree(recorded: &[Recorded]) -> String {
    let (mut agree, mut exact, mut wrong) = (0, 0, Vec::new());
    for one in recorded {
        match ask(&one.scene, &one.plan) {
            Err(Refusal::NotCovered(words) | Refusal::Failed(words)) => wrong.push(format!("{}: {words}", one.id)),
            Ok(have) => match compare(&one.scene.mapping, &one.plan, &one.answer, &have) {
                Ok(how) => {
                    agree += 1;
                    exact += usize::from(how == Agreement::Exact);
                }
                Err(difference) => wrong.push(format!("{}: {difference}", one.id)),
            },
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(agree >= 225, "only {agree} agree");
    format!("{agree} recorded answers agree, {exact} of them statement by statement")
}
