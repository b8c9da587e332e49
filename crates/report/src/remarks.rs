//! What a reader has to know before believing the figures: noise, drift, outliers, busy cores, the kind of loop, and what
//! measuring itself took.

use crate::format;
use crate::lanes;
use crate::rows::{Row, verdict};
use fetchscope_engine::stats::outliers::Outliers;
use fetchscope_engine::stats::paired::Verdict;
use fetchscope_experiment::outcome::{Outcome, VariantOutcome};
use fetchscope_experiment::standing::{drift, noise};
use fetchscope_experiment::summary::{Summary, rounds};

/// Cores busier than this have no time left: what is measured then is mostly the queue for them.
const SATURATED: f64 = 0.9;

/// Clocks that take more than this of the latency are worth a word of caution.
const HEAVY_TRACING: f64 = 0.05;

/// A remark on an outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// What it is about.
    pub about: About,
    /// A sentence or two.
    pub text: String,
    /// Whether the figures are worth less for it.
    pub caution: bool,
}

/// What a remark is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The native lane beside that of SQLAlchemy.
    Lanes,
    /// What a native figure leaves out of a Python client's.
    Python,
    /// The baseline against itself.
    Noise,
    /// The baseline over the rounds.
    Drift,
    /// Requests that lie far out.
    Outliers,
    /// Busy cores.
    Saturation,
    /// Round-trip time, as achieved.
    RoundTrip,
    /// Open or closed loop.
    Loop,
    /// What reading the clocks took.
    Tracing,
    /// What the server's sessions waited for.
    Waits,
}

impl std::fmt::Display for Remark {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.text)
    }
}

fn remark(about: About, caution: bool, text: String) -> Remark {
    Remark { about, text, caution }
}

/// The remarks on an outcome.
#[must_use]
pub fn remarks(outcome: &Outcome, rows: &[Row]) -> Vec<Remark> {
    let lane = lanes::in_sqlalchemy(outcome);
    let said = lanes::warnings(outcome).into_iter().map(|text| remark(About::Lanes, true, text));
    let ranking = lane.iter().map(|lane| remark(About::Lanes, false, lanes::ranking(outcome, rows, lane)));
    let without = lanes::without_python(outcome).map(|text| remark(About::Python, false, text));
    let first: Vec<Remark> = said.chain(ranking).collect();
    let all = [
        noise_of(outcome),
        drift_of(outcome),
        outliers(outcome, rows),
        saturation(outcome, rows),
        round_trip(outcome, rows),
        Some(remark(About::Loop, false, kind_of_loop(outcome))),
        tracing(outcome, rows),
        one_process(outcome),
        waits(outcome, rows),
    ];
    first.into_iter().chain(all.into_iter().flatten()).chain(without).collect()
}

fn noise_of(outcome: &Outcome) -> Option<Remark> {
    let noise = noise(outcome)?;
    let ratio = noise.ratio?;
    let (low, high) = (ratio.low?, ratio.high?);
    let trouble = match noise.verdict {
        Verdict::Faster | Verdict::Slower => {
            " It should not differ from itself: something disturbed this run, so trust small differences less"
        }
        Verdict::NoDetectableDifference | Verdict::TooFewRounds => "",
    };
    let text = format!(
        "Noise: the baseline measured twice differs from itself by {} ({} to {}).{trouble}{}",
        format::ratio(ratio.value),
        format::factor(low),
        format::factor(high),
        if trouble.is_empty() { "" } else { "." },
    );
    Some(remark(About::Noise, !trouble.is_empty(), text))
}

fn drift_of(outcome: &Outcome) -> Option<Remark> {
    let trend = drift(outcome).filter(|trend| trend.is_clear())?;
    let how = if trend.change > 0.0 { "slower" } else { "faster" };
    let text = format!(
        "Drift: the baseline became {how} by {} from the first round to the last; variants are compared within rounds, so it \
         does not favour any.",
        format::percent(trend.change.abs())
    );
    Some(remark(About::Drift, false, text))
}

