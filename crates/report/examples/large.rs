//! Writes every report of a made-up outcome with a million samples, and says how long each took and how large it is.
//!
//! `cargo run -p fetchscope-report --example large -- FOLDER`

#[path = "../src/fixture.rs"]
#[allow(dead_code, reason = "only one of its outcomes is large")]
mod fixture;

use fetchscope_report::export::{Format, export, folder};
use std::error::Error;
use std::path::Path;
use std::time::Instant;

/// Samples in all.
const SAMPLES: u64 = 1_000_000;

#[allow(clippy::print_stdout, reason = "this is what it is there for")]
fn main() -> Result<(), Box<dyn Error>> {
    let place = std::env::args_os().nth(1).ok_or("usage: large FOLDER")?;
    let place = Path::new(&place);
    std::fs::create_dir_all(place)?;
    let mut outcome = fixture::article();
    let each = SAMPLES / outcome.variants.len() as u64 + 1;
    for variant in &mut outcome.variants {
        let counts = variant.counts.ok_or("the fixture has counts")?;
        let statements = std::mem::take(&mut variant.statements);
        let cost = (counts.queries, counts.rows, counts.bytes);
        let agreement = variant.agreement.clone();
        *variant = fixture::measured(&variant.name, cost, 2e7 + 1e6 * counts.queries as f64, 0.1, each, statements);
        variant.agreement = agreement;
    }
    let samples: usize = outcome.variants.iter().map(|variant| variant.samples.len()).sum();
    println!("{samples} samples");
    let whole = Instant::now();
    for format in Format::ALL {
        let began = Instant::now();
        let bytes = export(&outcome, format)?;
        println!("{:<28} {:>6.2} s {:>12} bytes", format.title(), began.elapsed().as_secs_f64(), bytes.len());
        std::fs::write(place.join(format!("large.{}", format.endings()[0])), bytes)?;
    }
    println!("{:<28} {:>6.2} s", "all of them", whole.elapsed().as_secs_f64());
    let began = Instant::now();
    let size: usize = folder(&outcome)?.iter().map(|file| file.bytes.len()).sum();
    println!("{:<28} {:>6.2} s {size:>12} bytes", "the folder", began.elapsed().as_secs_f64());
    Ok(())
}
