//! A worker that is no worker: every way in which it can fail is told in a sentence, and nothing of it stays.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use fetchscope_drivers::sqlalchemy::{Interpreter, Worker, WorkerError, unpack};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// An interpreter that is this script; `$PWD/pid` is where it may leave the number of a process it started.
fn pretender(folder: &TempDir, script: &str) -> Interpreter {
    let program = folder.path().join("python");
    std::fs::write(&program, format!("#!/bin/sh\ncd '{}'\n{script}\n", folder.path().display())).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    Interpreter::at(&program).unwrap()
}

fn started(script: &str) -> (TempDir, Result<Worker, WorkerError>) {
    let folder = tempfile::tempdir().unwrap();
    let interpreter = pretender(&folder, script);
    let worker = Worker::start(&interpreter, Path::new("worker.py"));
    (folder, worker)
}

const HELLO: &str = r#"echo '{"hello":{"python":"3.12.0","interpreter":"python","sqlalchemy":null,"drivers":{"sqlite3":"3.45.0","asyncpg":null}}}'"#;

#[test]
fn one_that_ends_at_once_is_told_with_its_last_words() {
    let (_folder, worker) = started("echo 'first line' >&2; echo 'no such thing' >&2; exit 3");
    let said = worker.unwrap_err().to_string();
    assert!(said.ends_with("ended with status 3: no such thing"), "{said}");
    let (_folder, worker) = started("kill -9 $$");
    let said = worker.unwrap_err().to_string();
    assert!(said.ends_with("was killed by signal 9"), "{said}");
}

#[test]
fn garbage_is_shown_and_ends_it() {
    let (_folder, worker) = started("printf 'Welcome to the \\033[1mshell\\n'; sleep 60");
    let said = worker.unwrap_err().to_string();
    assert!(said.ends_with("said what it should not, and was ended: Welcome to the  [1mshell"), "{said}");
    let (_folder, worker) = started(r#"echo '{"prepared":true}'; sleep 60"#);
    assert!(matches!(worker, Err(WorkerError::Garbage { .. })));
}

#[test]
fn one_without_a_sign_of_life_is_ended_with_what_it_started() {
    let (folder, worker) = started("sleep 600 & echo $! > pid; wait");
    assert!(matches!(worker, Err(WorkerError::Silent { .. })), "{worker:?}");
    assert!(is_gone(&folder.path().join("pid")));
}

#[test]
fn whatever_it_started_goes_with_it() {
    let (folder, worker) = started(&format!("sleep 600 & echo $! > pid; {HELLO}; wait"));
    drop(worker.unwrap());
    assert!(is_gone(&folder.path().join("pid")));
}

/// A worker that has SQLAlchemy, and so is asked.
fn with_sqlalchemy(script: &str) -> (TempDir, Worker) {
    let (folder, worker) =
        started(&format!("{}; {script}", HELLO.replace("\"sqlalchemy\":null", "\"sqlalchemy\":\"2.1.9\"")));
    (folder, worker.unwrap())
}

#[test]
fn an_import_that_does_not_come_further_is_ended() {
    let (folder, mut worker) =
        with_sqlalchemy("sleep 600 & echo $! > pid; while true; do echo '{\"alive\":70}'; sleep 0.3; done");
    let said = worker.models("app.models:Base", None).unwrap_err();
    assert!(matches!(said, WorkerError::Stuck { .. }), "{said:?}");
    assert!(said.to_string().starts_with("importing `app.models:Base` made no progress for 3.5 s and was stopped"));
    assert!(is_gone(&folder.path().join("pid")));
}

#[test]
fn an_import_that_comes_further_is_waited_for() {
    let slowly = "for n in 1 2 3 4 5 6 7 8 9 10 11; do echo \"{\\\"alive\\\":$n}\"; sleep 0.5; done";
    let models = r#"echo '{"models":{"mapping":{"name":"app","entities":[]},"plan":null,"notices":["slow"]}}'"#;
    let (_folder, mut worker) = with_sqlalchemy(&format!("{slowly}; {models}; cat > /dev/null"));
    assert_eq!(worker.models("app.models:Base", None).unwrap().notices, ["slow"]);
}

#[test]
fn what_is_missing_is_named_with_the_command_that_installs_it() {
    let (_folder, worker) = started(&format!("{HELLO}; cat > /dev/null"));
    let worker = worker.unwrap();
    assert_eq!(worker.needs("sqlite3").unwrap(), "3.45.0");
    let said = worker.needs("sqlalchemy").unwrap_err().to_string();
    assert!(
        said.contains("python has no sqlalchemy; `") && said.contains("python -m pip install sqlalchemy`"),
        "{said}"
    );
    assert!(matches!(worker.needs("asyncpg"), Err(WorkerError::Missing { package: "asyncpg", .. })));
}

#[test]
fn what_is_no_program_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("python");
    std::fs::write(&program, "text").unwrap();
    let worker = Worker::start(&Interpreter::at(&program).unwrap(), &unpack(folder.path()).unwrap());
    assert!(matches!(worker, Err(WorkerError::NotStarted { .. })), "{worker:?}");
}

/// Whether the process is soon no more, or only waits to be taken note of by whoever inherited it.
fn is_gone(pid: &PathBuf) -> bool {
    let pid = std::fs::read_to_string(pid).unwrap();
    (0..500).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        let state = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
        state.map_or(true, |stat| stat.contains(") Z "))
    })
}
