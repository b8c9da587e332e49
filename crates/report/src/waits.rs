//! What the sessions of a run waited for in the server: is it locks, or not?
//!
//! Sessions at work are counted at regular looks, so their mean number is the time they spent a second of the clock, and
//! the share of a wait among the sightings is its share of that time.

use crate::format;
use crate::rows::Row;
use crate::table::Table;
use fetchscope_experiment::outcome::{ServerWaits, VariantOutcome};

/// What a session was seen at, as PostgreSQL sorts it; the last is everything else.
pub(crate) const SORTS: [&str; 6] = ["working", "Lock", "LWLock", "IO", "Client", "other"];

/// Where in [`SORTS`] waiting for somebody else's lock stands.
const LOCK: usize = 1;

/// Mean number of sessions at work, by what they were seen at; none where nobody looked.
pub(crate) fn sessions(waits: &ServerWaits) -> Option<[f64; SORTS.len()]> {
    if waits.looks == 0 {
        return None;
    }
    let mut seen = [0u64; SORTS.len()];
    for (wait, times) in &waits.seen {
        let sort = wait.split(' ').next().unwrap_or_default();
        let place = SORTS.iter().position(|known| *known == sort).unwrap_or(SORTS.len() - 1);
        seen[place] += times;
    }
    Some(seen.map(|times| times as f64 / waits.looks as f64))
}

/// What is waited for, the most frequent first, with how often it was seen.
pub(crate) fn events(waits: &ServerWaits) -> Vec<(&str, u64)> {
    let mut events: Vec<_> = waits.seen.iter().map(|(wait, times)| (wait.as_str(), *times)).collect();
    events.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    events
}

/// Whether there is anything to say.
#[must_use]
pub fn were_looked_at(variants: &[VariantOutcome]) -> bool {
    looked_at(variants).next().is_some()
}

fn looked_at(variants: &[VariantOutcome]) -> impl Iterator<Item = &ServerWaits> {
    variants.iter().filter_map(|variant| variant.waits.as_ref()).filter(|waits| waits.looks > 0)
}

/// Whether it was locks, and what else it was, in a sentence or two.
#[must_use]
pub fn finding(rows: &[Row], variants: &[VariantOutcome]) -> String {
    let looks: u64 = looked_at(variants).map(|waits| waits.looks).sum();
    let sightings: u64 = looked_at(variants).flat_map(|waits| waits.seen.values()).sum();
    if looks == 0 {
        return "Nobody looked what the server's sessions waited for.".to_owned();
    }
    let looked =
        format!("{} sightings of a session at work in {} looks", format::count(sightings), format::count(looks));
    if sightings == 0 {
        return format!(
            "No session was seen at work in {} looks: the server waited for its clients.",
            format::count(looks)
        );
    }
    let share = |waits: &ServerWaits, place: usize| {
        let seen = sessions(waits).unwrap_or_default();
        let whole: f64 = seen.iter().sum();
        if whole > 0.0 { seen[place] / whole } else { 0.0 }
    };
    let measured = || rows.iter().zip(variants).filter_map(|(row, variant)| Some((row, variant.waits.as_ref()?)));
    let locked: Vec<String> = measured()
        .filter(|(_, waits)| share(waits, LOCK) > 0.0)
        .map(|(row, waits)| format!("{} of the time of {}", format::percent(share(waits, LOCK)), row.label()))
        .collect();
    let locks = match locked.as_slice() {
        [] => format!("No session was seen waiting for a lock: {looked}."),
        some => format!("Sessions waited for locks for {}: {looked}.", some.join(", ")),
    };
    let at_work: Vec<f64> = measured().map(|(_, waits)| share(waits, 0)).collect();
    let (least, most) = (at_work.iter().copied().fold(1.0, f64::min), at_work.iter().copied().fold(0.0, f64::max));
    let range = if format::percent(least) == format::percent(most) {
        format::percent(most)
    } else {
        format!("{} to {}", format::percent(least), format::percent(most))
    };
    format!("{locks} They worked for {range} of their time.")
}

/// The mean number of sessions.
#[must_use]
pub fn table(rows: &[Row], variants: &[VariantOutcome]) -> Table {
    let head = SORTS.into_iter().chain(["sessions", "looks"]).map(str::to_owned).collect();
    let line = |(row, variant): (&Row, &VariantOutcome)| {
        let waits = variant.waits.as_ref()?;
        let seen = sessions(waits)?;
        let figures = seen.into_iter().chain([seen.iter().sum()]).map(format::number);
        Some((row.colour, figures.chain([format::count(waits.looks)]).collect()))
    };
    Table { head, rows: rows.iter().zip(variants).filter_map(line).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::rows::rows;
    use fetchscope_experiment::outcome::Outcome;

    #[test]
    fn every_sighting_is_in_one_sort() {
        let outcome = fixture::waited();
        let waits = outcome.variants[1].waits.as_ref().unwrap();
        assert_eq!(sessions(waits), Some([0.9, 0.6, 0.0, 0.25, 0.0, 0.05]));
        assert_eq!(events(waits)[1], ("Lock tuple", 60));
        assert_eq!(sessions(&ServerWaits::default()), None);
    }

    #[test]
    fn it_is_said_whether_it_was_locks() {
        let mut outcome = fixture::waited();
        let said = |outcome: &Outcome| finding(&rows(outcome), &outcome.variants);
        let locks = said(&outcome);
        assert!(locks.starts_with("Sessions waited for locks for 33 % of the time of B "), "{locks}");
        assert!(locks.ends_with("They worked for 50 % to 86 % of their time."), "{locks}");
        assert_eq!(table(&rows(&outcome), &outcome.variants).rows.len(), 2);
        outcome.variants[1].waits = None;
        assert_eq!(
            said(&outcome),
            "No session was seen waiting for a lock: 361 sightings of a session at work in 400 looks. They worked for 86 % \
             of their time."
        );
        assert!(were_looked_at(&outcome.variants) && !were_looked_at(&fixture::article().variants));
    }
}
