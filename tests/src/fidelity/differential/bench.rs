//! One case at a time: made, asked of both sides, compared.

use super::shrink::Part;
use super::{Choice, Disagreement, Verdict};
use crate::fidelity::reference::Program;
use crate::fidelity::{Agreement, Answer, Case, Fault, Refusal, Scene, ask, compare};
use serde_json::{Value, json};

/// How often the real SQLAlchemy is asked again, each time in a process of its own, before a difference counts. Where it
/// hangs on the order of two siblings, one in 65 536 such cases is not noticed.
const SECOND_OPINIONS: u32 = 16;

/// How a plan may end. SQLAlchemy has other exceptions for what it should not be asked, and for defects of its own.
const FORESEEN: [&str; 7] = [
    "InvalidRequestError",
    "MissingGreenlet",
    "DetachedInstanceError",
    "NoResultFound",
    "MultipleResultsFound",
    "NoSuchColumnError",
    "AsyncMethodRequired",
];

pub(super) struct Bench<'a> {
    choice: &'a Choice,
    folder: tempfile::TempDir,
    /// The database on the server, once there is one.
    on_server: Option<Scene>,
    generator: Program,
    reference: Program,
}

/// What both sides say to a case.
enum Heard {
    Refused(String),
    NotCovered(String),
    Agreed(Agreement),
    Differs { want: Value, have: Result<Answer, String>, what: String },
}

