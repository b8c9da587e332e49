//! The application lane on the sample's program and on programs that fail: what is seen, advised, changed, kept and said.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

use fetchscope_app::Paths;
use fetchscope_app::advise::Load;
use fetchscope_app::advise::application::{ApplicationAdvice, advise};
use fetchscope_app::application::{self, Overrides, Program, RequestTrace};
use fetchscope_app::error::AppError;
use fetchscope_app::python::Python;
use fetchscope_experiment::outcome::{Agreement, Outcome};
use fetchscope_experiment::spec::{Application, Experiment, Request};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

static NEVER: AtomicBool = AtomicBool::new(false);

/// A home of its own, and the Python with the frameworks.
struct Bench {
    home: tempfile::TempDir,
    paths: Paths,
    python: PathBuf,
}

impl Bench {
    fn new() -> Bench {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path());
        let python = std::env::var_os("FETCHSCOPE_REFERENCE_PYTHON").expect("cargo xtask test names the Python").into();
        Bench { home, paths, python }
    }

    fn open(&self, application: &Application) -> Result<Program, AppError> {
        let python = Python { paths: &self.paths, chosen: Some(&self.python) };
        application::open(application, None, &python, &mut |_| {}, &NEVER)
    }

    fn sample(&self) -> Program {
        self.open(&sample()).unwrap()
    }

    /// A program of one file, in a folder of its own.
    fn program(&self, text: &str) -> Application {
        let folder = self.home.path().join(format!("program-{}", text.len()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("shop.py"), text).unwrap();
        Application {
            import: Some("shop:app".to_owned()),
            directory: Some(folder.display().to_string()),
            ..Application::default()
        }
    }
}

fn sample() -> Application {
    Application { import: Some("sample:citizenapp?size=xs".to_owned()), ..Application::default() }
}

fn get(path: &str) -> Request {
    Request { path: Some(path.to_owned()), ..Request::default() }
}

fn trace(program: &mut Program, path: &str) -> RequestTrace {
    program.trace(&get(path), &Overrides::new(), false, &NEVER).unwrap()
}

fn advised(program: &mut Program, application: &Application, path: &str) -> (ApplicationAdvice, Outcome) {
    let load = Load { concurrency: 1, rtt_ms: 1.0, seconds: 3.0 };
    advise(program, application, &get(path), load, &mut |_| {}, &NEVER).unwrap()
}

#[test]
fn what_an_endpoint_does_is_told_with_its_lines_and_reads() {
    let bench = Bench::new();
    let mut program = bench.sample();
    let seen = trace(&mut program, "/users?limit=20");
    assert_eq!((seen.status, seen.agreement.as_str()), (Some(200), "same"));
    let [query] = seen.queries.as_slice() else { panic!("{:?}", seen.queries) };
    let origin = query.origin.as_ref().unwrap();
    assert_eq!((origin.file.as_str(), origin.function.as_str()), ("citizenapp/routes.py", "list_users"));
    let paths: Vec<_> =
        query.paths.iter().map(|path| (path.path.as_str(), path.strategy.as_str(), path.reads)).collect();
    assert_eq!(paths, [("User.organization", "select", 20), ("User.organization.tenant", "select", 20)]);
    let lazy: u64 = query.paths.iter().map(|path| path.statements).sum();
    assert_eq!(seen.query_count, 1 + lazy);
    assert_eq!(seen.statements.len() as u64, seen.query_count);
    let unread = trace(&mut program, "/users/names?limit=20");
    assert!(unread.queries[0].paths.iter().all(|path| path.unread && path.reads == 0), "{:?}", unread.queries[0].paths);
}

#[test]
fn every_route_is_listed_and_those_without_parameters_are_sent() {
    let bench = Bench::new();
    let mut told = 0;
    let endpoints = bench.sample().endpoints(&Default::default(), &mut |_| told += 1, &NEVER).unwrap();
    assert_eq!(told, endpoints.len());
    let of = |path: &str| endpoints.iter().find(|one| one.route.path == path).unwrap();
    assert_eq!(of("/users").seen.as_ref().unwrap().status, Some(200));
    assert_eq!(of("/users/{user_id}").skipped.as_deref(), Some("needs user_id"));
    let failed = of("/async/users").seen.as_ref().unwrap().error.as_ref().unwrap();
    assert_eq!((failed.type_name.as_str(), failed.path.as_deref()), ("MissingGreenlet", Some("User.organization")));
}