/// What sessions were seen waiting for, the most frequent first, and whether any of it was a lock.
fn waits(outcome: &Outcome, rows: &[Row]) -> Option<Remark> {
    let of = |(row, variant): (&Row, &VariantOutcome)| {
        let waits = variant.waits.as_ref()?;
        let all: u64 = waits.seen.values().sum();
        let mut seen: Vec<(&String, &u64)> = waits.seen.iter().collect();
        seen.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
        let share = |times: u64| format::percent(times as f64 / all as f64);
        let said = seen.iter().take(3).map(|(wait, times)| format!("{wait} {}", share(**times)));
        (all > 0)
            .then(|| format!("{} {} (n = {})", row.letter, said.collect::<Vec<_>>().join(", "), format::count(all)))
    };
    let said: Vec<String> = rows.iter().zip(&outcome.variants).filter_map(of).collect();
    let seen = outcome.variants.iter().filter_map(|variant| variant.waits.as_ref()).flat_map(|waits| &waits.seen);
    let locks: u64 = seen.filter(|(wait, _)| wait.starts_with("Lock ")).map(|(_, times)| times).sum();
    let locked = match locks {
        0 => "none was seen waiting for a lock".to_owned(),
        times => format!("{} times one was seen waiting for a lock", format::count(times)),
    };
    let text = format!("In the server, sessions at work were seen: {}; {locked}.", said.join("; "));
    (!said.is_empty()).then(|| remark(About::Waits, locks > 0, text))
}

fn outliers(outcome: &Outcome, rows: &[Row]) -> Option<Remark> {
    let (mut far, mut all, mut named) = (0, 0, Vec::new());
    for (row, variant) in rows.iter().zip(&outcome.variants).filter(|(row, _)| row.latency.is_some()) {
        let Some(found) = Outliers::of(&rounds(&variant.samples).ascending()) else { continue };
        far += found.above + found.below;
        all += found.n;
        if found.above + found.below > 0 {
            named.push(format!("{} {}", row.letter, found.above + found.below));
        }
    }
    (far > 0).then(|| {
        let text = format!(
            "Outliers: {} of {} requests lie far out (three interquartile ranges beyond the quartiles; {}). They are kept in \
             every figure.",
            format::count(far as u64),
            format::count(all as u64),
            named.join(", ")
        );
        remark(About::Outliers, false, text)
    })
}

fn saturation(outcome: &Outcome, rows: &[Row]) -> Option<Remark> {
    let busy = measured(rows).filter_map(|(row, summary)| Some((row, summary.cores_busy?)));
    let saturated: Vec<String> = busy
        .filter(|(_, busy)| *busy > SATURATED)
        .map(|(row, busy)| format!("{} {}", row.letter, format::percent(busy.min(1.0))))
        .collect();
    (!saturated.is_empty()).then(|| {
        let text = format!(
            "The {} cores were saturated ({}): latency is mostly the queue for them, and round trips last longer than asked. \
             Compare the service time, or lower the concurrency.",
            outcome.environment.cores,
            saturated.join(", ")
        );
        remark(About::Saturation, true, text)
    })
}

fn round_trip(outcome: &Outcome, rows: &[Row]) -> Option<Remark> {
    let asked = outcome.experiment.conditions.rtt_ms;
    let achieved: Vec<f64> = measured(rows).filter_map(|(_, summary)| summary.round_trip).collect();
    let (least, most) = achieved.iter().fold((f64::MAX, 0.0f64), |(low, high), one| (low.min(*one), high.max(*one)));
    (!achieved.is_empty()).then(|| {
        let text = format!(
            "Round trip: {} asked for, {} achieved on average.",
            format::duration_tick(asked * 1e6, asked * 1e6),
            if achieved.len() == 1 { format::duration(least) } else { format::interval(least, most) }
        );
        remark(About::RoundTrip, false, text)
    })
}