impl<'a> Bench<'a> {
    pub(super) fn new(choice: &'a Choice) -> Result<Bench<'a>, Fault> {
        let folder = tempfile::tempdir().map_err(|source| Fault::File { path: std::env::temp_dir(), source })?;
        Ok(Bench {
            choice,
            folder,
            on_server: None,
            generator: Program::generator()?,
            reference: Program::reference()?,
        })
    }

    pub(super) fn case(&mut self, seed: u64) -> Result<Case, Fault> {
        let choice = json!({ "seed": seed, "only": self.choice.only, "without": self.choice.without });
        Case::read(&self.generator.ask(&choice)?)
    }

    pub(super) fn verdict(&mut self, seed: u64) -> Result<Verdict, Fault> {
        let case = self.case(seed)?;
        let (want, have, what) = match self.hear(&case)? {
            Heard::Refused(reason) => return Ok(Verdict::Skipped(reason)),
            Heard::NotCovered(words) => return Ok(Verdict::NotCovered(words)),
            Heard::Agreed(agreement) => return Ok(Verdict::Agreed(agreement)),
            Heard::Differs { want, have, what } => (want, have, what),
        };
        if self.is_undecided(&case, &want, &have)? {
            return Ok(Verdict::Undecided);
        }
        let (case, what) = if self.choice.shrink { self.shrunk(case, what)? } else { (case, what) };
        Ok(Verdict::Differs(Box::new(Disagreement { seed, case, what })))
    }

    /// What the real SQLAlchemy answers, without the response itself.
    pub(super) fn real_answer(&mut self, case: &Case) -> Result<Value, Fault> {
        let scene = self.scene(case)?;
        let mut answer = self.reference.answer(&scene, &case.plan)?;
        if let Some(reason) = answer["refused"].as_str() {
            return Err(Fault::malformed("the case", reason));
        }
        if let Some(fields) = answer.as_object_mut() {
            fields.remove("response");
        }
        Ok(answer)
    }

    fn scene(&mut self, case: &Case) -> Result<Scene, Fault> {
        if self.choice.postgres {
            let scene = match self.on_server.take() {
                None => Scene::make_on_server(&case.script, &case.mapping)?,
                Some(there) => there.remake_on_server(&case.script, &case.mapping)?,
            };
            self.on_server = Some(scene.clone());
            return Ok(scene);
        }
        Scene::make(&self.folder.path().join("case.db"), &case.script, &case.mapping)
    }

    fn hear(&mut self, case: &Case) -> Result<Heard, Fault> {
        if self.choice.postgres && has_long_name(&case.mapping) {
            return Ok(Heard::Refused("a name is longer than PostgreSQL keeps".to_owned()));
        }
        let scene = self.scene(case)?;
        let want = self.reference.answer(&scene, &case.plan)?;
        if let Some(reason) = want["refused"].as_str() {
            return Ok(Heard::Refused(reason.to_owned()));
        }
        if let Some(name) = want["error"]["type"].as_str().filter(|name| !FORESEEN.contains(name)) {
            return Ok(Heard::Refused(format!("it ends with {name}")));
        }
        let postgres = self.choice.postgres;
        let have = match ask(&scene, &case.plan) {
            Err(Refusal::NotCovered(words)) => return Ok(Heard::NotCovered(words)),
            Err(Refusal::Failed(words)) => Err(words),
            Ok(have) => Ok(have),
        };
        Ok(match held_against(postgres, case, &want, &have)? {
            Ok(agreement) => Heard::Agreed(agreement),
            Err(what) => Heard::Differs { want, have, what },
        })
    }

    /// Whether the real SQLAlchemy, asked again, does not answer as before, or answers as we do.
    fn is_undecided(&mut self, case: &Case, want: &Value, have: &Result<Answer, String>) -> Result<bool, Fault> {
        let scene = self.scene(case)?;
        let postgres = self.choice.postgres;
        for number in 1..=SECOND_OPINIONS {
            let again = Program::shaken(number)?.answer(&scene, &case.plan)?;
            let itself = || -> Result<bool, Fault> {
                Ok(held_against(postgres, case, want, &Ok(Answer::read(&again)?))?.is_err())
            };
            if again["refused"].is_string() || held_against(postgres, case, &again, have)?.is_ok() || itself()? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The case with everything left out that the difference does not need.
    fn shrunk(&mut self, case: Case, what: String) -> Result<(Case, String), Fault> {
        let (mut case, mut what) = (case, what);
        loop {
            let mut changed = false;
            for part in Part::ALL {
                while let Some(next) = self.smaller(part, &case, &what)? {
                    (case, what) = next;
                    changed = true;
                }
            }
            if !changed {
                return Ok((case, what));
            }
        }
    }

    fn smaller(&mut self, part: Part, case: &Case, what: &str) -> Result<Option<(Case, String)>, Fault> {
        let wanted = kind(what);
        for candidate in part.smaller(case) {
            if let Heard::Differs { what, .. } = self.hear(&candidate)?
                && kind(&what) == wanted
            {
                return Ok(Some((candidate, what)));
            }
        }
        Ok(None)
    }
}

/// Whether a table or column has a longer name than a table or column of PostgreSQL can have.
fn has_long_name(mapping: &Value) -> bool {
    match mapping {
        Value::String(name) => name.len() > 63,
        Value::Array(all) => all.iter().any(has_long_name),
        Value::Object(fields) => fields.values().any(has_long_name),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Of which kind a difference is: another kind would be another finding.
fn kind(what: &str) -> String {
    match what.lines().next() {
        // What stands between backticks are names.
        Some(refused) if refused.starts_with("refused") => refused.split('`').step_by(2).collect(),
        Some(_) | None => what.split(' ').next().unwrap_or_default().to_owned(),
    }
}

fn held_against(
    postgres: bool,
    case: &Case,
    want: &Value,
    have: &Result<Answer, String>,
) -> Result<Result<Agreement, String>, Fault> {
    let want = Answer::read(want)?;
    Ok(match have {
        Ok(have) if postgres => {
            let (mut want, mut have) = (want, have.clone());
            want.forget_streamed_rows(&case.plan);
            want.sort_parameters();
            have.sort_parameters();
            compare(&case.mapping, &case.plan, &want, &have)
        }
        Ok(have) => compare(&case.mapping, &case.plan, &want, have),
        Err(words) => Err(format!("refused: {words}\n  want {:?}", want.error)),
    })
}
