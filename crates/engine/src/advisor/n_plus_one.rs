//! N+1: one statement an object, where one statement could load them all.

use super::evidence::{Evidence, LoadedRelationship, Sent};
use super::words::{Amount, said};
use super::{Figure, Finding, Rule, Severity, count};
use crate::load::IN_LIST;
use crate::plan::document::Strategy;
use crate::trace::Phase;

/// Statements of one text by one path. Fewer cost less than a second round of loading is worth thinking about: at 1 ms a
/// round trip ten of them are 10 ms.
const STATEMENTS: u64 = 10;

/// From this part of the request's statements on, sparing them is felt wherever a statement crosses a network. Several
/// paths may each have their part, so it is less than half.
const MUCH: f64 = 0.25;

pub(super) fn find(evidence: &Evidence) -> Vec<Finding> {
    let repeated = evidence.statements.iter().filter(|sent| sent.phase != Phase::Before && sent.times >= STATEMENTS);
    repeated.filter_map(|sent| finding(evidence, sent)).collect()
}

fn finding(evidence: &Evidence, sent: &Sent) -> Option<Finding> {
    let relationship = sent.path.as_deref().and_then(|path| evidence.relationship(path));
    let least = least(relationship);
    // A list of keys that is sent in chunks repeats its text with a good reason.
    if sent.times <= least.saturating_mul(2) {
        return None;
    }
    let all = evidence.query_count();
    let share = sent.times as f64 / all.max(1) as f64;
    let figures = [
        count("statements", sent.times),
        count("rows", sent.rows),
        count("objects", relationship.map_or(0, |one| one.objects)),
        Figure { name: "share_of_statements", amount: Amount::Share(share) },
    ];
    let name = sent.path.clone().unwrap_or_else(|| "the root".to_owned());
    let remedy = match relationship {
        // Columns of objects that a commit has expired are read object by object.
        None if sent.phase == Phase::Walk => said![
            "Keep what was loaded over the commit (`expire_on_commit=False`), or read it before: that spares ",
            (sent.times, "statement")
        ],
        None => said!["Load these objects with one statement"],
        Some(one) if one.keys_at_a_time.is_some() || !loads_lazily(one) => said![
            "It is loaded once for each object above it: load what is above it eagerly, and this comes in ",
            (least, "statement")
        ],
        Some(one) if one.kind.is_collection() => said![
            "`selectin` loads it with ",
            (least, "statement"),
            " instead of ",
            Amount::Count(sent.times),
            ", one for every ",
            (IN_LIST as u64, "owner")
        ],
        Some(_) => said![
            "`joined` loads it with the statement above and none of its own, `selectin` with ",
            (least, "statement"),
            " instead of ",
            Amount::Count(sent.times)
        ],
    };
    Some(Finding {
        rule: Rule::NPlusOne,
        severity: if share >= MUCH { Severity::Costly } else { Severity::Notable },
        paths: sent.path.iter().cloned().collect(),
        evidence: figures.to_vec(),
        threshold: Some(count("statements", STATEMENTS)),
        what: said![format!("{name} took "), (sent.times, "statement"), " of one text for ", (sent.rows, "row")],
        place: said![match sent.phase {
            Phase::Before => "in a plan that ran before",
            Phase::Load => "while the roots were loaded",
            Phase::Walk => "while the response read the objects",
        }],
        how_much: said![Amount::Share(share), " of the ", (all, "statement"), " of a request"],
        remedy,
    })
}

/// Statements it needs when they are not sent one an object.
fn least(relationship: Option<&LoadedRelationship>) -> u64 {
    relationship.map_or(1, |one| one.keys().max(1).div_ceil(one.keys_at_a_time.unwrap_or(IN_LIST as u64).max(1)))
}

fn loads_lazily(one: &LoadedRelationship) -> bool {
    match one.strategy {
        Strategy::Default
        | Strategy::Select
        | Strategy::Immediate
        | Strategy::Raise
        | Strategy::RaiseOnSql
        | Strategy::Noload => true,
        Strategy::Joined
        | Strategy::JoinedInner
        | Strategy::JoinedInnerUnnested
        | Strategy::ContainsEager
        | Strategy::Selectin
        | Strategy::Subquery
        | Strategy::Bulk
        | Strategy::JsonAgg => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::staged;
    use super::*;

    #[test]
    fn one_statement_an_object_is_found_with_what_would_spare_them() {
        let found = find(&staged::evidence(40, [2, 3], ["select", "selectin"]));
        let [finding] = &found[..] else { panic!("{found:?}") };
        assert_eq!((finding.severity, &finding.paths[..]), (Severity::Costly, &["Desk.drawers".to_owned()][..]));
        assert_eq!(finding.what.plain(), "Desk.drawers took 40 statements of one text for 80 rows");
        assert_eq!(finding.how_much.plain(), "95 % of the 42 statements of a request");
        assert!(finding.remedy.plain().starts_with("`selectin` loads it with 1 statement instead of 40"));
    }

    #[test]
    fn nine_statements_are_too_few_and_eager_loads_send_none() {
        assert_eq!(find(&staged::evidence(9, [2, 3], ["select", "select"])), []);
        assert_eq!(find(&staged::evidence(40, [2, 3], ["selectin", "joined"])), []);
        let both = find(&staged::evidence(10, [2, 3], ["select", "immediate"]));
        assert_eq!(both.iter().map(|one| one.severity).collect::<Vec<_>>(), [Severity::Costly; 2]);
    }

    #[test]
    fn chunks_of_keys_are_not_one_statement_an_object() {
        let mut evidence = staged::evidence(40, [2, 3], ["selectin", "selectin"]);
        evidence.statements[1].times = 12;
        evidence.objects.relationships[0].owners = 6000;
        assert_eq!(find(&evidence), []);
        // But sent for each object that a lazy load brings, they are.
        evidence.objects.relationships[0].owners = 400;
        assert!(find(&evidence)[0].remedy.plain().starts_with("It is loaded once for each object above it"));
    }
}
