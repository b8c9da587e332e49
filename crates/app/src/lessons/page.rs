//! The page of a lesson: a heading and what is read, `## Predict` with a question and a list, `## Reveal`.

use super::condition::Condition;
use super::reveal::Placeholder;
use super::{Choice, Lesson};
use fetchscope_experiment::spec::Experiment;

const PREDICT: &str = "\n## Predict\n";
const REVEAL: &str = "\n## Reveal\n";

/// Reads a page; the error is what is wrong with it.
pub(super) fn read(name: &str, page: &str, experiment: Experiment) -> Result<Lesson, String> {
    let page = page.replace("\r\n", "\n");
    let missing = |part: &str| format!("there is no part `{}`", part.trim());
    let (head, rest) = page.split_once(PREDICT).ok_or_else(|| missing(PREDICT))?;
    let (predict, after) = rest.split_once(REVEAL).ok_or_else(|| missing(REVEAL))?;
    let (title, text) = head.trim_start().split_once('\n').unwrap_or((head.trim(), ""));
    let title = title.strip_prefix("# ").ok_or("the first line is to be a heading: `# What it is about`")?;
    let (question, list) = match predict.split_once("\n- ") {
        Some((question, list)) => (question, list),
        None => return Err("the part `## Predict` has no list of predictions".to_owned()),
    };
    let choices = list.split("\n- ").map(|item| choice(item, &experiment)).collect::<Result<_, _>>()?;
    check_after(after, &experiment)?;
    Ok(Lesson {
        name: name.to_owned(),
        title: title.trim().to_owned(),
        text: text.trim().to_owned(),
        question: question.trim().to_owned(),
        choices,
        after: after.trim().to_owned(),
        experiment,
    })
}

/// An item of the list: words, and in backticks what makes them right.
fn choice(item: &str, experiment: &Experiment) -> Result<Choice, String> {
    let item = item.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts = item.strip_suffix('`').and_then(|item| item.rsplit_once('`'));
    let (text, condition) = parts
        .ok_or_else(|| format!(
            "the prediction “{item}” does not end with what makes it right, in backticks; a lesson asks one question, and nothing \
             follows its predictions"
        ))?;
    Ok(Choice { text: text.trim().to_owned(), condition: Condition::read(condition, experiment)? })
}

/// Every placeholder can be filled, and there is no figure beside them.
fn check_after(after: &str, experiment: &Experiment) -> Result<(), String> {
    let mut rest = after;
    while let Some((before, inside)) = rest.split_once('{') {
        check_words(before)?;
        let (placeholder, next) = inside.split_once('}').ok_or("a `{` is never closed")?;
        Placeholder::read(placeholder, experiment)?;
        rest = next;
    }
    check_words(rest)
}

/// Code is quoted, not stated.
fn check_words(text: &str) -> Result<(), String> {
    let stated = text.split('`').step_by(2).find_map(|words| {
        let mut words = words.split(|letter: char| letter.is_whitespace() || "(),;:".contains(letter));
        words.find(|word| word.starts_with(|letter: char| letter.is_ascii_digit()))
    });
    match stated {
        Some(figure) => Err(format!(
            "the part `## Reveal` states the figure {figure}, which nobody measured; use a placeholder like {{queries NAME}}"
        )),
        None => Ok(()),
    }
}
