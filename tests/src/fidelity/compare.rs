//! Whether two answers agree.
//!
//! Statements are compared in their order: text, parameters, rows, phase and path; then the exception, the count of roots
//! and the hash of the response. Forgiven is what SQLAlchemy itself leaves undefined: the order of siblings' post-loads,
//! the order of composite key columns in a subquery load, and the order of keys where that of their rows is undefined.

use super::lookup::Lookup;
use super::order::bound;
use super::{Answer, Statement};
use fetchscope_engine::trace::Phase;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write;

/// How closely two answers agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// Statement by statement.
    Exact,
    /// But for the order of siblings, or of keys whose rows have no order.
    Rearranged,
    /// The same statements, in an order that follows from rows without one.
    Shuffled,
}

/// Holds two answers against each other; `Err` says for people what differs first.
pub fn compare(mapping: &Value, plan: &Value, want: &Answer, have: &Answer) -> Result<Agreement, String> {
    let lookup = Lookup::new(mapping, plan);
    // The rows of a stream are not told; those of the same statement elsewhere then do not matter either.
    let untold: BTreeSet<String> =
        want.statements.iter().filter(|one| one.rows.is_none()).map(|one| without_order(&one.sql)).collect();
    let mut wanted = told(&lookup, want, &untold);
    let had = told(&lookup, have, &untold);
    for (want, have) in wanted.iter_mut().zip(&had) {
        if is_read_there(&lookup, want, have) {
            want.path.clone_from(&have.path);
        }
        want.reading = None;
    }
    let agreement = if wanted == had {
        Agreement::Exact
    } else if [View::Keys, View::NoKeys].iter().any(|view| rearranged(&lookup, &wanted, &had, *view)) {
        Agreement::Rearranged
    } else if lookup.reads_rows_without_order() && shuffled(&lookup, &nameless(&wanted), &nameless(&had)) {
        Agreement::Shuffled
    } else if shuffled(&lookup, &nameless(&wanted), &nameless(&had)) {
        // Which of several siblings loads what they share follows from their order.
        Agreement::Rearranged
    } else {
        let kind = if nameless(&wanted) == nameless(&had) { "path" } else { "statement" };
        return Err(format!("{kind} {}", first_difference(&lookup, &wanted, &had, want, have)));
    };
    if want.error != have.error {
        return Err(format!("error\n  want {:?}\n  have {:?}", want.error, have.error));
    }
    if want.root_count != have.root_count {
        return Err(format!("roots\n  want {:?}\n  have {:?}", want.root_count, have.root_count));
    }
    if want.hash_canonical == have.hash_canonical {
        return Ok(agreement);
    }
    Err(match (&want.response, &have.response) {
        (Some(want), Some(have)) => format!("response {}", first_place("", want, have).unwrap_or_default()),
        (None | Some(_), None | Some(_)) => "response, which was not recorded".to_owned(),
    })
}

/// Where two JSON values differ first, and how.
fn first_place(at: &str, want: &Value, have: &Value) -> Option<String> {
    match (want, have) {
        (Value::Array(wanted), Value::Array(had)) if wanted.len() == had.len() => {
            let pairs = wanted.iter().zip(had).enumerate();
            pairs.into_iter().find_map(|(i, (want, have))| first_place(&format!("{at}[{i}]"), want, have))
        }
        (Value::Object(wanted), Value::Object(had)) if wanted.len() == had.len() => wanted
            .iter()
            .find_map(|(key, want)| first_place(&format!("{at}.{key}"), want, had.get(key).unwrap_or(&Value::Null))),
        (want, have) => (want != have).then(|| format!("at {at}\n  want {want}\n  have {have}")),
    }
}

/// The statements, without rows where the driver did not tell the real one's, and paths as SQLAlchemy has them.
fn told(lookup: &Lookup, answer: &Answer, untold: &BTreeSet<String>) -> Vec<Statement> {
    let mut statements = answer.statements.clone();
    for one in &mut statements {
        if is_subquery_load(&one.sql) {
            one.path = one.path.as_ref().map(|path| lookup.of_subquery(one.phase, path));
        }
        if untold.contains(&without_order(&one.sql)) {
            one.rows = None;
        }
    }
    statements
}

/// Whether ours names the place where the response reads a relationship that SQLAlchemy ascribes to the place from which
/// the object was first loaded.
fn is_read_there(lookup: &Lookup, want: &Statement, have: &Statement) -> bool {
    let (Some(wanted), Some(had)) = (&want.path, &have.path) else { return false };
    let below = match &want.reading {
        Some(reading) => {
            had.strip_prefix(reading.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        }
        // The recorded answers do not say what was read.
        None => want.phase == Phase::Walk,
    };
    below && lookup.relationship(wanted) == lookup.relationship(had)
}

fn nameless(statements: &[Statement]) -> Vec<Statement> {
    statements.iter().map(|one| Statement { path: None, ..one.clone() }).collect()
}

fn is_subquery_load(sql: &str) -> bool {
    sql.contains(" FROM (SELECT ")
}

/// How closely statements are looked at that are not in the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    /// Each with its parameters.
    Keys,
    /// Where the rows above have no order, the keys of a path are taken together, whichever statement they stand in.
    NoKeys,
}

