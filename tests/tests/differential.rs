//! Random mappings, rows and plans, answered by the real SQLAlchemy and by us.

use fetchscope_tests::fidelity::Fault;
use fetchscope_tests::fidelity::differential::{Choice, compare};

#[test]
fn random_cases_are_answered_as_the_real_one_answers_them() {
    let (disagreements, agreed, tally) = asked(false, 500).unwrap();
    println!("{tally}");
    assert!(disagreements.is_empty(), "{disagreements}");
    assert!(agreed >= 250, "only {agreed} cases were compared");
}

#[test]
fn so_they_are_on_postgres() {
    let (disagreements, agreed, tally) = asked(true, 60).unwrap();
    println!("on PostgreSQL: {tally}");
    assert!(disagreements.is_empty(), "{disagreements}");
    assert!(agreed >= 25, "only {agreed} cases were compared");
}

/// What disagrees, how many agree, and both in words.
fn asked(postgres: bool, seeds: u64) -> Result<(String, u64, String), Fault> {
    let choice = Choice { seeds: 0..seeds, only: Vec::new(), without: Vec::new(), postgres, jobs: 2, shrink: true };
    let tally = compare(&choice, &|_, _| ())?;
    let told: Vec<String> = tally.disagreements.iter().map(ToString::to_string).collect();
    Ok((told.join("\n\n"), tally.agreed, tally.to_string()))
}
