//! What a loader costs: a request served by the engine against the same request written by hand, which sends the same
//! statements and answers with the same bytes (`by_hand.rs`). With the argument `sqlalchemy`: against the real one.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark that cannot go on has failed, and prints"
)]

mod by_hand;
mod pairs;
mod reference;
mod sample;

use fetchscope_engine::graph::response::hash;
use pairs::Pairs;
use reference::Reference;
use sample::{SIZES, STRATEGIES};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Pairs of a case; fewer where a request takes seconds.
const PAIRS: usize = 30;
const SLOW_PAIRS: usize = 10;

/// Requests are timed together until they take this long, so that neither clock nor scheduler counts.
const LONG_ENOUGH: Duration = Duration::from_millis(10);

fn main() {
    match std::env::args().any(|argument| argument == "sqlalchemy") {
        true => over_sqlalchemy(),
        false => over_a_loop(),
    }
}

fn over_a_loop() {
    println!("engine over a loop written by hand: medians of {PAIRS} pairs, the ratio with its 95 % interval");
    println!("{:<24} {:>10} {:>12} {:>12}   ratio", "case", "statements", "loop", "engine");
    for size in &SIZES {
        let sample = size.open();
        let connection = by_hand::connect(&size.file());
        for strategy in STRATEGIES {
            let plan = sample.plan(strategy);
            let recorded = plan.serve(true);
            let statements = recorded.statements;
            let by_hand = || by_hand::serve(&connection, strategy, &statements);
            assert!(recorded.response == by_hand(), "the answers differ");
            let repeats = repeats(timed(1, by_hand));
            let pairs = Pairs::time(PAIRS, || timed(repeats, by_hand), || timed(repeats, || plan.serve(false)));
            let (by_hand, engine) = pairs.medians();
            let (case, count, ratio) = (size.case(strategy), statements.len(), pairs.ratio());
            println!("{case:<24} {count:>10} {by_hand:>9.2} ms {engine:>9.2} ms   {ratio}");
        }
    }
}

fn over_sqlalchemy() {
    for (index, size) in SIZES.iter().enumerate() {
        let sample = size.open();
        let mut reference = Reference::start(&size.file());
        if index == 0 {
            println!("{} over the engine: medians, the ratio with its 95 % interval", reference.versions);
            println!("{:<24} {:>10} {:>12} {:>12}   ratio", "case", "pairs", "engine", "SQLAlchemy");
        }
        for strategy in STRATEGIES {
            let plan = sample.plan(strategy);
            reference.serve(strategy, 1);
            let (once, answered) = reference.serve(strategy, 1);
            assert_eq!(answered, hash(&plan.serve(false).response), "the answers differ");
            let count = if once < Duration::from_secs(1) { PAIRS } else { SLOW_PAIRS };
            let repeats = repeats(timed(1, || plan.serve(false)));
            let engine = || timed(repeats, || plan.serve(false));
            let pairs = Pairs::time(count, engine, || reference.serve(strategy, repeats).0);
            let (engine, sqlalchemy) = pairs.medians();
            let (case, ratio) = (size.case(strategy), pairs.ratio());
            println!("{case:<24} {count:>10} {engine:>9.2} ms {sqlalchemy:>9.2} ms   {ratio}");
        }
    }
}

fn repeats(once: Duration) -> u32 {
    LONG_ENOUGH.div_duration_f64(once).ceil() as u32
}

/// The time of one request, of so many one after the other. What it leaves is freed within it.
fn timed<T>(repeats: u32, mut request: impl FnMut() -> T) -> Duration {
    let start = Instant::now();
    for _ in 0..repeats {
        black_box(request());
    }
    start.elapsed() / repeats
}
