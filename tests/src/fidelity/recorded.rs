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

/// All of them on SQLite; their databases are made in `databases`.
pub fn recorded(databases: &Path) -> Result<Vec<Recorded>, Fault> {
    let mut found = goldens("golden-sqlite.jsonl", &|name| common(databases, name))?;
    // Where random plans or a review found a difference, the real answer was recorded as well.
    for line in lines("regressions.jsonl")? {
        let id = text(&line, "id")?;
        let scene = match line.get("script") {
            Some(_) => {
                let case = Case::read(&line)?;
                Scene::make(&databases.join(format!("{id}.db")), &case.script, &case.mapping)?
            }
            None => common(databases, &text(&line, "db")?)?,
        };
        found.push(Recorded { answer: Answer::read(&line["answer"])?, plan: line["plan"].clone(), id, scene });
    }
    Ok(found)
}

/// Those on PostgreSQL; their databases are made on the tests' own server.
pub fn recorded_on_postgres() -> Result<Vec<Recorded>, Fault> {
    let make = |name: &str| Scene::make_on_server(&read(&format!("{name}.sql"))?, &mapping(name)?);
    let scenes = BTreeMap::from([("citizen", make("citizen")?), ("composite", make("composite")?)]);
    let unknown = |name: &str| Fault::malformed("plans.json", format!("there is no database {name}"));
    let mut found = goldens("golden-postgres.jsonl", &|name| scenes.get(name).cloned().ok_or_else(|| unknown(name)))?;
    found.iter_mut().for_each(|one| one.answer.forget_streamed_rows(&one.plan));
    Ok(found)
}

/// The plans with the answers of a file, in the scene of each.
fn goldens(file: &str, scene: &dyn Fn(&str) -> Result<Scene, Fault>) -> Result<Vec<Recorded>, Fault> {
    let mut answers = BTreeMap::new();
    for line in lines(file)? {
        answers.insert(text(&line, "id")?, Answer::read(&line)?);
    }
    let plans: Vec<Value> =
        serde_json::from_str(&read("plans.json")?).map_err(|error| Fault::malformed("plans.json", error))?;
    let one = |plan: Value| {
        let id = text(&plan, "id")?;
        let answer =
            answers.remove(&id).ok_or_else(|| Fault::malformed("plans.json", format!("{id} has no answer")))?;
        Ok(Recorded { scene: scene(&text(&plan, "db")?)?, plan: plan["plan"].clone(), id, answer })
    };
    plans.into_iter().map(one).collect()
}

/// One of the databases that many plans share, made when the first of them needs it.
fn common(databases: &Path, name: &str) -> Result<Scene, Fault> {
    let database = databases.join(format!("{name}.db"));
    if database.exists() {
        return Ok(Scene { source: format!("sqlite:{}", database.display()), mapping: mapping(name)? });
    }
    Scene::make(&database, &read(&format!("{name}.sql"))?, &mapping(name)?)
}

fn mapping(name: &str) -> Result<Value, Fault> {
    serde_json::from_str(&read(&format!("{name}.schema.json"))?).map_err(|error| Fault::malformed("a mapping", error))
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
