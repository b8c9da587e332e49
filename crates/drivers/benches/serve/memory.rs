//! What a request takes of the heap at its peak, over the size of its response. It is a program of its own because the
//! counting allocator costs time. SQLite allocates for itself and is not counted: its page cache has an upper limit.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark that cannot go on has failed, and prints")]

mod sample;

use peak_alloc::PeakAlloc;
use sample::{SIZES, STRATEGIES};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

fn main() {
    println!("{:<24} {:>12} {:>12}   ratio", "case", "response", "peak heap");
    for size in &SIZES {
        let sample = size.open();
        for strategy in STRATEGIES {
            let plan = sample.plan(strategy);
            plan.serve(false);
            let before = HEAP.current_usage();
            HEAP.reset_peak_usage();
            let response = plan.serve(false).response.len();
            let peak = HEAP.peak_usage() - before;
            let (case, ratio) = (size.case(strategy), peak as f64 / response as f64);
            println!("{case:<24} {:>9} kB {:>9} kB   {ratio:.2}", response / 1000, peak / 1000);
        }
    }
}
