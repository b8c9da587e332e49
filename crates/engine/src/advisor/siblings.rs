//! Collections joined side by side: every row of one stands beside every row of the other.

use super::evidence::Evidence;
use super::multiplication::{JoinedCollection, JoinedStatement};
use super::words::{Amount, Word, listed, said, spelled};
use super::{Figure, Finding, Rule, Severity, count};

/// Rows over distinct objects. Two collections of three make 9 rows of 7 objects, 1.29 times as many: from there on
/// joining them was slower than loading one of them apart, in SQLAlchemy on SQLite and on Postgres.
const FACTOR: f64 = 1.25;

/// A collection that makes less of a difference than this has one object or none for most owners: it does not multiply.
const OWN_FACTOR: f64 = 1.5;

/// Rows too many; fewer are soon read.
const ROWS: u64 = 100;

/// Rows over distinct objects from which on most of what is fetched is repetition.
const MOST: f64 = 2.0;

pub(super) fn find(evidence: &Evidence) -> Vec<Finding> {
    evidence.objects.multiplication.statements.iter().filter_map(|one| finding(evidence, one)).collect()
}

fn finding(evidence: &Evidence, statement: &JoinedStatement) -> Option<Finding> {
    let multiplying: Vec<&JoinedCollection> =
        statement.collections.iter().filter(|collection| collection.factor >= OWN_FACTOR).collect();
    // The rows that really came; the product says where they came from.
    let sent = evidence.statements.iter().filter(|sent| sent.path == statement.path && sent.rows > 0);
    let rows = sent.map(|sent| sent.rows).sum::<u64>();
    let factor = rows as f64 / statement.distinct.max(1) as f64;
    if multiplying.len() < 2 || factor < FACTOR || rows < statement.distinct.saturating_add(ROWS) {
        return None;
    }
    let paths: Vec<String> = multiplying.iter().map(|collection| collection.path.clone()).collect();
    let figures = [
        count("rows", rows),
        count("distinct", statement.distinct),
        Figure { name: "factor", amount: Amount::Factor(factor) },
        count("rows_split", statement.rows_split),
    ];
    let place =
        statement.path.as_deref().map_or("the root statement".to_owned(), |path| format!("the statement of {path}"));
    let mut how_much = said![Amount::Factor(factor), " rows for every distinct one"];
    for collection in &multiplying {
        let parts = [
            "; ".into(),
            format!("{} multiplies by ", collection.path).into(),
            Word::Amount(Amount::Factor(collection.factor)),
        ];
        how_much.0.extend(parts);
    }
    Some(Finding {
        rule: Rule::SiblingCollections,
        severity: if factor >= MOST { Severity::Costly } else { Severity::Notable },
        evidence: figures.to_vec(),
        threshold: Some(Figure { name: "factor", amount: Amount::Factor(FACTOR) }),
        what: said![
            "joined returned ",
            (rows, "row"),
            " for ",
            Amount::Count(statement.distinct),
            format!(" distinct ones: {} sibling collections multiply", spelled(multiplying.len()))
        ],
        place: said![format!("{place}, {}", listed(&paths))],
        how_much,
        remedy: said![
            format!(
                "Keep one of them joined and load the other{} with `selectin`: ",
                if paths.len() > 2 { "s" } else { "" }
            ),
            (statement.rows_split, "row"),
            " instead of ",
            Amount::Count(rows),
            format!(", in {} more statement{}", spelled(paths.len() - 1), if paths.len() > 2 { "s" } else { "" })
        ],
        paths,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::staged;
    use super::*;

    #[test]
    fn siblings_are_found_with_rows_and_factors() {
        let found = find(&staged::evidence(120, [10, 10], ["joined", "joined"]));
        let [finding] = &found[..] else { panic!("{found:?}") };
        assert_eq!(
            finding.what.plain(),
            "joined returned 12000 rows for 2520 distinct ones: two sibling collections multiply"
        );
        assert_eq!(finding.place.plain(), "the root statement, Desk.drawers and Desk.lamps");
        assert!(finding.how_much.plain().contains("Desk.lamps multiplies by 10.0"));
        assert!(
            finding.remedy.plain().contains("2400 rows instead of 12000, in one more statement"),
            "{}",
            finding.remedy.plain()
        );
        assert_eq!(finding.severity, Severity::Costly);
    }

    #[test]
    fn below_three_by_three_and_alone_they_do_no_harm() {
        assert_eq!(find(&staged::evidence(120, [2, 2], ["joined", "joined"])), []);
        assert_eq!(find(&staged::evidence(120, [30, 1], ["joined", "joined"])), []);
        assert_eq!(find(&staged::evidence(120, [10, 10], ["joined", "selectin"])), []);
        // 3 x 3, where it begins, and too few rows to matter.
        assert_eq!(find(&staged::evidence(120, [3, 3], ["joined", "joined"])).len(), 1);
        assert_eq!(find(&staged::evidence(4, [5, 5], ["joined", "joined"])), []);
    }
}
