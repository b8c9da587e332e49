//! What can be typed.

use crate::application::RequestArguments;
use crate::commands::endpoints::Endpoints;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use fetchscope_experiment::budget::Limit;
use std::path::PathBuf;

/// How should each relationship of an endpoint be loaded? Counts the statements SQLAlchemy 2.1 would send and measures
/// them.
#[derive(Debug, Parser)]
#[command(name = "fetchscope", version, about, arg_required_else_help = true)]
#[command(
    after_help = "Exit status: 0 done, 1 the answer is no (results differ, a budget is broken), 2 unusable input, 3 the database failed."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The main job on sample data: seven ways to load 1 000 users, compared in a table and a report
    Demo(Demo),
    /// Print the mapping of a database
    Schema(Schema),
    /// List the routes of your application, with what one request of each does
    Endpoints(Endpoints),
    /// Run one request, of your application or of a plan, and print its statements and response
    Trace(Box<Trace>),
    /// Run an experiment
    Run(Run),
    /// Claims about loading strategies, each measured here
    Lesson(Lesson),
    /// Past runs: every run is kept
    History(History),
    /// Hold budgets against an experiment: a gate for continuous integration
    Check(Check),
    /// Try strategies for an endpoint, measure the promising ones and recommend one
    Advise(Box<Advise>),
    /// Print the code that loads as a variant does: SQLAlchemy, a test of its queries, and other ORMs' nearest
    Code(Code),
    /// List the samples, or load one into a database
    Dataset(Dataset),
    /// The Python in which the real SQLAlchemy is measured
    Sqlalchemy(Sqlalchemy),
    /// What the keyring of the operating system remembers of servers
    Password(Password),
    /// Print what a shell needs to complete these commands
    Completions(Completions),
    /// Write the manual pages
    Manual(Manual),
}

/// A lane by its name in experiment files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LaneName {
    Native,
    Sqlalchemy,
}

