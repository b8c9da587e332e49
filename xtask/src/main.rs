//! `cargo xtask`: the project's own commands, from a fresh clone to an open window.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a build tool talks to whoever runs it")]

mod bench;
mod bindings;
mod bundle;
mod frontend;
mod fuzz;
mod prerequisites;
mod reference;
mod run;
mod shell;
mod stamp;
mod system;
mod test;
mod workspace;

use anyhow::{Result, bail};
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask run                  install what is missing, build, and open the window on the sample data
cargo xtask test [--only STEP]   install what is missing, and run every test; the last line counts them
cargo xtask bundle                build the packages for Debian (.deb) and Fedora (.rpm): window, command, manual, completions
cargo xtask bundle --check          the same, and start command and window from the unpacked .deb
cargo xtask bindings [--check]   write (or compare) the TypeScript types of crates/app/src/wire
cargo xtask bench engine         measure what a loader costs over a loop written by hand, in time and in memory
cargo xtask bench sqlalchemy     measure the real SQLAlchemy beside it
cargo xtask bench harness        measure what measuring costs over a plain loop
cargo xtask bench verdicts       measure how often a variant differs from itself, and a slower one is found
cargo xtask bench server         measure requests and loading on PostgreSQL beside pgbench and psql
cargo xtask bench application    measure what a measured request costs over the bare call of an application
cargo xtask bench advise         measure how often advise recommends the best, and how long it takes
cargo xtask bench window         measure the start of the window and a toggle in it
cargo xtask fuzz [--seconds N]   make up plan, mapping and experiment files, N seconds each (60), until one fails";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[&str]) -> Result<ExitCode> {
    match arguments {
        ["run"] => run::run(),
        ["test"] => test::run(None),
        ["test", "--only", step] => test::run(Some(step)),
        ["bundle"] => bundle::run(bundle::Build::Release),
        ["bundle", "--debug"] => bundle::run(bundle::Build::Debug),
        ["bundle", "--check"] => bundle::check::run(bundle::Build::Release),
        ["bundle", "--debug", "--check"] => bundle::check::run(bundle::Build::Debug),
        ["bindings"] => bindings::write(),
        ["bindings", "--check"] => bindings::check(),
        ["bench", "engine"] => bench::engine(),
        ["bench", "sqlalchemy"] => bench::sqlalchemy(),
        ["bench", "harness"] => bench::harness(),
        ["bench", "verdicts"] => bench::verdicts(),
        ["bench", "server"] => bench::server(),
        ["bench", "application"] => bench::application(),
        ["bench", "advise"] => bench::advise(),
        ["bench", "window"] => bench::window(),
        ["fuzz"] => fuzz::run(60),
        ["fuzz", "--seconds", seconds] => match seconds.parse() {
            Ok(seconds) if seconds > 0 => fuzz::run(seconds),
            _ => bail!("`--seconds` wants a whole number from 1 on, not `{seconds}`"),
        },
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        _ => bail!("`{}` is not one of its commands.\n{USAGE}", arguments.join(" ")),
    }
}
