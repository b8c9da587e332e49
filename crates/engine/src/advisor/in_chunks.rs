//! More keys than one IN list takes: the load is sent in several statements.

use super::evidence::{Evidence, LoadedRelationship};
use super::words::{Amount, said};
use super::{Finding, Rule, Severity, count};

/// Statements of one load. Two are one round trip more than the plan seems to say.
const STATEMENTS: u64 = 2;

pub(super) fn find(evidence: &Evidence) -> Vec<Finding> {
    // Of what is not read there is more to say than this.
    let in_lists = evidence.objects.relationships.iter().filter(|one| one.read);
    in_lists.filter_map(|one| finding(evidence, one, one.keys_at_a_time?)).collect()
}

fn finding(evidence: &Evidence, one: &LoadedRelationship, at_a_time: u64) -> Option<Finding> {
    let keys = one.keys();
    let (statements, rows) = evidence.caused_by(&one.path);
    if keys <= at_a_time || statements < STATEMENTS {
        return None;
    }
    Some(Finding {
        rule: Rule::InChunks,
        severity: Severity::Notable,
        paths: vec![one.path.clone()],
        evidence: vec![
            count("keys", keys),
            count("statements", statements),
            count("rows", rows),
            count("keys_at_a_time", at_a_time),
        ],
        threshold: Some(count("keys", at_a_time)),
        what: said![
            format!("{} is loaded in ", one.path),
            (statements, "statement"),
            ", because an IN list takes ",
            (at_a_time, "key")
        ],
        place: said![format!("`{}` for ", one.strategy.name()), (keys, "key")],
        how_much: said![(statements - 1, "round trip"), " more than one statement would take"],
        remedy: said![
            "Where the network is slow, compare with `subquery`, which sends one statement for any number of keys, or with a \
             larger `chunksize`; where it is not, a page of at most ",
            Amount::Count(at_a_time),
            " needs one"
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::staged;
    use super::*;

    #[test]
    fn more_keys_than_a_list_takes_are_found() {
        let found = find(&staged::evidence(1001, [1, 1], ["selectin", "joined"]));
        let [finding] = &found[..] else { panic!("{found:?}") };
        assert_eq!(finding.what.plain(), "Desk.drawers is loaded in 3 statements, because an IN list takes 500 keys");
        assert_eq!(finding.how_much.plain(), "2 round trips more than one statement would take");
        assert_eq!(finding.evidence[0], count("keys", 1001));
    }

    #[test]
    fn a_full_list_is_one_statement() {
        assert_eq!(find(&staged::evidence(500, [1, 1], ["selectin", "subquery"])), []);
    }
}
