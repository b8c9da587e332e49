//! Making samples is safe to interrupt, and what was made is found again.
#![allow(clippy::expect_used, clippy::panic, reason = "a test says what it expects")]

use fetchscope_datasets::{Dataset, DatasetError, SampleSpec, Step, canonical_sha256, create, ensure, file_name};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn names_in(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).expect("folder").flatten().map(|entry| entry.file_name().to_string_lossy().into()).collect()
}

fn spec(source: &str) -> (SampleSpec, Dataset) {
    let spec: SampleSpec = source.parse().expect("spec");
    let dataset = Dataset::open(&spec).expect("dataset");
    (spec, dataset)
}

#[test]
fn what_is_there_is_returned_without_a_word() {
    let folder = tempfile::tempdir().expect("folder");
    let (spec, dataset) = spec("citizenapp?size=xs");
    let never = AtomicBool::new(false);
    let mut reports = 0;
    let first = ensure(&dataset, &spec, folder.path(), &mut |_| reports += 1, &never).expect("ensure");
    assert!(reports > 0);
    let second = ensure(&dataset, &spec, folder.path(), &mut |_| panic!("made twice"), &never).expect("ensure");
    assert_eq!(first, second);
    assert_eq!(names_in(folder.path()), [file_name(&dataset, &spec)]);
}

#[test]
fn a_damaged_file_is_made_anew() {
    let folder = tempfile::tempdir().expect("folder");
    let (spec, dataset) = spec("citizenapp?size=xs");
    let never = AtomicBool::new(false);
    let path = ensure(&dataset, &spec, folder.path(), &mut |_| {}, &never).expect("ensure");
    let hash = canonical_sha256(&path, &dataset.mapping).expect("hash");
    fs::File::options().write(true).open(&path).and_then(|file| file.set_len(8_192)).expect("cut");
    let again = ensure(&dataset, &spec, folder.path(), &mut |_| {}, &never).expect("ensure");
    assert_eq!(again, path);
    assert_eq!(canonical_sha256(&path, &dataset.mapping).expect("hash"), hash);
}

#[test]
fn every_choice_is_in_the_name() {
    let name = |source: &str| {
        let (spec, dataset) = spec(source);
        file_name(&dataset, &spec)
    };
    let names = [
        name("citizenapp?size=xs"),
        name("citizenapp?size=m"),
        name("citizenapp?size=xs&seed=2"),
        name("citizenapp?size=xs&fk_indexes=off"),
        name("citizenapp?size=xs&tenants=zipf"),
    ];
    assert_eq!(names.iter().collect::<std::collections::HashSet<_>>().len(), names.len());
    assert!(names[0].starts_with("citizenapp-xs-seed1-uniform-indexed-"), "{}", names[0]);
}

#[test]
fn progress_goes_up_to_all_rows_and_names_every_table() {
    let folder = tempfile::tempdir().expect("folder");
    let (spec, dataset) = spec("citizenapp?size=xs");
    let (mut tables, mut last) = (Vec::new(), 0);
    let mut watch = |progress: fetchscope_datasets::Progress<'_>| {
        assert!(progress.rows_done >= last && progress.rows_done <= progress.rows_total);
        last = progress.rows_done;
        if let Step::Rows { table, done, total } = progress.step
            && done == total
        {
            tables.push(table.to_owned());
        }
        if progress.step == Step::Saving {
            assert_eq!(progress.rows_done, progress.rows_total);
        }
    };
    create(&dataset, &spec, &folder.path().join("a"), &mut watch, &AtomicBool::new(false)).expect("create");
    assert_eq!(tables.len(), 12);
}

#[test]
fn cancelling_stops_soon_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let (spec, dataset) = spec("citizenapp?size=m");
    let cancel = AtomicBool::new(false);
    let mut rows_at_cancel = None;
    let mut watch = |progress: fetchscope_datasets::Progress<'_>| {
        assert!(rows_at_cancel.is_none(), "nothing is reported after the cancellation");
        if progress.rows_done > 5_000 {
            cancel.store(true, Ordering::Relaxed);
            rows_at_cancel = Some(progress.rows_done);
        }
    };
    let error = ensure(&dataset, &spec, folder.path(), &mut watch, &cancel).expect_err("cancelled");
    assert!(matches!(error, DatasetError::Cancelled));
    assert!(rows_at_cancel.is_some_and(|rows| rows < 10_000), "{rows_at_cancel:?}");
    assert_eq!(names_in(folder.path()), Vec::<String>::new());
}

/// Does the work of the process that the next test kills.
#[test]
#[ignore = "run by the test that kills it"]
fn makes_a_sample_until_it_is_killed() {
    let folder = std::env::var("FETCHSCOPE_KILL_TEST").expect("started by the other test");
    let (spec, dataset) = spec("citizenapp?size=m");
    let mut tell = |progress: fetchscope_datasets::Progress<'_>| {
        if progress.rows_done > 20_000 {
            fs::write(Path::new(&folder).join("started"), "").expect("write");
            // Longer than it takes to be killed, with half the rows written.
            std::thread::sleep(Duration::from_secs(600));
        }
    };
    let _ = ensure(&dataset, &spec, &Path::new(&folder).join("cache"), &mut tell, &AtomicBool::new(false));
}

#[test]
fn a_killed_process_leaves_no_half_sample() {
    let folder = tempfile::tempdir().expect("folder");
    let mut child = Command::new(std::env::current_exe().expect("exe"))
        .args(["--ignored", "--exact", "makes_a_sample_until_it_is_killed"])
        .env("FETCHSCOPE_KILL_TEST", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("spawn");
    while !folder.path().join("started").exists() {
        assert!(child.try_wait().expect("wait").is_none(), "the process ended by itself");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("kill");
    child.wait().expect("wait");
    let cache = folder.path().join("cache");
    let (m, dataset) = spec("citizenapp?size=m");
    assert!(!cache.join(file_name(&dataset, &m)).exists());
    let left = names_in(&cache);
    assert!(left.iter().all(|name| name.ends_with(".partial")), "{left:?}");
    let (xs, dataset) = spec("citizenapp?size=xs");
    ensure(&dataset, &xs, &cache, &mut |_| {}, &AtomicBool::new(false)).expect("the cache still works");
}
