//! What is said about starting, on standard error: a refusal, or how long it took.

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

/// Set to anything, it asks for one line when the window shows data: `ready after 812 ms`.
const TIMING: &str = "FETCHSCOPE_TIMING";

/// Says why there is no window.
#[expect(clippy::print_stderr, reason = "without a window, standard error is where a reason can be read")]
pub(crate) fn refuse(error: &dyn Error) -> ExitCode {
    eprintln!("fetchscope-desktop: the window cannot be opened: {error}");
    ExitCode::FAILURE
}

/// The window showed its data. Says how long the process has lived, where the start-up benchmark asked for it.
#[expect(clippy::print_stderr, reason = "the benchmark reads this line")]
pub(crate) fn report_ready() {
    if std::env::var_os(TIMING).is_none() {
        return;
    }
    match process_age() {
        Some(age) => eprintln!("ready after {} ms", age.as_millis()),
        None => eprintln!("ready"),
    }
}

/// Time since the system started this process, loading of libraries included, to a hundredth of a second. Linux keeps
/// the start in `/proc/self/stat` (field 22, in the 100 ticks a second that proc(5) shows to user space).
fn process_age() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name in field 2 may hold spaces, so fields are counted from its closing parenthesis.
    let after_name = stat.rsplit_once(')')?.1;
    let started: f64 = after_name.split_whitespace().nth(19)?.parse().ok()?;
    let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
    let now: f64 = uptime.split_whitespace().next()?.parse().ok()?;
    Duration::try_from_secs_f64(now - started / 100.0).ok()
}

/// What WebKit and the allocator hear from the environment alone.
#[cfg(target_os = "linux")]
const ENVIRONMENT: [(&str, &str); 2] = [
    // Drawing without layers on a graphics card. The page hardly moves, and the layers of a list with a hundred thousand rows
    // take more memory than all else in the window; where a graphics card is emulated, they take more time than a frame has.
    ("WEBKIT_DISABLE_COMPOSITING_MODE", "1"),
    // Taking memory as it is needed.
    ("MIMALLOC_ARENA_EAGER_COMMIT", "0"),
];

/// Starts the program anew in the environment it needs, unless it is there already; what somebody has set stays.
pub(crate) fn settle() {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::process::CommandExt;
        let missing = ENVIRONMENT.into_iter().filter(|(name, _)| std::env::var_os(name).is_none());
        let missing: Vec<_> = missing.collect();
        if !missing.is_empty()
            && let Ok(program) = std::env::current_exe()
        {
            // It comes back only where that failed, and then goes on as it is.
            let _ = std::process::Command::new(program).args(std::env::args_os().skip(1)).envs(missing).exec();
        }
    }
}
