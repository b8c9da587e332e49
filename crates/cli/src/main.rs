//! `fetchscope`: the profiler on the command line. Results go to standard output, progress and errors to standard error.

mod application;
mod arguments;
mod commands;
mod input;
mod output;
mod password;
mod progress;
#[cfg(test)]
mod tests;

use arguments::{Arguments, Command};
use clap::Parser;
use mimalloc::MiMalloc;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.command {
        Command::Demo(demo) => commands::demo::run(&demo),
        Command::Schema(schema) => commands::schema::run(&schema),
        Command::Endpoints(endpoints) => commands::endpoints::run(&endpoints),
        Command::Trace(trace) => commands::trace::run(&trace),
        Command::Run(run) => commands::run::run(&run),
        Command::Check(check) => commands::check::run(&check),
        Command::Advise(advise) => commands::advise::run(&advise),
        Command::Code(code) => commands::code::run(&code),
        Command::History(history) => commands::history::run(&history),
        Command::Lesson(lesson) => commands::lesson::run(&lesson),
        Command::Dataset(dataset) => commands::dataset::run(&dataset),
        Command::Sqlalchemy(sqlalchemy) => commands::sqlalchemy::run(&sqlalchemy),
        Command::Password(password) => commands::password::run(&password),
        Command::Completions(completions) => commands::completions::run(&completions),
        Command::Manual(manual) => commands::manual::run(&manual),
    };
    match done {
        Ok(commands::Verdict::Yes) => ExitCode::SUCCESS,
        Ok(commands::Verdict::No) => ExitCode::from(1),
        Err(error) => output::failure(&error),
    }
}
