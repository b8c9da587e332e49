//! Lessons: read, predict, run, reveal.

use super::run::RunView;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Every lesson there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LessonsView {
    /// In the order in which they build on each other, those of one's own last.
    pub lessons: Vec<LessonView>,
    /// What is wrong with those that cannot be used.
    pub notices: Vec<String>,
    /// Where lessons of one's own are put.
    pub folder: String,
}

/// A lesson before it is run. Texts are HTML without scripts, styles or addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LessonView {
    /// What its files are called.
    pub name: String,
    /// Its heading.
    pub title: String,
    /// What is read first.
    pub text: String,
    /// What is to be predicted.
    pub question: String,
    /// The predictions there are to choose from.
    pub choices: Vec<String>,
    /// What is measured: `sample:citizenapp?size=s, 3 variants, 50 at once, 1 ms round trip`.
    pub setting: String,
}

/// A lesson that was run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RevealView {
    /// What was measured.
    pub run: RunView,
    /// Which predictions were right; null where that cannot be told.
    pub right: Vec<Option<bool>>,
    /// What is said of it, with the figures that were measured: HTML as in a lesson.
    pub text: String,
    /// What became of its claim, where it makes one.
    pub verdict: Option<VerdictView>,
}

/// A claim with its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VerdictView {
    /// The claim.
    pub says: String,
    /// `holds`, `holds under conditions`, `does not hold`.
    pub verdict: String,
    /// Where it does and where it does not.
    pub cells: Vec<String>,
}

/// How far somebody is with a lesson.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct LessonProgress {
    /// Which lesson.
    pub name: String,
    /// The prediction that was chosen, from 0.
    pub choice: Option<u32>,
    /// The run it was measured by; null until then.
    pub run: Option<String>,
    /// Whether the prediction was right; null where that cannot be told.
    pub right: Option<bool>,
}
