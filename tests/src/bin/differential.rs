//! Long runs of the differential test. `differential --seeds 0..20000 [--only GROUPS] [--without GROUPS] [--postgres] [--jobs 2]`
//! compares, with `--shrink` leaving out of each difference what it does not need; `differential [--shrink] --record SEED
//! NAME` keeps a case among the recorded answers.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program of the command line")]

use fetchscope_tests::fidelity::differential::{Choice, Verdict, compare, record};
use std::process::ExitCode;

const USAGE: &str = "differential [--seeds A..B] [--only GROUPS] [--without GROUPS] [--postgres] [--jobs N] [--shrink] \
                     [--record SEED NAME]";

struct Wish {
    choice: Choice,
    record: Option<(u64, String)>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(wish) = wish(&arguments) else {
        eprintln!("usage: {USAGE}");
        return ExitCode::from(2);
    };
    match run(&wish) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::from(2)
        }
    }
}

fn run(wish: &Wish) -> Result<bool, fetchscope_tests::fidelity::Fault> {
    if let Some((seed, name)) = &wish.record {
        record(&wish.choice, *seed, name)?;
        return Ok(true);
    }
    let tally = compare(&wish.choice, &|_, verdict| {
        if let Verdict::Differs(one) = verdict {
            println!("{one}\n");
        }
    })?;
    println!("{tally}");
    Ok(tally.disagreements.is_empty())
}

fn wish(arguments: &[String]) -> Option<Wish> {
    let mut wish = Wish {
        choice: Choice {
            seeds: 0..500,
            only: Vec::new(),
            without: Vec::new(),
            postgres: false,
            jobs: 2,
            shrink: false,
        },
        record: None,
    };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let groups = |text: &String| text.split(',').map(str::to_owned).collect();
        match argument.as_str() {
            "--seeds" => {
                let (from, to) = rest.next()?.split_once("..")?;
                wish.choice.seeds = from.parse().ok()?..to.parse().ok()?;
            }
            "--only" => wish.choice.only = groups(rest.next()?),
            "--without" => wish.choice.without = groups(rest.next()?),
            "--jobs" => wish.choice.jobs = rest.next()?.parse().ok()?,
            "--postgres" => wish.choice.postgres = true,
            "--shrink" => wish.choice.shrink = true,
            "--record" => wish.record = Some((rest.next()?.parse().ok()?, rest.next()?.clone())),
            _ => return None,
        }
    }
    // Recorded cases are answers on SQLite.
    (wish.record.is_none() || !wish.choice.postgres).then_some(wish)
}