#[test]
fn the_change_that_is_advised_gives_what_was_promised() {
    let bench = Bench::new();
    for (path, is_failing) in [
        ("/users?limit=20", false),
        ("/users/roles?limit=20", false),
        ("/users/names?limit=20", false),
        ("/organizations?limit=10", false),
        ("/async/users?limit=20", true),
        ("/async/dashboard?limit=10", true),
    ] {
        let mut program = bench.sample();
        let before = trace(&mut program, path);
        assert_eq!(before.error.is_some(), is_failing, "{path}");
        let (advice, outcome) = advised(&mut program, &sample(), path);
        let promised = outcome.variants.iter().find(|one| one.name == advice.advice.recommended).unwrap();
        assert!(!advice.change.is_empty(), "{path} is not best as it is written");
        let (folder, application) = changed(&bench, &advice);
        let mut program = bench.open(&application).unwrap();
        let after = trace(&mut program, path);
        let diffs: Vec<_> = advice.change.iter().map(|one| one.diff.clone()).collect();
        assert_eq!(after.error, None, "{path}: {diffs:?}");
        assert_eq!(after.query_count, promised.counts.unwrap().queries, "{path}: {diffs:?}");
        if !is_failing {
            assert_eq!(after.response, before.response, "{path}: {diffs:?}");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}

/// A copy of the sample's program with the change applied, on the same data.
fn changed(bench: &Bench, advice: &ApplicationAdvice) -> (PathBuf, Application) {
    let mut unpacked = std::fs::read_dir(&bench.paths.python).unwrap().map(|entry| entry.unwrap().path());
    let source = unpacked.find(|path| path.join("citizenapp").is_dir()).unwrap();
    let folder = bench.home.path().join("changed");
    std::fs::create_dir_all(folder.join("citizenapp")).unwrap();
    for entry in std::fs::read_dir(source.join("citizenapp")).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_file() {
            std::fs::copy(entry.path(), folder.join("citizenapp").join(entry.file_name())).unwrap();
        }
    }
    for change in &advice.change {
        let diff = change.diff.as_ref().unwrap_or_else(|| panic!("{change:?}"));
        apply(&folder, diff);
    }
    let mut data = std::fs::read_dir(&bench.paths.samples).unwrap().map(|entry| entry.unwrap().path());
    let data = data.find(|path| path.extension().is_some_and(|ending| ending == "sqlite3")).unwrap();
    let env = folder.join(".env");
    std::fs::write(&env, format!("CITIZENAPP_DATABASE=sqlite:///{}\n", data.display())).unwrap();
    let application = Application {
        import: Some("citizenapp.main:app".to_owned()),
        directory: Some(folder.display().to_string()),
        env_file: Some(env.display().to_string()),
        ..Application::default()
    };
    (folder, application)
}

/// Applies a unified diff of one file, whose lines have to be those that are there.
fn apply(folder: &Path, diff: &str) {
    let name = diff.lines().find_map(|line| line.strip_prefix("+++ b/")).unwrap();
    let file = folder.join(name);
    let text = std::fs::read_to_string(&file).unwrap();
    let old: Vec<&str> = text.lines().collect();
    let (mut new, mut at) = (Vec::new(), 0);
    for line in diff.lines().skip(2) {
        if let Some(place) = line.strip_prefix("@@ -") {
            let start: usize = place.split([',', ' ']).next().unwrap().parse().unwrap();
            new.extend_from_slice(&old[at..start - 1]);
            at = start - 1;
        } else if let Some(added) = line.strip_prefix('+') {
            new.push(added);
        } else {
            assert_eq!(old[at], line.get(1..).unwrap_or_default(), "{diff}");
            if !line.starts_with('-') {
                new.push(old[at]);
            }
            at += 1;
        }
    }
    new.extend_from_slice(&old[at..]);
    std::fs::write(file, new.join("\n") + "\n").unwrap();
}

#[test]
fn an_experiment_compares_answers_and_keeps_no_secret() {
    let bench = Bench::new();
    let text = r#"
version = 1
[application]
import = "sample:citizenapp?size=xs"
[request]
path = "/users?limit=20"
headers = { "X-Secret" = "open sesame", "Accept" = "application/json" }
[variants."as written"]
[variants.joined]
"User.organization" = "joined"
"1/User.organization.tenant" = "joined"
[variants.empty]
expect = "differs"
"User.organization" = "raise"
[workload]
requests = 10
rounds = 5
"#;
    let experiment = Experiment::from_toml(text).unwrap();
    assert_eq!(Experiment::from_toml(&experiment.to_toml().unwrap()).unwrap(), experiment);
    let outcome = bench.sample().run(&experiment, &mut |_| {}, &NEVER).unwrap();
    let agreements: Vec<_> = outcome.variants.iter().map(|one| one.agreement.clone()).collect();
    assert!(matches!(
        agreements.as_slice(),
        [Agreement::Baseline, Agreement::Same, Agreement::Stopped { reason }] if reason.contains("InvalidRequestError")
    ));
    assert_eq!(outcome.variants[1].counts.unwrap().queries, 1);
    for variant in &outcome.variants[..2] {
        assert_eq!(variant.samples.len(), 10);
        for sample in &variant.samples {
            assert_eq!(sample.bands.total(), sample.latency, "every moment is in one band");
            assert!(sample.bands.application.0 > 0);
        }
    }
    let kept = serde_json::to_string(&outcome).unwrap();
    assert!(!kept.contains("sesame") && kept.contains("$X_SECRET"), "{kept}");
}

/// The message of a program that cannot be opened, and how long that took.
fn refused(bench: &Bench, text: &str) -> (String, Duration) {
    let began = Instant::now();
    let error = bench.open(&bench.program(text)).err().unwrap_or_else(|| panic!("it was opened: {text}"));
    assert_eq!(error.exit_status(), 2, "{error}");
    (error.to_string(), began.elapsed())
}

#[test]
fn a_program_that_cannot_be_imported_is_told_in_a_sentence() {
    let bench = Bench::new();
    for (text, words) in [
        ("import nowhere_to_be_found\napp = None\n", "needs `nowhere_to_be_found`, which this Python does not have"),
        ("print('x' * 1000000)\n1 / 0\n", "importing `shop` failed at shop.py:2: ZeroDivisionError"),
        ("import sys\nsys.exit(3)\n# exit\n", "importing `shop` ended the program with status 3"),
        ("import os\nos._exit(4)\n# exits\n", "ended with status 4"),
        ("import os\nos.environ['SHOP_KEY']\n# key", "--env-file"),
        ("value = 1\n# no application", "`shop` has no `app`"),
        ("app = 3\n# a number", "which is not an ASGI or WSGI application"),
        ("def app():\n    return 1\n# a factory", "write `shop:app()`"),
    ] {
        let error = bench.open(&bench.program(text)).err().unwrap_or_else(|| panic!("it was opened: {text}"));
        assert!(error.to_string().contains(words), "{error}");
    }
    let (said, took) = refused(&bench, "import time\ntime.sleep(60)\napp = None\n");
    assert!(said.contains("made no progress for 3.5 s"), "{said}");
    assert!(took < Duration::from_secs(6), "{took:?}");
}

#[test]
fn a_slow_import_that_works_is_waited_for() {
    let bench = Bench::new();
    let text = "import time\nbegan = time.process_time()\nwhile time.process_time() - began < 5: pass\n\
                async def app(scope, receive, send):\n    raise RuntimeError\n";
    bench.open(&bench.program(text)).unwrap();
}

#[test]
fn an_endpoint_that_writes_is_kept_from_it() {
    let bench = Bench::new();
    let text = r#"
import os
from fastapi import FastAPI
import sqlalchemy as sa
here = os.path.dirname(os.path.abspath(__file__))
engine = sa.create_engine("sqlite:///" + os.path.join(here, "shop.db"))
app = FastAPI()

@app.get("/")
def write():
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO things VALUES (1)"))
"#;
    let application = bench.program(text);
    let file = Path::new(application.directory.as_ref().unwrap()).join("shop.db");
    let made = std::process::Command::new(&bench.python)
        .args(["-c", "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('CREATE TABLE things (id)')"])
        .arg(&file)
        .status();
    assert!(made.unwrap().success());
    let before = std::fs::read(&file).unwrap();
    let seen = trace(&mut bench.open(&application).unwrap(), "/");
    let error = seen.error.unwrap();
    assert!(error.message.contains("--allow-writes") && error.message.contains("readonly"), "{}", error.message);
    assert_eq!(std::fs::read(&file).unwrap(), before);
    let allowed = Application { allow_writes: true, ..application };
    assert_eq!(trace(&mut bench.open(&allowed).unwrap(), "/").error, None);
    assert_ne!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn answers_that_cannot_be_waited_for_or_compared_are_told_as_that() {
    let bench = Bench::new();
    let text = r#"
import asyncio, itertools, uuid
from fastapi import FastAPI, HTTPException
from fastapi.responses import RedirectResponse, StreamingResponse
app = FastAPI()

@app.get("/endless")
async def endless():
    async def parts():
        for n in itertools.count():
            yield b"."
            await asyncio.sleep(0.05)
    return StreamingResponse(parts())

@app.get("/other")
def other():
    return {"id": str(uuid.uuid4()), "n": 1}

@app.get("/away")
def away():
    return RedirectResponse("/other")

@app.get("/locked")
def locked():
    raise HTTPException(401)
"#;
    let mut program = bench.open(&bench.program(text)).unwrap();
    let began = Instant::now();
    let endless = trace(&mut program, "/endless").error.unwrap();
    assert!(endless.message.contains("still being sent"), "{}", endless.message);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    let other = trace(&mut program, "/other");
    assert_eq!(other.agreement, "same");
    assert!(other.notices.iter().any(|notice| notice.contains("not compared: id")), "{:?}", other.notices);
    let said = |program: &mut Program, path: &str| trace(program, path).notices.join(" ");
    assert!(said(&mut program, "/away").contains("a redirect to /other"));
    assert!(said(&mut program, "/locked").contains("--header"));
    assert_eq!(trace(&mut program, "/nowhere").status, Some(404));
}
