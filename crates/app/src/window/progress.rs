//! How far a run is, in the window's words. The experiment itself and every value of its sweeps are parts of one run.

use crate::wire::RunEvent;
use fetchscope_experiment::event::Event;
use fetchscope_experiment::spec::{Axis, Experiment};
use std::time::Instant;

/// Turns what a run says into what the window shows.
#[derive(Debug)]
pub(super) struct Narrator {
    start: Instant,
    /// Parts planned, and the one being measured, from 0.
    parts: usize,
    part: usize,
    /// What that one is, where it belongs to a sweep.
    at: Option<String>,
}

impl Narrator {
    /// A narrator of a run that begins now.
    pub(super) fn new(experiment: &Experiment) -> Narrator {
        let values: usize = experiment.sweep.iter().map(|sweep| sweep.values.len()).sum();
        let lanes = if experiment.is_run_in_sqlalchemy() { 2 } else { 1 };
        Narrator { start: Instant::now(), parts: lanes * (1 + values), part: 0, at: None }
    }

    /// What to show, where there is something.
    pub(super) fn tell(&mut self, event: Event) -> Option<RunEvent> {
        Some(match event {
            Event::Checking { variant } => self.preparing(&format!("Checking the answer of {variant}")),
            Event::WarmingUp { variant } => self.preparing(&format!("Warming up {variant}")),
            Event::Progress { done, total, round, rounds, variant } => RunEvent::Progress {
                done,
                total: total.unwrap_or(0),
                round,
                rounds,
                variant,
                elapsed_s: self.start.elapsed().as_secs_f64(),
                part: self.at.clone(),
                share: self.share(done, total),
            },
            Event::Sweeping { over, value, point, points } => {
                self.part += 1;
                let unit = if over == Axis::RttMs { " ms" } else { "" };
                self.at = Some(format!("{} {value}{unit}, {point} of {points}", over.title()));
                self.preparing("Beginning")
            }
            Event::ChangingLane => {
                self.part += 1;
                self.at = Some("SQLAlchemy".to_owned());
                self.preparing("Beginning")
            }
            Event::Note(message) => RunEvent::Notice { message },
            // Kept, and shown in the charts.
            Event::Found(_) => return None,
        })
    }

    fn preparing(&self, what: &str) -> RunEvent {
        let what = self.at.as_ref().map_or_else(|| what.to_owned(), |at| format!("{at}: {what}"));
        RunEvent::Preparing { what }
    }

    fn share(&self, done: u32, total: Option<u32>) -> f64 {
        let of_part = total.filter(|total| *total > 0).map_or(0.0, |total| f64::from(done) / f64::from(total));
        ((self.part as f64 + of_part.min(1.0)) / self.parts as f64).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_does_not_begin_the_bar_anew() {
        let mut narrator = Narrator { start: Instant::now(), parts: 4, part: 0, at: None };
        let measured =
            |done| Event::Progress { done, total: Some(10), round: 1, rounds: 2, variant: "lazy".to_owned() };
        let sweeping = |point| Event::Sweeping { over: Axis::RttMs, value: 0.5, point, points: 3 };
        let mut shares = Vec::new();
        let events =
            [measured(5), measured(10), sweeping(1), measured(1), sweeping(2), measured(10), sweeping(3), measured(10)];
        for event in events {
            if let Some(RunEvent::Progress { share, part, .. }) = narrator.tell(event) {
                shares.push((share, part));
            }
        }
        assert_eq!(shares[0], (0.125, None));
        assert_eq!(shares[2], (0.275, Some("round-trip time 0.5 ms, 1 of 3".to_owned())));
        assert!(shares.windows(2).all(|two| two[0].0 < two[1].0) && shares.last().unwrap().0 == 1.0, "{shares:?}");
    }
}
