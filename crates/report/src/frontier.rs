//! Which variants nothing beats in queries, rows and latency at once (the Pareto frontier of the three).
//!
//! A variant is beaten by another that sends no more queries, fetches no more rows and is not detectably slower over the
//! rounds, and is better in at least one of the three.

use crate::format;
use crate::rows::Row;
use crate::table::Table;
use fetchscope_experiment::outcome::Counts;

/// A variant's place between the three.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    pub(crate) counts: Counts,
    /// Median latency in nanoseconds.
    pub(crate) median: f64,
    /// Whether nothing beats it.
    pub(crate) on_frontier: bool,
}

/// The place of every row; none where it was not measured.
pub(crate) fn places(rows: &[Row]) -> Vec<Option<Place>> {
    let place = |(index, row): (usize, &Row)| {
        let on_frontier = !(0..rows.len()).any(|other| beats(rows, other, index));
        Some(Place { counts: row.counts?, median: row.median()?, on_frontier })
    };
    rows.iter().enumerate().map(place).collect()
}

/// Whether the first beats the second.
fn beats(rows: &[Row], one: usize, other: usize) -> bool {
    let figures = |row: &Row| Some((row.counts?, row.median()?));
    let (Some((ours, our_median)), Some((theirs, their_median))) = (figures(&rows[one]), figures(&rows[other])) else {
        return false;
    };
    // Where the rounds are too few to tell, a longer median is as good as slower.
    let apart = rows[one].apart.get(other).copied().flatten();
    let faster = apart == Some(true) && our_median < their_median;
    let slower = apart != Some(false) && our_median > their_median;
    let no_worse = ours.queries <= theirs.queries && ours.rows <= theirs.rows && !slower;
    no_worse && (ours.queries < theirs.queries || ours.rows < theirs.rows || faster)
}

/// Who is on the frontier, in a sentence or two.
#[must_use]
pub fn finding(rows: &[Row]) -> String {
    let places = places(rows);
    let on: Vec<String> = rows
        .iter()
        .zip(&places)
        .filter(|(_, place)| place.is_some_and(|place| place.on_frontier))
        .map(|(row, _)| row.label())
        .collect();
    let measured = places.iter().flatten().count();
    match (on.len(), measured) {
        (_, 0) => "No variant was measured.".to_owned(),
        (on, all) if on == all => "No variant beats another in queries, rows and latency at once.".to_owned(),
        _ => format!(
            "On the frontier of queries, rows and latency: {}. Each of the others is beaten by one that needs no more queries and \
             no more rows and is not detectably slower.",
            on.join(", ")
        ),
    }
}

/// The three figures, and who is on the frontier.
#[must_use]
pub fn table(rows: &[Row]) -> Table {
    let head = ["queries", "rows", "p50", "on the frontier"].map(str::to_owned).into();
    let line = |(row, place): (&Row, Option<Place>)| {
        let Place { counts, median, on_frontier } = place?;
        let figures = vec![
            format::count(counts.queries),
            format::count(counts.rows),
            format::duration(median),
            if on_frontier { "yes" } else { "no" }.to_owned(),
        ];
        Some((row.colour, figures))
    };
    Table { head, rows: rows.iter().zip(places(rows)).filter_map(line).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::rows::rows;

    /// What each row needs: queries, rows, and whether the rounds tell all of them apart.
    fn with(needs: &[(u64, u64)], apart: bool) -> Vec<Row> {
        let mut rows = rows(&fixture::article());
        rows.truncate(needs.len());
        for (row, (queries, fetched)) in rows.iter_mut().zip(needs) {
            let counts = row.counts.as_mut().unwrap();
            (counts.queries, counts.rows) = (*queries, *fetched);
            row.apart = vec![Some(apart); needs.len()];
        }
        rows
    }

    fn on(rows: &[Row]) -> Vec<bool> {
        places(rows).into_iter().map(|place| place.unwrap().on_frontier).collect()
    }

    #[test]
    fn one_that_is_worse_in_nothing_and_better_in_something_beats() {
        // The baseline of this fixture is the slowest.
        assert_eq!(on(&with(&[(111, 1110), (1, 1000)], true)), [false, true]);
        assert_eq!(on(&with(&[(111, 900), (1, 1000)], true)), [true, true]);
        assert_eq!(on(&with(&[(1, 1000), (1, 1000)], true)), [false, true], "as many, and slower");
    }

    #[test]
    fn what_the_rounds_do_not_tell_apart_is_as_fast() {
        assert_eq!(on(&with(&[(1, 1000), (1, 1000)], false)), [true, true]);
        assert_eq!(on(&with(&[(1, 1000), (2, 1000)], false)), [true, false]);
    }

    #[test]
    fn it_is_said_who_is_on_it_and_wrong_answers_are_not() {
        let said = finding(&with(&[(111, 1110), (1, 1000)], true));
        assert!(said.starts_with("On the frontier of queries, rows and latency: B "), "{said}");
        assert_eq!(
            finding(&with(&[(111, 900), (1, 1000)], true)),
            "No variant beats another in queries, rows and latency at once."
        );
        let troubled = rows(&fixture::troubled());
        let wrong = troubled.iter().position(|row| row.bad).unwrap();
        assert_eq!(places(&troubled)[wrong], None);
        assert!(table(&troubled).rows.iter().all(|(row, _)| *row != wrong));
    }
}
