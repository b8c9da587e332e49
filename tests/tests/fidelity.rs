//! The recorded answers of the real SQLAlchemy, held against ours on SQLite.

use fetchscope_tests::fidelity::{Refusal, ask, compare, recorded};

#[test]
fn every_covered_recorded_answer_agrees() {
    let folder = tempfile::tempdir().unwrap();
    let recorded = recorded(folder.path()).unwrap();
    let (mut agree, mut wrong, mut uncovered) = (0, Vec::new(), Vec::new());
    for one in &recorded {
        match ask(&one.scene, &one.plan) {
            Err(Refusal::NotCovered(words)) => uncovered.push(format!("{}: {words}", one.id)),
            Err(Refusal::Failed(words)) => wrong.push(format!("{}: {words}", one.id)),
            Ok(have) => match compare(&one.scene.mapping, &one.plan, &one.answer, &have) {
                Ok(_) => agree += 1,
                Err(difference) => wrong.push(format!("{}: {difference}", one.id)),
            },
        }
    }
    println!("{agree} of {} recorded answers agree; {} are not covered yet:", recorded.len(), uncovered.len());
    uncovered.iter().for_each(|one| println!("  {one}"));
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(agree >= 212, "only {agree} agree");
}
