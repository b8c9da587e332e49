//! The SQLAlchemy code of a variant, run by the real SQLAlchemy, sends what the variant was measured with; and the test that
//! comes with it passes.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use fetchscope_app::passwords::{Passwords, SystemKeyring};
use fetchscope_app::source::{Opened, Source};
use fetchscope_app::{Paths, code, request};
use fetchscope_engine::plan::document::Strategy;
use fetchscope_experiment::spec::Experiment;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;

/// Runs the code of each piece with the classes of a mapping, on a database, and tells the statements.
const RUN: &str = r#"
import json, sys, types
import sqlalchemy as sa
from sqlalchemy.orm import Session
from fetchscope_lane.model import Model

asked = json.load(sys.stdin)
models = types.ModuleType("app.models")
vars(models).update(Model(asked["mapping"]).classes)
sys.modules["app"], sys.modules["app.models"] = types.ModuleType("app"), models
engine = sa.create_engine("sqlite:///file:" + asked["file"] + "?mode=ro&uri=true")
statements, told = [], []
sa.event.listen(engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
for case in asked["cases"]:
    test, alone = {}, {}
    exec(case["sqlalchemy"], alone)
    exec(case["pytest"], test)
    with Session(engine) as session:
        session.connection()
        statements.clear()
        test["read"](alone["load"](session))
        sent = list(statements)
    name = next(name for name in test if name.startswith("test_"))
    with Session(engine) as session:
        session.connection()
        test[name](session)
    told.append({"sent": sent, "asserted": test["QUERIES"]})
print(json.dumps(told))
"#;

fn experiment(endpoint: &str, variants: &str) -> Experiment {
    let text = format!("version = 1\nsource = \"sample:citizenapp?size=xs\"\n[endpoint]\n{endpoint}\n{variants}");
    Experiment::from_toml(&text).unwrap()
}

/// Endpoints and variants that between them have every option and every kind of filter.
fn experiments() -> Vec<Experiment> {
    vec![
        experiment(
            "root = \"User\"\nfilter = { order_by = [\"id\"] }\n\
             relationships = [{ name = \"organization\", relationships = [{ name = \"tenant\" }] }]",
            "[variants.lazy]\n\
             [variants.joined]\n\"organization\" = \"joined\"\n\"organization.tenant\" = \"joined\"\n\
             [variants.inner]\n\"organization\" = \"joined_inner\"\n\"organization.tenant\" = \"joined_inner_unnested\"\n\
             [variants.selectin]\n\"organization\" = \"selectin\"\n\"organization.tenant\" = \"joined\"\n\
             [variants.subquery]\n\"organization\" = \"subquery\"\n\"organization.tenant\" = \"selectin\"\n\
             [variants.immediate]\n\"organization\" = \"immediate\"\n\"organization.tenant\" = \"default\"\n",
        ),
        experiment(
            "root = \"User\"\n\
             filter = { has = [[\"organization.tenant_id\", \"==\", 1]], where = [[\"id\", \">\", 3], [\"full_name\", \"like\", \"%a%\"]], \
             order_by = [\"-id\"], limit = 7, offset = 1 }\n\
             relationships = [{ name = \"roles\" }, { name = \"assigned_tasks\", relationships = [{ name = \"comments\" }] }]",
            "[variants.joined]\n\"roles\" = \"joined\"\n\"assigned_tasks\" = \"joined\"\n\"assigned_tasks.comments\" = \"selectin\"\n\
             [variants.split]\n\"roles\" = \"selectin\"\n\"assigned_tasks\" = \"selectin\"\n\"assigned_tasks.comments\" = \"subquery\"\n",
        ),
        experiment(
            "root = \"User\"\nmode = \"first\"\nfilter = { pk = 5 }\n\
             relationships = [{ name = \"profile\" }, { name = \"manager\", accessed = false }]",
            "[variants.raise]\n\"profile\" = \"joined\"\n\"manager\" = \"raise\"\n\
             [variants.sql_only]\n\"profile\" = \"selectin\"\n\"manager\" = \"raise_on_sql\"\n",
        ),
        experiment(
            "root = \"User\"\nmode = \"get\"\nfilter = { pk = 5 }\nrelationships = [{ name = \"organization\" }]",
            "[variants.got]\n\"organization\" = \"selectin\"\n",
        ),
        experiment(
            "root = \"User\"\nfilter = { pk = [1, 2, 3], distinct = true, join = [\"organization\"], \
             where = [[\"organization.tenant_id\", \"in\", [1, 2, 3]]], order_by = [\"organization.name\", \"id\"] }\n\
             relationships = [{ name = \"organization\" }]",
            "[variants.joined]\n\"organization\" = \"joined\"\n",
        ),
    ]
}

#[test]
fn the_code_of_a_variant_sends_what_was_measured() {
    let folder = tempfile::tempdir().unwrap();
    let source: Source = "sample:citizenapp?size=xs".parse().unwrap();
    let paths = Paths::under(folder.path());
    let opened =
        source.open(&paths, &Passwords::of(SystemKeyring), None, &mut |_| {}, &AtomicBool::new(false)).unwrap();
    let file = std::fs::read_dir(&paths.samples).unwrap().map(|entry| entry.unwrap().path());
    let file = file.into_iter().find(|path| path.extension().is_some_and(|ending| ending != "lock")).unwrap();
    let (mut cases, mut expected) = (Vec::new(), Vec::new());
    for experiment in experiments() {
        for (name, variant) in &experiment.variants {
            let pieces = code::of(&opened, &experiment, name).unwrap();
            assert!(pieces[0].exact && pieces[1].exact, "{name}");
            cases.push(json!({ "sqlalchemy": pieces[0].code, "pytest": pieces[1].code }));
            let plan = experiment.endpoint.plan(&variant.strategies, Strategy::Select);
            let trace = request::trace(&opened, &plan).unwrap();
            let sent: Vec<String> = trace.statements.into_iter().map(|one| one.sql.to_string()).collect();
            expected.push((name.clone(), sent));
        }
    }
    let told = told(&opened, &file, &cases);
    assert_eq!(told.len(), expected.len());
    for ((case, answer), (name, sent)) in cases.iter().zip(&told).zip(expected) {
        let code = case["sqlalchemy"].as_str().unwrap();
        // In which order siblings load after their owners differs between SQLAlchemy's own processes.
        let mut really: Vec<&str> =
            answer["sent"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
        let mut sent: Vec<&str> = sent.iter().map(String::as_str).collect();
        really.sort_unstable();
        sent.sort_unstable();
        assert_eq!(really, sent, "{name}:\n{code}");
        assert_eq!(answer["asserted"], sent.len(), "{name}:\n{code}");
    }
}

fn told(opened: &Opened, file: &Path, cases: &[Value]) -> Vec<Value> {
    let python = std::env::var_os("FETCHSCOPE_REFERENCE_PYTHON");
    let python = python.expect("`cargo xtask test --only fidelity` names a Python with SQLAlchemy");
    let lane = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/drivers/python");
    let mut asked = Command::new(python)
        .args(["-B", "-c", RUN])
        .env("PYTHONPATH", lane)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let question = json!({ "mapping": opened.document, "file": file, "cases": cases });
    asked.stdin.take().unwrap().write_all(question.to_string().as_bytes()).unwrap();
    let answer = asked.wait_with_output().unwrap();
    assert!(answer.status.success(), "the code could not be run");
    serde_json::from_slice(&answer.stdout).unwrap()
}
