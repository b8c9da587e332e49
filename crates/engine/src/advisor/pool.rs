//! Requests wait for a connection.

use super::evidence::Evidence;
use super::words::{Amount, said};
use super::{Figure, Finding, Rule, Severity, count};

/// Part of the requests' time spent waiting. Below a tenth, no size of pool would make them a tenth faster, and less than
/// that is what this profiler sets out to find.
const SHARE: f64 = 0.1;

/// From this part on a request mostly waits.
const MOST: f64 = 0.5;

pub(super) fn find(evidence: &Evidence) -> Vec<Finding> {
    let Some(waits) = evidence.waits.filter(|waits| waits.share >= SHARE || waits.timeouts > 0) else {
        return Vec::new();
    };
    let costly = waits.share >= MOST || waits.timeouts > 0;
    let place = said![
        Amount::Count(waits.concurrency.into()),
        " requests at once over ",
        (waits.connections.into(), "connection")
    ];
    let how_much = if waits.timeouts > 0 {
        said![(waits.timeouts, "request"), " gave up waiting, beside ", Amount::Count(waits.requests), " that did not"]
    } else {
        said!["over ", (waits.requests, "request")]
    };
    vec![Finding {
        rule: Rule::PoolSaturation,
        severity: if costly { Severity::Costly } else { Severity::Notable },
        paths: Vec::new(),
        evidence: vec![
            Figure { name: "share_of_time", amount: Amount::Share(waits.share) },
            count("timeouts", waits.timeouts),
            count("connections", waits.connections.into()),
            count("concurrency", waits.concurrency.into()),
        ],
        threshold: Some(Figure { name: "share_of_time", amount: Amount::Share(SHARE) }),
        what: said!["requests waited for a connection for ", Amount::Share(waits.share), " of their time"],
        place,
        how_much,
        remedy: if waits.concurrency <= waits.connections {
            said![
                "Nobody had to queue, so it was connections beyond those that are kept, which are opened for each request: \
                 let the pool keep as many as there are requests at once"
            ]
        } else {
            said![
                "Compare service times, which leave the wait out, and sweep the concurrency: fewer statements a request \
                 give connections back sooner; a larger pool helps only while the database has cores to spare"
            ]
        },
    }]
}

#[cfg(test)]
mod tests {
    use super::super::evidence::Waits;
    use super::super::tests::staged;
    use super::*;

    fn with(share: f64, timeouts: u64) -> Vec<Finding> {
        let waits = Some(Waits { concurrency: 50, connections: 15, requests: 1000, share, timeouts });
        find(&Evidence { waits, ..staged::evidence(2, [1, 1], ["joined", "joined"]) })
    }

    #[test]
    fn waiting_is_found_by_its_share_and_by_those_who_gave_up() {
        let found = with(0.62, 0);
        assert_eq!(found[0].what.plain(), "requests waited for a connection for 62 % of their time");
        assert_eq!(found[0].place.plain(), "50 requests at once over 15 connections");
        assert_eq!((found[0].severity, with(0.2, 0)[0].severity), (Severity::Costly, Severity::Notable));
        assert_eq!(with(0.01, 3)[0].how_much.plain(), "3 requests gave up waiting, beside 1000 that did not");
    }

    #[test]
    fn a_short_wait_or_a_single_request_is_no_finding() {
        assert_eq!(with(0.09, 0), []);
        assert_eq!(find(&staged::evidence(2, [1, 1], ["joined", "joined"])), []);
    }
}
