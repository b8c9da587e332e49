//! The recorded answers of the real SQLAlchemy, held against ours.

use fetchscope_tests::fidelity::{Recorded, Refusal, ask, compare, recorded, recorded_on_postgres};

#[test]
fn every_recorded_answer_of_sqlite_agrees() {
    let folder = tempfile::tempdir().unwrap();
    all_agree(&recorded(folder.path()).unwrap());
}

#[test]
fn every_recorded_answer_of_postgres_agrees() {
    all_agree(&recorded_on_postgres().unwrap());
}

fn all_agree(recorded: &[Recorded]) {
    let (mut agree, mut wrong) = (0, Vec::new());
    for one in recorded {
        match ask(&one.scene, &one.plan) {
            Err(Refusal::NotCovered(words) | Refusal::Failed(words)) => wrong.push(format!("{}: {words}", one.id)),
            Ok(have) => match compare(&one.scene.mapping, &one.plan, &one.answer, &have) {
                Ok(_) => agree += 1,
                Err(difference) => wrong.push(format!("{}: {difference}", one.id)),
            },
        }
    }
    println!("{agree} of {} recorded answers agree", recorded.len());
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(agree >= 225, "only {agree} agree");
}