/// Whether these are the same statements, and those that are bound to an order keep it.
fn rearranged(lookup: &Lookup, want: &[Statement], have: &[Statement], view: View) -> bool {
    let mut places: BTreeMap<String, VecDeque<usize>> = BTreeMap::new();
    for (place, one) in have.iter().enumerate() {
        places.entry(seen(lookup, one, view)).or_default().push_back(place);
    }
    let place = |one: &Statement| places.get_mut(&seen(lookup, one, view)).and_then(VecDeque::pop_front);
    let Some(places) = want.iter().map(place).collect::<Option<Vec<usize>>>() else { return false };
    // Of a recorded answer the digest may be all that is left, which says nothing about the keys in another order.
    let known = want.iter().chain(have).all(|one| one.params.params.is_some());
    let sums = |statements| together(lookup, statements, known);
    if want.len() != have.len() || (view == View::NoKeys && sums(want) != sums(have)) {
        return false;
    }
    let keeps = |first: usize| {
        let later = first + 1..want.len();
        later.into_iter().all(|second| places[first] < places[second] || !bound(lookup, &want[first], &want[second]))
    };
    (0..want.len()).all(keeps)
}

/// Whether these are the same statements in any order, as where the rows they are read from come in any order.
fn shuffled(lookup: &Lookup, want: &[Statement], have: &[Statement]) -> bool {
    let sorted = |statements: &[Statement]| {
        let mut seen: Vec<String> = statements.iter().map(|one| seen(lookup, one, View::NoKeys)).collect();
        seen.sort_unstable();
        seen
    };
    sorted(want) == sorted(have)
}

/// What of a statement is looked at.
fn seen(lookup: &Lookup, one: &Statement, view: View) -> String {
    // While objects are read, SQLAlchemy names the path on which the object was loaded first, and ours the one on which it
    // is read; and of a relationship that repeats itself it does not name every round.
    let mut path: Vec<&str> = match one.phase {
        Phase::Load => one.path.iter().flat_map(|path| path.split('.')).collect(),
        Phase::Before | Phase::Walk => Vec::new(),
    };
    path.dedup();
    let place = format!("{:?} {path:?}", one.phase);
    if view == View::NoKeys && is_loose(lookup, one) {
        return format!("{place} {}", without_keys(&one.sql));
    }
    format!("{place} {} {:?} {:?}", with_sorted_keys(&one.sql), one.params.digest(), one.rows)
}

/// Whether the order of the keys in this statement follows from rows that have none.
fn is_loose(lookup: &Lookup, one: &Statement) -> bool {
    let undefined = |path: &String| !lookup.parents_have_an_order(one.phase, path);
    one.sql.contains(" IN (") && one.path.as_ref().is_some_and(undefined)
}

/// For each path with such keys: all of them, sorted, where they are `known`, and the rows of all its statements.
fn together(lookup: &Lookup, statements: &[Statement], known: bool) -> BTreeMap<String, (Vec<String>, u64)> {
    let mut all: BTreeMap<String, (Vec<String>, u64)> = BTreeMap::new();
    for one in statements.iter().filter(|one| is_loose(lookup, one)) {
        let (keys, rows) = all.entry(seen(lookup, one, View::NoKeys)).or_default();
        if known {
            keys.extend(one.params.params.iter().flatten().map(Value::to_string));
        }
        *rows += one.rows.unwrap_or_default();
    }
    all.values_mut().for_each(|(keys, _)| keys.sort_unstable());
    all
}

/// The text whatever the number of its keys and the order of composite ones.
fn without_order(sql: &str) -> String {
    without_keys(&with_sorted_keys(sql))
}

/// The text with one placeholder for a list of them.
fn without_keys(sql: &str) -> String {
    let mut sql = sql.to_owned();
    for (many, one) in [("?, ?", "?"), ("(?), (?)", "(?)")] {
        while sql.contains(many) {
            sql = sql.replace(many, one);
        }
    }
    sql
}

/// The text of a subquery load with the columns of each of its SELECT lists in alphabetical order, as composite keys
/// come out of a set.
fn with_sorted_keys(sql: &str) -> String {
    if !is_subquery_load(sql) {
        return sql.to_owned();
    }
    let lists = sql.split("SELECT ").map(|part| {
        let Some((list, rest)) = part.split_once(" FROM ") else { return part.to_owned() };
        let mut columns: Vec<&str> = list.split(", ").collect();
        columns.sort_unstable_by_key(|column| column.trim_start_matches("DISTINCT "));
        let distinct = if list.starts_with("DISTINCT ") { "DISTINCT " } else { "" };
        format!("{distinct}{} FROM {rest}", columns.join(", ").replace("DISTINCT ", ""))
    });
    lists.collect::<Vec<_>>().join("SELECT ")
}

fn first_difference(lookup: &Lookup, wanted: &[Statement], had: &[Statement], want: &Answer, have: &Answer) -> String {
    let same = |(want, have): &(&Statement, &Statement)| {
        want.path == have.path && seen(lookup, want, View::Keys) == seen(lookup, have, View::Keys)
    };
    let at = wanted.iter().zip(had).take_while(same).count();
    let mut text = format!("{} of {}, ours {}", at + 1, wanted.len(), had.len());
    for (who, answer, statement) in [("want", want, wanted.get(at)), ("have", have, had.get(at))] {
        let _ = match statement {
            Some(one) => write!(
                text,
                "\n  {who} [{:?}, {}, {:?} rows] {}\n       {}",
                one.phase,
                one.path.as_deref().unwrap_or("-"),
                one.rows,
                one.sql,
                Value::from(one.params.params.clone().unwrap_or_default()),
            ),
            None => write!(text, "\n  {who} the end: {:?}", answer.error),
        };
    }
    text
}