fn kind_of_loop(outcome: &Outcome) -> String {
    match outcome.experiment.workload.rate {
        Some(rate) => format!(
            "Open loop: requests came at {} whether or not earlier ones were answered, and latency counts from when each was \
             due, so a stall shows in the percentiles.",
            format::rate(rate)
        ),
        None => "Closed loop: a client asks again only when it is answered, so a stall keeps requests from being made and is \
                 hidden from the percentiles; set `rate` to see it."
            .to_owned(),
    }
}

/// Requests of an application share the interpreter that they wait for.
fn one_process(outcome: &Outcome) -> Option<Remark> {
    let at_once = outcome.experiment.workload.concurrency;
    (outcome.application.is_some() && at_once > 1).then(|| {
        let text = format!(
            "All {at_once} requests at once share one Python process: latency includes the wait for its interpreter, which no \
             band shows by itself. One at a time shows what a request takes."
        );
        remark(About::Saturation, false, text)
    })
}

fn tracing(outcome: &Outcome, rows: &[Row]) -> Option<Remark> {
    if outcome.application.is_some() {
        // Its clocks are read in Python, and not counted.
        return None;
    }
    let worst = measured(rows).max_by(|(_, one), (_, other)| one.tracing.total_cmp(&other.tracing));
    worst.map(|(row, summary)| {
        let heavy = summary.tracing > HEAVY_TRACING;
        let advice = if heavy { "; take that off before comparing it" } else { "" };
        let share = summary.tracing * 100.0;
        let text = format!(
            "Measuring: reading the clocks took at most {share:.2} % of the latency ({}){advice}.",
            row.label()
        );
        remark(About::Tracing, heavy, text)
    })
}

fn measured(rows: &[Row]) -> impl Iterator<Item = (&Row, &Summary)> {
    rows.iter().filter_map(|row| Some((row, row.latency.as_ref()?)))
}

/// The comparisons with the baseline, a line a variant.
#[must_use]
pub fn comparisons(rows: &[Row]) -> Vec<String> {
    let said = rows.iter().filter_map(|row| Some(format!("{}: {}", row.label(), verdict(row.comparison.as_ref()?))));
    said.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::rows::rows;
    use fetchscope_engine::trace::Nanos;
    use fetchscope_experiment::outcome::Control;

    #[test]
    fn a_run_says_how_noisy_it_was_and_what_its_loop_hides() {
        let mut outcome = fixture::article();
        outcome.control = Some(Control { samples: outcome.variants[0].samples.clone() });
        let said = remarks(&outcome, &rows(&outcome));
        assert!(
            said[0].about == About::Noise
                && !said[0].caution
                && said[0]
                    .text
                    .starts_with("Noise: the baseline measured twice differs from itself by ×1.00 (1.00 to 1.00)."),
            "{said:?}"
        );
        assert!(said.iter().any(|one| one.text.starts_with("Closed loop")));
        outcome.experiment.workload.rate = Some(50.0);
        let said = remarks(&outcome, &rows(&outcome));
        assert!(said.iter().any(|one| one.text.starts_with("Open loop: requests came at 50.0 /s")), "{said:?}");
    }

    #[test]
    fn saturated_cores_and_heavy_clocks_are_said() {
        let mut outcome = fixture::pair();
        assert!(!remarks(&outcome, &rows(&outcome)).iter().any(|one| one.about == About::Saturation));
        outcome.variants[1].processor = Some(Nanos(outcome.variants[1].busy.0 * 8));
        outcome.variants[1].tracing =
            Nanos(outcome.variants[1].samples.iter().map(|one| one.latency.0).sum::<u64>() / 10);
        let cautions = remarks(&outcome, &rows(&outcome)).into_iter().filter(|one| one.caution);
        let said = cautions.map(|one| one.text).collect::<Vec<_>>().join("\n");
        assert!(
            said.contains("cores were saturated (B 100 %)") && said.contains("10.00 % of the latency (B"),
            "{said}"
        );
    }
}
