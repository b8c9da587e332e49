//! The first start: the sample database, the default experiment, and nothing that listens.

use crate::stage::play;
use fetchscope_tests::window::{Display, Fault, Launch, Owned, desktop};
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

#[test]
fn the_window_opens_on_the_sample_and_the_default_experiment() -> Result<(), Fault> {
    play("opening", |stage| {
        stage.wait_text("status", "names the sample", |text| text.contains("CitizenApp"))?;
        // The article's benchmark: statements of one request, by variant.
        for (letter, queries) in [('A', 111), ('B', 1), ('C', 3), ('D', 3), ('E', 2)] {
            stage.select(letter)?;
            stage.await_queries(queries)?;
        }
        assert!(!stage.has("error")?, "the window opened with an error");
        Ok(())
    })
}

#[test]
fn the_strict_content_policy_holds_and_hurts_nothing() -> Result<(), Fault> {
    play("policy", |stage| {
        stage.by_id("query-count")?;
        let blocked = stage.script_async(
            "const done = arguments[0];
             document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective));
             const script = document.createElement('script');
             script.textContent = 'window.__injected = true';
             document.head.append(script);
             setTimeout(() => done(null), 2000);",
            &[],
        )?;
        assert_eq!(blocked, json!("script-src-elem"));
        assert_eq!(stage.script("return window.__injected ?? null", &[])?, json!(null));
        let reached = stage.script_async(
            "const done = arguments[0];
             fetch('http://127.0.0.1:9/').then(() => done('sent'), (error) => done(String(error)));
             document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective));",
            &[],
        )?;
        assert_eq!(reached, json!("connect-src"));
        let fonts = stage.script("return [...document.fonts].filter((f) => f.status === 'loaded').length", &[])?;
        assert!(fonts.as_u64() > Some(0), "the policy kept the embedded fonts out");
        Ok(())
    })
}

#[test]
fn no_process_of_the_window_listens() -> Result<(), Fault> {
    let home = tempfile::tempdir().expect("a temporary folder");
    let display = Display::start()?;
    // Without WebDriver, which needs the web view to listen.
    let mut command = Command::new(desktop()?);
    Launch { home: home.path().to_owned(), dialog_answer: None }.environment(&display, &mut command);
    let mut window = Owned::start(command.env("FETCHSCOPE_TIMING", "1").stderr(Stdio::piped()))?;
    window.await_line("ready", Duration::from_secs(60))?;
    let family = group(window.leader().id());
    assert!(family.len() > 1, "the web view's processes were not found: {family:?}");
    let listening: BTreeSet<String> =
        family.iter().flat_map(|process| sockets(*process)).filter(|socket| listeners().contains(socket)).collect();
    assert!(listening.is_empty(), "the window listens on {listening:?}");
    Ok(())
}

/// The processes of a group.
fn group(leader: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // After the name in parentheses: state, parent, group.
        let group = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(2));
        group.and_then(|group| group.parse().ok()) == Some(leader)
    })
    .collect()
}

/// Inodes of the sockets a process holds.
fn sockets(process: u32) -> Vec<String> {
    let files = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
    let targets = files.filter_map(|file| fs::read_link(file.path()).ok()?.to_str().map(str::to_owned));
    targets.filter_map(|target| Some(target.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())).collect()
}

/// Inodes of every TCP socket of this machine that listens.
fn listeners() -> BTreeSet<String> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| fs::read_to_string(table).unwrap_or_default());
    let mut listening = BTreeSet::new();
    for line in tables.iter().flat_map(|table| table.lines().skip(1)) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        if let (Some(&"0A"), Some(inode)) = (fields.get(3), fields.get(9)) {
            listening.insert((*inode).to_owned());
        }
    }
    listening
}
