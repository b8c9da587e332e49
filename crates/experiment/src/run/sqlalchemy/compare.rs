//! Whether SQLAlchemy did what the native lane says it does.

use crate::outcome::{Agreement, StatementShape, VariantOutcome};
use fetchscope_drivers::sqlalchemy::Answer;
use fetchscope_engine::sql::placeholders;
use fetchscope_engine::trace::Phase;
use std::collections::BTreeMap;

/// The distinct statements of an answer, in the order of first use.
pub(super) fn shapes(answer: &Answer) -> Vec<StatementShape> {
    let mut shapes: Vec<StatementShape> = Vec::new();
    for one in &answer.statements {
        let same =
            |shape: &&mut StatementShape| shape.sql == one.sql && shape.phase == one.phase && shape.path == one.path;
        let rows = one.rows.unwrap_or(0);
        match shapes.iter_mut().find(same) {
            Some(shape) => {
                shape.times += 1;
                shape.rows += rows;
            }
            None => shapes.push(StatementShape {
                sql: one.sql.clone(),
                phase: one.phase,
                path: one.path.clone(),
                times: 1,
                rows,
                origin: None,
                plan: None,
            }),
        }
    }
    shapes
}

/// How a variant's answer compares with the baseline's. What is the same as natively is said in the same words.
pub(super) fn agreement(
    answer: &Answer,
    native: Option<&VariantOutcome>,
    is_baseline: bool,
    baseline: Option<&str>,
) -> Agreement {
    if let Some(native) = native.filter(|native| outcome_of(native) == outcome_in(answer)) {
        return native.agreement.clone();
    }
    match (&answer.error, &answer.hash_canonical) {
        (Some(error), _) => Agreement::Stopped { reason: format!("raises {}: {}", error.type_name, error.message) },
        (None, Some(_)) if is_baseline => Agreement::Baseline,
        (None, hash) if baseline.is_none() || hash.as_deref() == baseline => Agreement::Same,
        (None, _) => Agreement::Different { difference: "another answer than the baseline’s".to_owned() },
    }
}

/// The hash of an answer, or the name of the exception.
fn outcome_of(native: &VariantOutcome) -> Option<&str> {
    match &native.agreement {
        Agreement::Raises { error } => Some(error.type_name.name()),
        Agreement::Baseline
        | Agreement::Same
        | Agreement::Different { .. }
        | Agreement::Stopped { .. }
        | Agreement::LeftOut { .. }
        | Agreement::Unknown => native.hash.as_deref(),
    }
}

fn outcome_in(answer: &Answer) -> Option<&str> {
    answer.error.as_ref().map(|error| error.type_name.as_str()).or(answer.hash_canonical.as_deref())
}

/// The first thing in which SQLAlchemy did otherwise, in a sentence.
/// Another version than the one the native lane follows words its statements otherwise: `in_words` says whether to look.
pub(super) fn disagreement(answer: &Answer, native: &VariantOutcome, in_words: bool) -> Option<String> {
    let name = &native.name;
    let counts = native.counts?;
    if outcome_of(native) != outcome_in(answer) {
        let said = match &answer.error {
            Some(error) => format!("raises {}: {}", error.type_name, error.message),
            None => "answers otherwise".to_owned(),
        };
        return Some(format!("{name}: SQLAlchemy {said}, which Fetchscope does not."));
    }
    if answer.query_count != counts.queries {
        let (theirs, ours) = (answer.query_count, counts.queries);
        return Some(format!("{name}: SQLAlchemy sent {theirs} statements where Fetchscope sends {ours}."));
    }
    let (theirs, ours) = (places(shapes(answer), in_words), places(native.statements.clone(), in_words));
    let other = theirs.iter().find(|(place, what)| ours.get(place) != Some(what));
    other.map(|((_, path, sql), (times, rows))| {
        let path = path.as_deref().unwrap_or("the roots");
        match ours.iter().find(|((_, _, known), _)| known == sql) {
            Some((_, (own_times, own))) => format!(
                "{name}: for {path} SQLAlchemy had {rows} rows from {times} statements where Fetchscope has {own} from \
                 {own_times}."
            ),
            None => format!("{name}: for {path} SQLAlchemy sent another statement than Fetchscope does: {sql}"),
        }
    })
}

/// Statements by what they are, in no order: post-loads of siblings come in any.
type Places = BTreeMap<(u8, Option<String>, String), (u64, u64)>;

/// What both sides call the same: a lazy load is named by SQLAlchemy after the path on which its owner came first, and here
/// after the one that is read.
fn place(phase: Phase, path: &str) -> &str {
    match phase {
        Phase::Before | Phase::Load => path,
        Phase::Walk => path.rsplit('.').next().unwrap_or(path),
    }
}

fn places(shapes: Vec<StatementShape>, in_words: bool) -> Places {
    let phase = |phase| match phase {
        Phase::Before => 0,
        Phase::Load => 1,
        Phase::Walk => 2,
    };
    let mut places = Places::new();
    for StatementShape { sql, phase: when, path, times, rows, origin: _, plan: _ } in shapes {
        let path = path.map(|path| place(when, &path).to_owned());
        let words = || placeholders::plain(&sql.split_whitespace().collect::<Vec<_>>().join(" "));
        let sql = if in_words { words() } else { String::new() };
        let sum = places.entry((phase(when), path, sql)).or_default();
        sum.0 += times;
        sum.1 += rows;
    }
    places
}
