//! The answer is another one than the baseline's, or none: never "fast".

use super::evidence::{Answer, Evidence, LoadedRelationship};
use super::words::{Words, listed, said};
use super::{Finding, Rule, Severity, count};
use crate::plan::document::Strategy;
use crate::trace::{OrmError, OrmErrorType};

pub(super) fn find(evidence: &Evidence) -> Vec<Finding> {
    let read = evidence.objects.relationships.iter().filter(|one| one.read);
    let empty: Vec<&LoadedRelationship> =
        read.filter(|one| one.strategy == Strategy::Noload && one.owners > 0).collect();
    match &evidence.answer {
        Answer::Same => Vec::new(),
        // Without a comparison, what is read and was never loaded is the one thing that is sure to be wrong, unless there
        // is nothing to load.
        Answer::NotCompared if empty.is_empty() => Vec::new(),
        Answer::NotCompared => {
            let paths = paths(&empty);
            let what = said![format!("`noload` leaves {} empty, whatever the database has", listed(&paths))];
            vec![finding(evidence, paths, what, remedy(&empty))]
        }
        Answer::Different { difference } => {
            let suspects: Vec<&LoadedRelationship> =
                evidence.objects.relationships.iter().filter(|one| can_differ(one)).collect();
            let what = said![format!("the answer is another one: {difference}")];
            vec![finding(evidence, paths(&suspects), what, remedy(&suspects))]
        }
        Answer::Raises(error) => {
            let at = error.path.as_deref().map_or_else(String::new, |path| format!(" at {path}"));
            let what = said![format!("the request ends with {}{at}", error.type_name.name())];
            vec![finding(evidence, error.path.iter().cloned().collect(), what, cure(error))]
        }
    }
}

fn finding(evidence: &Evidence, paths: Vec<String>, what: Words, remedy: Words) -> Finding {
    let owners = paths.iter().filter_map(|path| evidence.relationship(path)).map(|one| one.owners).sum();
    Finding {
        rule: Rule::WrongResult,
        severity: Severity::Wrong,
        place: if paths.is_empty() { said!["in the whole response"] } else { said![listed(&paths)] },
        evidence: vec![count("owners", owners)],
        threshold: None,
        what,
        how_much: if owners > 0 {
            said!["up to ", (owners, "object"), " without it"]
        } else {
            said!["the whole response"]
        },
        remedy,
        paths,
    }
}

fn paths(relationships: &[&LoadedRelationship]) -> Vec<String> {
    relationships.iter().map(|one| one.path.clone()).collect()
}

/// Whether loading a relationship like this can change the answer.
fn can_differ(one: &LoadedRelationship) -> bool {
    match one.strategy {
        Strategy::Noload => one.read,
        Strategy::JoinedInner | Strategy::JoinedInnerUnnested | Strategy::ContainsEager => true,
        Strategy::Default
        | Strategy::Select
        | Strategy::Joined
        | Strategy::Selectin
        | Strategy::Subquery
        | Strategy::Immediate
        | Strategy::Raise
        | Strategy::RaiseOnSql
        | Strategy::Bulk
        | Strategy::JsonAgg => false,
    }
}

/// What to do about an answer that differs, by what can make it differ.
fn remedy(suspects: &[&LoadedRelationship]) -> Words {
    let has = |strategy: Strategy| suspects.iter().any(|one| one.strategy == strategy);
    if has(Strategy::Noload) {
        said!["Load it (`select`, or `selectin` for many owners), or leave it out of the response"]
    } else if has(Strategy::JoinedInner) || has(Strategy::JoinedInnerUnnested) {
        said!["Use `joined`: an inner join drops owners that have no such object"]
    } else if has(Strategy::ContainsEager) {
        said!["Load it apart: `contains_eager` fills it with what the filter's join left over"]
    } else {
        said![
            "Give the endpoint an order that no two rows share: with a limit and without one, any rows may be returned"
        ]
    }
}

/// What to do about an exception.
fn cure(error: &OrmError) -> Words {
    match error.type_name {
        OrmErrorType::MissingGreenlet => {
            said![
                "Load it eagerly, or read it within `run_sync`: an async session cannot load when an attribute is read"
            ]
        }
        OrmErrorType::DetachedInstanceError => {
            said!["Load it eagerly, or read it before the session is closed"]
        }
        OrmErrorType::InvalidRequestError => {
            said!["Load it eagerly, or leave it out of the response; where the message names `unique()`, call it"]
        }
        OrmErrorType::AsyncMethodRequired => said!["Use the async method of the session that streams"],
        OrmErrorType::NoResultFound | OrmErrorType::MultipleResultsFound => {
            said!["Ask for the first row, or for a filter that one row fits"]
        }
        OrmErrorType::NoSuchColumnError => said!["Load the column that is missing from `columns`"],
        OrmErrorType::RecursionError => said!["Bound the `recursion_depth`: the rows refer to each other in a circle"],
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::staged;
    use super::*;
    use crate::trace::Phase;

    fn with(answer: Answer, strategies: [&str; 2]) -> Vec<Finding> {
        find(&Evidence { answer, ..staged::evidence(5, [2, 3], strategies) })
    }

    #[test]
    fn noload_is_wrong_even_without_a_comparison_and_right_where_nothing_is_missing() {
        let found = with(Answer::NotCompared, ["noload", "joined"]);
        assert_eq!(found[0].what.plain(), "`noload` leaves Desk.drawers empty, whatever the database has");
        assert_eq!(found[0].how_much.plain(), "up to 5 objects without it");
        assert_eq!(with(Answer::Same, ["noload", "joined"]), []);
        assert_eq!(with(Answer::NotCompared, ["select", "joined"]), []);
    }

    #[test]
    fn another_answer_names_what_can_have_made_it() {
        let different = || Answer::Different { difference: "4 roots missing".to_owned() };
        let found = with(different(), ["joined_inner", "joined"]);
        assert_eq!((found[0].severity, &found[0].paths[..]), (Severity::Wrong, &["Desk.drawers".to_owned()][..]));
        assert_eq!(found[0].what.plain(), "the answer is another one: 4 roots missing");
        assert!(found[0].remedy.plain().starts_with("Use `joined`"));
        assert!(with(different(), ["joined", "selectin"])[0].remedy.plain().contains("an order"));
    }

    #[test]
    fn an_exception_is_named_with_its_cure() {
        let error = OrmError {
            type_name: OrmErrorType::MissingGreenlet,
            phase: Phase::Walk,
            path: Some("Desk.lamps".to_owned()),
            message: String::new(),
        };
        let found = with(Answer::Raises(error), ["joined", "select"]);
        assert_eq!(found[0].what.plain(), "the request ends with MissingGreenlet at Desk.lamps");
        assert!(found[0].remedy.plain().contains("run_sync"));
    }
}