#[derive(Debug, Args)]
pub(crate) struct Password {
    #[command(subcommand)]
    pub(crate) command: PasswordCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PasswordCommand {
    /// Forget the password of a server that the window was asked to remember
    Forget {
        /// `postgres://user@host/database`
        #[arg(value_name = "SOURCE")]
        source: String,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Sqlalchemy {
    #[command(subcommand)]
    pub(crate) command: SqlalchemyCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SqlalchemyCommand {
    /// Which Python is used, which versions it has, and what is missing
    Check {
        /// An interpreter or a virtual environment
        #[arg(long, value_name = "PATH")]
        python: Option<PathBuf>,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a virtual environment with SQLAlchemy, its drivers and FastAPI, from PyPI, in Fetchscope's own folder
    Prepare {
        /// The Python it is made with
        #[arg(long, value_name = "PATH", default_value = "python3")]
        with: PathBuf,
        /// Which SQLAlchemy: 2.0.36, or the newest one
        #[arg(long, value_name = "VERSION")]
        version: Option<String>,
        /// Print what it has as JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Where the report goes; may be repeated. The ending picks the format: .html .pdf .json .md .csv .png .svg; DIR/ gets all
    #[arg(long, value_name = "FILE", default_value = "fetchscope-demo.html")]
    pub(crate) report: Vec<PathBuf>,
    /// Which clients run it: native, or native,sqlalchemy for the real SQLAlchemy in Python beside it
    #[arg(long, value_name = "LANES", value_delimiter = ',')]
    pub(crate) lanes: Vec<LaneName>,
    /// The Python with SQLAlchemy: an interpreter or a virtual environment
    #[arg(long, value_name = "PATH")]
    pub(crate) python: Option<PathBuf>,
    /// Print the outcome as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// sample:NAME, sample:NAME?size=m, sqlite:PATH or postgres://USER@HOST/DATABASE
    #[arg(long, required_unless_present = "models")]
    pub(crate) source: Option<String>,
    /// The mapped classes of a program instead: package.module:Base, from the working directory or installed
    #[arg(long, value_name = "MODULE:BASE", conflicts_with = "source")]
    pub(crate) models: Option<String>,
    /// Print a plan instead: how the models load this class today, by their `lazy=`
    #[arg(long, value_name = "CLASS", requires = "models")]
    pub(crate) plan: Option<String>,
    /// The Python with the models: an interpreter or a virtual environment
    #[arg(long, value_name = "PATH", requires = "models")]
    pub(crate) python: Option<PathBuf>,
    /// Print the mapping as JSON (it always is; accepted so that every command takes it)
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Trace {
    #[command(flatten)]
    pub(crate) request: RequestArguments,
    /// sample:NAME, sample:NAME?size=m, sqlite:PATH or postgres://USER@HOST/DATABASE
    #[arg(long, required_unless_present_any = ["app", "call"], conflicts_with_all = ["app", "call"])]
    pub(crate) source: Option<String>,
    /// A mapping file instead of the introspected one; - reads standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
    /// The mapping is that of a program's own classes: package.module:Base
    #[arg(long, value_name = "MODULE:BASE", conflicts_with = "mapping")]
    pub(crate) models: Option<String>,
    /// The plan file; - reads standard input
    #[arg(long, value_name = "FILE", required_unless_present_any = ["app", "call"], conflicts_with_all = ["app", "call"])]
    pub(crate) plan: Option<PathBuf>,
    /// How a PostgreSQL server runs each distinct statement: they are run once more under EXPLAIN ANALYZE
    #[arg(long)]
    pub(crate) explain: bool,
    /// Print the whole trace as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The experiment file (TOML), or a report, which carries its own; - reads standard input
    pub(crate) experiment: PathBuf,
    /// Another source than the file's: the same experiment on other data
    #[arg(long)]
    pub(crate) source: Option<String>,
    /// Where a report goes; may be repeated. The ending picks the format: .html .pdf .json .md .csv .png .svg; DIR/ gets all
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Vec<PathBuf>,
    /// The mapping is that of a program's own classes: package.module:Base
    #[arg(long, value_name = "MODULE:BASE")]
    pub(crate) models: Option<String>,
    /// Which clients run it: native, or native,sqlalchemy for the real SQLAlchemy in Python beside it
    #[arg(long, value_name = "LANES", value_delimiter = ',')]
    pub(crate) lanes: Vec<LaneName>,
    /// The Python with SQLAlchemy: an interpreter or a virtual environment
    #[arg(long, value_name = "PATH")]
    pub(crate) python: Option<PathBuf>,
    /// Agree that a file's `[application]` is imported and run
    #[arg(long)]
    pub(crate) trust: bool,
    /// Print the outcome as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Lesson {
    #[command(subcommand)]
    pub(crate) command: LessonCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LessonCommand {
    /// List the lessons
    List {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Measure what a lesson is about, and say which of its predictions are right
    Run {
        /// Its name, or the path of its page: lessons/mine.md
        name: String,
        /// Where a report goes; may be repeated. The ending picks the format, as for `run`
        #[arg(long, value_name = "FILE")]
        report: Vec<PathBuf>,
        /// Print what came of it as JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct History {
    #[command(subcommand)]
    pub(crate) command: HistoryCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HistoryCommand {
    /// List the runs, the newest first
    List {
        /// Only runs in which every one of these words occurs: in name, tags, data, endpoint or variants
        words: Vec<String>,
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a run as it was printed when it had ended
    Show {
        /// Its number, or `last`
        run: String,
        /// Print its outcome as JSON, raw samples included
        #[arg(long)]
        json: bool,
    },
    /// Set two runs beside each other, the earlier one first
    Compare {
        /// The number of one, or `last`
        one: String,
        /// The number of the other, or `last`
        other: String,
        /// Print the comparison as JSON
        #[arg(long)]
        json: bool,
    },
    /// Write the report of a run
    Report {
        /// Its number, or `last`
        run: String,
        /// Where the report goes; may be several. The ending picks the format, as for `run`
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// Print what was written as JSON
        #[arg(long)]
        json: bool,
    },
    /// Call a run something else, and give it tags
    Name {
        /// Its number, or `last`
        run: String,
        /// What it is called
        name: Option<String>,
        /// Its tags, in place of those it has; may be repeated
        #[arg(long, value_name = "TAG")]
        tag: Vec<String>,
        /// Print what the list says of it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Delete runs for good
    Delete {
        /// Their numbers
        #[arg(required = true)]
        runs: Vec<String>,
        /// Print what was deleted as JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The experiment file (TOML), or a report, which carries its own; - reads standard input
    pub(crate) experiment: PathBuf,
    /// The variant the budgets are for; without it they are for all of them
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Option<String>,
    /// Statements of a request, at most
    #[arg(long, value_name = "N")]
    pub(crate) max_queries: Option<u64>,
    /// Rows of a request, at most
    #[arg(long, value_name = "N")]
    pub(crate) max_rows: Option<u64>,
    /// Size of a request's values, at most
    #[arg(long, value_name = "N")]
    pub(crate) max_bytes: Option<u64>,
    /// 95th percentile of the latency, at most: 50ms, or 1.2x for that many times the baseline's. Broken only where the
    /// whole 95 % interval is beyond
    #[arg(long, value_name = "TIME|RATIO", value_parser = limit)]
    pub(crate) max_p95: Option<Limit>,
    /// Another source than the file's: the same experiment on other data
    #[arg(long)]
    pub(crate) source: Option<String>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub(crate) format: CheckFormat,
    /// Where a report goes; may be repeated. The ending picks the format: .html .pdf .json .md .csv .png .svg; DIR/ gets all
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Vec<PathBuf>,
    /// Agree that a file's `[application]` is imported and run
    #[arg(long)]
    pub(crate) trust: bool,
    /// Print the answer as JSON: --format json
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct Manual {
    /// The folder they are written to
    #[arg(long, value_name = "DIR")]
    pub(crate) into: PathBuf,
}

/// How `check` prints its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// A table
    Text,
    /// JUnit XML
    Junit,
    /// Annotations of a GitHub workflow
    Github,
    /// JSON
    Json,
}

/// `50ms`, `1.5s`, `800us`, `1.2x`.
fn limit(text: &str) -> Result<Limit, String> {
    let split = text.find(|letter: char| letter.is_ascii_alphabetic() || letter == '×').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let wrong = || format!("`{text}` is neither a time (50ms, 1.5s, 800us) nor a ratio to the baseline (1.2x)");
    let number: f64 = number.trim().parse().map_err(|_| wrong())?;
    if !(number.is_finite() && number > 0.0) {
        return Err(wrong());
    }
    match unit {
        "us" => Ok(Limit::Nanos(number * 1e3)),
        "ms" => Ok(Limit::Nanos(number * 1e6)),
        "s" => Ok(Limit::Nanos(number * 1e9)),
        "x" | "×" => Ok(Limit::OfBaseline(number)),
        _ => Err(wrong()),
    }
}

#[derive(Debug, Args)]
pub(crate) struct Advise {
    #[command(flatten)]
    pub(crate) request: RequestArguments,
    /// sample:NAME, sample:NAME?size=m, sqlite:PATH or postgres://USER@HOST/DATABASE
    #[arg(long, required_unless_present_any = ["app", "call"], conflicts_with_all = ["app", "call"])]
    pub(crate) source: Option<String>,
    /// A mapping file instead of the introspected one
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
    /// An endpoint of the sample by its name, or a file: a plan without strategies; - reads standard input
    #[arg(long, value_name = "NAME|FILE", required_unless_present_any = ["app", "call"], conflicts_with_all = ["app", "call"])]
    pub(crate) endpoint: Option<PathBuf>,
    /// Requests at once: 10 of a plan, 1 of an application, unless given
    #[arg(long, value_name = "N")]
    pub(crate) concurrency: Option<u32>,
    /// Injected time per round trip, in milliseconds: 1 for a plan, none for an application, unless given
    #[arg(long, value_name = "MS")]
    pub(crate) rtt_ms: Option<f64>,
    /// Seconds that the search may take
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0)]
    pub(crate) seconds: f64,
    /// Accepted as before; the search decides by itself how many requests each variant gets
    #[arg(long, value_name = "N", hide = true)]
    pub(crate) requests: Option<u32>,
    /// Where a report goes; may be repeated. The ending picks the format: .html .pdf .json .md .csv .png .svg; DIR/ gets all
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Vec<PathBuf>,
    /// Print the advice as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Code {
    /// The experiment file (TOML), or a report, which carries its own; - reads standard input
    pub(crate) experiment: PathBuf,
    /// The variant
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: String,
    /// Agree that a file's `[application]` is imported and run
    #[arg(long)]
    pub(crate) trust: bool,
    /// For which ORM; without it, for all of them
    #[arg(long, value_enum, value_name = "ORM")]
    pub(crate) orm: Option<OrmName>,
    /// Print the pieces as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What code is printed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OrmName {
    /// SQLAlchemy 2.1: exactly what was measured
    Sqlalchemy,
    /// A test that counts its queries
    Pytest,
    /// Django: the nearest equivalent
    Django,
    /// Rails (Active Record): the nearest equivalent
    Rails,
    /// Prisma: the nearest equivalent
    Prisma,
    /// Entity Framework Core: the nearest equivalent
    Efcore,
}

#[derive(Debug, Args)]
pub(crate) struct Dataset {
    #[command(subcommand)]
    pub(crate) command: DatasetCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DatasetCommand {
    /// List the samples and their sizes
    List {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Write a sample into a new SQLite file, or into a schema of its own of a PostgreSQL database
    Load {
        /// What stands after `sample:` in a source: citizenapp, citizenapp?size=m&seed=2&fk_indexes=off, or a folder
        name: String,
        /// sqlite:PATH of the file to create, or postgres://USER@HOST/DATABASE
        #[arg(long, value_name = "SOURCE")]
        into: String,
        /// Print what was written as JSON
        #[arg(long)]
        json: bool,
    },
    /// Drop a sample that was loaded into a PostgreSQL database
    Drop {
        /// The schema: what `dataset load` said
        schema: String,
        /// postgres://USER@HOST/DATABASE
        #[arg(long, value_name = "SOURCE")]
        from: String,
        /// Print what was dropped as JSON
        #[arg(long)]
        json: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_contradict_nothing() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_limit_is_a_time_or_a_ratio() {
        assert_eq!(limit("50ms"), Ok(Limit::Nanos(5e7)));
        assert_eq!(limit("1.5 s"), Ok(Limit::Nanos(1.5e9)));
        assert_eq!(limit("1.2x"), Ok(Limit::OfBaseline(1.2)));
        for wrong in ["50", "ms", "-3ms", "1.2y", "0x", "nanx"] {
            assert!(limit(wrong).unwrap_err().contains(wrong), "{wrong}");
        }
    }
}
