//! Which cores a process may run on.

use fetchscope_test_postgres::Server;
use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Does something while the server has one core and everything else here another.
pub(crate) fn keep_apart(server: &Server, work: impl FnOnce()) {
    let all = sched_getaffinity(None).unwrap();
    let mut cores = (0..CpuSet::MAX_CPU).filter(|core| all.is_set(*core));
    let (Some(one), Some(other)) = (cores.next(), cores.next()) else { panic!("this takes two cores") };
    let state = std::fs::read_to_string(server.socket_folder().join("data/postmaster.pid")).unwrap();
    let postmaster = state.lines().next().and_then(|line| Pid::from_raw(line.parse().ok()?));
    // Whoever serves a connection, and every thread and program that is started from here, stays where it began.
    sched_setaffinity(Some(postmaster.unwrap()), &only(one)).unwrap();
    sched_setaffinity(None, &only(other)).unwrap();
    work();
    sched_setaffinity(postmaster, &all).unwrap();
    sched_setaffinity(None, &all).unwrap();
}

fn only(core: usize) -> CpuSet {
    let mut set = CpuSet::new();
    set.set(core);
    set
}
