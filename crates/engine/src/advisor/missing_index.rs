//! Rows are looked up by a foreign key that no index begins with, so the database reads the whole table.

use super::evidence::{Evidence, LoadedRelationship, Lookup};
use super::words::said;
use super::{Finding, Rule, Severity, count};
use crate::plan::document::Strategy;

/// One statement that looks rows up by these columns is enough to say that it cannot do so by an index.
const STATEMENTS: u64 = 1;

/// From so many statements on the table is read so many times in every request.
const MANY: u64 = 10;

pub(super) fn find(evidence: &Evidence) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for one in &evidence.objects.relationships {
        let Some(lookup) = one.lookup.as_ref().filter(|lookup| lookup.indexed == Some(false)) else { continue };
        findings.extend(finding(evidence, one, lookup));
    }
    findings
}

fn finding(evidence: &Evidence, one: &LoadedRelationship, lookup: &Lookup) -> Option<Finding> {
    let (own, rows) = evidence.caused_by(&one.path);
    // What is joined has no statement of its own: the one it rides along in looks it up.
    let joined = matches!(one.strategy, Strategy::JsonAgg) || one.strategy.rides_along();
    let statements = if joined && one.owners > 0 { own.max(1) } else { own };
    if statements < STATEMENTS {
        return None;
    }
    let key = format!("{} ({})", lookup.table, lookup.columns.join(", "));
    Some(Finding {
        rule: Rule::MissingIndex,
        severity: if statements >= MANY { Severity::Costly } else { Severity::Notable },
        paths: vec![one.path.clone()],
        evidence: vec![count("statements", statements), count("rows", rows), count("owners", one.owners)],
        threshold: Some(count("statements", STATEMENTS)),
        what: said![format!("{} is looked up by {key}, which has no index", one.path)],
        place: if joined {
            said!["in the statement it is joined into"]
        } else {
            said!["in ", (statements, "statement"), " of a request"]
        },
        how_much: if joined {
            said!["the database reads all of ", lookup.table.clone(), ", or builds an index for every request"]
        } else {
            said!["each of them reads all of ", lookup.table.clone(), " to find its rows"]
        },
        remedy: said![format!(
            "Create an index on {key}, or compare with `fk_indexes=on` on a sample; in SQLAlchemy `index=True` on the column"
        )],
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::staged;
    use super::*;

    fn without_index(strategies: [&str; 2]) -> Vec<Finding> {
        let mut evidence = staged::evidence(12, [2, 3], strategies);
        let lookup = evidence.objects.relationships[0].lookup.as_mut().unwrap();
        assert_eq!((lookup.table.as_str(), &lookup.columns[..]), ("drawer", &["desk_id".to_owned()][..]));
        lookup.indexed = Some(false);
        find(&evidence)
    }

    #[test]
    fn a_lookup_without_an_index_is_found_with_how_often_it_happens() {
        let lazy = &without_index(["select", "select"])[0];
        assert_eq!(lazy.what.plain(), "Desk.drawers is looked up by drawer (desk_id), which has no index");
        assert_eq!((lazy.place.plain().as_str(), lazy.severity), ("in 12 statements of a request", Severity::Costly));
        let joined = &without_index(["joined", "select"])[0];
        assert_eq!((joined.severity, joined.evidence[0]), (Severity::Notable, count("statements", 1)));
    }

    #[test]
    fn an_index_or_nobody_having_looked_is_no_finding() {
        let mut evidence = staged::evidence(12, [2, 3], ["select", "select"]);
        assert_eq!(find(&evidence), []);
        evidence.objects.relationships[0].lookup.as_mut().unwrap().indexed = Some(true);
        assert_eq!(find(&evidence), []);
        assert_eq!(without_index(["raise", "select"]), []);
    }
}
