//! Programs that are started, and ended together with whatever they started themselves.

use std::process::{Child, Command};

/// Makes the program that is going to be started the head of a group of its own.
pub fn lead_group(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(not(unix))]
    let _ = command;
}

/// Ends a program that leads a group, with all that are in it.
pub fn end_group(head: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(head.id()).ok().and_then(rustix::process::Pid::from_raw) {
        // Nobody is left in it where the program ended by itself.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = head.kill();
    let _ = head.wait();
}
