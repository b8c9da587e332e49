//! Random mappings, rows and plans, answered by the real SQLAlchemy and by us.

use fetchscope_tests::fidelity::differential::{Choice, compare};

#[test]
fn random_cases_are_answered_as_the_real_one_answers_them() {
    let choice = Choice { seeds: 0..500, only: Vec::new(), without: Vec::new(), jobs: 2, shrink: true };
    let tally = compare(&choice, &|_, _| ()).unwrap();
    println!("{tally}");
    let told: Vec<String> = tally.disagreements.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n\n"));
    assert!(tally.agreed >= 250, "only {} cases were compared", tally.agreed);
}
