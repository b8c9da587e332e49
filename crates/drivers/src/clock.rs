//! Clocks: the wall, and the time a thread or the process really had a core.

use fetchscope_engine::trace::{Bands, Nanos};
use std::hint::black_box;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Laps of the wall clock.
pub(crate) struct Clock {
    at: Instant,
    laps: u32,
}

impl Clock {
    pub(crate) fn at(start: Instant) -> Clock {
        Clock { at: start, laps: 0 }
    }

    /// Time since the last lap.
    pub(crate) fn lap(&mut self) -> Nanos {
        self.lap_until(Instant::now())
    }

    /// Time from the last lap to a moment that was read off the clock since.
    pub(crate) fn lap_until(&mut self, now: Instant) -> Nanos {
        let lap = now.saturating_duration_since(self.at);
        self.at = now;
        self.laps += 1;
        lap.into()
    }

    /// What reading it has taken so far.
    pub(crate) fn cost(&self) -> Nanos {
        static ONE: OnceLock<u64> = OnceLock::new();
        Nanos(
            u64::from(self.laps)
                * ONE.get_or_init(|| {
                    cost_of(|| {
                        black_box(Instant::now());
                    })
                }),
        )
    }
}

/// How much of the time between two waits a thread had no core, although it had work.
///
/// The wall clock goes on while a thread is put aside, so that time lies in whichever band was being measured. A second
/// clock, of the thread's own processor time, says how much it was; reading it is a system call, so it is read at the
/// waits only, and what it says is taken from the bands of that stretch in proportion to their length.
pub(crate) struct Stretch {
    began: Instant,
    /// `None` where the operating system has no such clock: then nothing is known, and nothing is taken away.
    core: Option<Duration>,
    before: Bands,
}

impl Stretch {
    /// A stretch of work begins; these are the bands so far.
    pub(crate) fn begin(bands: &Bands) -> Stretch {
        // A thread is often put aside as a system call returns. Between these two readings that is not in the stretch.
        let core = thread_time();
        Stretch { began: Instant::now(), core, before: *bands }
    }

    /// It ends: what was spent without a core goes to `scheduling`.
    pub(crate) fn end(self, bands: &mut Bands) {
        let wall = self.began.elapsed();
        let Some((before, now)) = self.core.zip(thread_time()) else { return };
        let aside: Nanos = wall.saturating_sub(now.saturating_sub(before)).into();
        take(bands, &self.before, aside);
    }
}

impl Stretch {
    /// What one stretch takes of the time it tells about.
    pub(crate) fn cost() -> Nanos {
        static ONE: OnceLock<u64> = OnceLock::new();
        Nanos(*ONE.get_or_init(|| cost_of(|| Stretch::begin(&Bands::default()).end(&mut black_box(Bands::default())))))
    }
}

/// Nanoseconds that a reading takes: of several batches of them the fastest, since anything else on the machine only
/// makes one slower.
fn cost_of(reading: impl Fn()) -> u64 {
    const BATCHES: u32 = 20;
    const READINGS: u32 = 100;
    let batch = |_| {
        let start = Instant::now();
        (0..READINGS).for_each(|_| reading());
        Nanos::from(start.elapsed() / READINGS).0
    };
    (0..BATCHES).map(batch).min().unwrap_or(0)
}

/// Moves so much of what the working bands have gained to `scheduling`.
fn take(bands: &mut Bands, before: &Bands, aside: Nanos) {
    let gained = |now: &Nanos, before: Nanos| now.0.saturating_sub(before.0);
    let all: u64 = bands.working_mut().iter().zip(before.working()).map(|(now, before)| gained(now, before)).sum();
    if all == 0 {
        return;
    }
    let share = (aside.0 as f64 / all as f64).min(1.0);
    let mut taken = 0;
    for (now, before) in bands.working_mut().into_iter().zip(before.working()) {
        let part = (gained(now, before) as f64 * share) as u64;
        now.0 -= part;
        taken += part;
    }
    bands.scheduling += Nanos(taken);
}

/// Processor time of this thread so far.
fn thread_time() -> Option<Duration> {
    #[cfg(unix)]
    return processor_time(rustix::time::ClockId::ThreadCPUTime);
    #[cfg(not(unix))]
    return None;
}

/// Processor time of all threads of this process so far; `None` where the operating system does not say.
#[must_use]
pub fn process_time() -> Option<Duration> {
    #[cfg(unix)]
    return processor_time(rustix::time::ClockId::ProcessCPUTime);
    #[cfg(not(unix))]
    return None;
}

#[cfg(unix)]
fn processor_time(clock: rustix::time::ClockId) -> Option<Duration> {
    let time = rustix::time::clock_gettime(clock);
    Some(Duration::new(time.tv_sec.try_into().ok()?, time.tv_nsec.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_without_a_core_is_taken_from_the_bands_in_proportion() {
        let before = Bands { execute: Nanos(1_000), round_trip: Nanos(5), ..Bands::default() };
        let mut bands = Bands { execute: Nanos(4_000), hydrate: Nanos(1_000), round_trip: Nanos(5), ..before };
        let whole = bands.total();
        take(&mut bands, &before, Nanos(2_000));
        assert_eq!((bands.scheduling, bands.execute, bands.hydrate), (Nanos(2_000), Nanos(2_500), Nanos(500)));
        assert_eq!((bands.round_trip, bands.total()), (Nanos(5), whole));
    }

    #[test]
    fn no_more_is_taken_than_was_gained() {
        let mut bands = Bands { fetch: Nanos(300), ..Bands::default() };
        take(&mut bands, &Bands::default(), Nanos(1_000));
        assert_eq!((bands.scheduling, bands.fetch), (Nanos(300), Nanos(0)));
    }

    #[cfg(unix)]
    #[test]
    fn a_thread_that_sleeps_has_no_core() {
        let mut bands = Bands { execute: Nanos(20_000_000), ..Bands::default() };
        let stretch = Stretch::begin(&Bands::default());
        std::thread::sleep(Duration::from_millis(20));
        stretch.end(&mut bands);
        assert!(bands.scheduling > bands.execute, "{bands:?}");
    }
}
