//! The answers that were recorded once, below `tests/fidelity`.

use super::{Answer, Case, Fault, Scene};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A recorded answer with what it answers.
#[derive(Debug)]
pub struct Recorded {
    /// Its name.
    pub id: String,
    /// The database it is about: one of the two that stand for themselves, or one of its own.
    pub scene: Scene,
    /// The plan file.
    pub plan: Value,
    /// What the real SQLAlchemy answered.
    pub answer: Answer,
}

/// Where they lie.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fidelity")
}

/// All of them; their databases are made in `databases`.
pub fn recorded(databases: &Path) -> Result<Vec<Recorded>, Fault> {
    let mut answers = BTreeMap::new();
    for line in lines("golden-sqlite.jsonl")? {
        answers.insert(text(&line, "id")?, Answer::read(&line)?);
    }
    let plans: Vec<Value> =
        serde_json::from_str(&read("plans.json")?).map_err(|error| Fault::malformed("plans.json", error))?;
    let mut found = Vec::new();
    for plan in plans {
        let id = text(&plan, "id")?;
        let answer =
            answers.remove(&id).ok_or_else(|| Fault::malformed("plans.json", format!("{id} has no answer")))?;
        found.push(Recorded { scene: common(databases, &plan)?, plan: plan["plan"].clone(), id, answer });
    }
    // Where random plans or a review found a difference, the real answer was recorded as well.
    for line in lines("regressions.jsonl")? {
        let id = text(&line, "id")?;
        let scene = match line.get("script") {
            Some(_) => {
                let case = Case::read(&line)?;
                Scene::make(&databases.join(format!("{id}.db")), &case.script, &case.mapping)?
            }
            None => common(databases, &line)?,
        };
        found.push(Recorded { answer: Answer::read(&line["answer"])?, plan: line["plan"].clone(), id, scene });
    }
    Ok(found)
}

/// One of the databases that many plans share, made when the first of them needs it.
fn common(databases: &Path, line: &Value) -> Result<Scene, Fault> {
    let name = text(line, "db")?;
    let database = databases.join(format!("{name}.db"));
    let mapping = serde_json::from_str(&read(&format!("{name}.schema.json"))?)
        .map_err(|error| Fault::malformed("a mapping", error))?;
    if database.exists() {
        return Ok(Scene { database, mapping });
    }
    Scene::make(&database, &read(&format!("{name}.sql"))?, &mapping)
}

fn read(name: &str) -> Result<String, Fault> {
    let path = folder().join(name);
    std::fs::read_to_string(&path).map_err(|source| Fault::File { path, source })
}

fn lines(name: &str) -> Result<Vec<Value>, Fault> {
    read(name)?.lines().map(|line| serde_json::from_str(line).map_err(|error| Fault::malformed(name, error))).collect()
}

fn text(line: &Value, key: &str) -> Result<String, Fault> {
    line[key].as_str().map(str::to_owned).ok_or_else(|| Fault::malformed("a recorded line", format!("no `{key}`")))
}
