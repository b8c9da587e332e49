//! Loaded eagerly, and the response does not read it.

use super::evidence::{Evidence, LoadedRelationship};
use super::words::{Amount, said};
use super::{Figure, Finding, Rule, Severity, count};
use crate::plan::document::Strategy;

/// One object that nobody reads is one too many: that it is not read does not depend on how many there are.
const OBJECTS: u64 = 1;

/// From this part of a request's statements or objects on, leaving it out spares most of the request.
const MOST: f64 = 0.5;

pub(super) fn find(evidence: &Evidence) -> Vec<Finding> {
    let relationships = &evidence.objects.relationships;
    // What lies below something unread is said with it.
    let above_is_read = |one: &LoadedRelationship| {
        one.path.rsplit_once('.').and_then(|(above, _)| evidence.relationship(above)).is_none_or(|above| above.read)
    };
    let unread = relationships.iter().filter(|one| !one.read && above_is_read(one));
    unread.filter(|one| is_eager(one.strategy)).filter_map(|one| finding(evidence, one)).collect()
}

fn finding(evidence: &Evidence, unread: &LoadedRelationship) -> Option<Finding> {
    let prefix = format!("{}.", unread.path);
    let below = |path: &str| path == unread.path || path.starts_with(&prefix);
    let loaded = evidence.objects.relationships.iter().filter(|one| below(&one.path));
    let (objects, bytes) = loaded.fold((0, 0), |(objects, bytes), one| (objects + one.objects, bytes + one.bytes));
    let sent = evidence.statements.iter().filter(|sent| sent.path.as_deref().is_some_and(below));
    let statements: u64 = sent.map(|sent| sent.times).sum();
    if objects < OBJECTS && statements == 0 {
        return None;
    }
    let all = &evidence.objects.multiplication.distinct;
    let shares = [(statements, evidence.query_count()), (objects, all.rows)];
    let share = shares.iter().map(|(part, whole)| *part as f64 / (*whole).max(1) as f64).fold(0.0, f64::max);
    Some(Finding {
        rule: Rule::NeverRead,
        severity: if share >= MOST { Severity::Costly } else { Severity::Notable },
        paths: vec![unread.path.clone()],
        evidence: vec![
            count("objects", objects),
            Figure { name: "bytes", amount: Amount::Bytes(bytes) },
            count("statements", statements),
        ],
        threshold: Some(count("objects", OBJECTS)),
        what: said![
            format!("{} is loaded by `{}` and not read: ", unread.path, unread.strategy.name()),
            (objects, "object")
        ],
        place: said![match unread.strategy.rides_along() {
            true => "joined into the statement above".to_owned(),
            false => "in statements of its own".to_owned(),
        }],
        how_much: said![
            Amount::Bytes(bytes),
            " of values, and ",
            (statements, "statement"),
            " of ",
            Amount::Count(evidence.query_count())
        ],
        remedy: said!["Leave it lazy (`select`): what is not read then costs nothing"],
    })
}

fn is_eager(strategy: Strategy) -> bool {
    match strategy {
        Strategy::Joined
        | Strategy::JoinedInner
        | Strategy::JoinedInnerUnnested
        | Strategy::ContainsEager
        | Strategy::Selectin
        | Strategy::Subquery
        | Strategy::Immediate
        | Strategy::Bulk
        | Strategy::JsonAgg => true,
        Strategy::Default | Strategy::Select | Strategy::Raise | Strategy::RaiseOnSql | Strategy::Noload => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::staged;
    use super::*;

    fn unread(strategies: [&str; 2]) -> Vec<Finding> {
        let mut evidence = staged::evidence(20, [2, 3], strategies);
        evidence.objects.relationships[1].read = false;
        find(&evidence)
    }

    #[test]
    fn an_eager_load_that_is_not_read_is_found_with_its_size() {
        let found = unread(["joined", "selectin"]);
        let [finding] = &found[..] else { panic!("{found:?}") };
        assert_eq!(finding.what.plain(), "Desk.lamps is loaded by `selectin` and not read: 60 objects");
        // Two numbers of 8 bytes and a text of 15.
        assert_eq!(finding.how_much.plain(), "1860 of values, and 1 statement of 2");
        let joined = unread(["selectin", "joined"]);
        assert_eq!(joined[0].place.plain(), "joined into the statement above");
    }

    #[test]
    fn a_lazy_one_costs_nothing_and_what_is_read_is_needed() {
        assert_eq!(unread(["joined", "raise"]), []);
        assert_eq!(find(&staged::evidence(20, [2, 3], ["joined", "selectin"])), []);
    }

    #[test]
    fn what_lies_below_is_said_once() {
        let mut evidence = staged::evidence(20, [2, 3], ["selectin", "selectin"]);
        let [above, below] = &mut evidence.objects.relationships[..] else { panic!() };
        (above.read, below.read) = (false, false);
        below.path = "Desk.drawers.lamps".to_owned();
        let found = find(&evidence);
        assert_eq!((found.len(), found[0].evidence[0]), (1, count("objects", 100)));
    }
}
